"""The verbs of the log: what one call writes, what it refuses, and that the figures always add up."""

import random
from datetime import date, time, timedelta
from uuid import uuid4

import pytest
import time_machine

from accounts.models import AuditEntry
from activities import tallies
from activities.attendance import Mark
from activities.models import Activity, AttendanceChange, Campaign, Tally
from activities.records import Conflict, correct, log, withdraw
from activities.refusals import RecordError
from branches import tree
from branches.roles import Role
from members.models import Member, MembershipSpell
from tests import cast

DAY = date(2026, 10, 12)
EVERYBODY = Mark("present")


def marks_of(branch, kind="general_meeting", day=DAY, **absent):
    """Everybody present but those named: ``教师1=Mark("leave", "因公")``."""
    names = dict(Member.objects.values_list("pk", "name"))
    marks = cast.all_present(kind, branch, day)
    return {pk: absent.get(names[pk], mark) for pk, mark in marks.items()}


def logged(branch, by=None, kind="general_meeting", day=DAY, **more):
    more.setdefault("marks", marks_of(branch, kind, day))
    more.setdefault("record_id", uuid4())
    return log(by=by, branch=branch, kind=kind, held_on=day, **more)[0]


def counters(row):
    return row.expected, row.present, row.on_leave, row.absent


class TestLogging:
    def test_it_writes_record_attendance_tally_and_audit(self, branch, secretary):
        marks = marks_of(branch, 教师1=Mark("leave", "因公"), 教师2=Mark("absent"))
        activity = logged(branch, secretary, marks=marks, title="学习党章", minutes=90, place="会议室")
        assert counters(activity) == (10, 8, 1, 1)
        assert activity.attendances.count() == 10
        assert activity.attendances.get(state="leave").reason == "因公"
        tally = Tally.objects.get()
        assert (tally.month, tally.kind, tally.held, tally.on_time, tally.minutes) == (
            date(2026, 10, 1),
            "general_meeting",
            1,
            0,
            8 * 90,
        )
        assert counters(tally) == (10, 8, 1, 1)
        entry = AuditEntry.objects.get(action="activity.log")
        assert (entry.actor, entry.object_id, entry.after["present"]) == (secretary, str(activity.pk), 8)

    def test_an_hour_that_has_not_come_is_refused(self, branch, today):
        with pytest.raises(RecordError, match="今天还没到 18:00，请核对日期和开始时间。"):
            logged(branch, day=today, starts_at=time(18))
        assert logged(branch, day=DAY, starts_at=time(18)).starts_at == time(18)

    def test_probationary_members_are_expected_and_do_not_vote(self, branch):
        activity = logged(branch)
        assert activity.attendances.get(member__name="新党员").may_vote is False
        assert activity.attendances.filter(may_vote=True).count() == 9

    @pytest.mark.parametrize(("days", "on_time"), [(7, True), (8, False)])
    def test_on_time_is_within_seven_days(self, branch, today, days, on_time):
        assert logged(branch, day=today - timedelta(days=days)).is_on_time is on_time

    def test_the_same_id_again_makes_nothing_more(self, branch, secretary):
        number = uuid4()
        first = logged(branch, secretary, record_id=number)
        again, made = log(
            by=secretary,
            record_id=number,
            branch=branch,
            kind="general_meeting",
            held_on=DAY,
            marks=marks_of(branch),
        )
        assert (again, made) == (first, False)
        assert Activity.objects.count() == 1
        assert Tally.objects.get().held == 1

    def test_an_id_that_is_another_branchs_record_is_refused(self, branch, school, secretary):
        cast.a_member(school.musicians)
        theirs = cast.a_record(school.musicians, day=DAY)
        with pytest.raises(RecordError, match="这张表单已失效"):
            logged(branch, secretary, record_id=theirs.pk)
        theirs.refresh_from_db()
        assert (theirs.branch, theirs.kind) == (school.musicians, "theme_day")

    def test_nobody_is_present_in_silence(self, branch):
        marks = marks_of(branch)
        for pk in list(marks)[:4]:
            del marks[pk]
        with pytest.raises(RecordError, match=r"还有 4 人没有标记到会情况：教师0、教师1、教师2等。"):
            logged(branch, marks=marks)
        assert Activity.objects.count() == 0

    def test_a_day_to_come_or_before_the_branch_is_refused(self, branch):
        with pytest.raises(RecordError, match=r"开展日期不能晚于今天（2026年10月20日）。"):
            logged(branch, day=date(2026, 10, 21))
        with pytest.raises(RecordError, match="尚未成立或已撤销"):
            logged(branch, day=date(1999, 12, 31))

    def test_a_group_of_another_branch_is_refused(self, branch, school):
        theirs = cast.a_group(school.students)
        with pytest.raises(RecordError, match="请选择本支部的党小组"):
            logged(branch, kind="group_meeting", group=theirs, marks={})
        with pytest.raises(RecordError, match="请选择本支部的党小组"):
            logged(branch, group=theirs)

    @pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR, Role.SYSTEM_ADMIN, None])
    def test_without_the_right_nothing_is_written(self, branch, school, role):
        user = cast.a_user(role, school.root if role == Role.LEADER else None)
        with pytest.raises(RecordError, match="可以登记"):
            logged(branch, user)

    def test_an_attendance_taker_writes_who_came_and_nothing_else(self, branch):
        taker = cast.a_user(Role.ATTENDANCE_TAKER, branch)
        activity = logged(branch, taker)
        assert (activity.title, activity.place, activity.entered_by) == ("支部党员大会", "", taker)
        with pytest.raises(RecordError, match="考勤员只登记到会情况"):
            logged(branch, taker, notes="要点")
        with pytest.raises(RecordError, match="考勤员只登记到会情况"):
            logged(branch, taker, campaigns=[Campaign.objects.create(name="教育", started_on=DAY)])

    def test_who_is_expected_depends_on_the_kind(self, branch):
        group = cast.a_group(branch, *Member.objects.filter(branch=branch)[:4])
        assert logged(branch, kind="committee_meeting").expected == 3
        group_meeting = cast.a_record(branch, "group_meeting", DAY, group)
        assert group_meeting.expected == 4
        two = dict(list(marks_of(branch, "volunteering").items())[:2])
        assert logged(branch, kind="volunteering", marks=two).expected == 2


