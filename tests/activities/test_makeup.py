"""Study that was made up for: noted for who was missing, counted as hours once, never as presence."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from activities import hours, makeup, papers, records, tallies
from activities.attendance import Mark
from activities.local_rules import HALF_DAY_MOST
from activities.makeup import MakeUpError
from activities.models import Attendance, MakeUp
from activities.refusals import RecordError
from branches import local
from branches.roles import Role
from members import merging
from members.models import Member
from tests import cast

DAY, LATER = date(2026, 10, 10), date(2026, 10, 12)


@pytest.fixture
def record(branch):
    """A lecture of an hour and a half at which 教师3 was absent and 教师4 on leave."""
    marks = cast.all_present("party_lecture", branch, DAY)
    marks |= {who("教师3").pk: Mark("absent"), who("教师4").pk: Mark("leave", "因病")}
    return cast.a_record(branch, "party_lecture", DAY, marks=marks, minutes=90)


def who(name):
    return Member.objects.get(name=name)


def note(record, by, name="教师3", on=LATER, how="自学讲义", studied="1.5"):
    studied = Decimal(studied) if studied else None
    makeup.note(record, [who(name)], on=on, how=how, hours=studied, by=by)


def total(name):
    [person] = hours.of_people([who(name)], 2026)
    return person.total


class TestNoting:
    def test_counts_as_study_and_not_as_presence(self, record, secretary):
        note(record, secretary)
        assert (total("教师3"), total("教师4"), total("教师5")) == (Decimal("1.5"), 0, Decimal("1.5"))
        assert Attendance.objects.get(member=who("教师3")).state == "absent"
        record.refresh_from_db()
        assert (record.present, record.absent) == (8, 1)
        assert (tallies.differences(), tallies.counter_differences()) == ([], [])
        assert AuditEntry.objects.get(action="activity.make_up").after["hours"] == "1.5"

    def test_once_however_often_it_is_noted(self, record, secretary):
        note(record, secretary)
        note(record, secretary, studied="1")
        assert (MakeUp.objects.count(), total("教师3")) == (1, 1)

    def test_not_more_in_a_half_day_than_the_rule_lets(self, branch, secretary):
        local.decide(local.rule_of(HALF_DAY_MOST), 4, "校组字〔2026〕1号第三条", by=None)
        for day in (DAY, date(2026, 10, 11)):
            marks = cast.all_present("party_lecture", branch, day) | {who("教师3").pk: Mark("absent")}
            note(
                cast.a_record(branch, "party_lecture", day, marks=marks, minutes=180), secretary, studied="3"
            )
        assert total("教师3") == 4

    def test_by_the_attendance_taker(self, record, branch):
        note(record, cast.a_user(Role.ATTENDANCE_TAKER, branch))
        assert MakeUp.objects.count() == 1

    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"on": date(2026, 10, 9)}, "on", "补学日期不能早于活动日期（2026-10-10）。"),
            ({"on": date(2026, 10, 21)}, "on", "补学日期不能晚于今天（2026-10-20）。"),
            ({"studied": "1.6"}, "hours", "补学不能超过这次活动的 1.5 学时。"),
            ({"studied": "-1"}, "hours", "学时应大于 0；不计学时的可以不填。"),
            ({"how": " "}, "how", "请写明怎样补学，不超过 60 个字。"),
            ({"how": "学" * 61}, "how", "请写明怎样补学，不超过 60 个字。"),
            ({"name": "教师5"}, "who", "教师5不在这次的请假、缺席名单里，不用补学。"),
        ],
    )
    def test_refused(self, record, secretary, wrong, field, sentence):
        with pytest.raises(MakeUpError) as refusal:
            note(record, secretary, **wrong)
        assert (refusal.value.field, str(refusal.value)) == (field, sentence)
        assert not MakeUp.objects.exists()

    def test_no_hours_of_what_is_no_study(self, branch, browser, secretary):
        marks = cast.all_present("general_meeting", branch, DAY) | {who("教师3").pk: Mark("absent")}
        record = cast.a_record(branch, "general_meeting", DAY, marks=marks, minutes=90)
        with pytest.raises(MakeUpError, match="支部党员大会不计学习学时，学时请不填"):
            note(record, secretary)
        page = browser.get(reverse("activity_makeup", args=[record.pk]))
        assert "hours" not in page.context["form"].fields
        sent = {"who": [who("教师3").pk], "on": LATER, "how": "自学会议材料", "hours": "1.5"}
        assert browser.post(reverse("activity_makeup", args=[record.pk]), sent).status_code == 302
        assert MakeUp.objects.get().hours is None

    def test_no_hours_of_a_record_without_a_length(self, branch, secretary):
        marks = cast.all_present("party_lecture", branch, DAY) | {who("教师3").pk: Mark("absent")}
        record = cast.a_record(branch, "party_lecture", DAY, marks=marks)
        with pytest.raises(MakeUpError, match="没有写起止时间"):
            note(record, secretary)
        note(record, secretary, studied="")
        assert total("教师3") == 0


class TestAfterwards:
    def test_gone_when_the_person_was_there_after_all(self, record, secretary):
        note(record, secretary)
        marks = records.marks_of(record) | {who("教师3").pk: Mark("present")}
        records.correct(record, by=None, version=1, held_on=DAY, marks=marks)
        assert (MakeUp.objects.count(), total("教师3")) == (0, Decimal("1.5"))

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"held_on": date(2026, 10, 13)}, "教师3已登记补学（10月12日 自学讲义（1.5 学时））"),
            ({"minutes": 60}, "补学不能超过这次活动的 1 学时"),
        ],
    )
    def test_a_correction_it_cannot_stand_with_is_refused(self, record, secretary, change, sentence):
        note(record, secretary)
        facts = {"held_on": DAY, **change}
        with pytest.raises(RecordError, match=sentence.replace("（", "[（]").replace("）", "[）]")):
            records.correct(record, by=None, version=1, marks=records.marks_of(record), **facts)
        record.refresh_from_db()
        assert (record.version, record.held_on, record.minutes) == (1, DAY, 90)

    def test_withdrawn_with_the_record(self, record, secretary):
        note(record, secretary)
        records.withdraw(record, by=None, version=1, reason="重复")
        assert total("教师3") == 0
        with pytest.raises(RecordError, match="已撤回，不能再登记补学"):
            note(record, secretary)

    def test_taken_back(self, record, secretary):
        note(record, secretary)
        makeup.drop(MakeUp.objects.get(), by=secretary)
        assert total("教师3") == 0


class TestPages:
    def test_noted_for_two_at_once_and_shown_beside_the_attendance(self, browser, record):
        address = reverse("activity_makeup", args=[record.pk])
        sent = {"who": [str(who("教师3").pk), str(who("教师4").pk)], "on": "2026-10-12"}
        browser.post(address, {**sent, "hours": "1", "how": "自学讲义"})
        page = browser.get(reverse("activity_detail", args=[record.pk])).content.decode()
        assert "教师3（已补学 10月12日）" in page
        assert "教师4（因病 · 已补学 10月12日）" in page

    def test_what_is_wrong_stands_at_its_field(self, browser, record):
        sent = {"who": [str(who("教师3").pk)], "on": "2026-10-12", "hours": "二", "how": "自学讲义"}
        page = browser.post(reverse("activity_makeup", args=[record.pk]), sent)
        assert page.status_code == 422
        assert page.context["form"].errors == {"hours": ["学时应为如 1.5 的数字。"]}
        assert "自学讲义" in page.content.decode()

    def test_not_a_stranger(self, school, record, secretary):
        note(record, secretary)
        stranger = cast.a_browser(cast.a_user(Role.SECRETARY, school.students))
        assert stranger.get(reverse("activity_makeup", args=[record.pk])).status_code == 404
        assert stranger.post(reverse("makeup_remove", args=[MakeUp.objects.get().pk])).status_code == 404

    def test_on_paper(self, record, secretary):
        note(record, secretary)
        shown = papers.record_of(record)
        assert papers.signin_data(shown)["notes"] == ["补学：教师3 10月12日 自学讲义（1.5 学时）"]
        assert ("补学", "教师3 10月12日 自学讲义（1.5 学时）") in papers.heads(shown)


def test_merged_with_who_came_there_is_nothing_to_make_up_for(school, record, secretary):
    note(record, secretary)
    staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    done = merging.merge(who("教师5"), who("教师3"), by=staff)
    assert not MakeUp.objects.exists()
    restored = merging.undo(done, by=staff)
    assert [row.member for row in MakeUp.objects.all()] == [restored]
