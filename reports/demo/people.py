"""Who belonged to which branch from when to when, and what each person was."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone

from branches.models import Branch
from members import numbers
from members.models import Member, MembershipSpell, StatusPeriod

from .inserting import insert, insert_history
from .organisations import FAR, Leaf

Status = StatusPeriod.Status


@dataclass
class Person:
    """A member with the dates that matter: joined, full, left (the last day on the roster)."""

    member: Member
    joined: date
    full: date | None
    left: date = FAR

    def is_on_roster(self, day: date) -> bool:
        return self.joined <= day <= self.left

    def may_vote(self, day: date) -> bool:
        return self.full is not None and self.full <= day


@dataclass
class Stay:
    """A person's time in a branch, both days inclusive."""

    person: Person
    leaf: Leaf
    since: date
    until: date = FAR
    kind: str = MembershipSpell.Kind.BELONGING

    def holds_on(self, day: date) -> bool:
        return self.since <= day <= self.until and self.person.is_on_roster(day)


@dataclass
class People:
    """Everybody, by branch."""

    stays: dict[int, list[Stay]] = field(default_factory=lambda: defaultdict(list))
    candidates: list[tuple[Member, str, date]] = field(default_factory=list)

    def of(self, leaf: Leaf) -> list[Stay]:
        return self.stays[leaf.branch.pk]

    def on(self, leaf: Leaf, day: date) -> list[Person]:
        return [stay.person for stay in self.of(leaf) if stay.holds_on(day)]

    def add(self, stay: Stay) -> None:
        """Nobody stays in a branch that was founded after the person left."""
        if stay.since <= stay.until:
            self.stays[stay.leaf.branch.pk].append(stay)

    def persons(self) -> list[Person]:
        found = {id(stay.person): stay.person for stays in self.stays.values() for stay in stays}
        return list(found.values())


def write(people: People) -> None:
    """Members, spells and status periods in bulk, with the history row that a saved member has."""
    members = [person.member for person in people.persons()] + [member for member, _, _ in people.candidates]
    now = timezone.now()
    for member, number in zip(members, numbers.allocate(len(members)), strict=True):
        member.number = number
        # The account was saved after it was given, so its key has to be taken over.
        member.account = member.account
        member._history_user, member._history_date = None, now  # type: ignore[attr-defined]
    insert(members)
    insert_history(members, reason="演示数据")
    insert(list(_spells(people)))
    insert(list(_statuses(people)))


def _spells(people: People) -> Iterator[MembershipSpell]:
    for stays in people.stays.values():
        for stay in stays:
            yield _spell(stay.person.member, stay.leaf.branch, stay.since, stay.until, stay.kind)
    for member, _, since in people.candidates:
        yield _spell(member, member.branch, since, FAR, MembershipSpell.Kind.BELONGING)


def _spell(member: Member, branch: Branch, since: date, until: date, kind: str) -> MembershipSpell:
    return MembershipSpell(
        member=member,
        branch=branch,
        branch_path=branch.path,
        kind=kind,
        since=since,
        until=None if until == FAR else until,
    )


def _statuses(people: People) -> Iterator[StatusPeriod]:
    for person in people.persons():
        yield from _statuses_of(person)
    for member, status, since in people.candidates:
        yield StatusPeriod(member=member, status=status, since=since)


def _statuses_of(person: Person) -> Iterator[StatusPeriod]:
    end = None if person.left == FAR else person.left
    if person.full != person.joined:
        until = person.full - timedelta(days=1) if person.full else end
        yield StatusPeriod(member=person.member, status=Status.PROBATIONARY, since=person.joined, until=until)
    if person.full:
        yield StatusPeriod(member=person.member, status=Status.FULL, since=person.full, until=end)
    if end:
        yield StatusPeriod(member=person.member, status=Status.LEFT, since=end + timedelta(days=1))
