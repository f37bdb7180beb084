"""Political birthdays (政治生日), probationary members included, and the days on which 党龄 is 30, 40 or 50 years.

The university says which date counts, joining or full membership, and where 29 February falls in a common year
(:mod:`members.local_rules`). 党龄 counts from full membership whatever it says (党章 7, 发展细则 34).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from branches import local
from branches.scope import Range, within
from lib.dated import overlaps
from lib.periods import Feb29, anniversary, month_of

from .local_rules import BIRTHDAY_FROM, BIRTHDAY_LEAP, FROM_FULL, FROM_JOINING
from .models import ON_ROSTER, GreetingOptOut, Member, MembershipSpell, StatusPeriod
from .rosters import members_on

#: Years of 党龄 that are honoured.
MILESTONES: Final = (30, 40, 50)
WORDS: Final = {FROM_JOINING: "入党", FROM_FULL: "转正"}


@dataclass(frozen=True)
class Reckoning:
    """What the university decided about political birthdays."""

    basis: str = FROM_JOINING
    feb29: Feb29 = "02-28"

    def counts_from(self, joined_on: date | None, full_on: date | None) -> tuple[date | None, str]:
        """The date whose anniversary is celebrated, and which of the two it is.

        Where full membership counts, a probationary member keeps the joining date until there is another.
        """
        if self.basis == FROM_FULL and full_on:
            return full_on, FROM_FULL
        return joined_on, FROM_JOINING

    def whole_years(self, since: date, on: date) -> int:
        years = on.year - since.year
        return years if anniversary(since, on.year, self.feb29) <= on else years - 1


def reckoning() -> Reckoning:
    """The rules that hold. One query."""
    rules = local.decided([BIRTHDAY_FROM, BIRTHDAY_LEAP])
    feb29: Feb29 = "03-01" if rules[BIRTHDAY_LEAP].value == "03-01" else "02-28"
    return Reckoning(str(rules[BIRTHDAY_FROM].value), feb29)


class Birthday(NamedTuple):
    """Somebody's political birthday on ``day``: ``years`` since the date that counts, named by ``basis``.

    ``age`` is the 党龄 on that day, None in probation; ``stays`` tells whether the person is in that branch today.
    """

    member_id: UUID
    member_number: str
    name: str
    branch_id: int
    branch_name: str
    branch_code: str
    branch_path: str
    joined_on: date | None
    full_on: date | None
    basis: str
    day: date
    years: int
    joined_years: int | None
    age: int | None
    is_milestone: bool
    is_probationary: bool
    has_account: bool
    is_opted_out: bool
    stays: bool

    @property
    def key(self) -> tuple[str, int]:
        """What there is one of: a member's birthday in a year."""
        return self.member_number, self.day.year

    @property
    def title(self) -> str:
        return f"{WORDS[self.basis]} {self.years} 周年"


@dataclass(frozen=True)
class Milestone:
    """The day on which somebody's 党龄 is full ``years``."""

    member_id: UUID
    member_number: str
    name: str
    branch_id: int
    branch_name: str
    branch_path: str
    full_on: date
    day: date
    years: int


@dataclass(frozen=True)
class Almanac:
    """What falls on the days asked for, by day."""

    reckoning: Reckoning
    birthdays: list[Birthday]
    milestones: list[Milestone]


def almanac(start: date, end: date, ranges: tuple[Range, ...] | None = None) -> Almanac:
    """Birthdays and milestones from ``start`` to ``end`` (at most a year). Two queries.

    Of those who were on the roster on the last day of the month in which the day falls: who dies or leaves within it
    is not congratulated, and a month that is over stays as it was. ``ranges`` cuts to a part of the tree; None is the
    whole of it. Nobody has a birthday on the very day he joined.
    """
    rules = reckoning()
    birthdays: list[Birthday] = []
    milestones: list[Milestone] = []
    for row in _rows(start, end, ranges, rules):
        birthdays += _birthdays_of(row, start, end, rules)
        milestones += _milestones_of(row, start, end, rules)
    return Almanac(
        rules,
        sorted(birthdays, key=lambda one: (one.day, one.branch_code, one.member_number)),
        sorted(milestones, key=lambda one: (one.day, one.branch_id, one.member_number)),
    )


def between(start: date, end: date, ranges: tuple[Range, ...] | None = None) -> list[Birthday]:
    """The birthdays of :func:`almanac`."""
    return almanac(start, end, ranges).birthdays


def undated(ranges: tuple[Range, ...], today: date, rules: Reckoning) -> QuerySet[Member]:
    """Members on the roster of ``today`` who have no political birthday because the date that counts is missing."""
    missing = Q(joined_on=None)
    if rules.basis == FROM_FULL:
        missing = Q(full_on=None) & (missing | Q(status=StatusPeriod.Status.FULL))
    return members_on(today, ranges).filter(missing)


def birthday_in(member: Member, year: int, rules: Reckoning) -> date | None:
    """The day in ``year``, None before the first anniversary or without a date."""
    since, _ = rules.counts_from(member.joined_on, member.full_on)
    return anniversary(since, year, rules.feb29) if since and year > since.year else None


