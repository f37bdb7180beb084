"""The ledger: nothing twice, nothing lost, nothing open that is settled (T34, T35)."""

import threading
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection

from activities.records import withdraw
from branches.roles import Role
from members import posts
from members.models import Member
from reminders import ledger
from reminders.models import Reminder
from reminders.tasks import collect
from tests import cast
from tests.reminders.scene import one_of_each
from tests.sheets import run

JUNE = date(2026, 6, 25)
#: What ``one_of_each`` makes.
ALL_KINDS = {
    *("duty", "political_birthday", "term", "transfer", "contact", "standing"),
    *("development", "development_open"),
}


@pytest.fixture
def school(db):
    """A branch that has held nothing this year, with one member."""
    school = cast.a_university()
    cast.a_member(school.teachers, "王敏", joined=date(2015, 6, 15))
    return school


def secretary_of(branch, **more):
    return cast.a_user(Role.SECRETARY, branch, **more)


def states(**where):
    return list(Reminder.objects.filter(**where).values_list("state", flat=True))


def kinds(dues):
    return {due.kind for due in dues}


class TestCollecting:
    def test_it_writes_what_is_due_within_a_week_and_what_is_overdue(self, school):
        secretary_of(school.teachers)
        ledger.collect(JUNE)
        pk = school.teachers.pk
        found = set(Reminder.objects.filter(kind="duty").values_list("due_on", "subject"))
        assert {subject for due_on, subject in found if due_on < JUNE} == {
            *(f"{pk}:theme_day:2026-0{month}" for month in (1, 2, 3, 4, 5)),
            f"{pk}:general_meeting:2026Q1",
        }
        assert {subject for due_on, subject in found if due_on >= JUNE} == {
            f"{pk}:theme_day:2026-06",
            f"{pk}:general_meeting:2026Q2",
        }

    def test_a_second_run_changes_nothing(self, school):
        secretary_of(school.teachers)
        written, _ = ledger.collect(JUNE)
        before = list(Reminder.objects.values())
        assert written == len(before) > 0
        assert ledger.collect(JUNE) == (0, 0)
        assert list(Reminder.objects.values()) == before

    def test_an_open_one_says_what_is_so_today(self, school):
        secretary_of(school.teachers)

        def detail(on):
            ledger.collect(on)
            return Reminder.objects.get(subject=f"{school.teachers.pk}:theme_day:2026-06").detail

        assert "还可在6月30日前开展" in detail(JUNE)
        assert "已过期限" in detail(date(2026, 7, 1))

    def test_a_record_settles_the_reminder(self, school):
        secretary_of(school.teachers)
        with time_machine.travel("2026-06-25 12:00 +0800", tick=False):
            ledger.collect(JUNE)
            cast.a_record(school.teachers, "theme_day", date(2026, 6, 24))
            ledger.collect(JUNE)
        assert states(subject=f"{school.teachers.pk}:theme_day:2026-06") == ["done"]

    def test_what_no_longer_applies_is_cancelled(self, school):
        secretary = secretary_of(school.teachers)
        ledger.collect(JUNE)
        secretary.grants.update(until=date(2026, 6, 26))
        ledger.collect(date(2026, 6, 27))
        assert set(states()) == {"cancelled"}

    def test_a_withdrawn_record_opens_the_reminder_again(self, school):
        secretary_of(school.teachers)
        with time_machine.travel("2026-06-25 12:00 +0800", tick=False):
            ledger.collect(JUNE)
            record = cast.a_record(school.teachers, "theme_day", date(2026, 6, 24))
            ledger.collect(JUNE)
            withdraw(record, by=None, version=1, reason="误登")
            ledger.collect(JUNE)
        assert states(subject=f"{school.teachers.pk}:theme_day:2026-06") == ["open"]

    def test_a_successor_is_told_what_the_predecessor_was(self, school):
        first = secretary_of(school.teachers)
        ledger.collect(JUNE)
        told = set(Reminder.objects.filter(recipient=first).values_list("subject", flat=True))
        first.grants.update(until=JUNE)
        second = secretary_of(school.teachers, since=date(2026, 6, 26))
        ledger.collect(date(2026, 6, 26))
        assert set(Reminder.objects.filter(recipient=second).values_list("subject", flat=True)) == told

    def test_nobody_is_told_of_another_branch(self, school):
        cast.a_member(school.musicians)
        people = {secretary_of(branch): branch for branch in (school.teachers, school.musicians)}
        ledger.collect(JUNE)
        for user, branch in people.items():
            paths = set(Reminder.objects.visible_to(user).values_list("branch_path", flat=True))
            assert paths == {branch.path}

    def test_the_number_of_queries_does_not_depend_on_the_branches(self, school, django_assert_num_queries):
        cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        secretary_of(school.teachers)
        one_of_each(school.teachers, school.musicians, JUNE)
        with django_assert_num_queries(32):
            assert kinds(ledger.gather(JUNE)) == ALL_KINDS
        for number in range(10):
            branch = cast.found(school.physics, f"第{number}党支部", "branch", f"b{number}")
            one_of_each(branch, school.musicians, JUNE)
            secretary_of(branch)
        with django_assert_num_queries(32):
            ledger.gather(JUNE)

    @pytest.mark.parametrize("number", [0, 5])
    def test_settling_all_kinds_takes_as_many_queries(self, school, django_assert_num_queries, number):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        one_of_each(school.teachers, school.musicians, JUNE)
        for n in range(number):
            branch = cast.found(school.physics, f"第{n}党支部", "branch", f"b{n}")
            one_of_each(branch, school.musicians, JUNE)
        ledger.collect(JUNE)
        staff.grants.update(until=date(2026, 6, 24))
        with django_assert_num_queries(62):
            ledger.collect(JUNE)
        assert set(states()) == {"cancelled"}

    def test_a_post_that_ended_brings_no_more_reminders(self, school):
        member = cast.a_member(school.students, "李强")
        post = posts.appoint(member, school.students, "secretary", since=date(2026, 1, 1), by=None)
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        posts.provide_accounts([post], by=staff)
        post.refresh_from_db()
        member.refresh_from_db()
        assert any(due.recipient_id == member.account_id for due in ledger.gather(JUNE))
        posts.end(post, on=date(2026, 6, 24), by=staff)
        assert not any(due.recipient_id == member.account_id for due in ledger.gather(JUNE))


