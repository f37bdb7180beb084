"""What a round of the yearly duty report asks and weighs, as data: stages, items, rater groups, grades, quotas, gates.

A scheme is the university's own (LOCAL): every figure carries its citation, nothing here is a national rule but the
four grades (述职评议考核办法). Pure: a scheme is read from what is kept as JSON, and refused with what is wrong where.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from .figures import percent, shown
from .stages import Stage, Step, fault_of, in_order, usual

HUNDRED: Final = Fraction(100)
#: Results of fewer ballots are never shown.
LEAST_BALLOTS: Final = 5


class SchemeError(ValueError):
    """The scheme does not hold together; the message is for the user and names the place."""


class Way(StrEnum):
    """How an item gets its points out of a hundred."""

    EXPERT = "expert"  # graders give points
    BALLOT = "ballot"  # the ballots of the review meeting
    COMPUTED = "computed"  # from the records, as ``measure`` says


class Measure(StrEnum):
    """What is computed from the records of the branch in the year; 100 points when all of it is met."""

    DUTIES = "duties"  # sub-periods in which what the articles ask was held
    ON_TIME = "on_time"  # records entered within the days for it
    ATTENDANCE = "attendance"  # present of expected
    LECTURES = "lectures"  # the secretary's own lectures
    HOURS = "hours"  # members with their study hours


class Scale(StrEnum):
    """What a ballot asks of each person."""

    GRADES = "grades"  # one of the grades
    POINTS = "points"  # 0 to 100


@dataclass(frozen=True)
class Grade:
    """``points`` is what a mark of it counts on a ballot; ``least`` the total from which it is proposed."""

    title: str
    points: Fraction
    least: Fraction


@dataclass(frozen=True)
class Group:
    """Who rates (党委班子, 书记互评, 党员代表 …); weights are among the groups of the ballot."""

    code: str
    title: str
    weight: Fraction


@dataclass(frozen=True)
class Item:
    """A weight among its siblings in per cent; what has children has no ``way`` of its own."""

    code: str
    title: str
    weight: Fraction
    way: Way | None = None
    measure: Measure | None = None
    citation: str = ""
    children: tuple["Item", ...] = ()

    def leaves(self) -> Iterator["Item"]:
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()


@dataclass(frozen=True)
class Quota:
    """Of all who are graded, ``grades`` may be at most, or must be at least, so large a ``share``."""

    grades: tuple[str, ...]
    share: Fraction
    is_most: bool
    citation: str = ""

    def bound(self, subjects: int) -> int:
        """The whole number that keeps within the share: rounded down for at most, up for at least."""
        exact = self.share * subjects
        return (
            exact.numerator // exact.denominator if self.is_most else -(-exact.numerator // exact.denominator)
        )

    def sentence(self, subjects: int) -> str:
        named, bound = "、".join(self.grades), self.bound(subjects)
        how = "不超过" if self.is_most else "不少于"
        return f"“{named}”{how} {percent(self.share)}，{subjects} 人中{'最多' if self.is_most else '至少'} {bound} 人"


@dataclass(frozen=True)
class Gate:
    """A condition without which nobody gets ``grade``."""

    code: str
    title: str
    grade: str
    citation: str = ""


@dataclass(frozen=True)
class Report:
    """What is asked of the written report; ``problems`` is the least share of its characters about problems."""

    most_characters: int = 0
    problems: Fraction = Fraction(0)
    minutes: int = 0
    citation: str = ""


@dataclass(frozen=True)
class Scheme:
    """``threshold``: what fewer ballots say is not shown and does not count, at least five.

    ``deductions`` is the most points that may be taken off the total, 0 for none. ``stages`` are in the order of a
    round; none named means the usual ones.
    """

    title: str
    items: tuple[Item, ...]
    groups: tuple[Group, ...]
    grades: tuple[Grade, ...]
    scale: Scale = Scale.GRADES
    quotas: tuple[Quota, ...] = ()
    gates: tuple[Gate, ...] = ()
    deductions: Fraction = Fraction(0)
    threshold: int = LEAST_BALLOTS
    report: Report = field(default_factory=Report)
    citation: str = ""
    stages: tuple[Stage, ...] = ()

    def __post_init__(self) -> None:
        kept = in_order(self.stages) if self.stages else usual(has_ballot=self.has_ballot)
        object.__setattr__(self, "stages", kept)

    def leaves(self) -> list[Item]:
        return [leaf for item in self.items for leaf in item.leaves()]

    def of_way(self, way: Way) -> list[Item]:
        return [leaf for leaf in self.leaves() if leaf.way is way]

    @property
    def titles(self) -> list[str]:
        """The grades, the best first."""
        return [grade.title for grade in self.grades]

    @property
    def has_ballot(self) -> bool:
        return bool(self.of_way(Way.BALLOT))

    def has(self, step: Step) -> bool:
        return any(stage.step is step for stage in self.stages)

    @property
    def own_stages(self) -> list[Stage]:
        """Those of the university's own, noted for each secretary."""
        return [stage for stage in self.stages if stage.is_own]

    def grade(self, title: str) -> Grade:
        return next(grade for grade in self.grades if grade.title == title)

    def as_kept(self) -> dict[str, Any]:
        """As JSON holds it; numbers as strings, so that they stay exact."""
        kept: dict[str, Any] = _plain(asdict(self))
        return kept