def birthday_of(member: Member, year: int, rules: Reckoning, *, is_opted_out: bool) -> Birthday | None:
    """One member's birthday in ``year``, asked of the record as it is now and of the branch he is in."""
    day = birthday_in(member, year, rules)
    row = {
        "branch": member.branch_id,
        "branch__short_name": member.branch.short_name,
        "branch__code": member.branch.code,
        "branch_path": member.branch_path,
        "member": member.pk,
        "member__number": member.number,
        "member__name": member.name,
        "member__joined_on": member.joined_on,
        "member__full_on": member.full_on,
        "member__account": member.account_id,
        "member__branch": member.branch_id,
        "member__status": member.status,
        "opted_out": is_opted_out,
    }
    return _birthday(row, day, rules) if day else None


def _rows(
    start: date, end: date, ranges: tuple[Range, ...] | None, rules: Reckoning
) -> Iterator[dict[str, Any]]:
    """People and where they were on the last day of a month from ``start`` to ``end``. One query."""
    last = month_of(end).end
    spells = MembershipSpell.objects.filter(
        _falls_between(start, end, rules),
        overlaps(start, last),
        overlaps(start, last, "member__statuses__"),
        member__statuses__status__in=ON_ROSTER,
        kind=MembershipSpell.Kind.BELONGING,
    )
    if ranges is not None:
        spells = spells.filter(within("branch_path", ranges))
    opted_out = GreetingOptOut.objects.open().filter(member=OuterRef("member"))
    yield from spells.annotate(opted_out=Exists(opted_out)).values(
        "since",
        "until",
        "branch",
        "branch__short_name",
        "branch__code",
        "branch_path",
        "member",
        "member__number",
        "member__name",
        "member__joined_on",
        "member__full_on",
        "member__account",
        "member__branch",
        "member__status",
        "member__statuses__since",
        "member__statuses__until",
        "opted_out",
    )


def _birthdays_of(row: dict[str, Any], start: date, end: date, rules: Reckoning) -> Iterator[Birthday]:
    since, _ = rules.counts_from(row["member__joined_on"], row["member__full_on"])
    for day in _anniversaries(since, start, end, rules):
        if _was_here(row, day):
            yield _birthday(row, day, rules)


def _birthday(row: dict[str, Any], day: date, rules: Reckoning) -> Birthday:
    joined_on, full_on = row["member__joined_on"], row["member__full_on"]
    since, basis = rules.counts_from(joined_on, full_on)
    age = rules.whole_years(full_on, day) if full_on and full_on <= day else None
    return Birthday(
        member_id=row["member"],
        member_number=row["member__number"],
        name=row["member__name"],
        branch_id=row["branch"],
        branch_name=row["branch__short_name"],
        branch_code=row["branch__code"],
        branch_path=row["branch_path"],
        joined_on=joined_on,
        full_on=full_on,
        basis=basis,
        day=day,
        years=day.year - since.year if since else 0,
        joined_years=rules.whole_years(joined_on, day) if joined_on else None,
        age=age,
        is_milestone=age in MILESTONES and anniversary(full_on, day.year, rules.feb29) == day,
        is_probationary=row["member__status"] == StatusPeriod.Status.PROBATIONARY,
        has_account=row["member__account"] is not None,
        is_opted_out=row["opted_out"],
        stays=row["member__branch"] == row["branch"] and row["member__status"] in ON_ROSTER,
    )


def _milestones_of(row: dict[str, Any], start: date, end: date, rules: Reckoning) -> Iterator[Milestone]:
    full_on = row["member__full_on"]
    for day in _anniversaries(full_on, start, end, rules):
        years = day.year - full_on.year
        if years in MILESTONES and _was_here(row, day):
            yield Milestone(
                member_id=row["member"],
                member_number=row["member__number"],
                name=row["member__name"],
                branch_id=row["branch"],
                branch_name=row["branch__short_name"],
                branch_path=row["branch_path"],
                full_on=full_on,
                day=day,
                years=years,
            )


def _anniversaries(since: date | None, start: date, end: date, rules: Reckoning) -> Iterator[date]:
    """Those of ``since`` within the days, the first a year after it."""
    if since is None:
        return
    for year in sorted({start.year, end.year}):
        day = anniversary(since, year, rules.feb29)
        if start <= day <= end and year > since.year:
            yield day


def _was_here(row: dict[str, Any], day: date) -> bool:
    """Do spell and status both hold on the last day of the month of ``day``?"""
    last = month_of(day).end
    return all(
        row[f"{prefix}since"] <= last and (row[f"{prefix}until"] is None or row[f"{prefix}until"] >= last)
        for prefix in ("", "member__statuses__")
    )


def _falls_between(start: date, end: date, rules: Reckoning) -> Q:
    """Dates that may come round between the two days, as an index can answer it."""
    days = {start + timedelta(days=offset) for offset in range((end - start).days + 1)}
    wanted = {(day.month, day.day) for day in days}
    if wanted & {(2, 28), (3, 1)}:
        wanted.add((2, 29))
    by_month: dict[int, list[int]] = {}
    for month, number in sorted(wanted):
        by_month.setdefault(month, []).append(number)
    years = {year - age for year in (start.year, end.year) for age in MILESTONES}
    condition = _on("member__joined_on", by_month) | _on("member__full_on", by_month) & Q(
        member__full_on__year__in=years
    )
    return condition | _on("member__full_on", by_month) if rules.basis == FROM_FULL else condition


def _on(field: str, by_month: dict[int, list[int]]) -> Q:
    conditions = [
        Q(**{f"{field}__month": month, f"{field}__day__in": numbers}) for month, numbers in by_month.items()
    ]
    return reduce(or_, conditions)
