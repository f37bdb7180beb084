"""Duties: what a rule expects of each branch in each sub-period, and how far it is met. Set-based, nine queries.

A duty is looked at from a day (``today``): what is due in its last days is *due*, what has passed unmet is
*overdue*. The denominator comes first: where a rule does not apply, the duty says why.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce, TruncMonth

from branches.models import Branch, PartyGroup, Placement
from branches.scope import Range, covers, within
from lib.dated import overlaps
from lib.periods import Period
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


@dataclass(frozen=True)
class Duty:
    """One rule for one branch (or one party group of it) in one sub-period, as seen on a day."""

    rule: Rule
    period: Period
    branch_id: int
    branch_name: str
    branch_code: str
    category: str
    org_path: str
    group_id: int | None
    group_name: str
    held: int
    state: State
    reason: str

    @property
    def due_on(self) -> date:
        return self.period.end

    @property
    def opens_on(self) -> date:
        return self.rule.opens_on(self.period)

    @property
    def is_required(self) -> bool:
        return self.state not in (State.NOT_APPLICABLE, State.EXEMPT)

    @property
    def is_met(self) -> bool:
        return self.state in MET

    @property
    def is_missed(self) -> bool:
        return self.state == State.OVERDUE

    @property
    def subject(self) -> str:
        """A stable name: ``12:theme_day:2026-09`` or, for a group, ``12/3:group_meeting:2026-09``."""
        who = f"{self.branch_id}/{self.group_id}" if self.group_id else str(self.branch_id)
        return f"{who}:{self.rule.name}:{self.period.code}"

    @property
    def title(self) -> str:
        return f"{self.rule.title}（{self.group_name}）" if self.group_name else self.rule.title


class Excuse(NamedTuple):
    """Why nothing is asked in a sub-period: of no such branch, or as was agreed with this one; empty when it is."""

    paused: str
    waived: str


def evaluate(
    ranges: Sequence[Range],
    period: Period,
    today: date,
    *,
    kinds: Iterable[str] | None = None,
    ending_from: date = date.min,
    in_force: InForce | None = None,
) -> list[Duty]:
    """Every duty of the branches that stood within ``ranges`` when the sub-period ended.

    ``period`` is made of whole months; a quarterly duty is judged when its quarter lies in it, a yearly one when its
    year does. ``kinds`` are names of rules. Sub-periods that ended before ``ending_from`` are left out; ``in_force``
    are other rules than those that hold. Ordered by official order of branches, then rule, sub-period, group. The
    number of queries does not depend on the branches.
    """
    kinds = None if kinds is None else frozenset(kinds)
    branches = _facts(ranges, period)
    ids = [branch.id for branch in branches]
    groups = _groups(ids, period)
    held = _held(ids, period)
    chosen = _chosen(ids, period)
    waived = waivers.accepted_for(ids, period)
    in_force = in_force or local_duties.during(period)
    calls = [
        (rule, span, [month.start for month in span.months()])
        for rule in in_force.rules
        if kinds is None or rule.name in kinds
        for span in rule.spans(period)
        if span.end >= ending_from
    ]
    duties = []
    for branch in branches:
        for rule, sub, months in calls:
            path = branch.path_on(sub.end)
            if not covers(ranges, path) or rule.category not in ("", branch.category):
                continue
            excuse = Excuse(
                in_force.paused(rule, sub, branch.category), _waived(rule, sub, waived.get(branch.id, ()))
            )
            for group in _asked(rule, sub, groups[branch.id]):
                if group is None and rule.counts is Counts.HELD:
                    counted = [held[(branch.id, rule.kind.value, month)] for month in months]
                else:
                    counted = [chosen[(branch.id, group.pk if group else None, month)] for month in months]
                total = (sum(n for n, _ in counted), sum(t for _, t in counted))
                duties.append(_duty(rule, sub, branch, path, total, today, excuse, group))
    return duties


def _asked(rule: Rule, sub: Period, groups: Iterable[PartyGroup]) -> Sequence[PartyGroup | None]:
    """Each party group that there was in ``sub``, where the rule is for groups; else the branch itself, once."""
    if rule.applies_to is not AppliesTo.GROUP:
        return [None]
    return [group for group in groups if group.since <= sub.end and (group.until or FAR) >= sub.start]


def _duty(
    rule: Rule,
    sub: Period,
    branch: BranchFacts,
    path: str,
    held: tuple[int, int],
    today: date,
    excuse: Excuse,
    group: PartyGroup | None = None,
) -> Duty:
    number, on_time = held
    reason = excuse.paused or _why_not(rule, sub, branch, group) if number < rule.count else ""
    if number >= rule.count:
        state = State.DONE if on_time >= rule.count else State.DONE_LATE
    elif reason:
        state = State.NOT_APPLICABLE
    elif excuse.waived:
        state, reason = State.EXEMPT, excuse.waived
    elif today > sub.end:
        state = State.OVERDUE
    else:
        state = State.DUE if sub.end - today <= DUE_SOON[rule.every] else State.TODO
    return Duty(
        rule=rule,
        period=sub,
        branch_id=branch.id,
        branch_name=branch.name,
        branch_code=branch.code,
        category=branch.category,
        org_path=path,
        group_id=group.pk if group else None,
        group_name=group.name if group else "",
        held=number,
        state=state,
        reason=reason or _why(rule, sub, number, state),
    )


def _waived(rule: Rule, sub: Period, waived: Iterable[Waiver]) -> str:
    """Why it was agreed that nothing is held in the sub-period; empty when it was not."""
    for waiver in waived:
        if rule.code in waiver.codes and waiver.start <= sub.start and sub.end <= waiver.end:
            return f"上级已同意免开：{waiver.reason}"
    return ""


def _why_not(rule: Rule, sub: Period, branch: BranchFacts, group: PartyGroup | None) -> str:
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
    branches = list(standing.exclude(founded_on__gt=period.end).order_by("order_key"))
    ids = [branch.pk for branch in branches]
    places: dict[int, list[tuple[date, date, str]]] = defaultdict(list)
    rows = Placement.objects.filter(branch__in=ids).order_by("since")
    for branch_id, since, until, path in rows.values_list("branch", "since", "until", "path"):
        places[branch_id].append((since, until or FAR, path))
    peopled = {
        branch_id: (first, last)
        for branch_id, first, last in MembershipSpell.objects.filter(branch__in=ids)
        .order_by()
        .values_list("branch")
        .annotate(first=Min("since"), last=Max(Coalesce("until", FAR)))
    }
    committee: dict[int, list[tuple[date, date]]] = defaultdict(list)
    seats = Post.objects.filter(
        overlaps(period.start, period.end), branch__in=ids, title=Post.Title.COMMITTEE
    ).values_list("branch", "since", "until")
    for branch_id, since, until in seats:
        committee[branch_id].append((since, until or FAR))
    return [
        BranchFacts(
            id=branch.pk,
            name=branch.short_name,
            code=branch.code,
            category=branch.category,
            form=branch.form,
            founded_on=branch.founded_on,
            dissolved_on=branch.dissolved_on,
            places=tuple(places[branch.pk]),
            peopled=peopled.get(branch.pk),
            committee=tuple(committee[branch.pk]),
        )
        for branch in branches
    ]


def _groups(ids: list[int], period: Period) -> dict[int, list[PartyGroup]]:
    groups: dict[int, list[PartyGroup]] = defaultdict(list)
    for group in PartyGroup.objects.filter(overlaps(period.start, period.end), branch__in=ids).order_by(
        "position", "pk"
    ):
        groups[group.branch_id].append(group)
    return groups


def _held(ids: list[int], period: Period) -> dict[tuple[int, str, date], tuple[int, int]]:
    """(branch, kind, month) → (held, on time), from the tallies."""
    held: dict[tuple[int, str, date], tuple[int, int]] = defaultdict(lambda: (0, 0))
    rows = Tally.objects.filter(branch__in=ids, month__gte=period.start, month__lte=period.end)
    for branch_id, kind, month, number, on_time in rows.values_list(
        "branch", "kind", "month", "held", "on_time"
    ):
        before = held[(branch_id, kind, month)]
        held[(branch_id, kind, month)] = (before[0] + number, before[1] + on_time)
    return held


def _chosen(ids: list[int], period: Period) -> dict[tuple[int, int | None, date], tuple[int, int]]:
    """(branch, party group, month) → (held, on time), of what tallies do not tell apart: the meetings of each group;
    without a group the general meetings at which the secretary reported. One query.
    """
    valid = Activity.objects.valid().held_in(period).filter(branch__in=ids).order_by()
    groups = _by_month(valid.filter(kind=Kind.GROUP_MEETING))
    reports = _by_month(valid.filter(secretaryreport__is_given=True))
    held: dict[tuple[int, int | None, date], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for branch, group, month, number, on_time in groups.union(reports, all=True):
        held[(branch, group, month)] = (number, on_time)
    return held


def _by_month(records: QuerySet[Activity]) -> Any:
    monthly = records.annotate(month=TruncMonth("held_on")).values_list("branch", "group", "month")
    return monthly.annotate(number=Count("pk"), on_time=Count("pk", filter=Q(is_on_time=True)))
