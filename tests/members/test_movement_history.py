"""Random histories through the real verbs: the roster of any date equals a naive replay, and the past stays as it was.

The replay keeps one line of days for each person: where he belonged, and what he was. It knows nothing of spells.
"""

from collections import Counter
from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from branches.scope import covering_ranges
from lib.periods import Period, quarter_of
from members import circumstances, departures, suspensions, transfers
from members.enrolment import EnrolmentError, NewMember, change, enrol, move
from members.membership_rules import MovementError
from members.models import Departure, Member, RosterCorrection
from members.rosters import roster
from members.transfer_checks import Letter
from tests import cast

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)
START = date(2026, 2, 10)
DAY = timedelta(days=1)
REFUSALS = (MovementError, EnrolmentError, PermissionDenied)
ON_ROSTER = {"probationary", "full"}
PEOPLE = 3
VERBS = {
    *("move", "transfer inside", "departure", "annulment", "transfer out", "return"),
    *("suspension", "restoration", "lost and found", "full membership"),
}


class Naive:
    """One person: the branch and the status of every day; a verb overwrites the days from its own on."""

    def __init__(self, branch: str, joined: date, came: date, full: date | None) -> None:
        days = (LAST - FIRST).days + 1
        self.branch: list[str] = ["" for _ in range(days)]
        self.status: list[str] = ["" for _ in range(days)]
        self.write(self.branch, came, branch)
        self.write(self.status, joined, "probationary")
        if full:
            self.write(self.status, full, "full")

    @staticmethod
    def write(line: list[str], since: date, value: str) -> None:
        start = max((since - FIRST).days, 0)
        line[start:] = [value] * (len(line) - start)

    def on(self, day: date) -> tuple[str, str] | None:
        index = (day - FIRST).days
        branch, status = self.branch[index], self.status[index]
        return (branch, status) if branch and status in ON_ROSTER else None


def days_of(quarter: Period) -> tuple[date, date, date]:
    return quarter.start, quarter.start + 47 * DAY, quarter.end


