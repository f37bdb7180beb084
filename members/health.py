"""How branches are set up and led, held against the rules as of a date: set-based, ten queries for any number."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import Count, Min
from django.utils import timezone

from accounts.models import AuditEntry
from branches import terms
from branches.models import Branch, Term
from branches.scope import Range, covering_ranges, within, within_sql
from branches.terms import MOST_POSTPONED, due_date, lawful_years
from lib.dated import holds_on, holds_on_sql
from lib.periods import anniversary
from lib.rows import fetch
from lib.severity import Severity

from . import coverage
from .branch_rules import (
    COMMITTEE_LEAST,
    COMMITTEE_MOST,
    DEPUTIES_MOST,
    FULL_FOR_BRANCH,
    FULL_FOR_COMMITTEE,
    MOST_MEMBERS,
    ROTATION_USUAL_FROM,
    RULES,
    SECRETARY_YEARS,
    BranchRule,
)
from .models import ON_ROSTER, Circumstance, Explanation, MembershipSpell, Post, SetUpPaper, StatusPeriod

Status = StatusPeriod.Status
Kind = MembershipSpell.Kind
Title = Post.Title


@dataclass(frozen=True)
class Secretary:
    """What the rules ask of a secretary; no name, which not everybody sees."""

    since: date
    status: str
    full_on: date | None
    reason: str
    is_inducted: bool = True
    is_rotated: bool = True


@dataclass
class Facts:
    """One organisation on a day: its own members (of one without: its guests), its posts, its running term."""

    branch: Branch
    full: int = 0
    probationary: int = 0
    posts: Counter[str] = field(default_factory=Counter)
    secretary: Secretary | None = None
    term: Term | None = None
    #: Whose contact was lost, and who lives elsewhere without a transfer.
    lost: int = 0
    floating: int = 0
    #: On what it was founded, and whether that was while this book was kept.
    paper: SetUpPaper | None = None
    is_of_the_book: bool = False
    #: Titles of which a post says why it is an exception.
    reasoned: set[str] = field(default_factory=set)

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
    """One rule that a branch does not meet, or soon will not. ``remedy`` names the page that settles it.

    What a text words with 一般 has a ``subject`` that a reason may be given for, and a ``size`` that says how far it
    goes; ``explanation`` is what was said of it so far.
    """

    branch: Branch
    rule: BranchRule
    state: str
    text: str
    remedy: str
    subject: str = ""
    size: int = 0
    explanation: Explanation | None = None

    @property
    def article(self) -> str:
        return self.rule.article

    @property
    def is_explainable(self) -> bool:
        return bool(self.subject)

    @property
    def is_explained(self) -> bool:
        return self.explanation is not None and self.explanation.is_accepted


def facts_of(ranges: Sequence[Range], on: date) -> list[Facts]:
    """The organisations within ``ranges`` on ``on``, in official order. Nine queries, however many there are."""
    rows = Branch.objects.filter(within("path", ranges)).existing_on(on).order_by("order_key")
    found = {branch.pk: Facts(branch) for branch in rows}
    _count_people(found, ranges, on)
    _count_posts(found, ranges, on)
    _find_terms(found, ranges, on)
    _count_away(found, ranges, on)
    _find_papers(found, ranges)
    return list(found.values())


#: In SQL: by way of the people, as Django goes from spells to statuses, it costs twice as much; so it does to look for
#: who is there twice, which only guests are.
_PEOPLE = """
SELECT spell.branch_id, held.status, COUNT({counted})
FROM members_membershipspell spell
JOIN members_statusperiod held ON held.member_id = spell.member_id
JOIN branches_branch unit ON unit.id = spell.branch_id
WHERE held.status IN (%s, %s) AND {on_the_day} AND {places} AND {kind}
GROUP BY spell.branch_id, held.status
"""


def _count_people(found: dict[int, Facts], ranges: Sequence[Range], on: date) -> None:
    """Whoever belongs to it; of one without members of its own also who takes part, everybody once."""
    places, ends = within_sql("spell.branch_path", ranges)
    on_the_day, days = holds_on_sql(("spell", "held"), on)
    forms = [form.value for form in Branch.WITHOUT_MEMBERS]
    guested = f"unit.form IN ({', '.join(['%s'] * len(forms))})"
    belonging, attending = Kind.BELONGING.value, Kind.ATTENDING.value
    parts = (
        ("*", f"spell.kind = %s AND NOT {guested}", [belonging, *forms]),
        ("DISTINCT spell.member_id", f"spell.kind IN (%s, %s) AND {guested}", [belonging, attending, *forms]),
    )
    asked, parameters = [], []
    for counted, kind, own in parts:
        asked.append(_PEOPLE.format(counted=counted, on_the_day=on_the_day, places=places, kind=kind))
        parameters += [*map(str, ON_ROSTER), *days, *ends, *own]
    for pk, status, number in fetch(" UNION ALL ".join(asked), parameters):
        if pk in found and status == Status.FULL:
            found[pk].full += number
        elif pk in found:
            found[pk].probationary += number


def _count_posts(found: dict[int, Facts], ranges: Sequence[Range], on: date) -> None:
    rows = Post.objects.on(on).filter(within("branch_path", ranges)).order_by()
    secretaries = rows.filter(title=Title.SECRETARY, branch__level=Branch.Level.BRANCH)
    inducted, rotated = coverage.trained(secretaries.values("member"), on)
    columns = ("branch", "title", "since", "reason", "member", "member__status", "member__full_on")
    for pk, title, since, reason, member, status, full_on in rows.values_list(*columns):
        if pk in found:
            found[pk].posts[title] += 1
            if reason:
                found[pk].reasoned.add(title)
            if title == Title.SECRETARY:
                found[pk].secretary = Secretary(
                    since, status, full_on, reason, member in inducted, member in rotated
                )


def _count_away(found: dict[int, Facts], ranges: Sequence[Range], on: date) -> None:
    """Of whoever belongs there today."""
    rows = Circumstance.objects.filter(
        holds_on(on), within("member__branch_path", ranges), member__status__in=ON_ROSTER
    )
    counted = rows.filter(kind__in=(Circumstance.Kind.LOST, Circumstance.Kind.FLOATING)).order_by()
    for pk, kind, number in counted.values_list("member__branch", "kind").annotate(number=Count("pk")):
        if pk in found and kind == Circumstance.Kind.LOST:
            found[pk].lost = number
        elif pk in found:
            found[pk].floating = number


def _find_terms(found: dict[int, Facts], ranges: Sequence[Range], on: date) -> None:
    for term in terms.running_on(on, Term.objects.filter(within("branch_path", ranges))):
        if term.branch_id in found:
            found[term.branch_id].term = term


def _find_papers(found: dict[int, Facts], ranges: Sequence[Range]) -> None:
    """The book began with the first entry of its trail."""
    first = AuditEntry.objects.aggregate(first=Min("at"))["first"]
    began = timezone.localdate(first) if first else None
    for facts in found.values():
        founded_on = facts.branch.founded_on
        facts.is_of_the_book = bool(began and founded_on and founded_on > began)
    for paper in SetUpPaper.objects.filter(within("branch_path", ranges), deed=SetUpPaper.Deed.FOUNDED):
        if paper.branch_id in found:
            found[paper.branch_id].paper = paper


def findings(ranges: Sequence[Range], on: date) -> list[Finding]:
    """Everything to be put right or explained within ``ranges`` on ``on``, branch by branch in official order."""
    return explained([one for facts in facts_of(ranges, on) for one in judge(facts, on)], ranges, on)


def open_findings(ranges: Sequence[Range], on: date) -> list[Finding]:
    """Those without an accepted reason."""
    return [one for one in findings(ranges, on) if not one.is_explained]


def findings_of(branch: Branch, on: date) -> list[Finding]:
    """Those of one organisation itself, not of what stands below it."""
    if branch.is_leaf:
        return findings(covering_ranges([branch.path]), on)
    found = judge(Facts(branch, term=terms.running_on(on, branch.terms.all()).last()), on)
    return explained(found, covering_ranges([branch.path]), on)


def explained(found: Sequence[Finding], ranges: Sequence[Range], on: date) -> list[Finding]:
    """``found`` with the latest that was said of each, as long as the branch went no further since. One query."""
    rows = Explanation.objects.filter(within("branch_path", ranges)).standing_on(on)
    latest = {(row.branch_id, row.subject): row for row in rows.select_related("by", "answered_by")}
    return [_explained(one, latest.get((one.branch.pk, one.subject))) for one in found]


def _explained(finding: Finding, row: Explanation | None) -> Finding:
    if row is None or finding.size > row.size:
        return finding
    return replace(finding, explanation=row, state="explained" if row.is_accepted else finding.state)


def judge(facts: Facts, on: date) -> list[Finding]:
    """What the rules say of one organisation. Of those above the branches only the term is judged here."""
    found: list[Finding] = []
    if facts.branch.is_leaf:
        found += [*_papers(facts, on), *_size(facts)]
        if facts.members or facts.committee:
            found += [*_leadership(facts), *_secretary(facts, on), *_training(facts, on)]
    return found + list(_term(facts, on))


def _finding(
    facts: Facts, code: str, text: str, remedy: str, state: str = "", *, subject: str = "", size: int = 0
) -> Finding:
    rule = RULES[code]
    by_severity = "late" if rule.severity is Severity.MUST else "due"
    return Finding(facts.branch, rule, state or by_severity, text, remedy, subject, size)


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
        yield _finding(facts, "ZB-02", text, "split", subject="members", size=facts.members)


def _papers(facts: Facts, on: date) -> Iterator[Finding]:
    """What is missing is said of branches founded while the book was kept; a slow approval for a year, not as late."""
    paper = facts.paper
    if paper is None:
        if facts.is_of_the_book:
            text = f"{facts.branch.founded_on} 成立，还没有登记批复文号和日期。"
            yield _finding(facts, "ZB-05", text, "papers", "due")
        return
    if facts.is_of_the_book and paper.filed_on is None:
        text = f"批复（{paper.number}）已登记，还没有登记报上级组织部门备案的日期。"
        yield _finding(facts, "ZB-05", text, "papers", "due")
    if paper.is_slow and on < anniversary(paper.approved_on, paper.approved_on.year + 1):
        text = f"{paper.requested_on} 请示，{paper.approved_on} 批复，一般不超过1个月。"
        subject = f"approval-{paper.approved_on:%Y%m%d}"
        yield _finding(facts, "ZB-05", text, "papers", "due", subject=subject)


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
    yield from _too_many(facts)


def _too_many(facts: Facts) -> Iterator[Finding]:
    """More than is usual, where no post says why it is an exception."""
    committee, deputies = facts.committee, facts.posts[Title.DEPUTY]
    is_reasoned = not facts.reasoned.isdisjoint((Title.COMMITTEE, Title.DEPUTY))
    if facts.posts[Title.COMMITTEE] and committee > COMMITTEE_MOST and not is_reasoned:
        text = f"支委会 {committee} 人，一般不超过 {COMMITTEE_MOST} 人。"
        yield _finding(facts, "ZB-30", text, "posts", subject="committee", size=committee)
    if deputies > DEPUTIES_MOST and Title.DEPUTY not in facts.reasoned:
        text = f"副书记 {deputies} 名，必要时可以设 {DEPUTIES_MOST} 名。"
        yield _finding(facts, "ZB-30", text, "posts", subject="deputies", size=deputies)


def _secretary(facts: Facts, on: date) -> Iterator[Finding]:
    secretary = facts.secretary
    if secretary is None or secretary.reason:
        return
    if secretary.full_on is None and secretary.status == Status.FULL:
        yield _finding(facts, "ZB-36", "书记的转正日期没有登记，不能核对党龄。", "posts")
    elif not has_party_age(secretary.full_on, on):
        text = f"书记党龄不满 {SECRETARY_YEARS} 年，一般应当具有 {SECRETARY_YEARS} 年以上党龄，任职时没有说明理由。"
        yield _finding(facts, "ZB-36", text, "posts", subject=f"secretary-{secretary.since:%Y%m%d}")


def _training(facts: Facts, on: date) -> Iterator[Finding]:
    """The text names no day: within the year it is said, and never held to be late."""
    secretary = facts.secretary
    if secretary is None or not facts.branch.is_leaf:
        return
    if secretary.since.year == on.year and not secretary.is_inducted:
        text = f"书记 {secretary.since:%Y-%m-%d} 任职，还没有登记任职培训。"
        yield _finding(facts, "ZB-37", text, "training", "due")
    if on.month >= ROTATION_USUAL_FROM and not secretary.is_rotated:
        text = f"{on.year}年还没有登记书记参加集中轮训，每年应当至少1次。"
        yield _finding(facts, "ZB-38", text, "training", "due")


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
        text = f"任期 {term.years} 年，规定一般为 {years} 年（{article}）。"
        yield _finding(facts, code, text, "terms", subject=f"term-{term.elected_on:%Y%m%d}", size=term.years)
    yield from _due(facts, term, on)


def rules_of_due(branch: Branch) -> tuple[str, str]:
    """The codes of what is said of a term that is full, and of one that soon will be."""
    return ("ZB-35", "ZB-34") if branch.is_leaf else ("RW-02", "RW-03")


def _due(facts: Facts, term: Term, on: date) -> Iterator[Finding]:
    overdue, soon = rules_of_due(facts.branch)
    until = term.until
    if on > until:
        since = "延期已到期" if term.postponed_to else "任期已届满"
        latest = due_date(term.due_on, MOST_POSTPONED)
        rest = "，已超过1年" if on > latest else f"；确需延期的报上级批准，最迟到 {latest:%Y-%m-%d}"
        yield _finding(facts, overdue, f"{since}（{until:%Y-%m-%d}），请尽快换届{rest}。", "election", "late")
    elif term.postponed_to and on > term.due_on:
        text = f"经批准延期到 {until:%Y-%m-%d}，请按期换届。"
        yield _finding(facts, overdue, text, "election")
    elif on >= terms.remind_from(term):
        yield _finding(facts, soon, f"任期 {until:%Y-%m-%d} 届满，请做好换届准备。", "election")
