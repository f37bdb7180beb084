"""What is known of a 换届: the step it stands at, who was elected, and which branches are to hold one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from uuid import UUID

from django.db.models import QuerySet

from activities import minutes
from activities.kinds import Kind
from activities.minutes import Item
from activities.models import Activity, Election
from branches import terms
from branches.models import Branch, Term
from branches.scope import Range, within
from lib.among import among
from members import rosters
from members.models import Member
from members.voting import RULES, Vote

from . import steps


@dataclass(frozen=True)
class Outcome:
    """A candidate with the votes of the last round about him; None where there were none."""

    member_id: UUID
    name: str
    in_favour: int | None = None
    is_elected: bool = False


@dataclass(frozen=True)
class Result:
    """``turnout`` says who should have come and who came; ``fault`` is why the votes cannot stand."""

    outcomes: Sequence[Outcome] = ()
    turnout: str = ""
    fault: str = ""

    @property
    def elected(self) -> list[Outcome]:
        return [one for one in self.outcomes if one.is_elected]


def labels(people: Sequence[Member]) -> dict[str, Member]:
    """Names as they stand on the ballot; two of one name are told apart by their number."""
    often = Counter(person.name for person in people)
    return {
        person.name if often[person.name] == 1 else f"{person.name}（{person.number}）": person
        for person in people
    }


def candidates_of(election: Election) -> dict[str, Member]:
    rows = election.candidates.select_related("member").order_by("member__name_order", "pk")
    return labels([row.member for row in rows])


def waiting_at(meeting: Activity) -> Election | None:
    """The election that waits for its vote, and may have it at ``meeting``. One query at most."""
    if meeting.kind != Kind.GENERAL_MEETING:
        return None
    running = meeting.branch.elections.running().filter(meeting__isnull=True)
    return running.filter(agreed_on__lte=meeting.held_on).select_related("branch").first()


def candidates_at(meeting: Activity) -> list[str]:
    """The names to be voted on at ``meeting``. Three queries at most."""
    waiting = waiting_at(meeting)
    if waiting is None:
        return []
    people = candidates_of(waiting)
    electable = _electable(people, meeting)
    return [name for name in people if name in electable]


def result_of(election: Election) -> Result:
    """Who was elected at the meeting, by its minutes as they stand. Six queries."""
    people = candidates_of(election)
    if election.meeting is None:
        return Result([Outcome(person.pk, name) for name, person in people.items()])
    electable = _electable(people, election.meeting)
    rounds = [item for item in minutes.agenda_of(election.meeting) if item.row.vote == Vote.ELECTION]
    carried = [
        [(each.ballot.subject, each.ballot.in_favour) for each in item.ballots if each.verdict.is_passed]
        for item in rounds
        if not item.fault
    ]
    elected = steps.take_seats(
        [[one for one in each if one[0] in electable] for each in carried], election.seats
    )
    last = {each.ballot.subject: each.ballot.in_favour for item in rounds for each in item.ballots}
    others = {name: person for name, person in electable.items() if name in last and name not in people}
    outcomes = [
        Outcome(person.pk, name, last.get(name), name in elected)
        for name, person in {**people, **others}.items()
    ]
    strangers = [name for each in carried for name, _ in each if name not in electable]
    fault = (
        _fault_of_day(election, election.meeting)
        or _fault(election.meeting, rounds, elected, strangers)
        or steps.fault_of_candidates(election.seats, sum(name in electable for name in people))
    )
    return Result(outcomes, _turnout(rounds), fault)


def _electable(people: Mapping[str, Member], meeting: Activity) -> dict[str, Member]:
    """By name: of the candidates, and of those who may be written in, the full members of that day. One query."""
    full = list(rosters.full_members_on(meeting.branch, meeting.held_on))
    standing = {name: person for name, person in people.items() if person in full}
    others = [person for person in full if person not in standing.values()]
    return {**labels(others), **standing}


def candidates_gone(election: Election, day: date) -> list[str]:
    """The candidates who are no full members of the branch on ``day``. Two queries."""
    full = set(rosters.full_members_on(election.branch, day))
    return [name for name, person in candidates_of(election).items() if person not in full]


def _fault_of_day(election: Election, meeting: Activity) -> str:
    """Its record may have been corrected since it was chosen."""
    earliest, latest = election.agreed_on, election.reported_on
    if (earliest and meeting.held_on < earliest) or (latest and meeting.held_on > latest):
        return (
            f"选举大会的日期是 {meeting.held_on:%Y-%m-%d}，应在上级审查候选人以后、报告选举结果以前。"
            "请核对大会的记录，或退回这一步重新选择。"
        )
    return ""


def _turnout(rounds: Sequence[Item]) -> str:
    if not rounds:
        return ""
    turnout = rounds[0].turnout
    least = RULES[Vote.ELECTION].quorum.least_of(turnout.expected)
    return f"应到会有选举权的党员 {turnout.expected} 人，到会 {turnout.present} 人，五分之四为 {least} 人"


def _fault(
    meeting: Activity, rounds: Sequence[Item], elected: Sequence[str], strangers: Sequence[str]
) -> str:
    if meeting.is_withdrawn:
        return "选举大会的记录已撤回，请退回这一步，选择另一次大会。"
    if not any(item.ballots for item in rounds):
        return "这次党员大会的纪要里还没有选举的票数，请先在纪要中添加“选举”议题。"
    if fault := next((item.fault for item in rounds if item.fault), ""):
        return fault
    if strangers:
        return f"“{strangers[0]}”在选举大会当天不是本支部正式党员，不能当选（选举条例第五条）。请核对纪要中的姓名。"
    if not elected:
        return f"候选人都没有当选（{RULES[Vote.ELECTION].passing_article}）。请核对纪要中的姓名和票数，或另行选举。"
    return ""


def seated(election: Election, result: Result, day: date) -> list[Outcome]:
    """Those elected who may still be given a post on ``day``: who left meanwhile takes none. One query."""
    full = set(rosters.full_members_on(election.branch, day).values_list("pk", flat=True))
    return [one for one in result.elected if one.member_id in full]


def meetings_for(election: Election) -> QuerySet[Activity]:
    """General meetings at which it may have been voted: since the candidates were agreed to, the latest first."""
    rows = Activity.objects.valid().filter(branch=election.branch, kind=Kind.GENERAL_MEETING)
    return rows.filter(held_on__gte=election.agreed_on).order_by("-held_on", "-pk")


def stage_of(election: Election) -> str:
    if election.withdrawn_at:
        return "已撤销"
    step = steps.next_of(election)
    return f"待{step.title}" if step else "已办结"


@dataclass(frozen=True)
class Line:
    """An organisation that is to hold an election, or holds one; ``until`` is the last day of its term, if known.

    Of those above the branches only the result is recorded.
    """

    branch: Branch
    until: date | None
    election: Election | None

    @property
    def until_words(self) -> str:
        return f"{self.until:%Y-%m-%d}" if self.until else ""

    @property
    def stage(self) -> str:
        if not self.branch.is_leaf:
            return "换届后登记任期"
        return stage_of(self.election) if self.election else "还没有请示"

    @property
    def whose(self) -> str:
        if not self.branch.is_leaf:
            return "上级"
        step = steps.next_of(self.election) if self.election else steps.ALL[0]
        return "" if step is None else "上级" if step.above else "支部"


def lines(ranges: Sequence[Range], on: date) -> list[Line]:
    """Whose term ends within half a year or has ended, and who holds an election, in official order. Three queries."""
    rows = Election.objects.unfinished().filter(within("branch_path", ranges))
    rows = rows.select_related("branch", "meeting").order_by("requested_on", "pk")
    running = {row.branch_id: row for row in rows}
    held = Term.objects.filter(within("branch_path", ranges))
    due = {term.branch_id: term.branch for term in terms.coming_due(on, held)}
    branches = due | {pk: row.branch for pk, row in running.items()}
    until = {
        term.branch_id: term.until for term in terms.running_on(on, held.filter(among("branch", branches)))
    }
    return [
        Line(branch, until.get(branch.pk), running.get(branch.pk))
        for branch in sorted(branches.values(), key=attrgetter("order_key"))
        if branch.exists_on(on)
    ]
