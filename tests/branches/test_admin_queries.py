"""What the lists of the browser admin cost: as many queries with many rows as with one."""

import itertools
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import audit
from activities.models import (
    Activity,
    Appeal,
    Campaign,
    Election,
    Evidence,
    LeaveRequest,
    ProgrammeItem,
    Supplement,
    Waiver,
)
from assessments.models import Problem, RaterGroup, Report, Review, Round, StageDone, Subject
from branches import suggestions
from branches.models import Branch, FactorExemption
from branches.roles import Role
from branches.terms import elect
from jobs.models import Job
from members import departures, exemptions, transfers
from members.models import (
    Celebration,
    Certificate,
    Circumstance,
    ColumnMapping,
    DataRequest,
    Destination,
    Development,
    DevelopmentPlan,
    Explanation,
    Greeting,
    GreetingOptOut,
    ImportBatch,
    Merge,
    ReviewResult,
    Suspension,
)
from reminders.models import Delivery, Reminder, Robot
from reports.models import ClosedFile, ClosedPeriod, Subscription
from tests import cast
from tests.access.making import a_class, a_plan, an_assignment
from tests.assessments.scene import kept

pytestmark = pytest.mark.django_db

DAY = date(2026, 9, 15)


def a_birthday(school):
    """Whose, where and of which year."""
    branch = school.teachers
    return {"member": cast.a_member(branch), "branch": branch, "branch_path": branch.path, "year": 2026}


#: How each list gets another row: (school, user, number), with whatever the row hangs on.
def the_record(school):
    """One for all rows that are about a record."""
    return Activity.objects.first() or cast.a_record(school.teachers, day=DAY)


