"""What entered, left or changed on the roster between two days, and what was corrected afterwards."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from branches.models import Branch
from branches.scope import Range, covers, within

from .corrections import Course, snapshot
from .models import ON_ROSTER, Member, MembershipSpell, RosterCorrection, StatusPeriod

DAY = timedelta(days=1)
ENTERED, LEFT, MOVED, CHANGED, CORRECTED = "entered", "left", "moved", "changed", "corrected"
LABELS = {ENTERED: "进入", LEFT: "离开", MOVED: "转支部", CHANGED: "类别变动", CORRECTED: "更正"}


@dataclass(frozen=True, slots=True)
class Change:
    """One person's change. ``before`` and ``after`` are branch code and status, None for not on the roster; of a
    correction as they were said of its first day, and ``date`` is when it was entered."""

    number: str
    name: str
    branch: str
    date: date
    change: str
    before: dict[str, str] | None
    after: dict[str, str] | None


def between(start: date, end: date, ranges: tuple[Range, ...]) -> list[Change]:
    """Changes of the days ``start`` to ``end``, both included, within ``ranges``, by day. Few queries a 500 people."""
    turning = _turning(start, end)
    inside = {code for code, path in Branch.objects.values_list("code", "path") if covers(ranges, path)}
    courses = snapshot(list(turning))
    found = [
        change
        for pk, (number, name) in turning.items()
        for change in _changes(number, name, courses[pk], start, end, inside)
    ]
    found += _corrections(start, end, ranges)
    return sorted(found, key=lambda change: (change.date, change.branch, change.number, change.change))


def _turning(start: date, end: date) -> dict[UUID, tuple[str, str]]:
    """Number and name of everybody whose course has a turn within the days."""
    turn = Q(since__range=(start, end)) | Q(until__range=(start - DAY, end - DAY))
    spells = MembershipSpell.objects.filter(turn, kind=MembershipSpell.Kind.BELONGING).values("member")
    periods = StatusPeriod.objects.filter(turn).values("member")
    members = Member.objects.filter(Q(pk__in=spells) | Q(pk__in=periods)).order_by("number")
    return {pk: (number, name) for pk, number, name in members.values_list("pk", "number", "name")}


def _changes(
    number: str, name: str, course: Course, start: date, end: date, inside: set[str]
) -> list[Change]:
    found = []
    for day in sorted(turn for turn in course.turns() if start <= turn <= end):
        before, after = _listed(course, day - DAY, inside), _listed(course, day, inside)
        if before != after:
            branch = (after or before or {})["branch"]
            found.append(Change(number, name, branch, day, _kind(before, after), before, after))
    return found


def _listed(course: Course, day: date, inside: set[str]) -> dict[str, str] | None:
    """Where on the roster of the branches ``inside``; None for not on it."""
    standing = course.on(day)
    if standing is None or standing.status not in ON_ROSTER or standing.branch not in inside:
        return None
    return standing.as_json()


def _kind(before: dict[str, str] | None, after: dict[str, str] | None) -> str:
    if before is None:
        return ENTERED
    if after is None:
        return LEFT
    return MOVED if before["branch"] != after["branch"] else CHANGED


def _corrections(start: date, end: date, ranges: tuple[Range, ...]) -> list[Change]:
    """Corrections that were entered within the days."""
    rows = RosterCorrection.objects.filter(
        within("branch_path", ranges), entered_at__gte=_midnight(start), entered_at__lt=_midnight(end + DAY)
    ).select_related("member")
    return [
        Change(
            number=row.member.number,
            name=row.member.name,
            branch=(row.after or row.before).get("branch", ""),
            date=row.entered_on,
            change=CORRECTED,
            before=_said(row.before, row),
            after=_said(row.after, row),
        )
        for row in rows
    ]


def _said(standing: dict[str, str], row: RosterCorrection) -> dict[str, str] | None:
    on = {"from": row.effective_on.isoformat(), "until": row.effective_until.isoformat()}
    return {**standing, **on} if standing else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def as_json(change: Change) -> dict[str, Any]:
    return {
        "number": change.number,
        "name": change.name,
        "branch": change.branch,
        "date": change.date.isoformat(),
        "change": change.change,
        "before": change.before,
        "after": change.after,
    }
