"""From inputs to a score, each step explained. Pure: no database, exact fractions, rounded once at the end.

Defined answers:

* A group with fewer ballots about somebody than the scheme's threshold counts nothing and is not shown; its weight goes
  to the other groups in proportion. What is hidden is in no sum either, so no difference of two figures tells it.
* A blank is no vote. An item about which nothing was asked (no duty fell due) gives its weight to its siblings.
* An item that waits for something (no grader yet, no ballot shown) leaves the total open, and is named.
* Who held two posts in a year, or one for part of it, is measured by the days of each: the records of a post weigh as
  many days as it was held.
* Equal totals get the same proposal and stand in speaking order, also in the list by total: where a quota falls between
  them the committee decides, with its reason.
* A total is rounded to two decimals, half up, and the grade proposed is that of the rounded total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from .figures import percent, rounded, shown
from .schemes import HUNDRED, Group, Item, Scale, Scheme, Way

#: A mark on a ballot: the title of a grade, or points.
Mark = str | int


@dataclass(frozen=True)
class Part:
    """What the records of one post say of a measure: ``met`` of ``required`` over ``days``; ``url`` opens them."""

    title: str
    met: Fraction
    required: Fraction
    days: int
    url: str = ""


@dataclass(frozen=True)
class Deduction:
    reason: str
    points: Fraction


@dataclass(frozen=True)
class Inputs:
    """All that is known of one person. ``ballots``: group → mark → how many; ``experts``: item → points of graders."""

    ballots: Mapping[str, Mapping[Mark, int]] = field(default_factory=dict)
    experts: Mapping[str, Sequence[Fraction]] = field(default_factory=dict)
    computed: Mapping[str, Sequence[Part]] = field(default_factory=dict)
    deductions: Sequence[Deduction] = ()
    gates: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One item: ``share`` of the total (0..1) after what does not apply was left out, ``raw`` out of 100 or None.

    ``raw`` is None while it is open; ``why`` is how ``raw`` comes about, in words.
    """

    code: str
    title: str
    depth: int
    share: Fraction
    raw: Fraction | None
    why: str
    applies: bool = True
    urls: tuple[tuple[str, str], ...] = ()

    @property
    def points(self) -> Fraction | None:
        """What it adds to the total."""
        return None if self.raw is None else self.raw * self.share


@dataclass(frozen=True)
class Score:
    """``total`` is None while something is open; ``proposed`` the grade by the total and the gates."""

    lines: Sequence[Line]
    total: Decimal | None
    deducted: Fraction
    open_items: Sequence[str]
    proposed: str
    gates: Sequence[str]

    @property
    def sentence(self) -> str:
        """这个 87.40 = …: how the total is made."""
        if self.total is None:
            return f"还不能计分：{'、'.join(self.open_items)}。"
        parts = [
            f"{line.title} {shown(line.raw)}×{percent(line.share)}"
            for line in self.lines
            if line.depth == 0 and line.applies and line.raw is not None
        ]
        minus = f" − 扣分 {shown(self.deducted)}" if self.deducted else ""
        return f"{self.total} = {' + '.join(parts)}{minus}"


def score(scheme: Scheme, inputs: Inputs) -> Score:
    """The score of one person under ``scheme``."""
    root, leaves = _weigh(scheme, inputs, scheme.items), {leaf.code for leaf in scheme.leaves()}
    deducted = min(sum((one.points for one in inputs.deductions), Fraction(0)), scheme.deductions)
    open_items = [
        line.title for line in root.lines if line.code in leaves and line.applies and line.raw is None
    ]
    total = None if root.raw is None else rounded(max(root.raw - deducted, Fraction(0)))
    closed = [gate for gate in scheme.gates if not inputs.gates.get(gate.code, False)]
    proposed = "" if total is None else _proposed(scheme, total, {gate.grade for gate in closed})
    titles = [gate.title for gate in closed]
    return Score(root.lines, total, deducted, open_items, proposed, titles)


def _proposed(scheme: Scheme, total: Decimal, barred: set[str]) -> str:
    """The best grade whose limit the total reaches and no gate bars."""
    reached = [
        grade for grade in scheme.grades if Fraction(total) >= grade.least and grade.title not in barred
    ]
    return reached[0].title if reached else scheme.grades[-1].title


@dataclass(frozen=True)
class _Judged:
    """What an item comes to; ``lines`` are those of the items below it, with their shares of it."""

    raw: Fraction | None
    why: str
    applies: bool = True
    urls: tuple[tuple[str, str], ...] = ()
    lines: Sequence[Line] = ()


