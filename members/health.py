"""How branches are set up and led, held against the rules as of a date: set-based, four queries for any number."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q

from branches.models import Branch, Term
from branches.scope import Range, covering_ranges, within
from branches.terms import MOST_POSTPONED, due_date, lawful_years
from lib.dated import holds_on
from lib.periods import anniversary, months_after
from lib.severity import Severity

from .branch_rules import (
    COMMITTEE_LEAST,
    COMMITTEE_MOST,
    DEPUTIES_MOST,
    FULL_FOR_BRANCH,
    FULL_FOR_COMMITTEE,
    MOST_MEMBERS,
    REMIND_MONTHS,
    RULES,
    SECRETARY_YEARS,
    BranchRule,
)
from .models import ON_ROSTER, MembershipSpell, Post, StatusPeriod

Status = StatusPeriod.Status
Title = Post.Title


@dataclass(frozen=True)
class Secretary:
    """What the rules ask of a secretary; no name, which not everybody sees."""

    since: date
    status: str
    full_on: date | None
    reason: str


@dataclass
class Facts:
    """One organisation on a day: its own members (of one without: its guests), its posts, its running term."""

    branch: Branch
    full: int = 0
    probationary: int = 0
    posts: Counter[str] = field(default_factory=Counter)
    secretary: Secretary | None = None
    term: Term | None = None

    @property
    def members(self) -> int:
        return self.full + self.probationary

    @property
    def has_own_members(self) -> bool:
        return self.branch.form not in Branch.WITHOUT_MEMBERS

    @property
    def committee(self) -> int:
        return self.posts[Title.SECRETARY] + self.posts[Title.DEPUTY] + self.posts[Title.COMMITTEE]


@dataclass(frozen=True)
class Finding:
    """One rule that a branch does not meet, or soon will not. ``remedy`` names the page that settles it."""

    branch: Branch
    rule: BranchRule
    state: str
    text: str
    remedy: str

    @property
    def article(self) -> str:
        return self.rule.article


def facts_of(ranges: Sequence[Range], on: date) -> list[Facts]:
    """The organisations within ``ranges`` on ``on``, in official order. Four queries, however many there are."""
    rows = Branch.objects.filter(within("path", ranges)).existing_on(on).order_by("order_key")
    found = {branch.pk: Facts(branch) for branch in rows}
    _count_people(found, ranges, on)
    _count_posts(found, ranges, on)
    terms = Term.objects.filter(within("branch_path", ranges), elected_on__lte=on)
    for term in terms.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on)).order_by("elected_on"):
        if term.branch_id in found:
            found[term.branch_id].term = term
    return list(found.values())


def _count_people(found: dict[int, Facts], ranges: Sequence[Range], on: date) -> None:
    spells = MembershipSpell.objects.filter(
        holds_on(on),
        holds_on(on, "member__statuses__"),
        within("branch_path", ranges),
        member__statuses__status__in=ON_ROSTER,
    ).filter(
        Q(kind=MembershipSpell.Kind.BELONGING)
        | Q(kind=MembershipSpell.Kind.ATTENDING, branch__form__in=Branch.WITHOUT_MEMBERS)
    )
    counted = spells.order_by().values_list("branch", "member__statuses__status")
    for pk, status, number in counted.annotate(number=Count("member", distinct=True)):
        if pk in found and status == Status.FULL:
            found[pk].full += number
        elif pk in found:
            found[pk].probationary += number


def _count_posts(found: dict[int, Facts], ranges: Sequence[Range], on: date) -> None:
    rows = Post.objects.on(on).filter(within("branch_path", ranges)).order_by()
    columns = ("branch", "title", "since", "reason", "member__status", "member__full_on")
    for pk, title, since, reason, status, full_on in rows.values_list(*columns):
        if pk in found:
            found[pk].posts[title] += 1
            if title == Title.SECRETARY:
                found[pk].secretary = Secretary(since, status, full_on, reason)


def findings(ranges: Sequence[Range], on: date) -> list[Finding]:
    """Everything to be put right within ``ranges`` on ``on``, branch by branch in official order."""
    return [finding for facts in facts_of(ranges, on) for finding in judge(facts, on)]


def findings_of(branch: Branch, on: date) -> list[Finding]:
    """Those of one organisation itself, not of what stands below it."""
    if branch.is_leaf:
        return findings(covering_ranges([branch.path]), on)
    term = branch.terms.filter(elected_on__lte=on).filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))
    return judge(Facts(branch, term=term.order_by("-elected_on").first()), on)


def judge(facts: Facts, on: date) -> list[Finding]:
    """What the rules say of one organisation. Of those above the branches only the term is judged here."""
    found: list[Finding] = []
    if facts.branch.is_leaf:
        found += _size(facts)
        if facts.members or facts.committee:
            found += [*_leadership(facts), *_secretary(facts, on)]
    return found + list(_term(facts, on))


def _finding(facts: Facts, code: str, text: str, remedy: str, state: str = "") -> Finding:
    rule = RULES[code]
    by_severity = "late" if rule.severity is Severity.MUST else "due"
    return Finding(facts.branch, rule, state or by_severity, text, remedy)


def _size(facts: Facts) -> Iterator[Finding]:
    if not facts.has_own_members:
        return
    if not facts.members:
        yield _finding(facts, "ZB-06", "名册上没有党员，应当及时并入其他支部或者撤销。", "close")
    elif facts.full < FULL_FOR_BRANCH and facts.branch.form != Branch.Form.JOINT:
        text = (
            f"正式党员 {facts.full} 人，不足 {FULL_FOR_BRANCH} 人，应当与其他支部合并，或者成立联合党支部。"
        )
        yield _finding(facts, "ZB-03", text, "merge")
    if facts.members > MOST_MEMBERS:
        text = f"党员 {facts.members} 人，一般不超过 {MOST_MEMBERS} 人，可以分设支部。"
        yield _finding(facts, "ZB-02", text, "split")


def _leadership(facts: Facts) -> Iterator[Finding]:
    if not facts.posts[Title.SECRETARY]:
        yield _finding(facts, "ZB-31", "没有登记现任书记，应当及时选举或者指定。", "post")
    if not facts.has_own_members:
        return
    has_committee = facts.posts[Title.COMMITTEE] > 0
    if facts.full >= FULL_FOR_COMMITTEE and not has_committee:
        text = f"正式党员 {facts.full} 人，{FULL_FOR_COMMITTEE} 人以上应当设立支委会，还没有登记委员。"
        yield _finding(facts, "ZB-29", text, "post")
    elif facts.full < FULL_FOR_COMMITTEE and has_committee:
        text = (
            f"正式党员 {facts.full} 人，不足 {FULL_FOR_COMMITTEE} 人，只设书记和副书记，换届时不再设支委会。"
        )
        yield _finding(facts, "ZB-31", text, "posts", "due")
    elif has_committee and facts.committee < COMMITTEE_LEAST:
        text = f"支委会 {facts.committee} 人，由 {COMMITTEE_LEAST} 至 5 人组成，请补选。"
        yield _finding(facts, "ZB-30", text, "post")
    if has_committee and facts.committee > COMMITTEE_MOST:
        text = f"支委会 {facts.committee} 人，一般不超过 {COMMITTEE_MOST} 人。"
        yield _finding(facts, "ZB-30", text, "posts")
    if facts.posts[Title.DEPUTY] > DEPUTIES_MOST:
        text = f"副书记 {facts.posts[Title.DEPUTY]} 名，必要时可以设 {DEPUTIES_MOST} 名。"
        yield _finding(facts, "ZB-30", text, "posts")


def _secretary(facts: Facts, on: date) -> Iterator[Finding]:
    secretary = facts.secretary
    if secretary is None or secretary.reason:
        return
    if secretary.full_on is None and secretary.status == Status.FULL:
        yield _finding(facts, "ZB-36", "书记的转正日期没有登记，不能核对党龄。", "posts")
    elif not has_party_age(secretary.full_on, on):
        text = f"书记党龄不满 {SECRETARY_YEARS} 年，一般应当具有 {SECRETARY_YEARS} 年以上党龄，任职时没有说明理由。"
        yield _finding(facts, "ZB-36", text, "posts")


def has_party_age(full_on: date | None, on: date) -> bool:
    """At least a year on ``on`` since the person became a full member, from which 党龄 counts (发展党员细则 34)."""
    return full_on is not None and party_age_from(full_on) <= on


def party_age_from(full_on: date) -> date:
    return anniversary(full_on, full_on.year + SECRETARY_YEARS)


def _term(facts: Facts, on: date) -> Iterator[Finding]:
    if not facts.has_own_members:
        return
    term, is_leaf = facts.term, facts.branch.is_leaf
    if term is None:
        if is_leaf and facts.members:
            yield _finding(facts, "ZB-32", "没有登记任期，请补记最近一次换届。", "term")
        return
    years, article = lawful_years(facts.branch)
    if term.years > years:
        code = "ZB-32" if is_leaf else "RW-04" if facts.branch.is_college else "RW-01"
        yield _finding(facts, code, f"任期 {term.years} 年，规定一般为 {years} 年（{article}）。", "terms")
    yield from _due(facts, term, on)


def _due(facts: Facts, term: Term, on: date) -> Iterator[Finding]:
    overdue, soon = ("ZB-35", "ZB-34") if facts.branch.is_leaf else ("RW-02", "RW-03")
    until = term.postponed_to or term.due_on
    if on > until:
        since = "延期已到期" if term.postponed_to else "任期已届满"
        latest = due_date(term.due_on, MOST_POSTPONED)
        rest = "，已超过1年" if on > latest else f"；确需延期的报上级批准，最迟到 {latest:%Y-%m-%d}"
        yield _finding(facts, overdue, f"{since}（{until:%Y-%m-%d}），请尽快换届{rest}。", "term", "late")
    elif term.postponed_to and on > term.due_on:
        text = f"经批准延期到 {until:%Y-%m-%d}，请按期换届。"
        yield _finding(facts, overdue, text, "term")
    elif on >= months_after(until, -REMIND_MONTHS):
        yield _finding(facts, soon, f"任期 {until:%Y-%m-%d} 届满，请做好换届准备。", "term")