class Histories(RuleBasedStateMachine):
    #: What the verbs did to somebody, over all histories of a run.
    took: Counter[str] = Counter()

    people = st.integers(0, PEOPLE - 1)
    back = st.integers(0, 200)

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.clock = time_machine.travel(f"{START} 12:00 +0800", tick=False)
        self.traveller = self.clock.start()
        self.today = START

    def teardown(self) -> None:
        self.clock.stop()
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(came=st.lists(st.integers(0, 300), min_size=PEOPLE, max_size=PEOPLE), young=st.booleans())
    def enrol_people(self, came: list[int], young: bool) -> None:
        school = cast.a_university()
        self.places = [school.teachers, school.students, school.musicians]
        self.ranges = covering_ranges([school.root.path])
        self.members, self.naive, self.locked = [], [], {}
        for number, days in enumerate(came):
            arrived = START - days * DAY
            joined = date(2025, 3, 1) if young else date(2019, 5, 4)
            full = None if young else date(2020, 5, 4)
            place = self.places[number % 3]
            person = NewMember(
                f"甲{number}",
                "male",
                place,
                "full" if full else "probationary",
                joined,
                full,
                transferred_in_on=arrived,
                id_number=["99999919800101001X", "999999198001010036", "999999198001010052"][number],
            )
            self.members.append(enrol(person, by=None))
            self.naive.append(Naive(place.code, joined, arrived, full))
        self.seen: dict[date, dict[str, tuple[str, str]]] = {}
        self.lock()

    def state(self, day: date) -> dict[str, tuple[str, str]]:
        """The roster of the day; asked for once between two rules."""
        if day not in self.seen:
            self.seen[day] = {row.number: (row.branch, row.status) for row in roster(day, self.ranges)}
        return self.seen[day]

    def wrote(self, what: str) -> None:
        self.took[what] += 1

    def member(self, number: int) -> Member:
        return Member.objects.get(pk=self.members[number].pk)

    def lock(self) -> None:
        """What the quarters that are over say now, and how many corrections that rests on."""
        quarter = quarter_of(FIRST)
        while quarter.end < self.today:
            self.locked.setdefault(quarter, (self.sampled(quarter), RosterCorrection.objects.count()))
            quarter = quarter.next()

    def sampled(self, quarter) -> list[dict[str, tuple[str, str]]]:
        return [self.state(day) for day in days_of(quarter)]

    @rule(days=st.integers(1, 70))
    def time_passes(self, days: int) -> None:
        if self.today + days * DAY < LAST:
            self.today += days * DAY
            self.traveller.move_to(f"{self.today} 12:00 +0800", tick=False)
            self.lock()

    @rule(number=people, to=st.integers(0, 2), back=back)
    def moves(self, number: int, to: int, back: int) -> None:
        on, naive, place = self.today - back * DAY, self.naive[number], self.places[to]
        try:
            move(self.member(number), place, on=on, by=None)
        except REFUSALS:
            return
        naive.write(naive.branch, on, place.code)
        self.wrote("move")

    @rule(number=people, to=st.integers(0, 2), back=back)
    def is_transferred_inside(self, number: int, to: int, back: int) -> None:
        on, naive, place = self.today - back * DAY, self.naive[number], self.places[to]
        try:
            transfer = transfers.offer(self.member(number), place, on=on, by=None)
        except REFUSALS:
            return
        try:
            transfers.accept(transfer, on=on, by=None)
        except REFUSALS:
            transfers.withdraw(transfer, "日期有误，重办", by=None)
            return
        naive.write(naive.branch, on, place.code)
        self.wrote("transfer inside")

    @rule(number=people, back=back, kind=st.sampled_from(["died", "resigned", "expelled", "cancelled"]))
    def departs(self, number: int, back: int, kind: str) -> None:
        on, naive = self.today - back * DAY, self.naive[number]
        old = (list(naive.branch), list(naive.status))
        try:
            made = departures.depart(self.member(number), kind, on=on, by=None, evidence="决定")
        except REFUSALS:
            return
        naive.kept = (made.pk, old)
        naive.write(naive.branch, on, "")
        naive.write(naive.status, on, "left")
        self.wrote("departure")

    @rule(number=people)
    def departure_was_a_mistake(self, number: int) -> None:
        naive = self.naive[number]
        if not hasattr(naive, "kept"):
            return
        pk, (branch, status) = naive.kept
        try:
            departures.annul(Departure.objects.get(pk=pk), "登记有误", by=None)
        except REFUSALS:
            return
        naive.branch, naive.status = branch, status
        self.wrote("annulment")

    @rule(number=people, back=back)
    def is_transferred_out(self, number: int, back: int) -> None:
        on, naive = self.today - back * DAY, self.naive[number]
        try:
            transfer = transfers.request(self.member(number), "外校", on=on, by=None)
        except REFUSALS:
            return
        transfers.issue(transfer, Letter(on, 90), by=None)
        try:
            transfers.acknowledge(transfer, on=on, by=None)
        except REFUSALS:
            transfers.withdraw(transfer, "日期有误，重办", by=None)
            return
        naive.__dict__.pop("kept", None)
        naive.write(naive.branch, on, "")
        naive.write(naive.status, on, "left")
        self.wrote("transfer out")

    @rule(number=people, to=st.integers(0, 2), back=st.integers(0, 60))
    def comes_back(self, number: int, to: int, back: int) -> None:
        on, naive, place = self.today - back * DAY, self.naive[number], self.places[to]
        member = self.member(number)
        person = NewMember(
            member.name,
            "male",
            place,
            "full",
            member.joined_on,
            member.full_on,
            id_number=member.id_number,
        )
        transfer = transfers.register(
            member.name, "外校", place, Letter(on, 90, f"Y{on}"), on=self.today, by=None
        )
        try:
            transfers.take_in(transfer, person, on=on, by=None)
        except REFUSALS:
            transfers.withdraw(transfer, "登记有误，撤销", by=None)
            return
        naive.__dict__.pop("kept", None)
        naive.write(naive.branch, on, place.code)
        naive.write(naive.status, on, "full")
        self.wrote("return")

    @rule(number=people, back=back)
    def is_suspended(self, number: int, back: int) -> None:
        on, naive, member = self.today - back * DAY, self.naive[number], self.member(number)
        try:
            suspensions.suspend(member, "emigrated", on=on, by=None, evidence="决议")
        except REFUSALS:
            return
        naive.before = member.status
        naive.write(naive.status, on, "suspended")
        self.wrote("suspension")

    @rule(number=people, back=back)
    def is_restored(self, number: int, back: int) -> None:
        on, naive = self.today - back * DAY, self.naive[number]
        try:
            suspensions.restore(self.member(number), on=on, by=None, evidence="批复")
        except REFUSALS:
            return
        naive.write(naive.status, on, naive.before)
        self.wrote("restoration")

    @rule(number=people)
    def is_lost_and_found(self, number: int) -> None:
        """Contact lost and found changes no roster."""
        try:
            row = circumstances.begin(
                self.member(number), "lost", since=self.today - 30 * DAY, by=None, evidence="查找"
            )
        except REFUSALS:
            return
        circumstances.end(row, on=self.today, by=None, evidence="已联系")
        self.wrote("lost and found")

    @rule(number=people, back=st.integers(0, 120))
    def becomes_full(self, number: int, back: int) -> None:
        """The days on probation from then on are days of full membership; suspensions and absences stay."""
        on, naive, member = self.today - back * DAY, self.naive[number], self.member(number)
        if member.status != "probationary" or on <= member.joined_on:
            return
        change(member, {"status": "full", "full_on": on}, by=None)
        start = (on - FIRST).days
        naive.status[start:] = ["full" if one == "probationary" else one for one in naive.status[start:]]
        self.wrote("full membership")

    @precondition(lambda self: hasattr(self, "naive"))
    @invariant()
    def the_roster_of_any_date_is_the_replay(self) -> None:
        numbers = {member.number: naive for member, naive in zip(self.members, self.naive, strict=True)}
        self.seen.clear()
        near = {self.today - step * DAY for step in (0, 41, 131)}
        for day in near | {each for quarter in self.locked for each in days_of(quarter)}:
            expected = {number: naive.on(day) for number, naive in numbers.items() if naive.on(day)}
            assert self.state(day) == expected, day

    @precondition(lambda self: hasattr(self, "naive"))
    @invariant()
    def the_past_changes_by_dated_corrections_only(self) -> None:
        rows = list(RosterCorrection.objects.order_by("pk").select_related("member"))
        for quarter, (kept, count) in self.locked.items():
            now = self.sampled(quarter)
            for old, new in zip(kept, now, strict=True):
                changed = {number for number in {*old, *new} if old.get(number) != new.get(number)}
                said = {row.member.number for row in rows[count:] if row.concerns(quarter.start, quarter.end)}
                assert changed <= said, quarter.code


