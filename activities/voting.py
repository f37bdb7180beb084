"""What a meeting may decide by the bars of :mod:`members.voting`: its turnout, its votes, the verdict. No database."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from members.voting import RULES, Rule, Vote

from .kinds import Kind

#: Which votes a meeting takes; any other kind decides without counting.
VOTES_OF: dict[Kind, tuple[Vote, ...]] = {
    Kind.GENERAL_MEETING: (Vote.RESOLUTION, Vote.ADMISSION, Vote.ELECTION),
    Kind.COMMITTEE_MEETING: (Vote.COMMITTEE,),
}


@dataclass(frozen=True)
class Quorum:
    """What the quick record says while people are ticked: whether enough of ``who`` came for ``purpose``."""

    rule: Rule
    who: str
    purpose: str

    @property
    def article(self) -> str:
        return self.rule.quorum_article

    @property
    def yes(self) -> str:
        return f"达到半数，可{self.purpose}"

    @property
    def no(self) -> str:
        return f"不足半数，不能{self.purpose}"


QUORUMS: dict[Kind, Quorum] = {
    Kind.GENERAL_MEETING: Quorum(RULES[Vote.RESOLUTION], "有表决权", "表决"),
    Kind.COMMITTEE_MEETING: Quorum(RULES[Vote.COMMITTEE], "支委", "开会"),
}


def votes_of(kind: str) -> tuple[Vote, ...]:
    return VOTES_OF.get(Kind(kind), ())


@dataclass(frozen=True)
class Ballot:
    """The votes about one person or matter. ``written_…`` are opinions on paper of those who did not come."""

    subject: str = ""
    in_favour: int = 0
    against: int = 0
    abstained: int = 0
    void: int = 0
    written_for: int = 0
    written_against: int = 0
    written_abstained: int = 0

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Ballot":
        return cls(**kept)

    def as_kept(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def cast(self) -> int:
        """Votes of those present."""
        return self.in_favour + self.against + self.abstained + self.void

    @property
    def written(self) -> int:
        return self.written_for + self.written_against + self.written_abstained


@dataclass(frozen=True)
class Turnout:
    """Of those who may vote: how many should have come, and how many came."""

    expected: int
    present: int

    def without(self, uncounted: int) -> "Turnout":
        """Apart from those whom the meeting agreed not to count; none of them came."""
        return Turnout(self.expected - uncounted, self.present)


@dataclass(frozen=True)
class Verdict:
    """How it went; ``sentence`` says so to the reader."""

    is_passed: bool
    sentence: str
    article: str


def fault_of_turnout(rule: Rule, turnout: Turnout) -> str:
    """Why this meeting may not vote at all; empty when it may."""
    if rule.quorum.is_met(turnout.present, turnout.expected):
        return ""
    least = rule.quorum.least_of(turnout.expected)
    return (
        f"应到会{rule.who} {turnout.expected} 人，到会 {turnout.present} 人，至少要 {max(least, 1)} 人到会才能表决"
        f"（{rule.quorum_article}）。请核对到会情况，或另行开会表决。"
    )


def fault_of_ballot(rule: Rule, turnout: Turnout, ballot: Ballot) -> str:
    """Why these numbers cannot be; empty when they can."""
    named = f"“{ballot.subject}”的" if ballot.subject else ""
    if ballot.cast > turnout.present:
        return f"{named}票数合计 {ballot.cast}，多于到会有表决权的 {turnout.present} 人，请核对。"
    if ballot.written and not rule.counts_written:
        return "这类表决不统计书面意见，只有接收预备党员和转正时统计。"
    if ballot.written > turnout.expected - turnout.present:
        missing = turnout.expected - turnout.present
        return f"{named}书面意见 {ballot.written} 份，多于没有到会的 {missing} 人，请核对。"
    return ""


def judge(rule: Rule, turnout: Turnout, ballot: Ballot) -> Verdict:
    """Whether it is carried. The meeting is taken to be quorate."""
    written = ballot.written_for if rule.counts_written else 0
    favour = ballot.in_favour + written
    is_passed = rule.passing.is_met(favour, turnout.expected)
    won = "当选" if rule.vote == Vote.ELECTION else "通过"
    of_which = f"（含书面意见 {written}）" if written else ""
    measure = f"应到会 {turnout.expected} 人的半数"
    sentence = (
        f"赞成 {favour}{of_which}，超过{measure}，{won}"
        if is_passed
        else f"赞成 {favour}{of_which}，没有超过{measure}，未{won}"
    )
    return Verdict(is_passed, sentence, rule.passing_article)
