"""What the duty reports and the democratic reviews of a year came to: a grade counts once it was told, and nobody who
may not read grades finds how many there are."""

import json
from datetime import date
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from assessments.models import Problem, Report, Review, ReviewEntry, Round, Subject
from branches.roles import Role
from reports.closing import periods
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]


@pytest.fixture
def round_(school):
    """The college's of 2025 about two secretaries, published to its leaders in January."""
    row = Round.objects.create(
        branch=school.physics,
        branch_path=school.physics.path,
        year=2025,
        name="2025年度述职评议",
        scheme={},
        state="published",
        report_due_on=date(2025, 12, 20),
        meeting_on=date(2025, 12, 28),
        published_at=timezone.make_aware(timezone.datetime(2026, 1, 8, 17)),
        audience="leaders",
    )
    for name, grade, handed in (("甲书记", "好", 18), ("乙书记", "较好", 23)):
        member = cast.a_member(school.teachers, name)
        facts = {"member": member, "branch": school.teachers, "decided": grade}
        subject = Subject.objects.create(round=row, branch_path=row.branch_path, **facts)
        at = timezone.make_aware(timezone.datetime(2025, 12, handed, 9))
        Report.objects.create(subject=subject, state="accepted", submitted_at=at)
    facts = {"problem": "学习不深入", "measure": "每月学习", "owner": "书记"}
    Problem.objects.create(subject=subject, due_on=date(2026, 6, 30), done_on=date(2026, 5, 20), **facts)
    Problem.objects.create(subject=subject, due_on=date(2026, 6, 30), **facts)
    return row


@pytest.fixture
def review(school):
    """Of the teachers' branch: one excellent, one competent, one on probation, one abroad."""
    row = Review.objects.create(
        branch=school.teachers,
        branch_path=school.teachers.path,
        year=2025,
        held_on=date(2026, 1, 6),
        share="1/3",
        base="full",
        state="closed",
        closed_at=timezone.now(),
    )
    for standing, facts in (
        ("full", {"grade": "excellent"}),
        ("full", {"grade": "competent"}),
        ("full", {"ungraded_why": "长期出国"}),
        ("probationary", {}),
    ):
        ReviewEntry.objects.create(review=row, member=cast.a_member(row.branch), standing=standing, **facts)
    return row


def figures(name, *more, period="2025"):
    """The numbers that are not nought."""
    out = StringIO()
    call_command("statistics", name, "--period", period, *more, "--json", stdout=out)
    return {code: value for code, value in json.loads(out.getvalue())["total"]["values"].items() if value}


def page_of(user, name, code="", **asked):
    address = reverse("figure_rows", args=[name, code]) if code else reverse("figure_table", args=[name])
    return cast.a_browser(user).get(address, {"period": "2025", **asked})


class TestDutyReports:
    def test_what_was_done_and_how_many_got_which_grade(self, round_):
        assert figures("duty_reports") == {
            "rounds": 1,
            "met": 1,
            "subjects": 2,
            "handed_in": 2,
            "in_time": 1,
            "good": 1,
            "fairly_good": 1,
            "problems": 2,
            "done": 1,
            "overdue": 1,
        }

    @pytest.mark.parametrize(
        ("on", "found"),
        [
            ("2025-12-20", {"handed_in": 1, "in_time": 1, "unpublished": 2}),
            ("2025-12-31", {"met": 1, "handed_in": 2, "in_time": 1, "unpublished": 2}),
            ("2026-01-08", {"met": 1, "handed_in": 2, "in_time": 1, "good": 1, "fairly_good": 1}),
        ],
    )
    def test_as_of_a_day_before_or_after_the_end_of_the_year(self, round_, on, found):
        assert figures("duty_reports", "--on", on) == {"rounds": 1, "subjects": 2, "problems": 2, **found}

    @pytest.mark.parametrize(
        ("facts", "untold"),
        [({"state": "grading"}, "unpublished"), ({"audience": "self"}, "told_himself")],
    )
    def test_grades_that_nobody_else_was_told_are_not_told_here(self, round_, facts, untold):
        Round.objects.update(**facts)
        found = figures("duty_reports")
        assert (found[untold], {"good", "fairly_good"} & found.keys()) == (2, set())

    def test_a_round_that_is_prepared_is_counted_beside(self, round_, school):
        Round.objects.update(state="draft")
        staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        found = page_of(staff, "duty_reports", "subjects").context["found"]
        assert (found.number, found.left_out) == (0, (("还在准备、没有开始的述职评议名单上的", 2),))

    def test_a_leader_opens_the_grades_masked_and_nothing_else(self, round_, school):
        leader = cast.a_user(Role.LEADER, school.root)
        graded = page_of(leader, "duty_reports", "good").context
        assert [line.label for line, _ in graded["lines"]] == ["甲**"]
        handed = page_of(leader, "duty_reports", "handed_in").context["found"]
        assert (handed.number, handed.elsewhere) == (2, 2)

    @pytest.mark.parametrize("role", [Role.RECORDER, Role.SECRETARY])
    def test_who_may_not_read_grades_finds_none_wherever_he_works(self, round_, school, role):
        user = cast.a_user(role, school.physics)
        assert list(page_of(user, "duty_reports").context["table"].rows) == []
        assert page_of(user, "duty_reports", "good").context["found"].number == 0
        index = cast.a_browser(user).get(reverse("figure_index")).content.decode()
        assert ("书记述职评议考核" in index, "民主评议党员" in index) == (False, True)

    def test_another_college_has_none_of_it(self, round_, school):
        staff = cast.a_user(Role.COMMITTEE_STAFF, school.music)
        assert list(page_of(staff, "duty_reports").context["table"].rows) == []


