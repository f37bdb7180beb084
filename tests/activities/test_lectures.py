"""党课: who lectured, found by his name or chosen; and the lectures of leaders, each counted for its person."""

from datetime import date, time
from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from openpyxl import load_workbook

from activities import jointly, lectures, parts, records
from activities.kinds import Kind, joined
from activities.models import Campaign, Lecture
from branches.roles import Role
from branches.scope import covering_ranges
from members.models import Post
from tests import cast
from tests.activities.forms import errors_of, filled
from tests.sheets import run

DAY = date(2026, 10, 12)
LECTURE = reverse("activity_log", args=["party_lecture"])


@pytest.fixture
def leader(school, branch):
    """The secretary of the university's committee, who belongs to another branch."""
    person = cast.a_member(school.musicians, "钱学礼")
    of_root = {"branch": school.root, "branch_path": school.root.path}
    Post.objects.create(member=person, title="secretary", since=date(2016, 1, 1), **of_root)
    return person


def a_lecture(branch, lecturer="教师3", day=DAY, **details):
    """A lecture as the form would write it."""
    record = cast.a_record(branch, "party_lecture", day, lecturer=lecturer, starts_at=time(14), minutes=90)
    parts.write(record, {Kind.PARTY_LECTURE: details}, by=None)
    return record


class TestWho:
    def test_found_by_his_name(self, branch, leader):
        a_lecture(branch, "钱学礼")
        assert Lecture.objects.get().member == leader

    def test_two_of_one_name_are_left_to_be_chosen(self, branch):
        cast.a_member(branch, "教师3")
        a_lecture(branch, "教师3", rank="教授")
        assert Lecture.objects.get().member is None

    def test_whoever_is_out_of_sight_is_not_found(self, branch, school, secretary):
        cast.a_member(school.musicians, "远方人")
        record = cast.a_record(branch, "party_lecture", DAY, lecturer="远方人")
        parts.write(record, {Kind.PARTY_LECTURE: {"rank": "教授"}}, by=secretary)
        assert Lecture.objects.get().member is None

    def test_somebody_from_outside_is_nobody_here(self, branch):
        a_lecture(branch, "教师3", is_outside=True)
        assert Lecture.objects.get().member is None


class TestForm:
    def test_nothing_more_has_to_be_filled_in(self, browser, branch):
        response = browser.get(LECTURE)
        [part] = response.context["form"].parts.shown
        assert (part.title, part.is_open) == ("主讲人身份", False)
        browser.post(LECTURE, filled(response, lecturer="教师2"))
        assert Lecture.objects.get().member.name == "教师2"

    def test_leaders_above_can_be_chosen_and_give_their_name(self, browser, leader):
        sent = filled(
            browser.get(LECTURE), lecture_who=str(leader.pk), lecture_category="committee_secretary"
        )
        assert browser.post(LECTURE, sent).status_code == 302
        lecture = Lecture.objects.select_related("activity").get()
        assert (lecture.member, lecture.activity.lecturer) == (leader, "钱学礼")

    def test_another_name_than_the_one_chosen_is_refused(self, browser, leader):
        sent = filled(browser.get(LECTURE), lecturer="教师1", lecture_who=str(leader.pk))
        response = browser.post(LECTURE, sent)
        assert errors_of(response) == ["主讲人填的是“教师1”，这里选的是“钱学礼”，请改成一致。"]

    def test_a_stranger_is_no_choice(self, browser, school):
        stranger = cast.a_member(school.musicians, "远方人")
        sent = filled(browser.get(LECTURE), lecture_who=str(stranger.pk))
        response = browser.post(LECTURE, sent)
        missing = browser.post(LECTURE, sent | {"lecture_who": str(uuid4())})
        assert (
            list(response.context["form"].errors) == list(missing.context["form"].errors) == ["lecture_who"]
        )

    def test_a_meeting_that_is_a_lecture_too_asks_for_the_lecturer(self, browser):
        address = reverse("activity_log", args=["general_meeting"])
        first = browser.get(address)
        assert [part.title for part in first.context["form"].parts.shown] == ["书记述职"]
        again = browser.post(address, filled(first, also_kinds=["party_lecture"], reload="1"))
        _, part = again.context["form"].parts.shown
        assert part.fields[0].name == "lecturer"
        sent = filled(again, also_kinds=["party_lecture"], lecturer="教师1", lecture_rank="副教授")
        assert browser.post(address, sent).status_code == 302
        assert (Lecture.objects.get().member.name, Lecture.objects.get().rank) == ("教师1", "副教授")


