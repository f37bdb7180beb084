"""Bars 7, 8 and 11: pages as a browser asks for them; what counts is the time of their statements."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from activities.models import Activity, Tally
from branches.models import Branch
from lib import planner
from lib.periods import year_of
from members.models import Member, MembershipSpell, StatusPeriod
from tests import cast
from tests.bench.measuring import Line, asked, database_seconds, in_seconds, line

_COUNT = re.compile(r'SELECT COUNT\(\*\) AS "__count" FROM "\w+"$')


def a_client(username: str) -> Client:
    client = cast.a_browser(User.objects.get(username=username), SERVER_NAME="localhost")
    client.get("/")  # what the session writes once is no part of a page
    return client


def queries_of(client: Client, address: str) -> int:
    with asked() as found:
        assert client.get(address).status_code == 200, address
    return len(found.statements)


@contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def form_and_list(scale: str, today: date) -> Iterator[Line]:
    leaf = Branch.objects.leaves().order_by("pk").first()
    assert leaf
    form = reverse("activity_log", args=["theme_day"]) + f"?branch={leaf.pk}"
    counts = []
    for people in (10, 50):
        with undone():
            client = a_client("shuji")
            _resize(leaf, people, today)
            counts.append(queries_of(client, form))
    same = f"{counts[0]} / {counts[1]}"
    yield Line(
        "7", "queries of the logging form, 10 / 50 members", same, "", None, "equal", counts[0] == counts[1]
    )

    user = User.objects.get(username="zuzhibu")
    client = a_client("zuzhibu")
    address = reverse("activity_list")
    full = queries_of(client, address)
    with undone():
        client_inside = a_client("zuzhibu")
        Tally.objects.all().delete()
        seen = Activity.objects.visible_to(user).valid()
        kept = seen.order_by("-held_on", "-entered_at", "-id").values_list("pk", flat=True)[:1]
        seen.exclude(pk__in=list(kept)).update(held_on=date(2001, 1, 1))
        one = queries_of(client_inside, address)
    yield Line(
        "7", "queries of the list page, 50 rows / 1 row", f"{full} / {one}", "", None, "≤ 8", full == one <= 8
    )

    keyset = Activity.objects.visible_to(user).valid().held_in(year_of(today)).select_related("branch")[:50]
    page, alone = database_seconds(lambda: client.get(address), lambda: list(keyset.all()))
    yield line("7", "database time of the list page / its keyset SELECT", 2, page, alone)


def _resize(leaf: Branch, people: int, today: date) -> None:
    """Exactly so many people belong to ``leaf``: others come, or those who are too many end yesterday."""
    spells = MembershipSpell.objects.open().filter(kind="belonging").order_by("pk")
    own = list(spells.filter(branch=leaf).values_list("pk", flat=True))
    if len(own) < people:
        others = list(spells.exclude(branch=leaf).values_list("pk", flat=True)[: people - len(own)])
        MembershipSpell.objects.filter(pk__in=others).update(branch=leaf, branch_path=leaf.path)
    MembershipSpell.objects.filter(pk__in=own[people:]).update(
        until=today - timedelta(days=400), since=date(1900, 1, 1)
    )


def admin_list(scale: str, today: date) -> Iterator[Line]:
    client = a_client("zuzhibu")
    address = reverse("admin:members_member_changelist")
    client.get(address)
    with asked() as found:
        client.get(address)
    unfiltered = [sql for sql, _ in found.statements if _COUNT.match(sql)]
    count = len(unfiltered)
    yield Line(
        "8", "unfiltered counts of the admin's list of members", str(count), "", None, "= 0", count == 0
    )

    def slowest_but_own() -> tuple[float, float]:
        with asked() as found:
            client.get(address)
        own = [
            n for n, (sql, _) in enumerate(found.statements) if "LIMIT 50" in sql and "members_member" in sql
        ]
        rest = [seconds for n, seconds in enumerate(found.seconds) if n not in own]
        return max(rest), found.seconds[own[0]]

    pairs = [slowest_but_own() for _ in range(11)]
    slowest, own = (sorted(values)[5] for values in zip(*pairs, strict=True))
    yield line("8", "slowest other query of that page / its own SELECT", 10, slowest, own)


def others_doubled(scale: str, today: date) -> Iterator[Line]:
    """A second of everybody and everything outside one organisation, then its pages again."""
    college = Branch.objects.filter(level=Branch.Level.COLLEGE_COMMITTEE).order_by("pk").first()
    assert college
    pages = {
        "records": reverse("activity_list"),
        "roster": reverse("roster"),
        "statistics": reverse("quarter_period", args=[_last(today)]),
    }
    user = cast.a_user(cast.Role.COMMITTEE_STAFF, college)
    try:
        before = _times(user, pages)
        with undone():
            _double_outside(college)
            planner.take_stock(Member, MembershipSpell, StatusPeriod, Activity, Tally)
            after = _times(user, pages)
    finally:
        user.grants.all().delete()
        User.objects.filter(pk=user.pk).delete()
        with connection.cursor() as cursor:
            for model in (Member, MembershipSpell, StatusPeriod, Activity, Tally):
                cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")
    for name in pages:
        ratio = after[name] / before[name]
        what = f"one college's {name}, others doubled / before"
        yield Line(
            *("11", what, in_seconds(after[name]), in_seconds(before[name]), ratio, "≤ 1.1", ratio <= 1.1)
        )


def _times(user: User, pages: dict[str, str]) -> dict[str, float]:
    client = cast.a_browser(user, SERVER_NAME="localhost")
    found: dict[str, float] = {}
    for name, address in pages.items():
        [found[name]] = database_seconds(partial(client.get, address), rounds=15)
    return found


def _last(today: date) -> str:
    from tests.bench.figures import last_quarter

    return last_quarter(today).code


def _double_outside(college: Branch) -> None:
    """Keys are made of the old ones, so that rows that belong together still do. Attendance is asked by no list."""
    end = college.path[:-1] + chr(ord(college.path[-1]) + 1)
    outside = ("NOT (branch_path >= %s AND branch_path < %s)", [college.path, end])
    again = "md5(id::text)::uuid"
    number = "'D' || substr(number, 2)"
    people = f"SELECT id FROM members_member WHERE {outside[0]} AND number LIKE 'M%%'"
    _copy(
        Member,
        {"id": again, "number": number, "id_number_hash": "md5(id_number_hash)", "account_id": "NULL"},
        *outside,
    )
    member = {"id": None, "member_id": "md5(member_id::text)::uuid"}
    _copy(MembershipSpell, member, *outside)
    _copy(StatusPeriod, member, f"member_id IN ({people})", outside[1])
    _copy(Activity, {"id": again, "joint_of_id": "NULL"}, *outside)
    # One tally a branch, month and kind: those of the double stand in months before the first.
    _copy(Tally, {"id": None, "month": "(month - interval '5 years')::date"}, *outside)


def _copy(model: type, changed: dict[str, str | None], condition: str, parameters: list[str]) -> None:
    """A second row of each, with ``changed`` columns; None leaves the key to the database."""
    columns = [
        field.column for field in model._meta.concrete_fields if changed.get(field.column, "") is not None
    ]
    values = ", ".join(changed.get(column) or column for column in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE {condition}",
            parameters,
        )
