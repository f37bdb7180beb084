"""Political birthdays (政治生日): the anniversary of joining, probationary members included.

29 February falls on 28 February in common years.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q

from branches.scope import Range, within
from lib.dated import holds_on
from lib.periods import anniversary

from .models import ON_ROSTER, MembershipSpell


@dataclass(frozen=True)
class Birthday:
    """The ``years``-th anniversary of somebody's joining, on ``day``."""

    member_number: str
    name: str
    branch_id: int
    branch_name: str
    joined_on: date
    day: date

    @property
    def years(self) -> int:
        return self.day.year - self.joined_on.year


def between(start: date, end: date, ranges: tuple[Range, ...] | None = None) -> list[Birthday]:
    """Political birthdays from ``start`` to ``end`` (at most a year) of those on the roster at ``end``. One query.

    ``ranges`` cuts to a part of the tree; None is the whole of it. Nobody has one on the day of joining itself.
    """
    spells = MembershipSpell.objects.filter(
        _falls_between(start, end),
        holds_on(end),
        holds_on(end, "member__statuses__"),
        member__statuses__status__in=ON_ROSTER,
        kind=MembershipSpell.Kind.BELONGING,
    )
    if ranges is not None:
        spells = spells.filter(within("branch_path", ranges))
    rows = spells.values_list(
        "member__number", "member__name", "branch", "branch__short_name", "member__joined_on"
    )
    found = []
    for number, name, branch_id, branch_name, joined_on in rows:
        for year in {start.year, end.year}:
            day = anniversary(joined_on, year)
            if start <= day <= end and year > joined_on.year:
                found.append(Birthday(number, name, branch_id, branch_name, joined_on, day))
    return sorted(found, key=lambda birthday: (birthday.day, birthday.branch_id, birthday.member_number))


def _falls_between(start: date, end: date) -> Q:
    """Joining dates whose month and day occur between the two days, as an index can answer it."""
    days = {start + timedelta(days=offset) for offset in range((end - start).days + 1)}
    wanted = {(day.month, day.day) for day in days}
    if (2, 28) in wanted:
        wanted.add((2, 29))
    by_month: dict[int, list[int]] = {}
    for month, day in sorted(wanted):
        by_month.setdefault(month, []).append(day)
    conditions = [
        Q(member__joined_on__month=month, member__joined_on__day__in=numbers)
        for month, numbers in by_month.items()
    ]
    return reduce(or_, conditions)