class TestVersions:
    def test_a_correction_keeps_what_was_said_before(self, browser, branch):
        record = a_lecture(branch, rank="讲师", category="member")
        correct = reverse("activity_correct", args=[record.pk])
        browser.post(correct, filled(browser.get(correct), lecture_rank="教授"))
        page = browser.get(reverse("activity_history", args=[record.pk]))
        changes = page.context["versions"][0].changes
        assert [(c.label, c.before, c.after) for c in changes] == [("主讲人职务职级", "讲师", "教授")]

    def test_another_lecturer_is_looked_for_anew(self, browser, branch):
        record = a_lecture(branch, "教师3")
        correct = reverse("activity_correct", args=[record.pk])
        browser.post(correct, filled(browser.get(correct), lecturer="教师4"))
        assert Lecture.objects.get().member.name == "教师4"

    def test_what_is_no_lecture_any_more_has_no_lecturer(self, branch):
        record = cast.a_record(branch, "general_meeting", DAY, also_kinds=joined(["party_lecture"]))
        parts.write(record, {Kind.PARTY_LECTURE: {"rank": "教授"}}, by=None)
        marks = records.marks_of(record)
        records.correct(record, by=None, version=1, held_on=DAY, marks=marks, also_kinds="")
        assert not Lecture.objects.exists()
        assert parts.words_by_version(record, [Kind.PARTY_LECTURE])[2]["主讲人职务职级"] == ""

    def test_on_its_page_and_on_paper(self, browser, branch):
        record = a_lecture(branch, rank="教授", category="expert")
        shown = dict(browser.get(reverse("activity_detail", args=[record.pk])).context["facts"])
        assert (shown["主讲人身份"], shown["主讲人职务职级"]) == ("专家学者", "教授")
        assert parts.words_of(record, printed=True)["主讲人职务职级"] == "教授"

    def test_two_edits_are_laid_side_by_side(self, browser, branch):
        record = a_lecture(branch, rank="讲师")
        correct = reverse("activity_correct", args=[record.pk])
        sent = filled(browser.get(correct), lecture_rank="教授")
        browser.post(correct, sent | {"lecture_rank": "副教授"})
        response = browser.post(correct, sent)
        assert response.status_code == 409
        assert [(c.label, c.before, c.after) for c in response.context["conflict"]] == [
            ("主讲人职务职级", "副教授", "教授")
        ]


def test_an_attendance_taker_is_not_asked(branch):
    browser = cast.a_browser(cast.a_user(Role.ATTENDANCE_TAKER, branch))
    assert browser.get(LECTURE).context["form"].parts.shown == []


class TestLeaders:
    """ZB-20: 党委书记每年至少讲1次党课."""

    def test_each_lecture_counts_for_its_person(self, branch, leader, school):
        a_lecture(branch, "钱学礼")
        a_lecture(branch, "钱学礼", date(2026, 3, 2))
        a_lecture(branch, "钱学礼", date(2025, 3, 2))
        a_lecture(branch, "教师1", category="branch_secretary")
        [line] = lectures.leaders_of(covering_ranges([school.root.path]), 2026)
        assert (line.name, line.post, len(line.lectures), line.hours) == ("钱学礼", "党委书记", 2, 3)
        assert (line.owed, line.is_short) == (1, False)

    def test_a_secretary_who_did_not_lecture_is_short(self, leader, school):
        [line] = lectures.leaders_of(covering_ranges([school.root.path]), 2026)
        assert (len(line.lectures), line.is_short) == (0, True)

    def test_whom_only_the_record_calls_a_leader(self, branch, school):
        a_lecture(branch, "周校长", is_outside=True, category="leader", rank="副校长")
        a_lecture(branch, "教师2", category="leader")
        found = lectures.leaders_of(covering_ranges([school.root.path]), 2026)
        assert [(each.name, each.post, each.owed) for each in found] == [
            ("教师2", "班子成员", 0),
            ("周校长", "副校长", 0),
        ]

    def test_one_held_jointly_is_one_lecture(self, branch, leader, school):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        cast.a_member(school.students)
        lead = a_lecture(branch, "钱学礼")
        [invitation] = jointly.invite(lead, [school.students], by=staff)
        part = cast.a_record(
            school.students, "party_lecture", DAY, invitation=invitation, lecturer="钱学礼", minutes=90
        )
        parts.write(part, {Kind.PARTY_LECTURE: {}}, by=None)
        everywhere = covering_ranges([school.root.path])
        [line] = [each for each in lectures.leaders_of(everywhere, 2026) if each.name == "钱学礼"]
        assert ([each.pk for each in line.lectures], line.hours) == ([lead.pk], Decimal("1.5"))
        assert list(lectures.held(everywhere, 2026)) == [lead]
        assert list(lectures.held(covering_ranges([school.students.path]), 2026)) == [part]

    def test_a_lecture_within_another_meeting_counts_and_a_withdrawn_one_does_not(
        self, branch, leader, school
    ):
        record = cast.a_record(
            branch, "general_meeting", DAY, lecturer="钱学礼", also_kinds=joined(["party_lecture"])
        )
        parts.write(record, {Kind.PARTY_LECTURE: {"rank": "教授"}}, by=None)
        records.withdraw(a_lecture(branch, "钱学礼"), by=None, version=1, reason="重复")
        [line] = lectures.leaders_of(covering_ranges([school.root.path]), 2026)
        assert list(line.lectures) == [record]

    def test_below_only_what_was_lectured_there_and_nothing_is_owed(self, branch, leader, school):
        a_lecture(branch, "钱学礼")
        here = lectures.leaders_of(covering_ranges([branch.path]), 2026)
        assert [(each.name, each.owed) for each in here] == [("钱学礼", 0)]
        assert lectures.leaders_of(covering_ranges([school.students.path]), 2026) == []


