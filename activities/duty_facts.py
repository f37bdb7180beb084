"""What duties are judged by: branches of a period, their party groups, what they held. Six queries for any number."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from branches import local, local_rules
from branches.models import Branch, PartyGroup, Placement
from branches.scope import Range, within
from lib.among import among
from lib.dated import overlaps
from lib.periods import Period
from lib.rows import plain_rows
from members.models import MembershipSpell, Post

from .kinds import Kind
from .models import Activity, Tally
from .regulations import Counts

FAR = date(9999, 12, 31)


@dataclass(frozen=True)
class BranchFacts:
    """What applicability asks of a branch. ``places`` are (since, until, path); dates are inclusive.

    ``kept_since`` is the day from which the university keeps records here, None when it said none.
    """

    id: int
    name: str
    code: str
    category: str
    form: str
    founded_on: date | None
    dissolved_on: date | None
    places: tuple[tuple[date, date, str], ...]
    peopled: tuple[date, date] | None
    committee: tuple[tuple[date, date], ...]
    kept_since: date | None

    def path_on(self, day: date) -> str:
        """The place on ``day``; before the first placement the first, after the last the last."""
        for since, until, path in self.places:
            if since <= day <= until:
                return path
        return self.places[0][2] if day < self.places[0][0] else self.places[-1][2]

    def existed_in(self, period: Period) -> bool:
        """Whether :func:`facts` names it when it is asked for ``period`` alone."""
        return (self.dissolved_on is None or self.dissolved_on > period.start) and (
            self.founded_on is None or self.founded_on <= period.end
        )


class Group(NamedTuple):
    """A party group, with its last day when it has one."""

    pk: int
    name: str
    since: date
    until: date | None


#: (held, on time) by name of the rule and month, or by month alone; months are their first days.
Held = Mapping[Any, tuple[int, int]]
NOTHING: Held = {}


def facts(ranges: Sequence[Range], period: Period) -> list[BranchFacts]:
    """The branches that existed and stood within ``ranges`` at any time of ``period``. Four queries."""
    placed = Placement.objects.during(period.start, period.end).filter(
        within("path", ranges), branch__level=Branch.Level.BRANCH
    )
    standing = Branch.objects.filter(pk__in=placed.values("branch")).exclude(dissolved_on__lte=period.start)
    standing = standing.exclude(founded_on__gt=period.end).order_by("order_key")
    names = ("pk", "short_name", "code", "category", "form", "founded_on", "dissolved_on")
    branches = list(standing.values_list(*names, local.stored(local_rules.KEPT_SINCE)))
    ids = [pk for pk, *_ in branches]
    kept_since = local_rules.day_of(branches[0][-1]) if branches else None
    places: dict[int, list[tuple[date, date, str]]] = defaultdict(list)
    rows = Placement.objects.filter(among("branch", ids)).order_by("since")
    for branch_id, since, until, path in rows.values_list("branch", "since", "until", "path"):
        places[branch_id].append((since, until or FAR, path))
    peopled = {
        branch_id: (first, last)
        for branch_id, first, last in MembershipSpell.objects.filter(among("branch", ids))
        .order_by()
        .values_list("branch")
        .annotate(first=Min("since"), last=Max(Coalesce("until", FAR)))
    }
    committee: dict[int, list[tuple[date, date]]] = defaultdict(list)
    seats = Post.objects.filter(
        overlaps(period.start, period.end), among("branch", ids), title=Post.Title.COMMITTEE
    )
    for branch_id, since, until in seats.order_by().values_list("branch", "since", "until"):
        committee[branch_id].append((since, until or FAR))
    return [
        BranchFacts(pk, *own, tuple(places[pk]), peopled.get(pk), tuple(committee[pk]), kept_since)  # type: ignore[call-arg]
        for pk, *own, _ in branches
    ]


def groups(ids: list[int], period: Period) -> dict[int, list[Group]]:
    found: dict[int, list[Group]] = defaultdict(list)
    rows = PartyGroup.objects.filter(overlaps(period.start, period.end), among("branch", ids))
    for branch_id, *own in rows.order_by("position", "pk").values_list("branch", *Group._fields):
        found[branch_id].append(Group(*own))
    return found


def held(ids: list[int], period: Period, firsts: Mapping[str, date]) -> dict[int, Held]:
    """Branch → name of a rule and month → (held, on time), from the tallies. ``firsts`` are the first days that are
    asked about, by the name of the rule."""
    wanted = Q(pk__in=[])
    for name, first in firsts.items():
        wanted |= Q(kind=name, month__gte=first)
    rows = Tally.objects.filter(wanted, among("branch", ids), month__lte=period.end).order_by()
    found: dict[int, dict[tuple[str, date], tuple[int, int]]] = defaultdict(dict)
    for row in rows.values_list("branch", "kind", "month", "held", "on_time"):
        of_branch, key, counted = found[row[0]], row[1:3], row[3:]
        if before := of_branch.get(key):  # a branch that moved within a month has a row for each place
            counted = (before[0] + counted[0], before[1] + counted[1])
        of_branch[key] = counted
    return dict(found)


def chosen(
    ids: list[int], period: Period, firsts: Mapping[str, date]
) -> dict[int, Mapping[int | None, Held]]:
    """Branch → party group → month → (held, on time), of what tallies do not tell apart: the meetings of each group;
    without a group the general meetings at which the secretary reported. One query.
    """
    valid = Activity.objects.valid().filter(among("branch", ids), held_on__lte=period.end).order_by()

    def since(name: str, **which: object) -> Any:
        return _by_month(valid.filter(held_on__gte=firsts.get(name, FAR), **which))

    meetings = since(Kind.GROUP_MEETING.value, kind=Kind.GROUP_MEETING)
    reports = since(Counts.REPORT.value, secretaryreport__is_given=True)
    found: dict[int, dict[int | None, dict[date, tuple[int, int]]]] = defaultdict(lambda: defaultdict(dict))
    for branch, group, year, month, number, on_time in plain_rows(meetings.union(reports, all=True)):
        found[branch][group][date(int(year), int(month), 1)] = (number, on_time)
    return dict(found)


def _by_month(records: QuerySet[Activity]) -> Any:
    """Numbers for year and month: dates cut to months are read one by one by Python."""
    monthly = records.values_list("branch", "group", "held_on__year", "held_on__month")
    return monthly.annotate(number=Count("pk"), on_time=Count("pk", filter=Q(is_on_time=True)))
