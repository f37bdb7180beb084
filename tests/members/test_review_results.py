"""What became of the democratic review in a member's record: once a year, seen by few, carried along when merged."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from branches.roles import Role
from members import merging, review_results
from members.models import Member, ReviewResult
from members.review_results import Result, ReviewResultError
from tests import cast

pytestmark = pytest.mark.django_db

DAYS = {"held_on": date(2025, 12, 8), "decided_on": date(2025, 12, 10), "decided_by": "支部党员大会"}


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


def written(branch, by, *results, year=2025):
    review_results.write_down(branch, year=year, results=results, by=by, **DAYS)


def a_result(member, grade="excellent", **more):
    return Result(member.pk, grade, opinion="带头做表率。", **more)


def test_written_and_encrypted(school, staff):
    member = cast.a_member(school.teachers)
    written(school.teachers, staff, a_result(member))
    row = ReviewResult.objects.get()
    assert (row.member, row.in_words, row.opinion) == (member, "优秀", "带头做表率。")
    assert "带头" not in row.opinion_cipher


def test_why_there_is_no_grade(school, staff):
    member = cast.a_member(school.teachers, full=None)
    written(school.teachers, staff, Result(member.pk, "", "预备党员"))
    assert ReviewResult.objects.get().in_words == "不评定等次（预备党员）"


def test_once_a_year(school, staff):
    member = cast.a_member(school.teachers, "甲")
    written(school.teachers, staff, a_result(member))
    with pytest.raises(ReviewResultError, match="甲 2025 年度已有民主评议结果"):
        written(school.teachers, staff, a_result(member))
    written(school.teachers, staff, a_result(member), year=2024)
    assert ReviewResult.objects.count() == 2


def test_not_by_the_branch(school):
    secretary = cast.a_user(Role.SECRETARY, school.teachers)
    with pytest.raises(ReviewResultError, match="由上级党组织的工作人员审核后记入"):
        written(school.teachers, secretary, a_result(cast.a_member(school.teachers)))


def test_corrected_with_both_grades_in_the_trail(school, staff):
    member = cast.a_member(school.teachers)
    written(school.teachers, staff, a_result(member))
    review_results.correct(
        2025, Result(member.pk, "failing", disposal="限期改正", opinion="多次缺席。"), by=staff
    )
    row = ReviewResult.objects.get()
    assert (row.in_words, row.disposal) == ("不合格", "限期改正")
    trail = AuditEntry.objects.get(action="review.correct_result")
    assert (trail.before, trail.after) == ({"grade": "excellent"}, {"year": 2025, "grade": "failing"})


def test_nothing_there_to_correct(school, staff):
    with pytest.raises(ReviewResultError, match="2025 年度还没有"):
        review_results.correct(2025, a_result(cast.a_member(school.teachers)), by=staff)


def test_who_sees_it(school, staff):
    member = cast.a_member(school.teachers, account=cast.a_user())
    written(school.teachers, staff, a_result(member))
    seen = {
        name: ReviewResult.objects.visible_to(user).count()
        for name, user in {
            "himself": member.account,
            "his secretary": cast.a_user(Role.SECRETARY, school.teachers),
            "another secretary": cast.a_user(Role.SECRETARY, school.students),
            "the recorder": cast.a_user(Role.RECORDER, school.teachers),
            "a leader": cast.a_user(Role.LEADER, school.root),
            "staff": staff,
            "staff elsewhere": cast.a_user(Role.COMMITTEE_STAFF, school.music),
            "a stranger": cast.a_user(),
        }.items()
    }
    assert {name for name, number in seen.items() if number} == {"himself", "his secretary", "staff"}


def test_it_goes_with_the_member(school, staff):
    """His new secretary reads it, the old one no more."""
    member = cast.a_member(school.teachers)
    written(school.teachers, staff, a_result(member))
    Member.objects.filter(pk=member.pk).update(branch=school.students, branch_path=school.students.path)
    seen = [
        ReviewResult.objects.visible_to(cast.a_user(Role.SECRETARY, branch)).count()
        for branch in (school.teachers, school.students)
    ]
    assert seen == [0, 1]


def test_on_the_page_of_the_person(school, staff):
    member = cast.a_member(school.teachers, "甲", account=cast.a_user())
    written(school.teachers, staff, a_result(member))

    def says(user):
        return (
            "带头做表率。"
            in cast.a_browser(user).get(reverse("member_detail", args=[member.pk])).content.decode()
        )

    recorder = cast.a_user(Role.RECORDER, school.teachers)
    assert [says(user) for user in (staff, member.account, recorder)] == [True, True, False]


class TestMerged:
    @pytest.fixture
    def above(self, school):
        return cast.a_user(Role.ORGANIZATION_STAFF, school.root)

    def years(self, member):
        rows = ReviewResult.objects.filter(member=member).order_by("year")
        return [(row.year, row.grade, row.opinion) for row in rows]

    def test_both_histories_and_apart_again(self, school, above):
        kept, source = cast.a_member(school.teachers, "甲"), cast.a_member(school.teachers, "甲")
        written(school.teachers, above, a_result(kept, "competent"))
        written(school.teachers, above, a_result(source))
        written(school.teachers, above, a_result(source, "basic"), year=2024)
        said = "带头做表率。"
        done = merging.merge(kept, source, by=above)
        assert self.years(kept) == [(2024, "basic", said), (2025, "competent", said)]
        again = merging.undo(done, by=above)
        assert self.years(kept) == [(2025, "competent", said)]
        assert self.years(again) == [(2024, "basic", said), (2025, "excellent", said)]
