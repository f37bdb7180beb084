"""What a year asks of the people of each branch: talks, study, training, lectures. Counted, never compared.

Each article speaks of persons, so ``required`` counts those of whom something is owed and ``met`` those who had it; who
they are stands on the page of each kind, not here.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from branches.models import Branch
from branches.scope import Range, within
from lib.dated import holds_on
from lib.periods import Period
from lib.severity import Severity
from members import branch_rules, coverage, rosters
from members.competence import TITLES
from members.models import ON_ROSTER, MembershipSpell, Post

from . import hours, lectures, talks
from .duties import State
from .models import ReportAbove


@dataclass(frozen=True)
class PeopleRule:
    """``deed`` completes 应…: what each of ``who`` owes in a year."""

    code: str
    title: str
    article: str
    severity: Severity
    who: str
    deed: str
    #: What else is to be said of it.
    note: str = ""


_ALL: Final = (
    PeopleRule("ZB-20", "党委书记讲党课", lectures.ARTICLE, Severity.MUST, "党委书记", "讲党课"),
    PeopleRule("ZB-27", "谈心谈话", talks.ARTICLE, Severity.NORMALLY, "党员", "谈心谈话"),
    PeopleRule(
        "ZB-37",
        "新任书记任职培训",
        f"{branch_rules.RULES['ZB-37'].article}：对新任党支部书记应当进行任职培训",
        branch_rules.RULES["ZB-37"].severity,
        "新任党支部书记",
        "参加任职培训",
    ),
    PeopleRule(
        "ZB-38",
        "书记集中轮训",
        coverage.ARTICLE,
        branch_rules.RULES["ZB-38"].severity,
        "党支部书记",
        "参加集中轮训",
    ),
    PeopleRule(
        "ZB-39-2",
        "书记向上级党组织述职",
        "支部条例第二十七条：书记每年向上级党组织和党支部党员大会述职，接受评议考核",
        Severity.MUST,
        "党支部书记",
        "向上级党组织述职",
        note="上级组织述职评议考核以后才计；在述职会议上述了职的，计在述职的年度。",
    ),
    PeopleRule("JY-01", "党员学习学时", hours.ARTICLE, Severity.NORMALLY, "党员", f"学满{hours.YEARLY}学时"),
)
RULES: Final = {rule.code: rule for rule in _ALL}
_SECRETARIES: Final = coverage.Scope(TITLES[:1], everybody=False, words="", article=coverage.ARTICLE)


@dataclass
class Count:
    """People of one organisation under one rule."""

    required: int = 0
    met: int = 0

    def add(self, *, is_met: bool) -> None:
        self.required += 1
        self.met += is_met

    def __add__(self, other: "Count") -> "Count":
        return Count(self.required + other.required, self.met + other.met)


@dataclass(frozen=True)
class Standing:
    """How a rule stands: what is left is missed once the year is over, and may still be done before.

    Of a year that is not judged those are counted who had it, and nobody is missed.
    """

    required: int
    met: int
    missed: int
    state: State
    reason: str

    @property
    def left(self) -> int:
        return self.required - self.met

    @property
    def is_judged(self) -> bool:
        return self.state is not State.NOT_APPLICABLE


def standing(rule: PeopleRule, count: Count, *, is_over: bool, unjudged: str = "") -> Standing:
    """``unjudged`` is why the year is not judged (`branches.local_rules`): then only who had it is told."""
    left = count.required - count.met
    if left and unjudged:
        return Standing(count.met, count.met, 0, State.NOT_APPLICABLE, f"{unjudged}已登记 {count.met} 人。")
    reason = f"应{rule.deed}的{rule.who} {count.required} 人，已有 {count.met} 人"
    return Standing(
        count.required,
        count.met,
        left if is_over else 0,
        State.DONE if not left else State.OVERDUE if is_over else State.DUE,
        reason + (f"，还差 {left} 人。" if left else "。"),
    )


#: (organisation, rule) → people.
Counts = Mapping[tuple[int, str], Count]


def counted(ranges: Sequence[Range], year: int, today: date) -> Counts:
    """Everybody within ``ranges`` at the end of ``year``, or on ``today``. A fixed number of queries."""
    found: dict[tuple[int, str], Count] = defaultdict(Count)
    day = min(Period.year(year).end, today)
    for branch, code, is_met in _people(tuple(ranges), year, day):
        found[branch, code].add(is_met=is_met)
    return found


def _people(ranges: tuple[Range, ...], year: int, day: date) -> Iterator[tuple[int, str, bool]]:
    """Organisation, rule, whether it is met: one for each person."""
    yield from _lectures(ranges, year)
    yield from _talks(ranges, year, day)
    yield from _inductions(ranges, year, day)
    for person in coverage.people_of(ranges, year, day, _SECRETARIES):
        yield person.branch.pk, "ZB-38", person.is_covered
    yield from _reports_above(ranges, year)
    for each in hours.of_year(ranges, year, day):
        if each.owed:
            yield each.member.branch_id, "JY-01", each.total >= each.owed


def _lectures(ranges: Sequence[Range], year: int) -> Iterator[tuple[int, str, bool]]:
    leaders = [leader for leader in lectures.leaders_of(ranges, year) if leader.owed]
    paths = {leader.path for leader in leaders}
    branches = dict(Branch.objects.filter(path__in=paths).values_list("path", "pk"))
    for leader in leaders:
        yield branches[leader.path], "ZB-20", not leader.is_short


def _inductions(ranges: Sequence[Range], year: int, day: date) -> Iterator[tuple[int, str, bool]]:
    """Secretaries whose post began in the year: once trained, in whatever branch, one is not new any more."""
    begun = Post.objects.on(day).filter(
        within("branch_path", ranges),
        title=Post.Title.SECRETARY,
        since__gte=Period.year(year).start,
        branch__level=Branch.Level.BRANCH,
    )
    new = list(begun.values_list("branch", "member"))
    inducted, _ = coverage.trained([member for _, member in new], day)
    for branch, member in new:
        yield branch, "ZB-37", member in inducted


def _reports_above(ranges: Sequence[Range], year: int) -> Iterator[tuple[int, str, bool]]:
    """Whoever an organisation above asked for his report; of two that did one is enough. One query."""
    given: dict[tuple[int, UUID], bool] = defaultdict(bool)
    rows = ReportAbove.objects.filter(within("branch_path", ranges), year=year)
    for branch, member, given_on in rows.values_list("branch", "member", "given_on"):
        given[branch, member] |= given_on is not None
    for (branch, _), is_given in given.items():
        yield branch, "ZB-39-2", is_given


@dataclass
class _Branch:
    people: list[UUID] = field(default_factory=list)
    committee: set[UUID] = field(default_factory=set)


def _talks(ranges: Sequence[Range], year: int, day: date) -> Iterator[tuple[int, str, bool]]:
    branches = _branches(ranges, day)
    everybody = {member for one in branches.values() for member in one.people}
    held = talks.Year.of_people(everybody, year)
    for pk, one in branches.items():
        here = set(one.people)
        seated = one.committee & here
        for member in one.people:
            owed = talks.owed_by(
                is_seated=member in seated, seats=len(seated), has_others=bool(here - seated)
            )
            if owed:
                yield pk, "ZB-27", owed <= held.talks_of(member).keys()


def _branches(ranges: Sequence[Range], day: date) -> dict[int, _Branch]:
    """Who belonged to each branch on ``day``, and who sat on its committee. Two queries."""
    found: dict[int, _Branch] = defaultdict(_Branch)
    spells = MembershipSpell.objects.filter(
        holds_on(day),
        holds_on(day, "member__statuses__"),
        within("branch_path", ranges),
        kind=MembershipSpell.Kind.BELONGING,
        member__statuses__status__in=ON_ROSTER,
    )
    for branch, member in spells.values_list("branch", "member").distinct():
        found[branch].people.append(member)
    seats = Post.objects.on(day).filter(branch__in=list(found), title__in=rosters.COMMITTEE_TITLES)
    for branch, member in seats.values_list("branch", "member"):
        found[branch].committee.add(member)
    return found
