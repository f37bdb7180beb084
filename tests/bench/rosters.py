"""Bar 6: a validated import, against the bare work on the same rows and against what a plain import would do.

django-import-export itself is no dependency. Its bulk mode cleans and validates row by row (`full_clean`) and saves
with `bulk_create`: that is done here, without its own bookkeeping, so that the comparison favours the other side.
"""

import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from io import BytesIO
from uuid import uuid4

from django.db import connection, transaction
from django.db.models import Max

from branches.models import Branch
from lib.encryption import cipher_for
from lib.pinyin import initials, pinyin, stroke_key
from lib.sheets.intake import Table
from lib.sheets.writing import OutColumn, OutSheet, write_workbook
from members import enrolment
from members.imports import Decisions, analyse, open_roster, write
from members.models import (
    Member,
    MembershipSpell,
    StatusPeriod,
    id_last4_index,
    id_number_index,
    phone_last4_index,
)
from tests.bench.measuring import Line, compared
from tests.members.rosters import HEAD, a_row, an_id

ROWS = 2_000
FEW = 400
NONE = Decisions(overwritten=None)


def content_of(number: int) -> bytes:
    """A roster of new people, in three branches."""
    names = list(Branch.objects.leaves().order_by("pk").values_list("short_name", flat=True)[:3])
    made = [_row(n, names[n % 3]) for n in range(number)]
    content = BytesIO()
    write_workbook(content, [OutSheet("名册", [OutColumn(heading) for heading in HEAD], made)])
    return content.getvalue()


def _row(number: int, branch: str) -> list[object]:
    """Birth days before those of the crowd, so that all are new."""
    born = date(1920, 1, 1) + timedelta(days=number)
    joined = born.replace(year=born.year + 30, day=1)
    return a_row(
        f"张{chr(0x4E00 + number % 5000)}{chr(0x4E00 + number // 7)}",
        1,
        所在党支部=branch,
        公民身份证号=an_id(1, born),
        出生日期=born.isoformat(),
        加入党组织日期=joined.isoformat(),
        转为正式党员日期=joined.replace(year=joined.year + 1).isoformat(),
        手机号=f"139{number:08d}",
    )


def undone(work: Callable[[], object]) -> None:
    with transaction.atomic():
        work()
        transaction.set_rollback(True)


def validated_import(scale: str, today: date) -> Iterator[Line]:
    for number in (ROWS, FEW):
        table = open_roster(BytesIO(content_of(number)))
        people = [outcome.new_member() for outcome in analyse(table, None, NONE).new]
        assert len(people) == number
        ours = partial(undone, partial(write, table, None, NONE, source="bench"))
        if number == ROWS:
            what = f"import of {ROWS:,} new people / COPY + encryption, hashes, pinyin"
            bare = partial(undone, partial(_bare, people, _ready(table)))
            yield compared("6", what, 2, ours, bare)
        else:
            what = f"import of {FEW:,} / the same with full_clean and bulk_create"
            yield compared("6", what, 0.1, ours, partial(undone, partial(_plain, people)))
    yield _memory()


#: Where an import writes each person, and by which column.
TABLES = {
    "members_member": "id",
    "members_historicalmember": "id",
    "members_membershipspell": "member_id",
    "members_statusperiod": "member_id",
}


def _ready(table: Table) -> dict[str, bytes]:
    """What an import of ``table`` writes, as COPY gives it out."""
    found = {}
    with transaction.atomic(), connection.cursor() as cursor:
        last = Member.objects.aggregate(last=Max("number"))["last"] or ""
        write(table, None, NONE, source="bench")
        for name, column in TABLES.items():
            people = "SELECT id FROM members_member WHERE number > %s"
            with cursor.copy(
                f"COPY (SELECT * FROM {name} WHERE {column} IN ({people})) TO STDOUT", [last]
            ) as out:
                found[name] = b"".join(out)
        transaction.set_rollback(True)
    return found


def _bare(people: list[enrolment.NewMember], ready: dict[str, bytes]) -> None:
    """COPY from ready buffers, and what each row's secrets and name cost by themselves."""
    ciphers = [
        (name, cipher_for("members_member", name).encrypt) for name in ("id_number", "phone", "address")
    ]
    row = uuid4()
    for person in people:
        for name, encrypt in ciphers:
            encrypt(getattr(person, name), row)
        for derive in (pinyin, initials, stroke_key):
            derive(person.name)
        for hashed in (id_number_index, id_last4_index):
            hashed(person.id_number)
        phone_last4_index(person.phone)
    with connection.cursor() as cursor:
        for name, buffer in ready.items():
            with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                copy.write(buffer)


def _members(people: list[enrolment.NewMember]) -> list[Member]:
    """Members as a plain import would make them, with all their columns."""
    ciphers = [(name, cipher_for("members_member", name)) for name in ("id_number", "phone", "address")]
    made = []
    for number, person in enumerate(people):
        member = Member(
            number=f"B{number:06d}",
            branch=person.branch,
            branch_path=person.branch.path,
            status=person.status,
            name=person.name,
            sex=person.sex,
            birth_date=person.birth_date,
            joined_on=person.joined_on,
            full_on=person.full_on,
            name_pinyin=pinyin(person.name),
            name_initials=initials(person.name),
            name_order=stroke_key(person.name),
            id_number_hash=id_number_index(person.id_number),
            id_last4_hash=id_last4_index(person.id_number),
            phone_last4_hash=phone_last4_index(person.phone),
        )
        for name, cipher in ciphers:
            setattr(member, f"{name}_cipher", cipher.encrypt(getattr(person, name), member.pk))
        made.append(member)
    return made


def _plain(people: list[enrolment.NewMember]) -> None:
    members, spells, periods = _members(people), [], []
    for member in members:
        member.full_clean()
        spells.append(
            MembershipSpell(
                member=member, branch=member.branch, branch_path=member.branch_path, since=member.joined_on
            )
        )
        periods.append(StatusPeriod(member=member, status=member.status, since=member.full_on))
    Member.objects.bulk_create(members, batch_size=1000)
    for row in (*spells, *periods):
        row.full_clean()
    MembershipSpell.objects.bulk_create(spells, batch_size=1000)
    StatusPeriod.objects.bulk_create(periods, batch_size=1000)
    Member.history.bulk_history_create(members)


def _memory() -> Line:
    """Of what Python holds; above the parsed rows, that is the table just read."""
    table = open_roster(BytesIO(content_of(ROWS)))
    tracemalloc.start()
    undone(partial(write, table, None, NONE, source="bench"))
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return Line(
        "6", f"memory of {ROWS:,} above the parsed rows", f"{peak:.0f} MB", "", None, "≤ 20 MB", peak <= 20
    )
