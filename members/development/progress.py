"""What one person has behind him on the way into the party, as of a day. Pure: no database, no clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from branches.local import Decided
from lib.periods import months_after

from .steps import FULL_CYCLE, STAGES, TABLE
from .vocabulary import Stage, Step

PROBATION_MONTHS = 12
#: What somebody who came on probation has behind him; whether he took the oath, his new branch has to ask.
ELSEWHERE = tuple(TABLE)[: list(TABLE).index(Step.OATH)]


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was taken. One that was decided in the negative (不通过, 不批准) is kept and is not effective."""

    step: Step
    on: date
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_effective: bool = True
    entered_by: int | None = None
    people: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """What the rules ask of the person himself. ``came_on`` is when a probationary member was transferred in."""

    birth_date: date | None = None
    graduates_on: date | None = None
    came_on: date | None = None
    #: The meeting that admitted whoever came on probation: what it and the steps before it wrote down is not here.
    admitted_elsewhere_on: date | None = None


class Progress:
    """Steps in the order of their days. ``limits`` are the local rules that hold."""

    def __init__(self, person: Person, done: Iterable[Done], limits: Mapping[str, Decided]) -> None:
        self.person = person
        order = list(TABLE)
        self.done = tuple(sorted(done, key=lambda each: (each.on, order.index(each.step))))
        self.limits = limits
        self._cycle_began, self.extended_months = self._extensions()

    def _extensions(self) -> tuple[int, int]:
        """Where in ``done`` the present round of 转正 begins, and by how many months probation was extended."""
        began = months = 0
        meeting: Done | None = None
        for index, each in enumerate(self.done):
            if each.step == Step.FULL_MEETING and each.is_effective:
                meeting = each
            elif each.step == Step.FULL_APPROVAL and meeting and not self._is_final(each, meeting):
                months += int(meeting.facts.get("extension") or 0) if each.is_effective else 0
                began, meeting = index + 1, None
        return began, months

    @staticmethod
    def _is_final(approval: Done, meeting: Done) -> bool:
        return approval.is_effective and meeting.facts.get("decision", "confirm") != "extend"

    def all_of(self, step: Step) -> list[Done]:
        """Every time the step was taken to effect; of the steps of 转正 only those of the present round."""
        rows = self.done[self._cycle_began :] if step in FULL_CYCLE else self.done
        return [each for each in rows if each.step == step and each.is_effective]

    def last(self, step: Step) -> Done | None:
        found = self.all_of(step)
        return found[-1] if found else None

    def day_of(self, step: Step) -> date | None:
        last = self.last(step)
        if last is None and step == Step.ADMISSION_MEETING:
            return self.person.admitted_elsewhere_on
        return last.on if last else None

    def has(self, step: Step) -> bool:
        return self.last(step) is not None or self.is_elsewhere(step)

    def is_elsewhere(self, step: Step) -> bool:
        """Taken before the person came, on a day that is not known here."""
        return bool(self.person.admitted_elsewhere_on and step in ELSEWHERE and self.last(step) is None)

    def number_of(self, code: str) -> int:
        """The number a local rule holds; 0 when it is off."""
        return int(self.limits[code].value)

    def months_of(self, months: int | str) -> int:
        return months if isinstance(months, int) else self.number_of(months)

    @property
    def probation_ends(self) -> date | None:
        """细则 32: a year from the branch meeting that accepted the person, and an extension once."""
        joined = self.day_of(Step.ADMISSION_MEETING)
        return months_after(joined, PROBATION_MONTHS + self.extended_months) if joined else None

    @property
    def is_extended(self) -> bool:
        return self.extended_months > 0

    @property
    def reached(self) -> Step:
        """The furthest step taken, in the order of the table."""
        taken = {each.step for each in self.done if each.is_effective}
        return max(taken | {step for step in ELSEWHERE if self.is_elsewhere(step)}, key=list(TABLE).index)

    @property
    def stage(self) -> Stage:
        """The stage the person is in: that of the furthest step, or the next when it closes its stage."""
        reached = TABLE[self.reached].stage
        closes = {Step.ADMISSION_APPROVAL, Step.ADMISSION_FILING}
        return STAGES[STAGES.index(reached) + 1] if self.reached in closes else reached

    @property
    def is_complete(self) -> bool:
        return self.has(Step.FULL_APPROVAL)
