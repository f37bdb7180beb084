"""Staff remind all branches of a list at once: who was reminded when is seen, and nobody is reminded every day."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEntry
from activities import duties
from branches.roles import Role
from branches.scope import covering_ranges
from lib.periods import Period
from reminders import chasing, ledger
from reminders.chasing import Chased, ChaseError
from reminders.models import Chase, Reminder
from tests import cast

TODAY = date(2026, 10, 20)
Q3 = Period.quarter(2026, 3)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-10-20 10:00 +0800", tick=False):
        yield


@pytest.fixture
def school(db):
    school = cast.a_university()
    for branch in (school.teachers, school.students, school.musicians):
        cast.a_member(branch)
    return school


@pytest.fixture
def secretary(school):
    return cast.a_user(Role.SECRETARY, school.teachers)


@pytest.fixture
def staff(school):
    return cast.a_user(Role.ORGANIZATION_STAFF, school.root, name="何科长")


def owed(school, kind="theme_day", period=Q3):
    everything = covering_ranges([school.root.path])
    return [
        duty
        for duty in duties.evaluate(everything, period, TODAY)
        if duty.rule.kind == kind and not duty.is_met and duty.is_required
    ]


def told(user):
    return sorted(Reminder.objects.open().filter(recipient=user).values_list("subject", flat=True))


class TestChasing:
    def test_a_reminder_of_today_takes_the_place_of_the_earlier(self, school, secretary, staff):
        ledger.collect(TODAY)
        before = told(secretary)
        [july] = [
            duty
            for duty in owed(school)
            if duty.branch_id == school.teachers.pk and duty.period.code == "2026-07"
        ]
        done = chasing.chase([july], again=False, by=staff, today=TODAY)
        assert done == Chased(duties=1, branches=1, left=0)
        assert told(secretary) == sorted([*set(before) - {july.subject}, f"{july.subject}@2026-10-20"])
        assert "2026-10-20 催办" in Reminder.objects.get(subject__endswith="@2026-10-20").detail

    def test_collecting_changes_nothing_and_meeting_it_settles_it(self, school, secretary, staff):
        [july, *_] = [duty for duty in owed(school) if duty.branch_id == school.teachers.pk]
        chasing.chase([july], again=False, by=staff, today=TODAY)
        ledger.collect(TODAY)
        assert f"{july.subject}@2026-10-20" in told(secretary)
        cast.a_record(school.teachers, "theme_day", july.period.start)
        ledger.collect(TODAY)
        assert Reminder.objects.get(subject__endswith="@2026-10-20").state == "done"

    def test_not_twice_within_three_days_unless_one_says_so(self, school, secretary, staff):
        mine = [duty for duty in owed(school) if duty.branch_id == school.teachers.pk]
        chasing.chase(mine[:1], again=False, by=staff, today=TODAY)
        assert chasing.chase(mine, again=False, by=staff, today=TODAY) == Chased(2, 1, 1)
        with pytest.raises(ChaseError, match="名单上的 3 项 3 天内都催办过"):
            chasing.chase(mine, again=False, by=staff, today=date(2026, 10, 22))
        assert chasing.chase(mine, again=True, by=staff, today=date(2026, 10, 22)).duties == 3
        assert chasing.chase(mine, again=False, by=staff, today=date(2026, 10, 25)).duties == 3

    def test_what_will_be_due_may_be_asked_for_before_its_week(self, school, secretary, staff):
        [quarter] = [
            duty
            for duty in owed(school, "general_meeting", Period.quarter(2026, 4))
            if duty.branch_id == school.teachers.pk
        ]
        assert chasing.chase([quarter], again=False, by=staff, today=TODAY).duties == 1
        assert told(secretary) == [f"{quarter.subject}@2026-10-20"]

    def test_of_ones_own_branches_only(self, school, secretary):
        music = cast.a_user(Role.COMMITTEE_STAFF, school.music)
        chasing.chase(owed(school), again=False, by=music, today=TODAY)
        assert set(Chase.objects.values_list("branch_path", flat=True)) == {school.musicians.path}
        for user in (secretary, cast.a_user(Role.LEADER, school.root)):
            with pytest.raises(ChaseError, match="由组织部门和上级党组织的工作人员催办"):
                chasing.chase(owed(school), again=False, by=user, today=TODAY)

    def test_nothing_open_nothing_to_chase(self, school, staff):
        with pytest.raises(ChaseError, match="名单上没有可以催办的义务"):
            chasing.chase([], again=False, by=staff, today=TODAY)


class TestPage:
    def test_three_clicks_from_the_first_page(self, school, secretary, staff):
        desk = cast.a_browser(staff)
        [missed] = [
            one for one in desk.get(reverse("home")).context["waiting"] if one.title == "逾期未开的义务"
        ]
        page = desk.get(missed.url)
        assert page.context["to_chase"] == missed.number
        sent = dict(page.context["query"])
        done = desk.post(reverse("duty_chase"), sent, follow=True)
        assert "已催办" in done.content.decode()
        assert "2026-10-20 何科长 催办" in done.content.decode()
        again = desk.post(reverse("duty_chase"), sent, follow=True)
        assert "3 天内都催办过" in again.content.decode()
        assert AuditEntry.objects.filter(action="duty.chase").count() == 1

    def test_a_filter_that_cannot_be_followed_reminds_nobody(self, school, secretary):
        """A list narrowed to what there is not would be the whole list: nobody meant that."""
        music = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        done = music.post(reverse("duty_chase"), {"period": "2026Q9"}, follow=True)
        assert "筛选条件有误，没有催办。" in done.content.decode()
        foreign = {"period": "2026Q3", "org": school.physics.pk}
        assert music.post(reverse("duty_chase"), foreign).status_code == 404
        assert Chase.objects.count() == 0

    def test_leaders_see_no_button(self, school, secretary):
        leader = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        page = leader.get(reverse("duty_list"), {"period": "2026Q3", "state": "missed"})
        assert (page.context["to_chase"], "催办" in page.content.decode()) == (0, False)