ONE_MORE = {
    "activity": lambda school, user, number: cast.a_record(school.teachers, day=DAY),
    "auditentry": lambda school, user, number: audit.record("branch.change", by=user, on=school.teachers),
    "branch": lambda school, user, number: elect(
        cast.found(school.physics, f"第{number}党支部", Branch.Level.BRANCH, f"9{number}"), DAY
    ),
    "campaign": lambda school, user, number: Campaign.objects.create(name=f"专题{number}", started_on=DAY),
    "job": lambda school, user, number: Job.objects.create(kind="x", label="导出", owner=user),
    "member": lambda school, user, number: cast.a_member(school.teachers),
    "partygroup": lambda school, user, number: cast.a_group(
        school.teachers, cast.a_member(school.teachers), name=f"第{number}党小组"
    ),
    "post": lambda school, user, number: cast.a_post(cast.a_member(school.teachers)),
    "reminder": lambda school, user, number: Reminder.objects.create(
        kind="duty",
        subject=str(number),
        due_on=DAY,
        recipient=user,
        title="主题党日",
        branch_path=school.teachers.path,
    ),
    "delivery": lambda school, user, number: Delivery.objects.create(
        channel="mail",
        recipient=cast.a_user(),
        day=DAY,
        branch_path=school.teachers.path,
    ),
    "robot": lambda school, user, number: Robot.objects.create(
        branch=school.teachers, branch_path=school.teachers.path, kind="wecom", name=f"群{number}"
    ),
    "station": lambda school, user, number: cast.a_station(
        school.teachers, cast.a_member(school.teachers), name=f"工作站{number}"
    ),
    "term": lambda school, user, number: elect(school.teachers, DAY - timedelta(days=number)),
    "user": lambda school, user, number: cast.a_user(Role.RECORDER, school.teachers),
}
ONE_MORE |= {
    "celebration": lambda school, user, number: Celebration.objects.create(
        **a_birthday(school), way="card", held_on=DAY
    ),
    "circumstance": lambda school, user, number: Circumstance.objects.create(
        member=cast.a_member(school.teachers), kind="abroad", place="海外", since=DAY, evidence="本人申请"
    ),
    "departure": lambda school, user, number: departures.depart(
        cast.a_member(school.teachers), "died", on=DAY, by=None, evidence="死亡证明"
    ),
    "greeting": lambda school, user, number: Greeting.objects.create(
        **a_birthday(school), day=DAY, title="政治生日快乐", text="祝贺"
    ),
    "greetingoptout": lambda school, user, number: GreetingOptOut.objects.create(
        member=cast.a_member(school.teachers), since=DAY
    ),
    "transfer": lambda school, user, number: transfers.request(
        cast.a_member(school.teachers), "中共YY大学委员会", on=DAY, by=None
    ),
}
ONE_MORE |= {
    "columnmapping": lambda school, user, number: ColumnMapping.objects.create(
        owner=user, signature=str(number), columns={"工作岗位": "job"}
    ),
    "development": lambda school, user, number: Development.objects.create(
        member=cast.a_member(school.teachers), applied_on=DAY
    ),
    "evidence": lambda school, user, number: Evidence.objects.create(
        activity=the_record(school),
        branch_path=school.teachers.path,
        kind="pdf",
        name="方案.pdf",
        size=1,
        stored=str(number),
        sha256=f"{number:064x}",
        added_by=user,
    ),
    "explanation": lambda school, user, number: Explanation.objects.create(
        branch=school.teachers, branch_path=school.teachers.path, code="ZB-02", subject=str(number), by=user
    ),
    "importbatch": lambda school, user, number: ImportBatch.objects.create(
        source="名册.xlsx", branch_path=school.teachers.path, written_by=user
    ),
    "merge": lambda school, user, number: Merge.objects.create(
        kept=cast.a_member(school.teachers),
        source_id=uuid4(),
        number="T1",
        name="甲",
        branch_path=school.teachers.path,
        merged_by=user,
    ),
}
ONE_MORE |= {
    "assignment": lambda school, user, number: an_assignment(school.teachers, f"任务{number}"),
    "exemption": lambda school, user, number: exemptions.grant(
        cast.a_member(school.teachers), by=None, since=DAY, until=None, ground="ill", note=""
    ),
    "leaverequest": lambda school, user, number: LeaveRequest.objects.create(
        member=cast.a_member(school.teachers),
        branch=school.teachers,
        branch_path=school.teachers.path,
        on=DAY,
        reason="因公",
    ),
    "appeal": lambda school, user, number: Appeal.objects.create(
        activity=the_record(school),
        branch_path=school.teachers.path,
        member=cast.a_member(school.teachers),
        said="我到会了",
        version=1,
    ),
    "supplement": lambda school, user, number: Supplement.objects.create(
        activity=cast.a_record(school.teachers, day=DAY), branch_path=school.teachers.path, reason="缺决议"
    ),
    "waiver": lambda school, user, number: Waiver.objects.create(
        branch=school.teachers,
        branch_path=school.teachers.path,
        codes=["ZB-13"],
        start=DAY.replace(day=1),
        end=date(2027, 1, 31),
        reason="全体外出实习",
        by=user,
    ),
    "election": lambda school, user, number: Election.objects.create(
        branch=school.teachers,
        branch_path=school.teachers.path,
        requested_on=DAY,
        approved_on=DAY,
        meeting=cast.a_record(school.teachers, "general_meeting", DAY),
    ),
    "plan": lambda school, user, number: a_plan(school.teachers, f"计划{number}"),
    "programmeitem": lambda school, user, number: ProgrammeItem.objects.create(
        title=f"第{number}项", position=number, citation="校党字〔2026〕1号"
    ),
    "trainingclass": lambda school, user, number: a_class(school.teachers, f"{number}班"),
    "review": lambda school, user, number: Review.objects.create(
        branch=school.teachers, branch_path=school.teachers.path, year=2000 + number, held_on=DAY
    ),
    "reviewresult": lambda school, user, number: ReviewResult.objects.create(
        member=cast.a_member(school.teachers),
        branch=school.teachers,
        year=2025,
        held_on=DAY,
        grade="competent",
        decided_on=DAY,
        decided_by="支部党员大会",
    ),
}


def a_secretary_reports(school, number):
    """In a round of his own."""
    facts = {"branch": school.physics, "branch_path": school.physics.path}
    round_ = Round.objects.create(
        year=2026, name=f"述职评议{number}", scheme=kept(), report_due_on=DAY, state="published", **facts
    )
    member = cast.a_member(school.teachers)
    return Subject.objects.create(
        round=round_, member=member, branch=school.teachers, branch_path=school.physics.path
    )


ONE_MORE |= {
    "round": lambda school, user, number: a_secretary_reports(school, number),
    "ratergroup": lambda school, user, number: RaterGroup.objects.create(
        round=a_secretary_reports(school, number).round, code="a", title="A票"
    ),
    "report": lambda school, user, number: Report.objects.create(subject=a_secretary_reports(school, number)),
    "problem": lambda school, user, number: Problem.objects.create(
        subject=a_secretary_reports(school, number),
        problem="学习不深入",
        measure="每月学习",
        owner="甲",
        due_on=DAY,
    ),
}
ONE_MORE |= {
    "assignmentreturn": ONE_MORE["assignment"],
    "membershipspell": ONE_MORE["member"],
    "rostercorrection": ONE_MORE["departure"],
    "rolegrant": ONE_MORE["user"],
    "factorexemption": lambda school, user, number: FactorExemption.objects.create(
        role=("recorder", "leader", "secretary")[number % 3],
        citation="校信办〔2025〕8号",
        since=DAY,
        until=DAY + timedelta(days=number),
    ),
    "stationassignment": ONE_MORE["station"],
    "statusperiod": ONE_MORE["member"],
}