class TestMissedSchedule:
    """T35: a scheduler that was off loses nothing and doubles nothing."""

    def collected_over(self, days):
        Reminder.objects.all().delete()
        for day in days:
            ledger.collect(day)
        return sorted(Reminder.objects.values_list("kind", "subject", "due_on"))

    @pytest.mark.parametrize(
        "first", [date(2026, 6, 26), date(2028, 2, 25), date(2026, 12, 27), date(2026, 9, 27)]
    )
    def test_three_days_without_beat(self, school, first):
        for name, joined in [
            ("闰日", date(2016, 2, 29)),
            ("年末", date(2016, 12, 31)),
            ("年初", date(2016, 1, 1)),
        ]:
            cast.a_member(school.teachers, name, joined=joined, full=None)
        secretary_of(school.teachers)
        days = [first + timedelta(days=offset) for offset in range(8)]
        assert self.collected_over(days[:2] + days[5:]) == self.collected_over(days)

    @pytest.mark.slow
    def test_every_birthday_is_told_once_in_ten_years_and_before_its_day(self, school):
        cast.a_member(school.teachers, "闰日", joined=date(2012, 2, 29))
        secretary_of(school.teachers)
        told = []
        for year in range(2021, 2031):
            for day in (date(year, 2, 18), date(year, 2, 24), date(year, 3, 1), date(year, 3, 12)):
                before = set(Reminder.objects.values_list("pk", flat=True))
                ledger.collect(day)
                new = Reminder.objects.filter(kind="political_birthday").exclude(pk__in=before)
                told += [(row.due_on, (row.due_on - day).days) for row in new]
        common = [(date(year, 2, 28), 4) for year in range(2021, 2031) if year not in (2024, 2028)]
        assert sorted(told) == sorted([*common, (date(2024, 2, 29), 5), (date(2028, 2, 29), 5)])

    @pytest.mark.parametrize(
        "moment", ["2026-06-29 23:59:59 +0800", "2026-06-29 16:30 +0000", "2026-06-30 00:00 +0800"]
    )
    def test_the_day_is_the_one_in_shanghai(self, school, moment):
        secretary_of(school.teachers)
        with time_machine.travel(moment, tick=False):
            collect()
        assert Reminder.objects.filter(subject__endswith="theme_day:2026-06", state="open").count() == 1

    def test_a_clock_set_back_over_midnight_doubles_nothing(self, school):
        secretary_of(school.teachers)
        ledger.collect(date(2026, 6, 1))
        before = Reminder.objects.count()
        ledger.collect(date(2026, 5, 31))
        ledger.collect(date(2026, 6, 1))
        assert Reminder.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_write_each_reminder_once():
    """T34."""
    school = cast.a_university()
    cast.a_member(school.teachers, joined=date(2015, 6, 27))
    secretary_of(school.teachers)
    barrier = threading.Barrier(2)
    failures = []

    def beat():
        try:
            barrier.wait()
            ledger.collect(JUNE)
        except Exception as error:  # noqa: BLE001  a thread's failure must reach the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=beat) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Reminder.objects.count() == len(ledger.gather(JUNE))