def _weigh(scheme: Scheme, inputs: Inputs, items: Sequence[Item], depth: int = 0) -> _Judged:
    """The mean of ``items`` by their weights, leaving out what does not apply."""
    judged = {
        item.code: _weigh(scheme, inputs, item.children, depth + 1)
        if item.children
        else _raw(scheme, inputs, item)
        for item in items
    }
    weight = sum((item.weight for item in items if judged[item.code].applies), Fraction(0))
    lines: list[Line] = []
    raw: Fraction | None = Fraction(0)
    for item in items:
        part = judged[item.code]
        own = item.weight / weight if part.applies else Fraction(0)
        lines.append(Line(item.code, item.title, depth, own, part.raw, part.why, part.applies, part.urls))
        lines += [replace(line, share=line.share * own) for line in part.lines]
        if part.applies:
            raw = None if raw is None or part.raw is None else raw + part.raw * own
    if not weight:
        return _Judged(None, "各项都不适用", applies=False, lines=lines)
    return _Judged(raw, "还有项目没有得分" if raw is None else "按各项权重加权", lines=lines)


def _raw(scheme: Scheme, inputs: Inputs, item: Item) -> _Judged:
    if item.way is Way.BALLOT:
        return _by_ballot(scheme, inputs.ballots)
    if item.way is Way.EXPERT:
        return _by_experts(inputs.experts.get(item.code, ()))
    return _by_records(inputs.computed.get(item.code, ()))


def _by_experts(points: Sequence[Fraction]) -> _Judged:
    if not points:
        return _Judged(None, "还没有评分")
    mean = sum(points, Fraction(0)) / len(points)
    if len(points) == 1:
        return _Judged(mean, "1 人评分")
    return _Judged(mean, f"{len(points)} 人评分的平均：{'、'.join(shown(one) for one in points)}")


def _by_records(parts: Sequence[Part]) -> _Judged:
    asked = [part for part in parts if part.required > 0 and part.days > 0]
    if not asked:
        return _Judged(None, "这一年没有要求，权重分给同级其他项目", applies=False)
    days = sum(part.days for part in asked)
    raw = (
        sum((HUNDRED * min(part.met / part.required, Fraction(1)) * part.days for part in asked), Fraction(0))
        / days
    )
    said = [f"{part.title}应 {shown(part.required)}、已 {shown(part.met)}" for part in asked]
    if len(asked) > 1:
        said = [f"{words}（任职 {part.days} 天）" for words, part in zip(said, asked, strict=True)]
    return _Judged(raw, "；".join(said), urls=tuple((part.title, part.url) for part in asked if part.url))


@dataclass(frozen=True)
class Shown:
    """What a group's ballots say of one person; ``mean`` None where they are too few, and then nothing else is told."""

    group: Group
    marks: Mapping[Mark, int]
    mean: Fraction | None

    @property
    def valid(self) -> int:
        return sum(self.marks.values())


def shown_groups(scheme: Scheme, ballots: Mapping[str, Mapping[Mark, int]]) -> list[Shown]:
    """What may be shown of each group, in the order of the scheme."""
    found = []
    for group in scheme.groups:
        given = ballots.get(group.code, {})
        best_first = sorted(given, key=lambda mark: -points_of(scheme, mark))
        marks = {mark: given[mark] for mark in best_first if given[mark]}
        enough = sum(marks.values()) >= scheme.threshold
        found.append(Shown(group, marks if enough else {}, _mean(scheme, marks) if enough else None))
    return found


def _mean(scheme: Scheme, marks: Mapping[Mark, int]) -> Fraction:
    number = sum(marks.values())
    return sum((points_of(scheme, mark) * many for mark, many in marks.items()), Fraction(0)) / number


def points_of(scheme: Scheme, mark: Mark) -> Fraction:
    return Fraction(int(mark)) if scheme.scale is Scale.POINTS else scheme.grade(str(mark)).points


def _by_ballot(scheme: Scheme, ballots: Mapping[str, Mapping[Mark, int]]) -> _Judged:
    counted = [each for each in shown_groups(scheme, ballots) if each.mean is not None]
    if not counted:
        return _Judged(None, f"每类都不足 {scheme.threshold} 票，不计分也不显示")
    weight = sum((each.group.weight for each in counted), Fraction(0))
    raw = (
        sum((each.mean * each.group.weight for each in counted if each.mean is not None), Fraction(0))
        / weight
    )
    said = [
        f"{each.group.title} {each.valid} 票 {shown(each.mean)}×{percent(each.group.weight / weight)}"
        for each in counted
    ]
    hidden = len(scheme.groups) - len(counted)
    rest = f"；{hidden} 类不足 {scheme.threshold} 票，权重分给其他类别" if hidden else ""
    return _Judged(raw, "；".join(said) + rest)