ONE_MORE["closedfile"] = lambda school, user, number: ClosedFile.objects.create(
    closing=ClosedPeriod.objects.get_or_create(period="2026Q3")[0],
    branch=school.physics,
    branch_path=school.physics.path,
    name=f"统计报表{number}.xlsx",
    stored=str(number),
    size=1,
    sha256=f"{number:064x}",
)
ONE_MORE |= {
    "certificate": lambda school, user, number: Certificate.objects.create(
        number=f"2026-{number:04d}",
        code="ABCDEFGH",
        member=cast.a_member(school.teachers),
        branch_path=school.teachers.path,
        purpose="入职",
        wording={},
    ),
    "datarequest": lambda school, user, number: DataRequest.objects.create(
        member=cast.a_member(school.teachers), kind="correct", subject="education", due_on=DAY
    ),
    "destination": lambda school, user, number: Destination.objects.create(
        branch=school.teachers,
        branch_path=school.teachers.path,
        name=f"甲{number}",
        graduates_on=DAY,
        recorded_on=DAY,
        kind="study",
    ),
    "developmentplan": lambda school, user, number: DevelopmentPlan.objects.create(
        branch=school.physics, branch_path=school.physics.path, year=2000 + number, quota=3
    ),
    "stagedone": lambda school, user, number: StageDone.objects.create(
        subject=a_secretary_reports(school, number), stage="visit", on=DAY
    ),
    "subscription": lambda school, user, number: Subscription.objects.create(
        user=cast.a_user(), branch=school.teachers, branch_path=school.teachers.path, statistics=["life"]
    ),
    "suggestion": lambda school, user, number: suggestions.make("字太小", "/me/", by=cast.a_user()),
    "suspension": lambda school, user, number: Suspension.objects.create(
        member=cast.a_member(school.teachers),
        ground="lost",
        status_before="full",
        since=DAY,
        evidence="支部报告",
    ),
}

#: Five are the frame's: session, account, grants, the number of rows, the rows.
COUNTS = {
    "activity": 8,  # the colleges of the filter, the years and months above the list
    "assignment": 8,
    "assignmentreturn": 6,
    "auditentry": 7,
    "branch": 5,
    "celebration": 7,
    "certificate": 8,
    "circumstance": 5,
    "delivery": 8,
    "departure": 6,
    "greeting": 7,
    "greetingoptout": 5,
    "columnmapping": 5,
    "datarequest": 6,
    "destination": 8,
    "development": 6,
    "developmentplan": 7,
    "factorexemption": 5,
    "evidence": 8,  # as those of activities
    "exemption": 5,
    "explanation": 6,
    "importbatch": 6,
    "leaverequest": 8,
    "appeal": 6,
    "supplement": 6,
    "waiver": 6,
    "round": 7,
    "ratergroup": 6,
    "report": 6,
    "problem": 6,
    "election": 8,
    "merge": 6,
    "plan": 6,
    "programmeitem": 5,
    "trainingclass": 6,
    "rostercorrection": 6,
    "transfer": 6,
    "campaign": 5,
    "closedfile": 6,
    "job": 5,
    "member": 6,
    "membershipspell": 6,
    "partygroup": 6,
    "post": 6,
    "reminder": 8,
    "rolegrant": 5,
    "review": 7,  # the parts of the tree, the years
    "reviewresult": 6,
    "robot": 6,
    "stagedone": 6,
    "station": 6,
    "stationassignment": 6,
    "statusperiod": 5,
    "subscription": 6,
    "suggestion": 5,
    "suspension": 5,
    "term": 7,
    "user": 6,
}


@pytest.mark.parametrize("rows", [12, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", COUNTS)
def test_a_list_costs_the_same_with_many_rows(name, rows):
    school = cast.a_university()
    admins = {"auditentry": Role.AUDITOR, "factorexemption": Role.SECURITY_ADMIN}
    user = cast.a_user(*([admins[name]] if name in admins else [Role.ORGANIZATION_STAFF, school.root]))
    browser = cast.a_browser(user)
    model = next(model for model in admin.site._registry if model._meta.model_name == name)
    address = reverse(f"admin:{model._meta.app_label}_{name}_changelist")
    browser.get("/admin/")  # the first page of a session also writes when it began
    numbers = itertools.count(1)
    counts = []
    for many in (1, rows):
        for number in itertools.islice(numbers, many):
            ONE_MORE[name](school, user, number)
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(address)
        counts.append(len(queries))
    assert len(response.context["cl"].result_list) >= rows
    assert counts == [COUNTS[name]] * 2


def test_every_list_is_counted():
    assert sorted(COUNTS) == sorted(model._meta.model_name for model in admin.site._registry)
