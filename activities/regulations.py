"""What the national regulations expect of a branch, as data. A rule of the past is never edited: it gets an end."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lib.periods import Period
from lib.severity import Severity

from .kinds import Kind


class Every(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"


class AppliesTo(StrEnum):
    """Which branches a rule is for."""

    BRANCH = "branch"  # every branch
    COMMITTEE = "committee"  # branches that have a committee
    GROUP = "group"  # each party group of a branch, one by one


@dataclass(frozen=True)
class Rule:
    """``count`` activities of ``kind`` in every sub-period, from ``since`` on (``until`` inclusive)."""

    code: str
    title: str
    kind: Kind
    every: Every
    applies_to: AppliesTo
    severity: Severity
    article: str
    since: date
    until: date | None = None
    count: int = 1

    def holds_during(self, period: Period) -> bool:
        """Whether the rule was in force for all of ``period``."""
        return self.since <= period.start and (self.until is None or period.end <= self.until)


#: 《中国共产党支部工作条例（试行）》 took effect on this day (Art. 37).
_IN_FORCE = date(2018, 10, 28)

NATIONAL: tuple[Rule, ...] = (
    Rule(
        "ZB-10",
        "支部党员大会",
        Kind.GENERAL_MEETING,
        Every.QUARTER,
        AppliesTo.BRANCH,
        Severity.NORMALLY,
        "支部条例第十一条：一般每季度召开1次",
        _IN_FORCE,
    ),
    Rule(
        "ZB-13",
        "支委会",
        Kind.COMMITTEE_MEETING,
        Every.MONTH,
        AppliesTo.COMMITTEE,
        Severity.NORMALLY,
        "支部条例第十二条：一般每月召开1次",
        _IN_FORCE,
    ),
    Rule(
        "ZB-17",
        "党小组会",
        Kind.GROUP_MEETING,
        Every.MONTH,
        AppliesTo.GROUP,
        Severity.NORMALLY,
        "支部条例第十三条：一般每月召开1次",
        _IN_FORCE,
    ),
    Rule(
        "ZB-21",
        "主题党日",
        Kind.THEME_DAY,
        Every.MONTH,
        AppliesTo.BRANCH,
        Severity.MUST,
        "支部条例第十六条：每月相对固定1天开展主题党日",
        _IN_FORCE,
    ),
)


@dataclass(frozen=True)
class Quorum:
    """At least half of ``who`` must come before a meeting may do what ``purpose`` says."""

    who: str
    purpose: str
    article: str

    @property
    def yes(self) -> str:
        return f"达到半数，可{self.purpose}"

    @property
    def no(self) -> str:
        return f"不足半数，不能{self.purpose}"


QUORUMS: dict[Kind, Quorum] = {
    Kind.GENERAL_MEETING: Quorum("有表决权", "表决", "支部条例第十一条：半数以上有表决权的党员到会"),
    Kind.COMMITTEE_MEETING: Quorum("支委", "开会", "支部条例第十二条：半数以上委员到会"),
}
