"""Duties: what a rule expects of each branch in each sub-period, and how far it is met. Set-based, nine queries.

A duty is looked at from a day (``today``): what is due in its last days is *due*, what has passed unmet is
*overdue*. The denominator comes first: where a rule does not apply, the duty says why.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, timedelta
from enum import StrEnum
from operator import itemgetter
from typing import Any, NamedTuple

from branches import local_rules
from branches.models import Branch
from branches.scope import Range, covers
from lib.memory import uncollected
from lib.periods import Period

from . import duty_facts, local_duties, waivers
from .duty_facts import FAR, NOTHING, BranchFacts, Group, Held
from .local_duties import InForce
from .models import Waiver
from .regulations import AppliesTo, Counts, Every, Rule

#: How long before its end an open duty is pressing.
DUE_SOON = {Every.MONTH: timedelta(days=7), Every.QUARTER: timedelta(days=7), Every.YEAR: timedelta(days=31)}


class State(StrEnum):
    DONE = "done"
    DONE_LATE = "done_late"
    DUE = "due"
    TODO = "todo"
    OVERDUE = "overdue"
    EXEMPT = "exempt"
    NOT_APPLICABLE = "not_applicable"

    #: That of its text: an enumeration's own is made in Python, for each duty that is counted.
    __hash__ = str.__hash__


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
NOT_ASKED = frozenset({State.NOT_APPLICABLE, State.EXEMPT})


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
    def number(self) -> int:
        """One of its kind: whoever counts a :class:`Lot` counts duties, too."""
        return 1

    @property
    def is_required(self) -> bool:
        return self.state not in NOT_ASKED

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


class Lot(NamedTuple):
    """So many duties of one rule that are in one state in one sub-period: figures count, and ask no branch its name."""

    rule: Rule
    period: Period
    state: State
    number: int

    @property
    def due_on(self) -> date:
        return self.period.end

    @property
    def is_required(self) -> bool:
        return self.state not in NOT_ASKED

    @property
    def is_met(self) -> bool:
        return self.state in MET

    @property
    def is_missed(self) -> bool:
        return self.state == State.OVERDUE


_RULE_PERIOD_STATE = itemgetter(*map(Duty._fields.index, Lot._fields[:3]))


def lots(found: Iterable[Duty]) -> tuple[Lot, ...]:
    """``found`` counted, each lot where its first duty stood."""
    counted = Counter(map(_RULE_PERIOD_STATE, found))
    return tuple(Lot._make((*what, number)) for what, number in counted.items())


def numbers(found: Iterable[Lot], name: Callable[[Lot], str]) -> Counter[str]:
    """How many duties there are of each name."""
    counted: Counter[str] = Counter()
    for lot in found:
        counted[name(lot)] += lot.number
    return counted


def branches_of(found: Iterable[Duty]) -> Iterator[BranchFacts]:
    """Whose duties ``found`` are, in order, as :func:`evaluate` gives them."""
    branch = None
    for duty in found:
        if duty[2] is not branch:
            branch = duty[2]
            yield branch


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


def none_whole(rule: Rule, sub: Period) -> bool:
    return False


@uncollected()
def evaluate(
    ranges: Sequence[Range],
    period: Period,
    today: date,
    *,
    kinds: Iterable[str] | None = None,
    ending_from: date = date.min,
    in_force: InForce | None = None,
    only: frozenset[State] = ALL,
    whole: Callable[[Rule, Period], bool] = none_whole,
) -> list[Duty]:
    """Every duty of the branches that stood within ``ranges`` when the sub-period ended.

    ``period`` is made of whole months; a quarterly duty is judged when its quarter lies in it, a yearly one when its
    year does. ``kinds`` are names of rules. Sub-periods that ended before ``ending_from`` are left out; ``in_force``
    are other rules than those that hold; ``only`` are the states that are wanted, but of rules and sub-periods of
    which ``whole`` says so, of which all are. In the official order of branches, then rule, sub-period, group. The
    number of queries does not depend on the branches.
    """
    in_force = in_force or local_duties.during(period)
    calls = _calls(in_force, period, today, None if kinds is None else frozenset(kinds), ending_from)
    wanted = [(call, ALL if whole(call.rule, call.span) else only) for call in calls]
    if only <= OPEN:
        wanted = [(call, states) for call, states in wanted if states is ALL or call.if_open in states]
    branches = duty_facts.facts(ranges, period)
    ids, firsts = [branch.id for branch in branches], _firsts(call for call, _ in wanted)
    groups = duty_facts.groups(ids, period)
    held = duty_facts.held(ids, period, firsts)
    chosen = duty_facts.chosen(ids, period, firsts)
    waived = waivers.accepted_for(ids, period)
    by_category = {
        category: [
            (call, states, in_force.paused(call.rule, call.span, category))
            for call, states in wanted
            if call.rule.category in ("", category)
        ]
        for category in {branch.category for branch in branches}
    }
    duties: list[Duty] = []
    for branch in branches:
        inside = {path for _, _, path in branch.places if covers(ranges, path)}
        records = Records(
            held.get(branch.id, NOTHING),
            chosen.get(branch.id, {}),
            groups.get(branch.id, ()),
            waived.get(branch.id, ()),
        )
        duties += _of_branch(branch, inside, by_category[branch.category], records)
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
    calls: Iterable[tuple[Call, frozenset[State], str]],
    records: Records,
) -> Iterator[Duty]:
    """What is asked of it while it stood in one of the places ``inside``; each call with the states that are wanted and
    why it is paused, if so."""
    path = branch.places[0][2]
    has_moved = len(branch.places) > 1
    for (rule, sub, counted_by, is_tallied, is_for_groups, if_open), states, paused in calls:
        if has_moved:
            path = branch.path_on(sub.end)
        if path not in inside:
            continue
        for group in _within(sub, records.groups) if is_for_groups else _ITSELF:
            counted = records.tallied if is_tallied else records.chosen.get(group and group.pk, NOTHING)
            number, on_time = (
                counted.get(counted_by[0], _NONE) if len(counted_by) == 1 else _total(counted, counted_by)
            )
            if number >= rule.count:
                state, excuse = _DONE if on_time >= rule.count else _DONE_LATE
            elif excuse := paused or _why_not(rule, sub, branch, group):
                state = State.NOT_APPLICABLE
            else:
                excuse = _waived(rule, sub, records.waived)
                state = State.EXEMPT if excuse else if_open
            if states is ALL or state in states:
                yield _MAKE(Duty, (rule, sub, branch, path, group, number, state, excuse))


#: ``Duty._make`` without counting the fields of each once more.
_MAKE = tuple.__new__
#: What is held has no excuse. Named once: an enumeration is asked for its members a hundred thousand times else.
_DONE, _DONE_LATE = (State.DONE, ""), (State.DONE_LATE, "")


_NONE = (0, 0)


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


def _firsts(calls: Iterable[Call]) -> dict[str, date]:
    """The first day that is asked about, by what a rule counts."""
    firsts: dict[str, date] = {}
    for call in calls:
        name, start = call.rule.name, call.span.start
        firsts[name] = min(start, firsts.get(name, start))
    return firsts


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
    if unjudged := local_rules.not_judged(branch.kept_since, rule.opens_on(sub), sub.end):
        return unjudged
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
