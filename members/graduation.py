"""Graduation: who leaves, where to, and the letters for all of them in one go.

The destination of members and of others stands in one list, so that «of 150 selected 137 are members» is counted, not
added up. Whose 组织关系 goes along gets a letter; who stays is kept for two years at most (教育管理条例 34, JY-20).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right

from . import circumstances, transfers
from .controls import EVIDENCE
from .membership_rules import KEPT, MovementError
from .models import ON_ROSTER, Circumstance, Destination, Member, Transfer
from .movement_lists import LISTINGS, Asked
from .transfer_checks import Letter

Kind = Destination.Kind
#: On one page, so that a year of a college can be settled at once.
AT_ONCE = 500


@dataclass(frozen=True)
class Leaver:
    """A graduate and the organisation he goes to."""

    member: Member
    place: str


@dataclass(frozen=True)
class Line:
    """One destination: how many, how many of them members; each number with its list."""

    label: str
    total: int
    members: int
    total_url: str
    members_url: str

    @property
    def share(self) -> float | None:
        return self.members / self.total if self.total else None


def graduation_days(user: User) -> list[date]:
    """The days on which members of one's part graduate, latest first."""
    members = Member.objects.reachable_by(user, Right.TRANSFER).filter(status__in=ON_ROSTER)
    days = members.exclude(graduates_on=None).order_by("-graduates_on")
    return [day for day in days.values_list("graduates_on", flat=True).distinct() if day]


def candidates(
    user: User, graduates_on: date, branch: Branch | None = None, education: str = ""
) -> QuerySet[Member]:
    """Members on the roster who graduate that day, whose destination is not settled and no letter on its way."""
    members = Member.objects.reachable_by(user, Right.TRANSFER).filter(
        status__in=ON_ROSTER, graduates_on=graduates_on
    )
    if branch:
        members = members.below(branch.path)
    if education:
        members = members.filter(education=education)
    settled = Destination.objects.filter(graduates_on=graduates_on, member__isnull=False).values("member")
    waiting = Transfer.objects.open().filter(member__isnull=False).values("member")
    return members.exclude(Q(pk__in=settled) | Q(pk__in=waiting)).select_related("branch")


def settle(
    leavers: Sequence[Leaver], kind: str, letter: Letter, *, by: User, keep_until: date | None = None
) -> UUID:
    """Record the destination of all of them, and do what follows from it. One transaction; returns the batch.

    Those who go along get a letter each; those kept, and those whose place is still open, are kept until ``keep_until``
    (two years at most); those abroad are noted as such.
    """
    if not leavers:
        raise MovementError("没有勾选任何人", EVIDENCE)
    batch = uuid4()
    with transaction.atomic():
        sent: dict[UUID, Transfer] = {}
        if kind in Destination.MOVING:
            _need_places(leavers)
            issued = transfers.issue_all(
                [(one.member, one.place) for one in leavers], letter, by=by, batch=batch
            )
            sent = {each.member_id: each for each in issued if each.member_id}
        else:
            for one in leavers:
                _stay(one, kind, by, keep_until)
        Destination.objects.bulk_create(_destination(one, kind, sent.get(one.member.pk)) for one in leavers)
        facts = {"kind": kind, "people": len(leavers), "letters": len(sent), "batch": str(batch)}
        audit.record("destination.settle", by=by, branch_path=leavers[0].member.branch_path, after=facts)
    return batch


def _need_places(leavers: Sequence[Leaver]) -> None:
    blank = [one.member.name for one in leavers if not one.place.strip()]
    if blank:
        named = f"{'、'.join(blank[:5])}{'等' if len(blank) > 5 else ''} {len(blank)} 人"
        raise MovementError(f"{named}没有写转往的党组织", EVIDENCE, "可以在上方填写统一的抬头，或逐人填写。")


def _stay(one: Leaver, kind: str, by: User, keep_until: date | None) -> None:
    today = timezone.localdate()
    graduated = one.member.graduates_on or today
    since = min(graduated, today)
    if kind == Kind.ABROAD:
        circumstances.begin(
            one.member,
            Circumstance.Kind.ABROAD,
            since=since,
            by=by,
            evidence="毕业去向登记",
            place=one.place or "境外",
        )
        return
    circumstances.begin(
        one.member,
        Circumstance.Kind.KEPT,
        since=since,
        by=by,
        evidence=f"毕业去向登记：{Kind(kind).label}",
        due_on=keep_until or KEPT.reached_on(since),
    )


def _destination(one: Leaver, kind: str, sent: Transfer | None) -> Destination:
    member, today = one.member, timezone.localdate()
    return Destination(
        branch=member.branch,
        branch_path=member.branch_path,
        member=member,
        name=member.name,
        school_number=member.school_number,
        education=member.education,
        graduates_on=member.graduates_on or today,
        kind=kind,
        place=one.place.strip(),
        recorded_on=today,
        transfer=sent,
    )


def record_others(
    text: str, branch: Branch, kind: str, graduates_on: date, education: str, *, by: User
) -> int:
    """Destinations of graduates who are no members: a line each, name, number and place set apart by blanks."""
    rows = [re.split(r"[\s,，\t]+", line.strip(), maxsplit=2) for line in text.splitlines() if line.strip()]
    if not rows:
        raise MovementError("请每行填写一人：姓名、学号、去向单位", EVIDENCE)
    too_long = [row[0] for row in rows if len(row[0]) > 30]
    if too_long:
        said = f"“{too_long[0][:20]}…”不像姓名，请用空格隔开姓名、学号和去向单位"
        raise MovementError(said, EVIDENCE)
    with transaction.atomic():
        Destination.objects.bulk_create(
            Destination(
                branch=branch,
                branch_path=branch.path,
                name=row[0],
                school_number=(row[1] if len(row) > 1 else "")[:32],
                place=(row[2] if len(row) > 2 else "")[:120],
                education=education,
                graduates_on=graduates_on,
                kind=kind,
                recorded_on=timezone.localdate(),
            )
            for row in rows
        )
        audit.record("destination.record", by=by, on=branch, after={"kind": kind, "people": len(rows)})
    return len(rows)


def figures(user: User, asked: Asked) -> list[Line]:
    """How many went where, members among them, as the list below is filtered but for kind and person. One query."""
    plain = Asked(branch=asked.branch, year=asked.year)
    rows = LISTINGS["destinations"].find(user, plain)
    counts = {
        kind: (total, members)
        for kind, total, members in rows.order_by()
        .values_list("kind")
        .annotate(total=Count("pk"), members=Count("member"))
    }
    return [
        Line(str(label), *counts[kind], _url(plain, kind), _url(plain, kind, who="member"))
        for kind, label in Kind.choices
        if kind in counts
    ]


def _url(asked: Asked, kind: str, **more: Any) -> str:
    facts = {**asked.as_parameters(), "kind": kind, **more}
    return f"{reverse('destination_list')}?{urlencode({k: v for k, v in facts.items() if v})}"