def run(histories: int, steps: int) -> None:
    chosen = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Histories, settings=chosen)


@pytest.mark.slow
def test_eight_histories():
    run(8, 14)


@pytest.mark.nightly
def test_three_hundred_histories_in_which_everything_happens():
    Histories.took.clear()
    run(300, 30)
    assert set(Histories.took) == VERBS


def test_a_history_with_all_that_interrupts_and_corrects():
    """What chance may leave out: suspended and restored, gone by mistake, full from a day in a quarter that is over."""
    history = Histories()
    try:
        history.enrol_people([300, 200, 100], young=True)
        for act in (
            lambda: history.is_suspended(0, 100),
            lambda: history.is_restored(0, 60),
            lambda: history.becomes_full(0, 90),
            lambda: history.departs(1, 80, "died"),
            lambda: history.departure_was_a_mistake(1),
            lambda: history.is_transferred_out(2, 50),
            lambda: history.comes_back(2, 1, 10),
            lambda: history.is_transferred_inside(1, 2, 20),
            lambda: history.moves(0, 1, 60),
            lambda: history.is_lost_and_found(0),
        ):
            act()
            history.the_roster_of_any_date_is_the_replay()
            history.the_past_changes_by_dated_corrections_only()
        whats = set(RosterCorrection.objects.values_list("what", flat=True))
        assert whats == {"enrol", "suspend", "restore", "change", "depart", "annul", "move"}
    finally:
        history.teardown()
