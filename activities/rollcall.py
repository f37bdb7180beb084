"""The roll of a form: the expected people with the marks they carry so far. Nobody is present until someone says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from .attendance import Counts, ExpectedPerson, Mark, count
from .models import Attendance
from .regulations import Quorum

State = Attendance.State
PREFIX = "m-"


@dataclass(frozen=True)
class Line:
    """One person of the roster component."""

    name: str
    id: str
    label: str
    note: str
    votes: bool
    mark: str


@dataclass(frozen=True)
class QuorumLine:
    """Whether enough came, as far as the marks go; ``state`` is that of the status tag."""

    rule: Quorum
    state: str
    text: str


@dataclass(frozen=True)
class RollCall:
    """``earlier`` are the marks the record holds already; ``strangers`` that marks came for people not on the list."""

    people: Sequence[ExpectedPerson]
    states: Mapping[UUID, str] = field(default_factory=dict)
    earlier: Mapping[UUID, Mark] = field(default_factory=dict)
    strangers: bool = False

    @classmethod
    def of_record(cls, people: Sequence[ExpectedPerson], earlier: Mapping[UUID, Mark]) -> Self:
        return cls(people, {member: mark.state for member, mark in earlier.items()}, earlier)

    @classmethod
    def sent(
        cls, people: Sequence[ExpectedPerson], data: Mapping[str, str], earlier: Mapping[UUID, Mark]
    ) -> Self:
        """The marks a browser sent; an unknown state counts as no mark."""
        known = {field_name(person.member_id): person.member_id for person in people}
        marks = {name: data[name] for name in data if name.startswith(PREFIX)}
        states = {
            known[name]: state for name, state in marks.items() if name in known and state in State.values
        }
        return cls(people, states, earlier, strangers=bool(marks.keys() - known.keys()))

    def with_everybody(self) -> "RollCall":
        """全部到会: everyone not marked yet is present; when all are marked, everyone."""
        unmarked = self.unmarked
        marks = {person.member_id: State.PRESENT.value for person in unmarked or self.people}
        return RollCall(self.people, {**self.states, **marks}, self.earlier)

    @property
    def unmarked(self) -> list[ExpectedPerson]:
        return [person for person in self.people if person.member_id not in self.states]

    def marks(self, reason: str) -> dict[UUID, Mark]:
        """What is to be written: ``reason`` for all on leave; without one, whoever had a reason keeps it."""
        return {
            member: Mark(state, self._reason(member, state, reason)) for member, state in self.states.items()
        }

    def _reason(self, member: UUID, state: str, reason: str) -> str:
        if state == State.PRESENT:
            return ""
        before = self.earlier.get(member, Mark(""))
        kept = before.reason if before.state == state else ""
        return (reason or kept) if state == State.LEAVE else kept

    @property
    def shared_reason(self) -> str:
        """The reason of all on leave in the record, when they have one and the same."""
        reasons = {mark.reason for mark in self.earlier.values() if mark.state == State.LEAVE}
        return reasons.pop() if len(reasons) == 1 else ""

    @property
    def counts(self) -> Counts:
        return count(self.people, self.marks(""))

    @property
    def lines(self) -> list[Line]:
        return [
            Line(
                name=field_name(person.member_id),
                id=f"p{number}",
                label=person.name,
                note="" if person.may_vote else "预备",
                votes=person.may_vote,
                mark=self.states.get(person.member_id, ""),
            )
            for number, person in enumerate(self.people)
        ]

    def quorum_line(self, rule: Quorum) -> QuorumLine:
        voters = sum(person.may_vote for person in self.people)
        here = self.counts.voting
        if Counts(voters=voters, voting=here).is_quorate:
            state, verdict = "done", rule.yes
        elif self.unmarked:
            state, verdict = "todo", f"还有 {len(self.unmarked)} 人未记"
        else:
            state, verdict = "due", rule.no
        return QuorumLine(rule, state, f"{rule.who}到会 {here}/{voters}，{verdict}")


def field_name(member_id: UUID) -> str:
    return f"{PREFIX}{member_id.hex}"
