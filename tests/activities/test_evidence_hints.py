"""Hints to whoever keeps a record: the same photo, nearly the same minutes, one person in two places."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from activities import evidence, hints, minutes, records
from activities.attendance import Mark
from activities.models import Activity, Attendance
from branches.roles import Role
from members.models import Member
from tests import cast
from tests.activities.files import a_pdf, a_photo

DAY = date(2026, 10, 12)
TEXT = (
    "会议传达学习了上级党委关于组织生活的通知，支部书记逐条作了讲解，与会党员结合各自岗位谈了体会，"
    "认为要把理论学习同教学科研结合起来，按月检查落实情况，并在下一次会议上通报结果。"
)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def add(activity, content, name="合影.jpg", by=None):
    user = by or cast.a_user(Role.ORGANIZATION_STAFF, activity.branch.parent.parent)
    return evidence.add(activity, ContentFile(content, name), by=user)


def told(activity, user):
    found = hints.of(activity, minutes.agenda_of(activity), list(activity.evidence.all()), user)
    return [(hint.said, hint.other) for hint in found]


class TestPhotos:
    def test_the_same_file_in_another_record(self, branch, secretary):
        one, other = (cast.a_record(branch, kind, DAY) for kind in ("theme_day", "party_lecture"))
        add(one, a_photo())
        add(other, a_photo(), "讲座.jpg")
        said = "“合影.jpg”与另一条记录里的“讲座.jpg”像是同一张照片"
        assert told(one, secretary) == [(said, other)]

    @pytest.mark.parametrize("more", [{"quality": 30}, {"size": (320, 240)}, {"kind": "PNG"}])
    def test_the_same_picture_saved_anew(self, branch, secretary, more):
        one, other = (cast.a_record(branch, kind, DAY) for kind in ("theme_day", "party_lecture"))
        add(one, a_photo(seed=7))
        add(other, a_photo(seed=7, **more))
        assert [record for _, record in told(one, secretary)] == [other]

    def test_the_same_document(self, branch, secretary):
        one, other = (cast.a_record(branch, kind, DAY) for kind in ("theme_day", "party_lecture"))
        for record in (one, other):
            add(record, a_pdf(), "方案.pdf")
        assert told(one, secretary) == [("“方案.pdf”与另一条记录里的“方案.pdf”像是同一份文件", other)]

    def test_not_another_picture_nor_one_of_a_withdrawn_record(self, branch, secretary):
        one, other, gone = (
            cast.a_record(branch, kind, DAY) for kind in ("theme_day", "party_lecture", "seminar")
        )
        add(one, a_photo(seed=1))
        add(other, a_photo(seed=2))
        add(gone, a_photo(seed=1))
        records.withdraw(gone, by=secretary, version=1, reason="重复登记")
        assert told(one, secretary) == []

    def test_a_foreign_branchs_record_is_never_told(self, school, branch, secretary):
        """Who sees both branches is told; whoever sees one learns nothing of the other."""
        mine, theirs = (cast.a_record(place, "theme_day", DAY) for place in (branch, school.students))
        for record in (mine, theirs):
            add(record, a_photo())
        assert told(mine, secretary) == []
        staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        assert [record for _, record in told(mine, staff)] == [theirs]


class TestMinutes:
    def record(self, branch, kind, day, notes, said=""):
        activity = cast.a_record(branch, kind, day, notes=notes)
        if said:
            secretary = cast.a_user(Role.SECRETARY, branch)
            minutes.keep_item(
                activity, by=secretary, item_id=uuid4(), version=0, title="学习", proceedings=said
            )
        return activity

    def test_nearly_the_same_text(self, branch, secretary):
        copied = TEXT.replace("逐条", "逐段").replace("，", ", ") + "2026年10月12日"
        one = self.record(branch, "theme_day", DAY, copied)
        other = self.record(branch, "party_lecture", date(2026, 3, 2), TEXT)
        assert told(one, secretary) == [("会议内容与另一条记录几乎相同", other)]

    def test_what_stands_in_the_agenda_counts_too(self, branch, secretary):
        one = self.record(branch, "general_meeting", DAY, "", said=TEXT)
        other = self.record(branch, "general_meeting", date(2026, 3, 2), "", said=TEXT)
        assert [record for _, record in told(one, secretary)] == [other]

    @pytest.mark.parametrize(
        ("notes", "day"),
        [
            (TEXT[: len(TEXT) // 2], date(2026, 3, 2)),
            (TEXT[::-1], date(2026, 3, 2)),
            (TEXT, date(2025, 10, 1)),
        ],
        ids=["half of it", "other words", "longer ago than a year"],
    )
    def test_not_otherwise(self, branch, secretary, notes, day):
        one = self.record(branch, "theme_day", DAY, TEXT)
        self.record(branch, "party_lecture", day, notes)
        assert told(one, secretary) == []

    def test_short_notes_may_repeat(self, branch, secretary):
        one, _ = (self.record(branch, "theme_day", day, "学习党章。") for day in (DAY, date(2026, 9, 1)))
        assert told(one, secretary) == []

    def test_a_record_that_stands_elsewhere_now_is_never_told(self, school, branch, secretary):
        one = self.record(branch, "theme_day", DAY, TEXT)
        other = self.record(branch, "party_lecture", DAY, TEXT)
        Activity.objects.filter(pk=other.pk).update(branch_path=school.musicians.path)
        assert told(one, secretary) == []

    def test_another_branchs_minutes_are_not_compared(self, school, branch):
        one, _ = (self.record(place, "theme_day", DAY, TEXT) for place in (branch, school.students))
        assert told(one, cast.a_user(Role.COMMITTEE_STAFF, school.physics)) == []


class TestPlaces:
    def record(self, branch, kind, starts_at, place, names=("教师1", "教师2"), **more):
        marks = {
            pk: Mark("absent") for pk in Member.objects.filter(branch=branch).values_list("pk", flat=True)
        }
        marks |= {person.pk: Mark("present") for person in Member.objects.filter(name__in=names)}
        return cast.a_record(branch, kind, DAY, marks=marks, starts_at=starts_at, place=place, **more)

    def test_one_person_elsewhere_at_the_same_time(self, branch, secretary):
        one = self.record(branch, "theme_day", time(14), "A305", minutes=90)
        other = self.record(branch, "party_lecture", time(15), "礼堂", names=("教师2", "教师3"), minutes=60)
        assert told(one, secretary) == [("教师2同一时间还登记在“礼堂”到会", other)]
        assert told(other, secretary) == [("教师2同一时间还登记在“A305”到会", one)]

    @pytest.mark.parametrize(
        ("starts_at", "place", "names"),
        [
            (time(15, 30), "礼堂", ("教师2",)),
            (time(15), "A305", ("教师2",)),
            (time(15), "", ("教师2",)),
            (None, "礼堂", ("教师2",)),
            (time(15), "礼堂", ("教师3",)),
        ],
        ids=["afterwards", "the same place", "no place", "no time", "somebody else"],
    )
    def test_not_otherwise(self, branch, secretary, starts_at, place, names):
        one = self.record(branch, "theme_day", time(14), "A305", minutes=90)
        self.record(branch, "party_lecture", starts_at, place, names=names, minutes=60)
        assert told(one, secretary) == []

    def test_many_are_three_and_a_number(self, branch, secretary):
        names = [f"教师{number}" for number in range(5)]
        one = self.record(branch, "theme_day", time(14), "A305", names=names)
        self.record(branch, "party_lecture", time(14), "礼堂", names=names)
        [(said, _)] = told(one, secretary)
        assert said == "教师0、教师1、教师2等 5 人同一时间还登记在“礼堂”到会"

    def test_a_record_out_of_sight_is_never_told(self, school, branch, secretary):
        one = self.record(branch, "theme_day", time(14), "A305", minutes=90)
        person = Member.objects.get(name="教师1")
        theirs = cast.a_record(
            school.musicians, "practice", DAY, marks={}, starts_at=time(14), place="礼堂", minutes=90
        )
        Attendance.objects.create(activity=theirs, member=person, state="present")
        assert told(one, secretary) == []
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        assert [record for _, record in told(one, staff)] == [theirs]


class TestPage:
    def page(self, browser, activity):
        return browser.get(reverse("activity_detail", args=[activity.pk]))

    @pytest.fixture
    def activity(self, branch):
        one, other = (cast.a_record(branch, kind, DAY) for kind in ("theme_day", "party_lecture"))
        for record in (one, other):
            add(record, a_photo())
        return one

    def test_it_is_told_with_a_link_and_no_blame(self, browser, activity):
        text = self.page(browser, activity).content.decode()
        other = Activity.objects.get(kind="party_lecture")
        assert "像是同一张照片" in text
        assert reverse("activity_detail", args=[other.pk]) in text
        assert "供支部核对；若属正常，无需处理。" in text

    @pytest.mark.parametrize("role", [Role.LEADER, Role.ATTENDANCE_TAKER])
    def test_only_to_whoever_may_edit_the_record(self, school, activity, role):
        reader = cast.a_browser(cast.a_user(role, school.teachers))
        assert "像是同一张照片" not in self.page(reader, activity).content.decode()

    def test_the_branch_is_told_first_and_those_above_after_a_week(self, school, branch, activity):
        readers = [(Role.SECRETARY, branch), (Role.RECORDER, branch), (Role.COMMITTEE_STAFF, school.physics)]
        pages = [cast.a_browser(cast.a_user(role, place)) for role, place in readers]
        for days, told in ((6, [True, True, False]), (7, [True, True, True])):
            entered = timezone.now() - timedelta(days=days)
            Activity.objects.filter(pk=activity.pk).update(entered_at=entered)
            assert [bool(self.page(each, activity).context["hints"]) for each in pages] == told

    def test_queries_do_not_grow_with_what_there_is(
        self, browser, branch, activity, django_assert_num_queries
    ):
        Activity.objects.filter(pk=activity.pk).update(notes=TEXT, starts_at=time(9), place="A305")
        self.page(browser, activity)
        with django_assert_num_queries(18):
            self.page(browser, activity)
        for seed in range(1, 4):
            record = cast.a_record(branch, "seminar", DAY, notes=TEXT, starts_at=time(9), place="礼堂")
            for target in (record, activity):
                add(target, a_photo(seed=seed))
        with django_assert_num_queries(18):
            assert len(self.page(browser, activity).context["hints"]) == hints.MOST


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        (datetime(2026, 10, 12, 23, 50), "活动当天"),
        (datetime(2026, 10, 13, 0, 10), "活动后 3 天内"),
        (datetime(2026, 10, 15, 9, 0), "活动后 3 天内"),
        (datetime(2026, 10, 16, 9, 0), "活动后 4 天"),
    ],
)
def test_when_it_was_entered_is_a_fact_for_everybody(school, branch, entered, words):
    activity = cast.a_record(branch, "theme_day", DAY)
    Activity.objects.filter(pk=activity.pk).update(entered_at=timezone.make_aware(entered))
    reader = cast.a_browser(cast.a_user(Role.LEADER, school.root))
    page = reader.get(reverse("activity_detail", args=[activity.pk]))
    assert f"{entered:%Y-%m-%d %H:%M}，{words}" in page.content.decode()
