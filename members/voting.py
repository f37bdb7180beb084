"""How many must have come to a vote, how many must be in favour, and by which article: once for minutes, elections and
the steps of 发展党员.

Three bars that are often mixed up: an ordinary resolution wants at least half of the voters present, the admission of
a person more than half, an election four fifths. In favour must always be more than half of those who *should* have
come. Pure: no database.
"""

from dataclasses import dataclass

from django.db.models import TextChoices

from lib.bars import FOUR_FIFTHS, HALF, OVER_HALF, Bar


class Vote(TextChoices):
    RESOLUTION = "resolution", "一般表决"
    ADMISSION = "admission", "接收或转正"
    ELECTION = "election", "选举"
    COMMITTEE = "committee", "支委会表决"


@dataclass(frozen=True)
class Rule:
    """A kind of vote. ``counts_written``: opinions handed in on paper before the meeting count as votes."""

    vote: Vote
    code: str
    who: str
    quorum: Bar
    passing: Bar
    quorum_article: str
    passing_article: str
    counts_written: bool = False
    may_leave_out: bool = False


_VOTERS = "有表决权的党员"

RULES: dict[Vote, Rule] = {
    rule.vote: rule
    for rule in (
        Rule(
            Vote.RESOLUTION,
            "ZB-11",
            _VOTERS,
            HALF,
            OVER_HALF,
            "支部条例第十一条：半数以上有表决权的党员到会方可进行",
            "支部条例第十一条：赞成人数超过应到会有表决权的党员的半数为通过",
        ),
        Rule(
            Vote.ADMISSION,
            "FZ-14",
            _VOTERS,
            OVER_HALF,
            OVER_HALF,
            "发展党员细则第二十条、第三十三条：到会有表决权的党员必须超过应到会的半数",
            "发展党员细则第二十一条：赞成人数超过应到会有表决权的正式党员的半数，会前书面意见统计在内",
            counts_written=True,
            may_leave_out=True,
        ),
        Rule(
            Vote.ELECTION,
            "XJ-07",
            "有选举权的党员",
            FOUR_FIFTHS,
            OVER_HALF,
            "基层组织选举工作条例：到会有选举权的党员不少于应到会的五分之四",
            "基层组织选举工作条例：得赞成票超过应到会有选举权的党员的半数为当选",
            may_leave_out=True,
        ),
        Rule(
            Vote.COMMITTEE,
            "ZB-14",
            "委员",
            HALF,
            OVER_HALF,
            "支部条例第十二条：半数以上委员到会方可进行",
            "党章第十七条：党组织讨论决定问题必须执行少数服从多数的原则",
        ),
    )
}
