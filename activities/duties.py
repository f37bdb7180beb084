"""Duties: what a rule expects of each branch in each sub-period, and how far it is met. Set-based, nine queries.

A duty is looked at from a day (``today``): what is due in its last days is *due*, what has passed unmet is
*overdue*. The denominator comes first: where a rule does not apply, the duty says why.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from branches.models import Branch, PartyGroup, Placement
from branches.scope import Range, covers, within
from lib.among import among
from lib.dated import overlaps
from lib.periods import Period
from lib.rows import plain_rows
from members.models import MembershipSpell, Post

from . import local_duties, waivers
from .kinds import Kind
from .local_duties import InForce
from .models import Activity, Tally, Waiver
from .regulations import AppliesTo, Counts, Every, Rule

#: How long before its end an open duty is pressing.
DUE_SOON = {Every.MONTH: timedelta(days=7), Every.QUARTER: timedelta(days=7), Every.YEAR: timedelta(days=31)}
FAR = date(9999, 12, 31)


class State(StrEnum):
    DONE = "done"
    DONE_LATE = "done_late"
    DUE = "due"
    TODO = "todo"
    OVERDUE = "overdue"
    EXEMPT = "exempt"
    NOT_APPLICABLE = "not_applicable"


STATE_LABELS = {
    State.DONE: "已完成",
    State.DONE_LATE: "已完成（补记）",
    State.DUE: "即将到期",
    State.TODO: "未到期",
    State.OVERDUE: "逾期未开",
    State.EXEMPT: "已同意免开",
    State.NOT_APPLICABLE: "不适用",
}
MET = frozenset({State.DONE, State.DONE_LATE})
OPEN = frozenset({State.DUE, State.TODO, State.OVERDUE})
#: What somebody is told of.
PRESSING = frozenset({State.DUE, State.OVERDUE})
ALL = frozenset(State)
_NOT_ASKED = frozenset({State.NOT_APPLICABLE, State.EXEMPT})


@dataclass(frozen=True)
class BranchFacts:
    """What applicability asks of a branch. ``places`` are (since, until, path); dates are inclusive."""

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

    def path_on(self, day: date) -> str:
        """The place on ``day``; before the first placement the first, after the last the last."""
        for since, until, path in self.places:
            if since <= day <= until:
                return path
        return self.places[0][2] if day < self.places[0][0] else self.places[-1][2]


class Group(NamedTuple):
    """A party group, with its last day when it has one."""

    pk: int
    name: str
    since: date
    until: date | None


class Duty(NamedTuple):
    """One rule for one branch (or one party group of it) in one sub-period, as seen on a day.

    A tuple that makes its words when they are asked for: a province has millions, and nearly all are done.
    """

    rule: Rule
    period: Period
    branch: BranchFacts
    org_path: str
    group: Group | None
    held: int
    state: State
    #: Why nothing is asked; empty when something is.
    excuse: str

    @property
    def branch_id(self) -> int:
        return self.branch.id

    @property
    def branch_name(self) -> str:
        return self.branch.name

    @property
    def branch_code(self) -> str:
        return self.branch.code

    @property
    def category(self) -> str:
        return self.branch.category

    @property
    def group_id(self) -> int | None:
        return self.group.pk if self.group else None

    @property
    def group_name(self) -> str:
        return self.group.name if self.group else ""

    @property
    def reason(self) -> str:
        """Why it is in its state, in a sentence."""
        return self.excuse or _why(self.rule, self.period, self.held, self.state)

    @property
    def due_on(self) -> date:
        return self.period.end

    @property
    def opens_on(self) -> date:
        return self.rule.opens_on(self.period)

    @property
    def is_required(self) -> bool:
        return self.state not in _NOT_ASKED

    @property
    def is_met(self) -> bool:
        return self.state in MET

    @property
    def is_missed(self) -> bool:
        return self.state == State.OVERDUE

    @property
    def subject(self) -> str:
        """A stable name: ``12:theme_day:2026-09`` or, for a group, ``12/3:group_meeting:2026-09``."""
        return f"{self.who}:{self.rule.name}:{self.period.code}"

    @property
    def who(self) -> str:
        return f"{self.branch_id}/{self.group_id}" if self.group else str(self.branch_id)

    @property
    def title(self) -> str:
        return f"{self.rule.title}（{self.group_name}）" if self.group_name else self.rule.title


class Call(NamedTuple):
    """What a rule asks in one sub-period, of whichever branches.

    ``counted_by`` are the keys of what counts, of the tallies or of what they do not tell apart; ``if_open`` is the
    state of what is asked and not done.
    """

    rule: Rule
    span: Period
    counted_by: tuple[Any, ...]
    is_tallied: bool
    is_for_groups: bool
    if_open: State


#: (held, on time) by name of the rule and month, or by month alone; months are their first days.
Held = Mapping[Any, tuple[int, int]]
_NOTHING: Held = {}


def evaluate(
    ranges: Sequence[Range],
    period: Period,
    today: date,
    *,
    kinds: Iterable[str] | None = None,
    ending_from: date = date.min,
    in_force: InForce | None = None,
    only: frozenset[State] = ALL,
) -> list[Duty]:
    """Every duty of the branches that stood within ``ranges`` when the sub-period ended.

    ``period`` is made of whole months; a quarterly duty is judged when its quarter lies in it, a yearly one when its
    year does. ``kinds`` are names of rules. Sub-periods that ended before ``ending_from`` are left out; ``in_force``
    are other rules than those that hold; ``only`` are the states that are wanted. In the official order of
    branches, then rule, sub-period, group. The number of queries does not depend on the branches.
    """
    in_force = in_force or local_duties.during(period)
    calls = _calls(in_force, period, today, None if kinds is None else frozenset(kinds), ending_from)
    if only <= OPEN:
        calls = [call for call in calls if call.if_open in only]
    branches = _facts(ranges, period)
    ids = [branch.id for branch in branches]
    groups = _groups(ids, period)
    held = _held(ids, period, calls)
    chosen = _chosen(ids, period, calls)
    waived = waivers.accepted_for(ids, period)
    by_category = {
        category: [
            (call, in_force.paused(call.rule, call.span, category))
            for call in calls
            if call.rule.category in ("", category)
        ]
        for category in {branch.category for branch in branches}
    }
    duties: list[Duty] = []
    for branch in branches:
        inside = {path for _, _, path in branch.places if covers(ranges, path)}
        records = Records(
            held.get(branch.id, _NOTHING),
            chosen.get(branch.id, {}),
            groups.get(branch.id, ()),
            waived.get(branch.id, ()),
        )
        duties += _of_branch(branch, inside, by_category[branch.category], records, only)
    return duties


class Records(NamedTuple):
    """What is known of a branch: (held, on time) by rule and month, by party group and month, its groups, and what it
    need not do."""

    tallied: Held
    chosen: Mapping[int | None, Held]
    groups: Sequence[Group]
    waived: Sequence[Waiver]


def _of_branch(
    branch: BranchFacts,
    inside: Set[str],
    calls: Iterable[tuple[Call, str]],
    records: Records,
    only: frozenset[State],
) -> Iterator[Duty]:
    """What is asked of it while it stood in one of the places ``inside``; each call with why it is paused, if so."""
    for call, paused in calls:
        rule, sub, counted_by, is_tallied, is_for_groups, if_open = call
        path = branch.path_on(sub.end)
        if path not in inside:
            continue
        for group in _within(sub, records.groups) if is_for_groups else _ITSELF:
            counted = records.tallied if is_tallied else records.chosen.get(group and group.pk, _NOTHING)
            number, on_time = _total(counted, counted_by)
            if number >= rule.count:
                state, excuse = (State.DONE if on_time >= rule.count else State.DONE_LATE), ""
            elif excuse := paused or _why_not(rule, sub, branch, group):
                state = State.NOT_APPLICABLE
            else:
                excuse = _waived(rule, sub, records.waived)
                state = State.EXEMPT if excuse else if_open
            if state in only:
                yield Duty(rule, sub, branch, path, group, number, state, excuse)


def _total(counted: Held, keys: Iterable[Any]) -> tuple[int, int]:
    number = on_time = 0
    for key in keys:
        if found := counted.get(key):
            number += found[0]
            on_time += found[1]
    return number, on_time


def _calls(
    in_force: InForce, period: Period, today: date, kinds: frozenset[str] | None, ending_from: date
) -> list[Call]:
    calls = []
    for rule in in_force.rules:
        if kinds is not None and rule.name not in kinds:
            continue
        is_for_groups = rule.applies_to is AppliesTo.GROUP
        is_tallied = rule.counts is Counts.HELD and not is_for_groups
        for span in rule.spans(period):
            if span.end >= ending_from:
                months = [month.start for month in span.months()]
                counted_by = tuple((rule.name, month) for month in months) if is_tallied else tuple(months)
                if_open = _if_open(rule, span, today)
                calls.append(Call(rule, span, counted_by, is_tallied, is_for_groups, if_open))
    return calls


def _if_open(rule: Rule, sub: Period, today: date) -> State:
    if today > sub.end:
        return State.OVERDUE
    return State.DUE if sub.end - today <= DUE_SOON[rule.every] else State.TODO


def _within(sub: Period, groups: Iterable[Group]) -> list[Group]:
    """Each party group that there was in ``sub``."""
    return [group for group in groups if group.since <= sub.end and (group.until or FAR) >= sub.start]


#: A rule that is not for groups asks the branch itself, once.
_ITSELF = (None,)


def _waived(rule: Rule, sub: Period, waived: Iterable[Waiver]) -> str:
    """Why it was agreed that nothing is held in the sub-period; empty when it was not."""
    for waiver in waived:
        if rule.code in waiver.codes and waiver.start <= sub.start and sub.end <= waiver.end:
            return f"上级已同意免开：{waiver.reason}"
    return ""


def _why_not(rule: Rule, sub: Period, branch: BranchFacts, group: Group | None) -> str:
    """Why the rule does not ask anything here; empty when it does."""
    if branch.form == Branch.Form.FUNCTIONAL:
        return "功能型党支部，组织关系不在此，不作要求。"
    if rule.applies_to is AppliesTo.PEOPLED and branch.form in Branch.WITHOUT_MEMBERS:
        return "临时党支部，组织关系不在此，不作要求。"
    if branch.founded_on and branch.founded_on > rule.opens_on(sub):
        return f"{branch.founded_on:%Y-%m-%d} 成立，期间不满，不作要求。"
    if branch.dissolved_on and branch.dissolved_on <= sub.end:
        return f"{branch.dissolved_on:%Y-%m-%d} 撤销，不作要求。"
    if branch.peopled is None or branch.peopled[0] > sub.end or branch.peopled[1] < sub.start:
        return "期间没有党员，不作要求。"
    if group and (group.since > sub.start or (group.until or FAR) < sub.end):
        return "党小组期间不满，不作要求。"
    if rule.applies_to is AppliesTo.COMMITTEE and not any(
        since <= sub.end and until >= sub.start for since, until in branch.committee
    ):
        return "未设支委会，不作要求。"
    return ""


def _why(rule: Rule, sub: Period, held: int, state: State) -> str:
    if state in MET:
        belated = "，按时登记的不足应开次数，算补记" if state is State.DONE_LATE else ""
        return f"{sub.short_label}已开 {held} 次{belated}。"
    verb = "召开" if rule.title.endswith("会") else "开展"
    day = f"{sub.end.month}月{sub.end.day}日"
    left = f"还可在{day}前{verb}。" if state != State.OVERDUE else "已过期限。"
    return f"{sub.short_label}应开 {rule.count} 次，已开 {held} 次，{left}"


def _facts(ranges: Sequence[Range], period: Period) -> list[BranchFacts]:
    """The branches that existed and stood within ``ranges`` at any time of ``period``. Four queries."""
    placed = Placement.objects.during(period.start, period.end).filter(
        within("path", ranges), branch__level=Branch.Level.BRANCH
    )
    standing = Branch.objects.filter(pk__in=placed.values("branch")).exclude(dissolved_on__lte=period.start)
    standing = standing.exclude(founded_on__gt=period.end).order_by("order_key")
    names = ("pk", "short_name", "code", "category", "form", "founded_on", "dissolved_on")
    branches = list(standing.values_list(*names))
    ids = [pk for pk, *_ in branches]
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
        BranchFacts(pk, *own, tuple(places[pk]), peopled.get(pk), tuple(committee[pk]))  # type: ignore[call-arg]
        for pk, *own in branches
    ]


def _groups(ids: list[int], period: Period) -> dict[int, list[Group]]:
    groups: dict[int, list[Group]] = defaultdict(list)
    rows = PartyGroup.objects.filter(overlaps(period.start, period.end), among("branch", ids))
    for branch_id, *own in rows.order_by("position", "pk").values_list("branch", *Group._fields):
        groups[branch_id].append(Group(*own))
    return groups


def _held(ids: list[int], period: Period, calls: Iterable[Call]) -> dict[int, Held]:
    """Branch → name of a rule and month → (held, on time), from the tallies of the months that ``calls`` ask for."""
    wanted = Q(pk__in=[])
    for name, first in _firsts(calls).items():
        wanted |= Q(kind=name, month__gte=first)
    rows = Tally.objects.filter(wanted, among("branch", ids), month__lte=period.end).order_by()
    held: dict[int, dict[tuple[str, date], tuple[int, int]]] = defaultdict(dict)
    for row in rows.values_list("branch", "kind", "month", "held", "on_time"):
        of_branch, key, counted = held[row[0]], row[1:3], row[3:]
        if before := of_branch.get(key):  # a branch that moved within a month has a row for each place
            counted = (before[0] + counted[0], before[1] + counted[1])
        of_branch[key] = counted
    return dict(held)


def _firsts(calls: Iterable[Call]) -> dict[str, date]:
    """The first day that is asked about, by what a rule counts."""
    firsts: dict[str, date] = {}
    for call in calls:
        name, start = call.rule.name, call.span.start
        firsts[name] = min(start, firsts.get(name, start))
    return firsts


def _chosen(ids: list[int], period: Period, calls: Iterable[Call]) -> dict[int, Mapping[int | None, Held]]:
    """Branch → party group → month → (held, on time), of what tallies do not tell apart: the meetings of each group;
    without a group the general meetings at which the secretary reported. One query.
    """
    firsts = _firsts(calls)
    valid = Activity.objects.valid().filter(among("branch", ids), held_on__lte=period.end).order_by()

    def since(name: str, **which: object) -> Any:
        return _by_month(valid.filter(held_on__gte=firsts.get(name, FAR), **which))

    groups = since(Kind.GROUP_MEETING.value, kind=Kind.GROUP_MEETING)
    reports = since(Counts.REPORT.value, secretaryreport__is_given=True)
    chosen: dict[int, dict[int | None, dict[date, tuple[int, int]]]] = defaultdict(lambda: defaultdict(dict))
    for branch, group, year, month, number, on_time in plain_rows(groups.union(reports, all=True)):
        chosen[branch][group][date(int(year), int(month), 1)] = (number, on_time)
    return dict(chosen)


def _by_month(records: QuerySet[Activity]) -> Any:
    """Numbers for year and month: dates cut to months are read one by one by Python."""
    monthly = records.values_list("branch", "group", "held_on__year", "held_on__month")
    return monthly.annotate(number=Count("pk"), on_time=Count("pk", filter=Q(is_on_time=True)))
