"""A branch's democratic review at the stages that tests ask for."""

from datetime import date

from assessments.models import Review
from assessments.reviews import ballot, keeping, writing
from branches.roles import Role
from tests import cast

DAY = date(2026, 12, 8)
OPINION = "能履行党员义务。"


def people(branch, full=9, probationary=1):
    """So many members by name: 正1, 正2 … and 预1 …"""
    return [
        *(cast.a_member(branch, f"正{number}") for number in range(1, full + 1)),
        *(cast.a_member(branch, f"预{number}", full=None) for number in range(1, probationary + 1)),
    ]


def a_secretary(branch):
    return cast.a_user(Role.SECRETARY, branch, name="支部书记")


def fresh(review):
    return Review.objects.select_related("branch", "meeting").get(pk=review.pk)


def entry(review, name):
    return review.entries.select_related("review__branch", "member").get(member__name=name)


def begun(branch, by, *, on=DAY, year=2026):
    return keeping.begin(branch, year=year, on=on, by=by)


def counted(review, by, *, issued=10, returned=10, **counts):
    """On paper: nine say 合格 of everybody, but where ``counts`` says otherwise by name."""
    said = {one.pk: counts.get(one.member.name, (0, returned - 1, 0, 0)) for one in review.entries.all()}
    facts = {"issued": issued, "returned": returned, "version": fresh(review).version}
    ballot.type_counts(review, **facts, counts=said, by=by)
    return fresh(review)


def grading(branch, by):
    return counted(begun(branch, by), by)


def graded(review, by, name, grade="excellent", opinion=OPINION, disposal=""):
    one = entry(review, name)
    writing.grade(one, grade, opinion, disposal, version=one.version, by=by)


def linked(review, by, day=DAY):
    keeping.link(review, cast.a_record(review.branch, "democratic_review", day), by=by)
    return fresh(review)


def submitted(branch, by, *excellent):
    """Everybody is 合格 but whom ``excellent`` names."""
    review = linked(grading(branch, by), by)
    for name in excellent:
        graded(review, by, name)
    writing.grade_rest(review, OPINION, by=by)
    keeping.submit(review, decided_on=DAY, decided_by="meeting", by=by)
    return fresh(review)


def concluded(branch, by, staff, *excellent):
    review = submitted(branch, by, *excellent)
    keeping.conclude(review, by=staff)
    return fresh(review)
