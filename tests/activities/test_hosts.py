"""A host is somebody of the branch on that day, or a leader above it; anybody else is refused at the field."""

from datetime import date

import pytest
from django.urls import reverse

from activities import hosts, jointly
from activities.attendance import Mark
from activities.models import Activity
from activities.records import correct, marks_of
from activities.refusals import RecordError
from branches.roles import Role
from members.models import Member, Post
from tests import cast
from tests.activities.forms import errors_of, filled

DAY = date(2026, 10, 12)
GENERAL = reverse("activity_log", args=["general_meeting"])


@pytest.fixture
def leader(school):
    """The secretary of the college, who belongs to another branch."""
    person = cast.a_member(school.musicians, "钱学礼")
    of_college = {"branch": school.physics, "branch_path": school.physics.path}
    Post.objects.create(member=person, title="secretary", since=date(2016, 1, 1), **of_college)
    return person


@pytest.mark.parametrize(
    ("host", "kind", "stranger"),
    [
        ("", "general_meeting", ""),
        ("教师3", "general_meeting", ""),
        ("教师3、教师4", "general_meeting", ""),
        ("钱学礼", "general_meeting", ""),
        ("王敏", "general_meeting", "王敏"),
        ("教师3、王敏", "general_meeting", "王敏"),
        ("王敏", "joint_meeting", ""),
    ],
)
def test_who_may_have_presided(branch, leader, host, kind, stranger):
    said = hosts.fault_of(host, kind, branch, DAY)
    assert (said.partition("”")[0].strip("“") if said else "") == stranger


def test_a_member_since_later_was_none_that_day(branch):
    assert "2026年2月28日不是本支部的党员" in hosts.fault_of("新党员", "theme_day", branch, date(2026, 2, 28))
    assert hosts.fault_of("新党员", "theme_day", branch, date(2026, 3, 1)) == ""


def test_a_name_with_a_blank_is_one_name(branch):
    Member.objects.filter(name="教师4").update(name="艾力 江")
    assert hosts.fault_of("艾力 江", "theme_day", branch, DAY) == ""


def of_former_times(branch, day, host):
    """A record of one who left since: nothing of him is on the roster of its day any more."""
    record = cast.a_record(branch, "general_meeting", day)
    Activity.objects.filter(pk=record.pk).update(host=host)
    record.refresh_from_db()
    return record


class TestVerb:
    """Whoever comes past the form meets the same rule."""

    def test_a_stranger_presides_over_nothing(self, branch):
        with pytest.raises(RecordError, match="“王敏”2026年10月12日不是本支部的党员"):
            cast.a_record(branch, "general_meeting", DAY, host="王敏")
        assert not Activity.objects.exists()

    def test_nor_over_what_is_corrected(self, branch):
        record = cast.a_record(branch, "general_meeting", DAY, host="教师1")
        facts = {"by": None, "version": 1, "marks": marks_of(record)}
        with pytest.raises(RecordError, match="“王敏”"):
            correct(record, held_on=DAY, host="王敏", **facts)
        assert correct(record, held_on=DAY, host="教师2", **facts).host == "教师2"

    def test_another_day_asks_anew(self, branch):
        record = cast.a_record(branch, "theme_day", date(2026, 3, 2), host="新党员")
        before = date(2026, 2, 27)
        facts = {"by": None, "version": 1, "marks": cast.all_present("theme_day", branch, before)}
        with pytest.raises(RecordError, match="“新党员”2026年2月27日不是"):
            correct(record, held_on=before, **facts)

    def test_a_part_is_presided_over_by_one_of_the_two_branches(self, branch, school):
        cast.a_member(school.musicians, "远方人")
        lead = cast.a_record(school.musicians, "theme_day", DAY, host="远方人")
        [asked] = jointly.invite(lead, [branch], by=cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        with pytest.raises(RecordError, match="“王敏”2026年10月12日不是本支部和牵头支部的党员"):
            cast.a_record(branch, "theme_day", DAY, host="王敏", invitation=asked)
        assert cast.a_record(branch, "theme_day", DAY, host="远方人", invitation=asked).joint_of == lead


class TestMarks:
    """Nobody is marked who is not on the list of the day, whatever came past the form."""

    def test_of_somebody_elses_member(self, branch, school):
        stranger = cast.a_member(school.musicians, "远方人")
        marks = cast.all_present("theme_day", branch, DAY) | {stranger.pk: Mark("present")}
        with pytest.raises(RecordError, match="远方人不在这一天的应到名单里"):
            cast.a_record(branch, "theme_day", DAY, marks=marks)
        assert not Activity.objects.exists()

    def test_of_a_member_since_later(self, branch):
        marks = cast.all_present("theme_day", branch, DAY)
        with pytest.raises(RecordError, match="新党员不在这一天的应到名单里"):
            cast.a_record(branch, "theme_day", date(2026, 2, 27), marks=marks)

    def test_nor_by_a_correction(self, branch, school):
        record = cast.a_record(branch, "theme_day", DAY)
        marks = marks_of(record) | {cast.a_member(school.musicians, "远方人").pk: Mark("absent")}
        with pytest.raises(RecordError, match="远方人不在"):
            correct(record, by=None, version=1, held_on=DAY, marks=marks)


class TestForm:
    def test_refused_at_the_field(self, browser):
        response = browser.post(GENERAL, filled(browser.get(GENERAL), host="王敏"))
        assert list(response.context["form"].errors) == ["host"]
        assert "不能记为主持人" in errors_of(response)[0]

    def test_a_host_who_has_left_is_not_offered_again(self, browser, branch):
        of_former_times(branch, date(2026, 7, 1), "王敏")
        assert browser.get(GENERAL).context["form"].initial["host"] == "教师0"

    def test_a_record_keeps_the_host_it_has(self, browser, branch):
        record = of_former_times(branch, DAY, "王敏")
        address = reverse("activity_correct", args=[record.pk])
        sent = filled(browser.get(address), place="B101")
        assert browser.post(address, sent).status_code == 302
        answer = browser.post(address, sent | {"host": "李强", "version": "2"})
        assert list(answer.context["form"].errors) == ["host"]

    def test_of_something_joint_the_leading_branch_presides(self, browser, school, branch):
        cast.a_member(school.musicians, "远方人")
        lead = cast.a_record(school.musicians, "general_meeting", DAY, host="远方人")
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        [asked] = jointly.invite(lead, [branch], by=staff)
        address = f"{GENERAL}?joint={asked.pk}"
        sent = filled(browser.get(address), host="王敏", held_on=DAY.isoformat())
        assert "不是本支部和牵头支部的党员" in errors_of(browser.post(address, sent))[0]
        assert browser.post(address, sent | {"host": "远方人"}).status_code == 302