class TestPages:
    def test_every_number_opens_its_records(self, branch, leader, school):
        browser = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        one = a_lecture(branch, "钱学礼")
        [line] = browser.get(reverse("lecture_leaders")).context["lines"]
        assert line.url == reverse("activity_detail", args=[one.pk])
        a_lecture(branch, "钱学礼", date(2026, 3, 2))
        a_lecture(branch, "教师1")
        [line] = browser.get(reverse("lecture_leaders")).context["lines"]
        assert len(browser.get(line.url).context["lines"]) == 2

    def test_a_series_has_its_list(self, browser, branch):
        series = Campaign.objects.create(name="党课开讲啦", started_on=date(2026, 1, 1))
        a_lecture(branch).campaigns.add(series)
        a_lecture(branch, day=date(2026, 3, 2))
        [(name, number, url)] = browser.get(reverse("lecture_list")).context["series"]
        assert (name, number) == ("党课开讲啦", 1)
        assert [line.series for line in browser.get(url).context["lines"]] == ["党课开讲啦"]

    def test_a_leader_of_the_university_reads_masked_names_and_asks_for_none(self, branch, leader, school):
        a_lecture(branch, "钱学礼", is_outside=True, category="leader")
        a_lecture(branch, "钱学礼", date(2026, 3, 2), is_outside=True, category="leader")
        browser = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        page = browser.get(reverse("lecture_leaders"))
        assert "钱学礼" not in page.content.decode()
        assert [line.url for line in page.context["lines"]] == ["", ""]
        asked = browser.get(reverse("lecture_list"), {"name": "没有的人"})
        assert [line.lecturer for line in asked.context["lines"]] == ["钱**", "钱**"]

    def test_as_a_workbook(self, branch, leader, school):
        browser = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        a_lecture(branch, "钱学礼")
        content = browser.post(reverse("lecture_export"), {"year": 2026}).getvalue()
        rows = list(load_workbook(BytesIO(content)).active.values)
        assert rows[-1][1:6] == ("钱学礼", "党委书记", 1, 1.5, 1)

    @pytest.mark.parametrize("year", ["1999", "今年"])
    def test_no_workbook_of_a_year_that_is_not_offered(self, school, year):
        browser = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        answer = browser.post(reverse("lecture_export"), {"year": year}, follow=True)
        assert answer.redirect_chain == [(reverse("lecture_leaders"), 302)]
        assert "年度认不出，没有导出。" in answer.content.decode()


class TestCommand:
    def test_lectures_of_a_year(self, branch, leader):
        record = a_lecture(branch, "钱学礼")
        assert run("lectures", 2026) == (
            0,
            [
                {
                    "name": "钱学礼",
                    "post": "党委书记",
                    "lectures": 1,
                    "hours": 1.5,
                    "owed": 1,
                    "records": [str(record.pk)],
                }
            ],
        )

    @pytest.mark.parametrize(("year", "more"), [("26", []), ("2027", []), ("2026", ["--branch", "9"])])
    def test_a_wrong_year_or_branch(self, school, year, more):
        with pytest.raises(CommandError):
            call_command("lectures", year, *more)
