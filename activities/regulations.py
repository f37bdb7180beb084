"""What the national regulations expect of a branch, as data. A rule of the past is never edited: it gets an end."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from lib.periods import Period
from lib.severity import Severity

from .kinds import Kind


class Every(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class AppliesTo(StrEnum):
    """Which branches a rule is for."""

    BRANCH = "branch"  # every branch
    COMMITTEE = "committee"  # branches that have a committee
    GROUP = "group"  # each party group of a branch, one by one
    PEOPLED = "peopled"  # branches with members of their own: not temporary, not functional


class Counts(StrEnum):
    """What of the records counts."""

    HELD = "held"  # whatever was held of the kind
    REPORT = "secretary_report"  # what was held of it with the secretary's report (述职)


@dataclass(frozen=True)
class Rule:
    """``count`` activities of ``kind`` in every sub-period, from ``since`` on (``until`` inclusive).

    What a text puts at the end of the year is held from the month ``usual_from`` on: before it nobody is reminded, and
    of a branch founded before it it is asked.
    """

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
    usual_from: int = 0
    #: The branches it is for; all of them when empty.
    category: str = ""
    #: Over a column of a matrix, where the title is too long.
    short_title: str = ""
    counts: Counts = Counts.HELD
    #: What else is to be said of it.
    note: str = ""

    def __hash__(self) -> int:
        """Of the code alone, that figures by rule need not look at fifteen fields for each duty."""
        return hash(self.code)

    def __post_init__(self) -> None:
        object.__setattr__(self, "short_title", self.short_title or self.title.removeprefix("支部"))

    @cached_property
    def name(self) -> str:
        """What lists and addresses call it: the kind, unless the rule counts only some of it."""
        return self.kind.value if self.counts is Counts.HELD else self.counts.value

    def spans(self, period: Period) -> list[Period]:
        """The sub-periods that lie wholly within ``period`` and in the time of the rule."""
        touched = {Every.MONTH: period.months, Every.QUARTER: period.quarters, Every.YEAR: period.years}
        return [span for span in touched[self.every]() if period.includes(span) and self._holds_during(span)]

    def opens_on(self, span: Period) -> date:
        """The day from which it is held in ``span``."""
        return span.start.replace(month=self.usual_from) if self.usual_from else span.start

    def _holds_during(self, span: Period) -> bool:
        return self.since <= span.start and (self.until is None or span.end <= self.until)


#: 《中国共产党支部工作条例（试行）》 took effect on this day (Art. 37).
_IN_FORCE = date(2018, 10, 28)
_FOURTH_QUARTER = 10

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
        "支部条例第十六条、教育管理条例第十六条：每月相对固定1天开展主题党日",
        _IN_FORCE,
    ),
    Rule(
        "ZB-23",
        "组织生活会",
        Kind.ORGANIZATION_LIFE_MEETING,
        Every.YEAR,
        AppliesTo.BRANCH,
        Severity.MUST,
        "支部条例第十七条：每年至少召开1次，一般安排在第四季度",
        _IN_FORCE,
        usual_from=_FOURTH_QUARTER,
        short_title="组织生活",
    ),
    Rule(
        "ZB-25",
        "民主评议党员",
        Kind.DEMOCRATIC_REVIEW,
        Every.YEAR,
        AppliesTo.BRANCH,
        Severity.NORMALLY,
        "支部条例第十八条：一般每年开展1次，可以结合组织生活会进行",
        _IN_FORCE,
        usual_from=_FOURTH_QUARTER,
        short_title="民主评议",
    ),
    Rule(
        "ZB-39",
        "书记述职",
        Kind.GENERAL_MEETING,
        Every.YEAR,
        AppliesTo.PEOPLED,
        Severity.MUST,
        "支部条例第二十七条：书记每年向上级党组织和党支部党员大会述职，接受评议考核",
        _IN_FORCE,
        usual_from=_FOURTH_QUARTER,
        counts=Counts.REPORT,
        note="这里计向党员大会的述职，按大会召开的年度计；向上级党组织的述职由述职评议考核登记，按人另计（ZB-39-2）。",
    ),
)

#: What many universities ask beyond the texts; without a document and a time of their own they ask nothing.
TEMPLATES: tuple[Rule, ...] = (
    Rule(
        "LOCAL-LECTURE",
        "党课",
        Kind.PARTY_LECTURE,
        Every.QUARTER,
        AppliesTo.BRANCH,
        Severity.NORMALLY,
        "校内规定",
        date.max,
    ),
    Rule(
        "LOCAL-SERVICE",
        "志愿服务",
        Kind.VOLUNTEERING,
        Every.QUARTER,
        AppliesTo.BRANCH,
        Severity.NORMALLY,
        "校内规定",
        date.max,
    ),
)
#: Every rule of records there can be, in order.
KNOWN: tuple[Rule, ...] = (*NATIONAL, *TEMPLATES)
#: What figures are told by, with its title: each kind, and what a rule counts of a kind.
NAMES: dict[str, str] = {
    **{kind.value: str(kind.label) for kind in Kind},
    **{rule.name: rule.title for rule in KNOWN if rule.counts is not Counts.HELD},
}
