"""A step that is about to be recorded: what the guards look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from members.models import Development, Member

from .progress import Progress
from .steps import TABLE
from .vocabulary import Spec, Step


@dataclass(frozen=True, slots=True)
class Attempt:
    """A step about to be recorded."""

    development: Development
    progress: Progress
    spec: Spec
    on: date
    facts: Mapping[str, Any]
    people: Sequence[Member] = field(default=())

    @property
    def step(self) -> Step:
        return self.spec.step

    @property
    def cancels(self) -> bool:
        """细则 32: the meeting takes the standing away; it waits neither for an application nor for the end."""
        return self.step == Step.FULL_MEETING and self.facts.get("decision") == "cancel"

    @property
    def needs(self) -> tuple[Step, ...]:
        return TABLE[Step.FULL_APPLICATION].needs if self.cancels else self.spec.needs

    @property
    def is_effective(self) -> bool:
        if self.spec.outcomes is None:
            return True
        name, good = self.spec.outcomes
        return self.facts.get(name) in good

    def number(self, name: str) -> int:
        return int(self.facts.get(name) or 0)