class TestCorrecting:
    def test_it_moves_the_figures_and_keeps_what_changed(self, branch, secretary):
        activity = logged(branch, secretary)
        marks = marks_of(branch, 教师1=Mark("leave", "因病"))
        changed = correct(
            activity, by=secretary, version=1, held_on=date(2026, 9, 30), marks=marks, place="二楼"
        )
        assert (changed.version, changed.place, counters(changed)) == (2, "二楼", (10, 9, 1, 0))
        assert list(Tally.objects.values_list("month", "held", "on_leave")) == [(date(2026, 9, 1), 1, 1)]
        change = AttendanceChange.objects.get()
        assert (change.member.name, change.version) == ("教师1", 2)
        assert (change.state_before, change.state_after, change.reason_after) == ("present", "leave", "因病")
        assert [row.place for row in activity.history.order_by("history_id")] == ["", "二楼"]

    def test_what_was_saved_before_its_hour_can_be_corrected_but_not_moved_there(self, branch, today):
        marks = marks_of(branch, day=today)
        activity = logged(branch, day=today, marks=marks, starts_at=time(11))
        with time_machine.travel("2026-10-20 09:00 +0800", tick=False):
            kept = correct(activity, by=None, version=1, held_on=today, marks=marks, place="二楼")
            assert (kept.starts_at, kept.place) == (time(11), "二楼")
            with pytest.raises(RecordError, match="今天还没到 15:00"):
                correct(activity, by=None, version=2, held_on=today, marks=marks, starts_at=time(15))

    def test_the_expected_list_is_frozen_while_the_day_stands(self, branch, secretary):
        activity = logged(branch, secretary)
        newcomer = cast.a_member(branch, "补录的人")
        marks = {**marks_of(branch), newcomer.pk: EVERYBODY}
        assert correct(activity, by=secretary, version=1, held_on=DAY, marks=marks).expected == 10
        other_day = correct(activity, by=secretary, version=2, held_on=date(2026, 10, 13), marks=marks)
        assert other_day.expected == 11

    def test_the_loser_of_two_edits_is_told(self, branch, secretary):
        activity = logged(branch, secretary)
        correct(activity, by=secretary, version=1, held_on=DAY, marks=marks_of(branch), place="先到")
        with pytest.raises(Conflict) as caught:
            correct(activity, by=secretary, version=1, held_on=DAY, marks=marks_of(branch), place="后到")
        assert (caught.value.current.place, caught.value.current.version) == ("先到", 2)
        activity.refresh_from_db()
        assert activity.place == "先到"

    def test_a_taker_may_change_marks_but_not_the_day(self, branch, secretary):
        activity = logged(branch, secretary, place="会议室")
        taker = cast.a_user(Role.ATTENDANCE_TAKER, branch)
        marks = marks_of(branch, 教师3=Mark("absent"))
        changed = correct(activity, by=taker, version=1, held_on=DAY, marks=marks)
        assert (changed.absent, changed.place) == (1, "会议室")
        with pytest.raises(RecordError, match="考勤员只登记到会情况"):
            correct(activity, by=taker, version=2, held_on=date(2026, 10, 13), marks=marks)

    def test_campaigns_are_kept_unless_given(self, branch, secretary):
        campaign = Campaign.objects.create(name="主题教育", started_on=date(2026, 1, 1))
        activity = logged(branch, secretary, campaigns=[campaign])
        correct(activity, by=secretary, version=1, held_on=DAY, marks=marks_of(branch))
        assert list(activity.campaigns.all()) == [campaign]
        correct(activity, by=secretary, version=2, held_on=DAY, marks=marks_of(branch), campaigns=[])
        assert list(activity.campaigns.all()) == []