def read(kept: Mapping[str, Any]) -> Scheme:
    """The scheme that ``kept`` says, once it holds together."""
    try:
        scheme = Scheme(
            title=str(kept["title"]),
            items=tuple(_item(each) for each in kept["items"]),
            groups=tuple(Group(g["code"], g["title"], Fraction(g["weight"])) for g in kept["groups"]),
            grades=tuple(
                Grade(g["title"], Fraction(g["points"]), Fraction(g["least"])) for g in kept["grades"]
            ),
            scale=Scale(kept.get("scale", Scale.GRADES)),
            quotas=tuple(
                Quota(tuple(q["grades"]), Fraction(q["share"]), bool(q["is_most"]), q.get("citation", ""))
                for q in kept.get("quotas", ())
            ),
            gates=tuple(
                Gate(g["code"], g["title"], g["grade"], g.get("citation", "")) for g in kept.get("gates", ())
            ),
            deductions=Fraction(kept.get("deductions", 0)),
            threshold=int(kept.get("threshold", LEAST_BALLOTS)),
            report=_report(kept.get("report", {})),
            citation=str(kept.get("citation", "")),
            stages=tuple(
                Stage(s["code"], s["title"], Step(s["step"]), s.get("citation", ""))
                for s in kept.get("stages", ())
            ),
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise SchemeError(f"方案的内容不完整或者写错了（{error}）。") from error
    check(scheme)
    return scheme


def check(scheme: Scheme) -> None:
    """Raises SchemeError with the first thing that does not hold together."""
    if not scheme.title.strip():
        raise SchemeError("请填写方案名称。")
    if not scheme.items:
        raise SchemeError("方案里还没有评分项目。")
    _check_items(scheme.items, "总分")
    _check_once([leaf.code for leaf in scheme.leaves()], "评分项目")
    if fault := fault_of(scheme.stages, has_ballot=scheme.has_ballot):
        raise SchemeError(fault)
    if scheme.has_ballot:
        _check_groups(scheme.groups)
    _check_grades(scheme)
    for gate in scheme.gates:
        if gate.grade not in scheme.titles[:-1]:
            raise SchemeError(f"“{gate.title}”限制的等次“{gate.grade}”不在方案的等次里。")
    if scheme.threshold < LEAST_BALLOTS:
        raise SchemeError(f"少于 {LEAST_BALLOTS} 票的结果不能公布，起算票数至少是 {LEAST_BALLOTS}。")
    if not 0 <= scheme.deductions <= HUNDRED:
        raise SchemeError("扣分上限应在 0 至 100 之间。")
    for quota in scheme.quotas:
        _check_quota(scheme, quota)


def _check_items(items: Sequence[Item], place: str) -> None:
    total = sum((item.weight for item in items), Fraction(0))
    if any(item.weight <= 0 for item in items):
        raise SchemeError(f"“{place}”下每个项目的权重都应大于 0。")
    if total != HUNDRED:
        raise SchemeError(f"“{place}”下各项权重合计 {shown(total)}%，应为 100%。")
    for item in items:
        if item.children:
            _check_items(item.children, item.title)
        elif item.way is None:
            raise SchemeError(f"“{item.title}”还没有评分方式。")
        elif (item.way is Way.COMPUTED) != (item.measure is not None):
            raise SchemeError(f"“{item.title}”由记录计算的，须写明计算什么；其他方式不写。")


def _check_groups(groups: Sequence[Group]) -> None:
    if not groups:
        raise SchemeError("有测评项目的方案，须写明参加测评的类别。")
    _check_once([group.code for group in groups], "测评类别")
    total = sum((group.weight for group in groups), Fraction(0))
    if any(group.weight <= 0 for group in groups) or total != HUNDRED:
        raise SchemeError(f"测评各类别的权重合计 {shown(total)}%，应为 100%，每类都大于 0。")


def _check_grades(scheme: Scheme) -> None:
    if len(scheme.grades) < 2:
        raise SchemeError("等次至少两个。")
    _check_once(scheme.titles, "等次")
    for better, worse in zip(scheme.grades, scheme.grades[1:], strict=False):
        if better.points <= worse.points or better.least <= worse.least:
            raise SchemeError(f"“{better.title}”的分值和起点分应高于“{worse.title}”。")
    if scheme.grades[-1].least != 0:
        raise SchemeError(f"最后一个等次“{scheme.grades[-1].title}”的起点分应为 0。")
    if any(not 0 <= grade.points <= HUNDRED for grade in scheme.grades):
        raise SchemeError("等次的分值应在 0 至 100 之间。")


def _check_quota(scheme: Scheme, quota: Quota) -> None:
    named = "、".join(quota.grades)
    if not 0 < quota.share < 1:
        raise SchemeError(f"“{named}”的比例应在 0 和 100% 之间。")
    ladder, number = tuple(scheme.titles), len(quota.grades)
    if number >= len(ladder) or quota.grades not in (ladder[:number], ladder[-number:]):
        raise SchemeError(f"比例只能限制从最高或者最低算起相连的等次，“{named}”不是。")


def _check_once(codes: Sequence[str], what: str) -> None:
    for code in codes:
        if not code.strip() or codes.count(code) > 1:
            raise SchemeError(f"{what}“{code}”写了两次，或者是空的。")


def _item(kept: Mapping[str, Any]) -> Item:
    return Item(
        code=kept["code"],
        title=kept["title"],
        weight=Fraction(kept["weight"]),
        way=Way(kept["way"]) if kept.get("way") else None,
        measure=Measure(kept["measure"]) if kept.get("measure") else None,
        citation=kept.get("citation", ""),
        children=tuple(_item(each) for each in kept.get("children", ())),
    )


def _report(kept: Mapping[str, Any]) -> Report:
    return Report(
        most_characters=int(kept.get("most_characters", 0)),
        problems=Fraction(kept.get("problems", 0)),
        minutes=int(kept.get("minutes", 0)),
        citation=kept.get("citation", ""),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value.value if isinstance(value, StrEnum) else value