class TestWhoIsTold:
    """The secretary; where nobody has that account, the next who has one: nothing lost, nothing twice."""

    @pytest.fixture
    def people(self, school):
        """One of each who may be told for the teachers' branch, the first to be told first."""
        return [
            cast.a_user(Role.SECRETARY, school.teachers),
            cast.a_user(Role.RECORDER, school.teachers),
            cast.a_user(Role.COMMITTEE_STAFF, school.physics),
            cast.a_user(Role.ORGANIZATION_STAFF, school.root),
        ]

    def told(self):
        return {due.recipient_id for due in ledger.gather(JUNE)}

    def subjects(self):
        return sorted((due.kind, due.subject, due.due_on) for due in ledger.gather(JUNE))

    def test_each_stands_in_for_the_one_before(self, people):
        asked = self.subjects()
        for person in people:
            assert self.told() == {person.pk}
            assert self.subjects() == asked
            person.is_active = False
            person.save()
        assert self.told() == set()

    def test_others_are_not_told(self, school, people):
        for person in people:
            person.grants.all().delete()
        for role, branch in [
            (Role.SECRETARY, school.students),
            (Role.COMMITTEE_STAFF, school.music),
            (Role.LEADER, school.physics),
            (Role.ATTENDANCE_TAKER, school.teachers),
        ]:
            cast.a_user(role, branch)
        assert self.told() == set()

    def test_two_recorders_are_both_told_and_each_once(self, school):
        recorders = [cast.a_user(Role.RECORDER, school.teachers) for _ in range(2)]
        cast.give(recorders[0], Role.COMMITTEE_STAFF, school.physics)
        dues = ledger.gather(JUNE)
        assert {due.recipient_id for due in dues} == {user.pk for user in recorders}
        ledger.collect(JUNE)
        assert Reminder.objects.count() == len(dues)

    def test_a_secretary_who_comes_takes_over(self, school, people):
        people[0].grants.all().delete()
        ledger.collect(JUNE)
        open_before = Reminder.objects.open().filter(recipient=people[1]).count()
        secretary = secretary_of(school.teachers)
        ledger.collect(JUNE)
        assert set(states(recipient=people[1])) == {"cancelled"}
        assert Reminder.objects.open().filter(recipient=secretary).count() == open_before > 0

    def test_a_dissolved_branch_is_told_to_nobody(self, school):
        cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        type(school.teachers).objects.filter(pk=school.teachers.pk).update(dissolved_on=date(2026, 6, 1))
        assert self.told() == set()

    def test_the_place_is_the_branchs_not_the_recipients(self, school):
        cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        assert {due.branch_path for due in ledger.gather(JUNE)} == {school.teachers.path}


class TestCommand:
    def test_json_names_the_branch_by_its_code_and_the_group(self, school):
        group = cast.a_group(school.teachers, *Member.objects.all())
        secretary_of(school.teachers)
        ledger.collect(JUNE)
        _, rows = run("due", "--on", JUNE.isoformat())
        assert {tuple(row) for row in rows} == {("kind", "subject", "due_on", "recipient", "state")}
        subjects = {row["subject"] for row in rows}
        assert {"001001001:theme_day:2026-06", f"001001001/{group.name}:group_meeting:2026-05"} <= subjects
        assert {row["subject"] for row in rows if row["kind"] == "political_birthday"} <= {
            f"001001001:{member.number}:2026" for member in Member.objects.all()
        }
        assert {row["state"] for row in rows} == {"open"}

    def test_json_holds_all_kinds_and_names_nobody(self, school):
        cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        secretary_of(school.teachers)
        one_of_each(school.teachers, school.musicians, JUNE)
        _, rows = run("due", "--on", JUNE.isoformat())
        assert {row["kind"] for row in rows} == ALL_KINDS
        assert {"001001001:term-2023-06-25"} == {row["subject"] for row in rows if row["kind"] == "term"}
        names = set(Member.objects.values_list("name", flat=True))
        assert not any(name in row["subject"] for row in rows for name in names)