class TestWithdrawing:
    def test_it_counts_nowhere_and_stays_visible(self, branch, secretary):
        activity = logged(branch, secretary)
        withdrawn = withdraw(activity, by=secretary, version=1, reason=" 重复登记 ")
        assert (withdrawn.withdrawn_reason, withdrawn.version) == ("重复登记", 2)
        assert Tally.objects.count() == 0
        assert Activity.objects.visible_to(secretary).get() == activity
        with pytest.raises(RecordError, match="已撤回，不能再修改"):
            correct(activity, by=secretary, version=2, held_on=DAY, marks=marks_of(branch))

    def test_a_reason_the_right_and_the_version_are_needed(self, branch, secretary):
        activity = logged(branch, secretary)
        with pytest.raises(RecordError, match="请写明撤回原因"):
            withdraw(activity, by=secretary, version=1, reason="  ")
        with pytest.raises(RecordError, match="可以撤回"):
            withdraw(activity, by=cast.a_user(Role.ATTENDANCE_TAKER, branch), version=1, reason="错")
        with pytest.raises(Conflict):
            withdraw(activity, by=secretary, version=7, reason="错")
        activity.refresh_from_db()
        assert activity.is_withdrawn is False

    def test_withdrawing_twice_is_once(self, branch, secretary):
        activity = logged(branch, secretary)
        withdraw(activity, by=secretary, version=1, reason="错")
        assert withdraw(activity, by=secretary, version=2, reason="又错").withdrawn_reason == "错"
        assert AuditEntry.objects.filter(action="activity.withdraw").count() == 1


@pytest.mark.parametrize("seed", range(3))
def test_figures_equal_a_recount_after_random_edits(branch, school, secretary, seed):
    """Whatever is logged, corrected, withdrawn or moved, tallies and counters are what the records say."""
    pick = random.Random(seed)
    group = cast.a_group(branch, *Member.objects.filter(branch=branch)[:5])
    kinds = ["general_meeting", "committee_meeting", "theme_day", "group_meeting", "heart_talk"]
    alive = []
    for _ in range(30):
        day = date(2026, pick.randint(7, 9), pick.randint(1, 28))
        step = pick.random()
        if step < 0.5 or not alive:
            kind = pick.choice(kinds)
            own = group if kind == "group_meeting" else None
            marks = _random_marks(cast.all_present(kind, branch, day, own), pick)
            alive.append(
                logged(branch, secretary, kind, day, group=own, marks=marks, minutes=pick.choice([None, 60]))
            )
        elif step < 0.8:
            one = alive.pop(pick.randrange(len(alive)))
            marks = _random_marks(cast.all_present(one.kind, branch, day, one.group), pick)
            alive.append(
                correct(one, by=secretary, version=one.version, held_on=day, marks=marks, minutes=45)
            )
        elif step < 0.95:
            one = alive.pop(pick.randrange(len(alive)))
            withdraw(one, by=secretary, version=one.version, reason="随机")
        else:
            branch.refresh_from_db()
            tree.move(branch, pick.choice([school.physics, school.music]), on=day, by=None)
            branch.refresh_from_db()
            secretary = type(secretary).objects.get(pk=secretary.pk)
    assert tallies.differences() == []
    assert tallies.counter_differences() == []
    assert sum(Tally.objects.values_list("held", flat=True)) == Activity.objects.valid().count() > 0


def _random_marks(marks, pick):
    choices = [Mark("present"), Mark("present"), Mark("leave", "因公"), Mark("absent")]
    return {pk: pick.choice(choices) for pk in marks}


def test_spells_that_end_leave_past_lists_alone(branch, secretary):
    leaver = Member.objects.get(name="教师5")
    activity = logged(branch, secretary)
    MembershipSpell.objects.filter(member=leaver).update(until=date(2026, 10, 1))
    assert activity.attendances.filter(member=leaver).count() == 1
    assert logged(branch, secretary, day=date(2026, 10, 2)).expected == 9