class TestReviews:
    def test_who_took_part_and_the_share_of_the_excellent_of_its_base(self, review):
        found = figures("member_reviews")
        assert found.pop("excellent_share") == pytest.approx(1 / 3)
        assert found == {
            "reviews": 1,
            "concluded": 1,
            "took_part": 4,
            "base": 3,
            "excellent": 1,
            "competent": 1,
            "on_probation": 1,
            "ungraded": 1,
        }

    def test_the_base_may_be_those_who_are_graded(self, review):
        Review.objects.update(base="graded")
        assert figures("member_reviews")["base"] == 2

    def test_a_grade_is_none_before_the_review_is_concluded(self, review, school):
        Review.objects.update(state="submitted")
        assert figures("member_reviews") == {"reviews": 1}
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        left_out = dict(page_of(staff, "member_reviews", "took_part").context["found"].left_out)
        assert left_out["民主评议还没有办结的"] == 4

    def test_who_is_in_no_review_is_counted_beside(self, review, school):
        staff = cast.a_user(Role.COMMITTEE_STAFF, school.music)
        left_out = dict(page_of(staff, "member_reviews", "took_part").context["found"].left_out)
        roster = page_of(staff, "members").context["table"].total.cells[0].value
        assert left_out == {"在名册上、没有列入已办结的民主评议的": roster}

    def test_another_college_has_none_of_it(self, review, school):
        staff = cast.a_user(Role.COMMITTEE_STAFF, school.music)
        assert list(page_of(staff, "member_reviews").context["table"].rows) == []

    def test_a_leader_has_the_counts_and_no_names(self, review, school):
        found = page_of(cast.a_user(Role.LEADER, school.root), "member_reviews", "excellent").context["found"]
        assert (found.number, found.elsewhere) == (1, 1)


class TestYears:
    @pytest.mark.parametrize("name", ["duty_reports", "member_reviews"])
    def test_a_quarter_is_told_so_and_shows_the_year(self, school, name):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        page = page_of(staff, name, period="2026Q3")
        title = page.context["statistic"].title
        said = f"“{title}”按年统计，没有2026年三季度的数，请选择年份。"
        assert (page.context["form"].refusal, page.context["form"].errors) == (said, {})
        assert page.context["table"].asked.period.code == "2026"
        with pytest.raises(CommandError, match=said):
            call_command("statistics", name, "--period", "2026Q3")

    def test_what_comes_of_a_year_is_never_locked(self, round_, review, school, own_folder):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        with time_machine.travel("2027-01-05 12:00 +0800", tick=False):
            closing = periods.close(periods.period_of("2026"), by=staff, today=date(2027, 1, 5))
            page = page_of(staff, "duty_reports", period="2026")
        kept = set(closing.tables.values_list("statistic", flat=True))
        assert (kept & {"duty_reports", "member_reviews"}, page.context["locked"]) == (set(), None)
