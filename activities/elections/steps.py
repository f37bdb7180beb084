"""The steps of a 换届 in their order: who takes each, what is asked, and by which article. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from activities.models import Election
from lib.bars import Bar
from members.branch_rules import COMMITTEE_LEAST, COMMITTEE_MOST, FULL_FOR_COMMITTEE
from members.voting import RULES, Vote

#: Candidates for a committee are a fifth more than its seats (选举条例 13).
MARGIN: Final = Bar((6, 5), over=False)
#: What the reply settles, without a committee: 书记 alone, or with a deputy (支部条例 20).
SINGLE: Final = {1: "不设支委会，选书记1名", 2: "不设支委会，选书记、副书记各1名"}
SEATS: Final = {**SINGLE, **{n: f"支委会{n}人" for n in range(COMMITTEE_LEAST, COMMITTEE_MOST + 1)}}


@dataclass(frozen=True)
class Step:
    """``column`` is the date of :class:`Election` that the step fills; ``above``: taken by whoever keeps the branch."""

    key: str
    title: str
    article: str
    column: str
    number_column: str = ""
    above: bool = False

    def done_on(self, election: Election) -> date | None:
        if self.key == "meeting":
            return election.meeting.held_on if election.meeting else None
        day: date | None = getattr(election, self.column)
        return day

    def number(self, election: Election) -> str:
        return getattr(election, self.number_column) if self.number_column else ""


_SIZE: Final = "支部条例第二十条、第二十一条：名额按正式党员人数确定"
_REPORTED: Final = "支部条例第二十一条：书记、副书记报上级批准，委员报上级备案"
_QUORUM: Final = RULES[Vote.ELECTION].quorum_article
_MARGIN: Final = "选举条例第十三条、第十四条：差额不少于应选人数的20%"
_REVIEW: Final = "选举条例第十四条：候选人报上级党组织审查"
ALL: Final = (
    Step("request", "请示换届", "支部条例第二十一条：按期换届", "requested_on", "request_number"),
    Step("reply", "上级批复", _SIZE, "replied_on", "reply_number", above=True),
    Step("nominate", "提出候选人", _MARGIN, "nominated_on"),
    Step("agree", "上级审查候选人", _REVIEW, "agreed_on", "agreement_number", above=True),
    Step("meeting", "党员大会选举", _QUORUM, "meeting"),
    Step("report", "报告选举结果", _REPORTED, "reported_on"),
    Step("approve", "批准", _REPORTED, "approved_on", "approval_number", above=True),
    Step("file", "委员备案", _REPORTED, "filed_on", above=True),
)
BY_KEY: Final = {step.key: step for step in ALL}


def all_of(election: Election) -> list[Step]:
    """A branch without a committee has no members of one to be filed."""
    return [step for step in ALL if step.key != "file" or has_committee(election)]


def next_of(election: Election) -> Step | None:
    """None when everything is done, or it was given up."""
    if election.withdrawn_at:
        return None
    return next((step for step in all_of(election) if step.done_on(election) is None), None)


def last_of(election: Election) -> Step:
    """The step taken last; the request is always there."""
    return [step for step in ALL if step.done_on(election) is not None][-1]


def has_committee(election: Election) -> bool:
    return election.seats >= COMMITTEE_LEAST


def least_candidates(seats: int) -> int:
    """3 seats want 4 candidates, 5 want 6, 7 want 9; without a committee no margin is asked."""
    return MARGIN.least_of(seats) if seats >= COMMITTEE_LEAST else seats


def fault_of_seats(seats: int, full: int) -> str:
    """Why a branch of ``full`` full members does not elect ``seats``; empty when it may."""
    if seats not in SEATS:
        return f"应选人数为 1 至 {COMMITTEE_MOST} 人（支部条例第二十条）。"
    if full >= FULL_FOR_COMMITTEE and seats < COMMITTEE_LEAST:
        return (
            f"本支部正式党员 {full} 人，{FULL_FOR_COMMITTEE} 人以上应当设立支委会，"
            f"应选 {COMMITTEE_LEAST} 至 {COMMITTEE_MOST} 人（支部条例第二十条）。"
        )
    if full < FULL_FOR_COMMITTEE and seats >= COMMITTEE_LEAST:
        return (
            f"本支部正式党员 {full} 人，不足 {FULL_FOR_COMMITTEE} 人，不设支委会，"
            "只选书记，必要时选副书记1名（支部条例第二十条）。"
        )
    return ""


def fault_of_candidates(seats: int, number: int) -> str:
    """Why ``number`` candidates for ``seats`` are not enough; empty when they are."""
    least = least_candidates(seats)
    if number >= least:
        return ""
    if seats < COMMITTEE_LEAST:
        return f"应选 {seats} 人，候选人 {number} 人，至少要 {least} 人。"
    return f"应选 {seats} 人，候选人 {number} 人。差额不少于应选人数的20%，至少要 {least} 人（选举条例第十三条）。"


#: Whoever got how many votes, of those who are carried.
Carried = list[tuple[str, int]]


def take_seats(rounds: list[Carried], seats: int) -> list[str]:
    """Who is elected: of those carried in each round the ones with most votes, while there are seats.

    Those who share the votes at which the seats end are not elected: there is another round about them.
    """
    elected: list[str] = []
    for carried in rounds:
        room = seats - len(elected)
        rest = sorted((one for one in carried if one[0] not in elected), key=_votes, reverse=True)
        cut = rest[room][1] if len(rest) > room else -1
        elected += [name for name, votes in rest[:room] if votes > cut]
    return elected


def _votes(one: tuple[str, int]) -> int:
    return one[1]
