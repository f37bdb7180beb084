"""What the rules ask of each branch: one row a branch, rule and period, of records and of how it is set up and led.

The rows are made of the same duties and findings as the matrix, the home page and the health list. Nobody is compared
with anybody: they stand in official order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from branches.local_rules import why_unjudged
from branches.models import Branch
from branches.scope import Range
from lib.periods import Period, month_of, quarter_of, year_of
from lib.severity import Enforcement
from members import health
from members.branch_rules import RULES, BranchRule
from members.health import Facts, Finding
from members.models import Post

from . import duties, yearly
from .agenda import taken_together
from .duties import Duty, State
from .regulations import Every

#: The look of a finding → the state of its rule, the most pressing first.
_FOUND: Final = {"late": "overdue", "due": "due", "explained": "exempt"}
_NOT_OWN: Final = "临时党支部和功能型党支部的党员，组织关系不在此，不作要求。"
_IN_ORDER: Final = "符合要求。"
_OF_TERMS: Final = frozenset({"ZB-34", "ZB-35", "RW-01", "RW-02", "RW-03", "RW-04"})
#: Who founded and who leads it: asked of branches without members of their own, too.
_OF_EVERY_FORM: Final = frozenset({"ZB-05", "ZB-31", "ZB-36"})


@dataclass(frozen=True)
class Row:
    """``branch`` is its code; ``kind`` None where the rule is not about records.

    ``required``, ``met`` and ``missed`` count sub-periods (each party group's own), or people where the rule speaks of
    people; ``held`` records. ``state`` is done, done_late, due, overdue, exempt or not_applicable; ``due_on`` the end
    of what is open first, None for how a branch is set up.
    """

    branch: str
    rule: str
    kind: str | None
    article: str
    severity: str
    period: str
    required: int
    met: int
    missed: int
    held: int
    state: str
    due_on: date | None
    reason: str


def of_period(ranges: Sequence[Range], period: Period, today: date) -> list[Row]:
    """The whole sub-periods of ``period`` as seen on ``today``; how branches were set up on its last day, or today."""
    found = duties.evaluate(ranges, period, today)
    gathered = [_of_records(together, period.code) for together in _together(found)]
    day = min(today, period.end)
    years = [year for year in period.years() if period.includes(year)]
    of_people = [row for year in years for row in _of_people(ranges, year, period.code, today)]
    return _in_official_order([*gathered, *of_people, *_of_health(ranges, day, period.code)])


def on(ranges: Sequence[Range], day: date) -> list[Row]:
    """The month, quarter or year that runs on ``day``, as seen on it; how branches are set up on it."""
    running = {Every.MONTH: month_of(day), Every.QUARTER: quarter_of(day), Every.YEAR: year_of(day)}
    found = duties.evaluate(ranges, year_of(day), day)
    current = [duty for duty in found if duty.period == running[duty.rule.every]]
    gathered = [_of_records(together, together[0].period.code) for together in _together(current)]
    year = year_of(day)
    of_people = _of_people(ranges, year, year.code, day)
    return _in_official_order([*gathered, *of_people, *_of_health(ranges, day, day.isoformat())])


def _together(found: Iterable[Duty]) -> Iterable[list[Duty]]:
    """The duties of one branch under one rule."""
    gathered: dict[tuple[int, str], list[Duty]] = defaultdict(list)
    for duty in found:
        gathered[duty.branch_id, duty.rule.code].append(duty)
    return gathered.values()


def _of_records(found: Sequence[Duty], period: str) -> Row:
    rule = found[0].rule
    state = taken_together(found)
    waiting = [duty.due_on for duty in found if duty.is_required and not duty.is_met]
    return Row(
        branch=found[0].branch_code,
        rule=rule.code,
        kind=rule.kind.value,
        article=rule.article,
        severity=rule.severity.value,
        period=period,
        required=sum(duty.is_required for duty in found),
        met=sum(duty.is_met for duty in found),
        missed=sum(duty.is_missed for duty in found),
        held=sum(duty.held for duty in found),
        # What may still be done is due, pressing or not.
        state=(State.DUE if state is State.TODO else state).value,
        due_on=min(waiting, default=found[-1].due_on),
        reason="".join(dict.fromkeys(duty.reason for duty in found if duty.state is state)),
    )


def _of_people(ranges: Sequence[Range], year: Period, period: str, today: date) -> Iterator[Row]:
    """What the year asks of people, as far as anybody owes something."""
    counts = yearly.counted(ranges, year.start.year, today)
    codes = dict(Branch.objects.filter(pk__in={pk for pk, _ in counts}).values_list("pk", "code"))
    unjudged = why_unjudged(year.start.year)
    for (pk, code), count in counts.items():
        rule = yearly.RULES[code]
        found = yearly.standing(rule, count, is_over=year.is_over(today), unjudged=unjudged)
        yield Row(
            branch=codes[pk],
            rule=code,
            kind=None,
            article=rule.article,
            severity=rule.severity.value,
            period=period,
            required=found.required,
            met=found.met,
            missed=found.missed,
            held=0,
            state=found.state.value,
            due_on=year.end,
            reason=found.reason,
        )


def _of_health(ranges: Sequence[Range], day: date, period: str) -> Iterator[Row]:
    """Every duty of how an organisation is set up and led. Five queries."""
    everywhere = health.facts_of(ranges, day)
    findings = [finding for facts in everywhere for finding in health.judge(facts, day)]
    by_rule: dict[tuple[int, str], list[Finding]] = defaultdict(list)
    for finding in health.explained(findings, ranges, day):
        by_rule[finding.branch.pk, finding.rule.code].append(finding)
    for facts in everywhere:
        for rule in _duties_of(facts.branch):
            yield _of_rule(facts, rule, by_rule[facts.branch.pk, rule.code], period)


def _duties_of(branch: Branch) -> list[BranchRule]:
    """Those that are looked for: a branch's own rules, but for what its people owe in a year; or of what stands above
    the branches its term.
    """
    if not branch.is_leaf:
        return [RULES[code] for code in ("RW-04" if branch.is_college else "RW-01", "RW-02", "RW-03")]
    own = [rule for rule in RULES.values() if rule.code.startswith("ZB-") and rule.code not in yearly.RULES]
    return [rule for rule in own if Enforcement.DUTY in rule.enforced]


def _of_rule(facts: Facts, rule: BranchRule, found: Sequence[Finding], period: str) -> Row:
    states = [_FOUND[finding.state] for finding in found]
    state = next((each for each in _FOUND.values() if each in states), "done")
    reason = "".join(finding.text for finding in found) or _IN_ORDER
    if not found and (why := _why_not(facts, rule.code)):
        state, reason = "not_applicable", why
    return Row(
        branch=facts.branch.code,
        rule=rule.code,
        kind=None,
        article=rule.article,
        severity=rule.severity.value,
        period=period,
        required=int(state not in ("exempt", "not_applicable")),
        met=int(state == "done"),
        missed=int(state == "overdue"),
        held=0,
        state=state,
        due_on=facts.term.until if facts.term and rule.code in health.rules_of_due(facts.branch) else None,
        reason=reason,
    )


def _why_not(facts: Facts, code: str) -> str:
    """Why a rule of which nothing was found asks nothing here; empty when it is met."""
    if not facts.has_own_members and code not in _OF_EVERY_FORM:
        return _NOT_OWN
    if code == "ZB-05":
        return "" if facts.paper else "支部簿启用以前成立，没有登记批复。"
    if facts.branch.is_leaf and not facts.members:
        return "名册上没有党员，不作要求。"
    if code == "ZB-30" and not facts.posts[Post.Title.COMMITTEE]:
        return "未设支委会，不作要求。"
    if code == "ZB-36" and facts.secretary is None:
        return "没有登记现任书记。"
    return "没有登记任期。" if code in _OF_TERMS and facts.term is None else ""


def _in_official_order(rows: Sequence[Row]) -> list[Row]:
    codes = {row.branch for row in rows}
    keys = dict(Branch.objects.filter(code__in=codes).values_list("code", "order_key"))
    return sorted(rows, key=lambda row: (keys[row.branch], row.rule))
