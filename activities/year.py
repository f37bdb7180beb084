"""One branch's year of duties: rules down, sub-periods across, and the three figures over them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from branches.models import Branch
from lib.periods import Period

from .agenda import duties_of, taken_together
from .duties import MET, Duty, State
from .regulations import Rule


def told(duty: Duty) -> str:
    """Why it stands as it does, and of which party group."""
    return f"{duty.group_name}：{duty.reason}" if duty.group_name else duty.reason


@dataclass(frozen=True)
class Square:
    """One rule in one of its sub-periods; a rule for party groups has one duty a group."""

    rule: Rule
    period: Period
    duties: tuple[Duty, ...]

    @property
    def state(self) -> State:
        return taken_together(self.duties)

    @property
    def reasons(self) -> list[str]:
        """Why it stands as it does; of several party groups those that make it so, by name."""
        is_met = self.state in MET
        return [told(duty) for duty in self.duties if duty.is_met == is_met]

    @property
    def opens_on(self) -> date:
        return self.rule.opens_on(self.period)

    @property
    def label(self) -> str:
        return f"{self.period.short_label}{self.rule.title}"

    @property
    def anchor(self) -> str:
        return f"{self.rule.name}-{self.period.code}"


@dataclass(frozen=True)
class BranchYear:
    """``required`` and the other figures count up to ``today``: what has not begun is nobody's debt."""

    year: int
    today: date
    squares: tuple[Square, ...]

    @property
    def _begun(self) -> list[Duty]:
        return [duty for square in self.squares for duty in square.duties if duty.opens_on <= self.today]

    @property
    def required(self) -> int:
        return sum(duty.is_required for duty in self._begun)

    @property
    def met(self) -> int:
        return sum(duty.is_met for duty in self._begun)

    @property
    def exempt(self) -> int:
        return sum(not duty.is_required for duty in self._begun)

    @property
    def rules(self) -> list[Rule]:
        return list(dict.fromkeys(square.rule for square in self.squares))

    def of(self, rule: Rule) -> list[Square]:
        return [square for square in self.squares if square.rule == rule]


def branch_year(branch: Branch, year: int, today: date) -> BranchYear:
    return laid_out(duties_of(branch, Period.year(year), today), year, today)


def laid_out(found: Iterable[Duty], year: int, today: date) -> BranchYear:
    """Duties gathered into squares, in the order of the rules and of time."""
    gathered: dict[tuple[str, Period], list[Duty]] = {}
    for duty in found:
        gathered.setdefault((duty.rule.code, duty.period), []).append(duty)
    squares: Sequence[Square] = [
        Square(together[0].rule, together[0].period, tuple(together)) for together in gathered.values()
    ]
    return BranchYear(
        year, today, tuple(sorted(squares, key=lambda square: (square.rule.code, square.period)))
    )
