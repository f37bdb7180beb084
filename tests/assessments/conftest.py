"""A college's round over its two branch secretaries, in the autumn of 2026."""

from datetime import date

import pytest
import time_machine
from django.utils import timezone

from assessments import ballots, rounds
from assessments.models import Deducted, Objection, Problem, Remark, Report, StageDone, Subject
from branches.roles import Role
from tests import cast, scenes
from tests.assessments import reviewing
from tests.assessments.scene import WITH_OWN, fresh, kept
from tests.assessments.verbs import DAY, FACTS, TEXTS

TODAY = date(2026, 12, 10)


@pytest.fixture
def today():
    with time_machine.travel("2026-12-10 10:00 +0800", tick=False):
        yield TODAY


@pytest.fixture
def school(db, today):
    return cast.a_university()


@pytest.fixture
def staff(school):
    return scenes.once("staff", lambda: cast.a_user(Role.COMMITTEE_STAFF, school.physics, name="王干事"))


@pytest.fixture
def secretaries(school):
    """甲 leads the teachers' branch all year, 乙 the students' since July."""
    return scenes.once("secretaries", lambda: two_secretaries(school))


def two_secretaries(school):
    first, second = cast.a_member(school.teachers, "甲书记"), cast.a_member(school.students, "乙书记")
    cast.a_post(first, "secretary")
    cast.a_post(second, "secretary", since=date(2026, 7, 1))
    return first, second


@pytest.fixture
def drafted(school, staff, secretaries):
    return scenes.once("drafted", lambda: a_draft(school, staff))


def a_draft(school, staff):
    return rounds.begin(
        school.physics,
        year=2026,
        name="2026年度党支部书记述职评议",
        scheme=kept(),
        report_due_on=date(2026, 12, 20),
        by=staff,
    )


@pytest.fixture
def author(secretaries):
    """The account of 甲书记."""
    secretaries[0].account = scenes.once("author", lambda: account_of(secretaries[0]))
    return secretaries[0].account


def account_of(member):
    member.account = cast.a_user(name="甲书记")
    member.save()
    return member.account


@pytest.fixture
def reporting(drafted, staff):
    return scenes.once("reporting", lambda: reports_opened(drafted, staff))


def reports_opened(drafted, staff):
    rounds.open_reports(drafted, by=staff)
    return fresh(drafted)


@pytest.fixture
def report(reporting, author):
    """甲书记's, not yet begun."""
    return Report.objects.select_related("subject__round", "subject__member").get(
        subject__round=reporting, subject__member__account=author
    )


@pytest.fixture
def grading(reporting, staff):
    return scenes.once("grading", lambda: balloted(reporting, staff))


def balloted(reporting, staff):
    Report.objects.filter(subject__round=reporting).update(state="accepted", submitted_at=timezone.now())
    rounds.begin_ballot(reporting, on=TODAY, place="学院会议室", by=staff)
    ballots.close(reporting, by=staff)
    return fresh(reporting)


@pytest.fixture
def published(grading, author, staff):
    """Both are graded 好, and nobody but each is told."""
    return scenes.once("published", lambda: announced(grading, staff))


def announced(grading, staff):
    for subject in grading.subjects.all():
        rounds.decide(subject, grade="好", why="票数不足，按实绩评定", version=subject.version, by=staff)
    rounds.publish(grading, decided_on=TODAY, decided_by="学院党委会", audience="self", by=staff)
    return fresh(grading)


@pytest.fixture
def subject(published, author):
    """甲书记 in the published round."""
    rows = published.subjects.select_related("round__branch", "member", "branch", "report")
    return rows.get(member__account=author)


@pytest.fixture
def scene(drafted, author, staff):
    """甲书记 in a round with one of everything; the account of 甲, and the staff."""
    return scenes.once("scene", lambda: one_of_everything(drafted, author, staff))


def one_of_everything(drafted, author, staff):
    rounds.change(
        drafted, version=1, scheme=kept("work", stages=WITH_OWN), name="甲", report_due_on=DAY, by=staff
    )
    subject = drafted.subjects.select_related("round", "member", "branch").get(member__account=author)
    Report.objects.create(subject=subject, **TEXTS)
    Deducted.objects.create(subject=subject, points=1, reason="迟交报告")
    StageDone.objects.create(subject=subject, stage="talk", on=DAY)
    Remark.objects.create(subject=subject, kind="question", speaker="张副书记", text="怎样管理外出党员？")
    Objection.objects.create(subject=subject, said="到会率没有计入补学的人，请复核。")
    Problem.objects.create(subject=subject, **vars(FACTS))
    return Subject.objects.select_related("round", "member", "branch", "report").get(pk=subject.pk)


@pytest.fixture
def members(school, today):
    """Nine full members of the teachers' branch, 正1 to 正9, and 预1 on probation."""
    return scenes.once("members", lambda: reviewing.people(school.teachers))


@pytest.fixture
def keeper(school, members):
    """The secretary of the teachers' branch."""
    return reviewing.a_secretary(school.teachers)


@pytest.fixture
def review(school, keeper):
    return reviewing.begun(school.teachers, keeper)
