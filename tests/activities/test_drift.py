"""A record keeps its list; what the roster says of its day since is pointed out, and taken over when asked."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from activities import drift, tallies
from activities.models import Activity, AttendanceChange
from members.models import Member, MembershipSpell
from tests import cast
from tests.activities.forms import errors_of, filled, name_of

DAY = date(2026, 10, 12)


@pytest.fixture
def record(branch):
    return cast.a_record(branch, "general_meeting", DAY)


def leaves_before(name, day=DAY):
    """By a correction dated before the meeting."""
    member = Member.objects.get(name=name)
    MembershipSpell.objects.filter(member=member).update(until=day - timedelta(days=1))
    return member


class TestDrift:
    def test_none_while_the_roster_of_the_day_stands(self, branch, record):
        cast.a_member(branch, "后来的人", joined=DAY + timedelta(days=1), full=None)
        assert not drift.of(record)

    def test_whoever_was_entered_late_and_whoever_was_not_there(self, branch, record):
        cast.a_member(branch, "迟录的人", joined=DAY, full=None)
        leaves_before("教师4")
        assert drift.of(record).said == "应到名单里还应有迟录的人；教师4这一天不在应到范围内"

    def test_many_are_counted(self, branch, record):
        for number in range(7):
            cast.a_member(branch, f"迟{number}")
        assert drift.of(record).said == "应到名单里还应有迟0、迟1、迟2、迟3、迟4等 7 人"

    @pytest.mark.parametrize("fact", ["withdrawn", "heads"])
    def test_nothing_is_said_of_what_has_no_list(self, branch, record, fact):
        cast.a_member(branch, "迟录的人")
        if fact == "withdrawn":
            record.withdrawn_at = record.entered_at
        else:
            record.is_heads_only = True
        assert not drift.of(record)

    def test_nor_of_what_whoever_is_chosen_takes_part_in(self, branch):
        talk = cast.a_record(branch, "volunteering", DAY)
        cast.a_member(branch, "迟录的人")
        assert not drift.of(talk)


class TestPages:
    def test_the_record_points_it_out_and_leads_to_the_list_of_now(self, browser, branch, record):
        page = browser.get(reverse("activity_detail", args=[record.pk]))
        assert "登记以后名册有变动" not in page.content.decode()
        cast.a_member(branch, "迟录的人")
        page = browser.get(reverse("activity_detail", args=[record.pk])).content.decode()
        assert "按现在的名册，应到名单里还应有迟录的人。" in page
        assert f"{reverse('activity_correct', args=[record.pk])}?roster=now" in page

    def test_the_list_of_now_is_taken_over_with_the_marks_there_were(self, browser, branch, record):
        late, gone = cast.a_member(branch, "迟录的人"), leaves_before("教师4")
        address = reverse("activity_correct", args=[record.pk])
        assert "迟录的人" not in {each.label for each in browser.get(address).context["form"].roll.lines}
        form = browser.get(f"{address}?roster=now")
        assert [each.name for each in form.context["form"].roll.unmarked] == ["迟录的人"]
        unmarked = filled(form, **{name_of(form, "迟录的人"): None})
        assert errors_of(browser.post(f"{address}?roster=now", unmarked)) == [
            "还有 1 人没有标记到会情况：迟录的人。"
        ]
        sent = filled(form, **{name_of(form, "迟录的人"): "absent"})
        assert browser.post(f"{address}?roster=now", sent).status_code == 302
        record.refresh_from_db()
        assert (record.expected, record.present, record.absent) == (10, 9, 1)
        changed = AttendanceChange.objects.values_list("member", "state_before", "state_after")
        assert set(changed) == {(late.pk, "", "absent"), (gone.pk, "present", "")}
        assert not drift.of(Activity.objects.get(pk=record.pk))
        assert tallies.differences() == []

    def test_without_asking_a_correction_keeps_its_list(self, browser, branch, record):
        cast.a_member(branch, "迟录的人")
        address = reverse("activity_correct", args=[record.pk])
        assert browser.post(address, filled(browser.get(address), place="B101")).status_code == 302
        record.refresh_from_db()
        assert (record.place, record.expected) == ("B101", 10)
