"""The roll of a form: the expected people with the marks they carry so far. Nobody is present until someone says so."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Self
from uuid import UUID

from .attendance import UNREASONED, Counts, ExpectedPerson, Mark, count
from .models import Attendance
from .voting import Quorum

State = Attendance.State
PREFIX = "m-"
REASON_PREFIX = "r-"


@dataclass(frozen=True)
class Line:
    """One person of the roster component."""

    name: str
    id: str
    label: str
    note: str
    votes: bool
    mark: str
    reason_name: str = ""
    reason: str = ""
    is_exempt: bool = False


@dataclass(frozen=True)
class QuorumLine:
    """Whether enough came, as far as the marks go; ``state`` is that of the status tag."""

    rule: Quorum
    state: str
    text: str


@dataclass(frozen=True)
class RollCall:
    """``earlier`` are the marks the record holds already; ``strangers`` that marks came for people not on the list.

    ``own`` are the reasons typed for single people: they go before the one for all on leave. ``asked`` are those of
    people who asked for leave before: they are on leave until somebody says otherwise. ``signed`` are those who signed
    in themselves.
    """

    people: Sequence[ExpectedPerson]
    states: Mapping[UUID, str] = field(default_factory=dict)
    earlier: Mapping[UUID, Mark] = field(default_factory=dict)
    strangers: bool = False
    own: Mapping[UUID, str] = field(default_factory=dict)
    asked: Mapping[UUID, str] = field(default_factory=dict)
    signed: Collection[UUID] = ()

    @classmethod
    def of_record(
        cls,
        people: Sequence[ExpectedPerson],
        earlier: Mapping[UUID, Mark],
        asked: Mapping[UUID, str] = MappingProxyType({}),
        signed: Collection[UUID] = (),
    ) -> Self:
        states = {member: mark.state for member, mark in earlier.items()}
        roll = cls(people, {**_exempt(people), **states}, earlier)
        return roll.with_signed(signed).with_asked(asked)

    @classmethod
    def sent(
        cls,
        people: Sequence[ExpectedPerson],
        data: Mapping[str, str],
        earlier: Mapping[UUID, Mark],
        asked: Mapping[UUID, str] = MappingProxyType({}),
    ) -> Self:
        """The marks a browser sent; an unknown state counts as no mark, and so does 免于要求 of who is not exempt."""
        exempt = _exempt(people)
        known = {field_name(person.member_id): person.member_id for person in people}
        marks = {name: data[name] for name in data if name.startswith(PREFIX)}
        states = {
            known[name]: state
            for name, state in marks.items()
            if name in known and state in State.values and (state != State.EXEMPT or known[name] in exempt)
        }
        reasons = {reason_name(member): member for member in known.values()}
        own = {reasons[name]: data[name].strip() for name in data if name in reasons}
        strangers = bool(marks.keys() - known.keys())
        return cls(people, {**exempt, **states}, earlier, strangers, own, asked)

    def with_everybody(self) -> "RollCall":
        """全部到会: everyone not marked yet is present; when all are marked, everyone but the exempt."""
        asked = [each for each in self.people if self.states.get(each.member_id) != State.EXEMPT]
        marks = {person.member_id: State.PRESENT.value for person in self.unmarked or asked}
        return replace(self, states={**self.states, **marks})

    def with_signed(self, signed: Collection[UUID]) -> Self:
        """Whoever signed in and is not marked otherwise is present; also who was not expected to come."""
        here = {each.member_id for each in self.people if each.member_id in signed}
        marks = {
            member: State.PRESENT.value
            for member in here
            if self.states.get(member, State.EXEMPT) == State.EXEMPT
        }
        return replace(self, states={**self.states, **marks}, signed=here)

    def with_asked(self, asked: Mapping[UUID, str]) -> Self:
        """Whoever asked for leave and is not marked otherwise is on leave, for the reason he gave."""
        mine = {each.member_id: asked[each.member_id] for each in self.people if each.member_id in asked}
        leave = {member: State.LEAVE.value for member in mine if member not in self.states}
        given = {member: mine[member] for member in leave if self.own.get(member) == ""}
        return replace(self, states={**leave, **self.states}, own={**self.own, **given}, asked=mine)

    def without_asked(self, asked: Mapping[UUID, str]) -> Self:
        """The list is another day's: leave that was only asked for the former day holds no more."""
        stale = {
            member
            for member, reason in asked.items()
            if self.states.get(member) == State.LEAVE and self.own.get(member, "") in ("", reason)
        }
        states = {member: state for member, state in self.states.items() if member not in stale}
        return replace(self, states=states, own={m: text for m, text in self.own.items() if m not in stale})

    @property
    def unmarked(self) -> list[ExpectedPerson]:
        return [person for person in self.people if person.member_id not in self.states]

    def marks(self, reason: str) -> dict[UUID, Mark]:
        """What is to be written: one's own reason, else ``reason`` for all on leave; without one, whoever had one
        keeps it.
        """
        return {
            member: Mark(state, self._reason(member, state, reason)) for member, state in self.states.items()
        }

    def _reason(self, member: UUID, state: str, reason: str) -> str:
        if state in UNREASONED:
            return ""
        shared = reason if state == State.LEAVE else ""
        before = self.earlier.get(member, Mark(""))
        kept = before.reason if before.state == state else ""
        shared = shared or (self.asked.get(member, "") if state == State.LEAVE else "")
        apart = self._apart(member)
        if member in self.own:
            # A field that was emptied takes the reason away; one that was empty from the start says nothing.
            return self.own[member] or shared or ("" if apart else kept)
        return kept if kept and kept == apart else shared or kept

    def _apart(self, member: UUID) -> str:
        """The recorded reason that is this person's alone, not that of all on leave."""
        before = self.earlier.get(member, Mark(""))
        is_shared = before.state == State.LEAVE and before.reason == self.shared_reason
        return "" if is_shared else before.reason

    def reason_of(self, member: UUID) -> str:
        """What stands in the person's own field."""
        return self.own.get(member, self._apart(member) or self.asked.get(member, ""))

    @property
    def has_own_reasons(self) -> bool:
        return any(self.reason_of(person.member_id) for person in self.people)

    @property
    def longest_reason(self) -> int:
        return max(map(len, self.own.values()), default=0)

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
                reason_name=reason_name(person.member_id),
                reason=self.reason_of(person.member_id),
                is_exempt=person.is_exempt,
            )
            for number, person in enumerate(self.people)
        ]

    @property
    def who_asked(self) -> str:
        """The names of those on leave because they asked."""
        return "、".join(each.name for each in self.people if each.member_id in self.asked)

    def quorum_line(self, quorum: Quorum) -> QuorumLine:
        voters = sum(person.may_vote for person in self.people)
        here = self.counts.voting
        if quorum.rule.quorum.is_met(here, voters):
            state, verdict = "done", quorum.yes
        elif self.unmarked:
            state, verdict = "todo", f"还有 {len(self.unmarked)} 人未记"
        else:
            state, verdict = "due", quorum.no
        return QuorumLine(quorum, state, f"{quorum.who}到会 {here}/{voters}，{verdict}")


def _exempt(people: Sequence[ExpectedPerson]) -> dict[UUID, str]:
    """Who is marked without anybody's tap: nothing is asked of the exempt."""
    return {person.member_id: State.EXEMPT.value for person in people if person.is_exempt}


def field_name(member_id: UUID) -> str:
    return f"{PREFIX}{member_id.hex}"


def reason_name(member_id: UUID) -> str:
    return f"{REASON_PREFIX}{member_id.hex}"
