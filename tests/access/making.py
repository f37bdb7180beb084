"""One row of each kind that belongs to a branch or its people, made as the tests of access need them."""

from datetime import date, timedelta
from functools import cache

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone

from accounts.models import User
from activities import check_ins, evidence, tallies
from activities.attendance import Mark
from activities.models import (
    Activity,
    AgendaItem,
    Appeal,
    Assignment,
    AssignmentReturn,
    Attendance,
    Campaign,
    CheckIn,
    Election,
    Evidence,
    LeaveRequest,
    MakeUp,
    Plan,
    PlanChange,
    ProgrammeItem,
    Supplement,
    Talk,
    Tally,
    Task,
    Waiver,
)
from branches.models import Branch, FactorExemption
from lib.periods import Period
from members import batches, departures, merging, transfers
from members.development import membership_forms
from members.models import (
    Celebration,
    Certificate,
    Circumstance,
    Competence,
    Contact,
    DataRequest,
    Destination,
    Development,
    DevelopmentPlan,
    DevelopmentStep,
    Exemption,
    Explanation,
    FormDraw,
    Greeting,
    GreetingOptOut,
    ImportBatch,
    Member,
    Merge,
    RosterCorrection,
    StatusPeriod,
    Suspension,
    Trainee,
    Training,
    TrainingClass,
)
from members.transfer_checks import Letter
from reminders.models import Delivery, Robot
from reports.cases import keeping as case_reports
from tests import cast
from tests.activities.files import a_photo


def of_records(
    branch: Branch, member: Member, second: Member, *, by: User, account: User
) -> list[models.Model]:
    """What a branch recorded, planned and was asked for."""
    name = branch.short_name
    record = cast.a_record(branch, title=f"{name}主题党日", place="会议室")
    item = AgendaItem.objects.create(activity=record, position=1, title=f"{name}议题")
    asked = an_assignment(branch, f"{name}任务")
    plan = a_plan(branch, f"{name}计划")
    moved = {"planned_on": date(2026, 11, 15), "reason": f"{name}停课"}
    return [
        record,
        item,
        Task.objects.create(item=item, what=f"{name}事项"),
        a_talk(second, member),
        a_piece_of_evidence(record, by),
        _a_check_in(branch, account),
        asked,
        asked.returns.get(),
        plan,
        PlanChange.objects.create(plan=plan, branch_path=branch.path, **moved),
        Campaign.objects.get_or_create(name="主题教育", started_on=date(2026, 1, 1))[0],
        FactorExemption.objects.get_or_create(
            role="recorder", citation="校信办〔2025〕8号", since=date(2026, 1, 1), until=None
        )[0],
        ProgrammeItem.objects.get_or_create(title="交纳党费", citation="校组字〔2026〕1号")[0],
        Tally.objects.get(branch=branch, kind="theme_day"),
        a_make_up(record, second),
        an_appeal(record, member),
        Supplement.objects.create(activity=record, branch_path=branch.path, reason=f"{name}缺决议"),
        LeaveRequest.objects.create(
            member=member, branch=branch, branch_path=branch.path, on=date(2026, 11, 20), reason="出差"
        ),
    ]


def of_members(branch: Branch, member: Member, second: Member) -> list[models.Model]:
    """What is kept about two people of a branch."""
    one = a_class(branch, f"{branch.short_name}培训班")
    return [
        *_birthday(member),
        Certificate.objects.create(
            number=f"2026-{branch.pk:04d}",
            code="ABCDEFGH",
            member=member,
            branch_path=branch.path,
            purpose="测试",
            wording={"name": member.name, "branch": branch.name},
        ),
        Training.objects.create(
            member=member, kind="rotation", title="集中轮训", held_on=date(2026, 5, 1), hours=8
        ),
        Competence.objects.create(member=member, item="duties"),
        one,
        Trainee.objects.create(training_class=one, member=second, hours=8, score=85, result="passed"),
        Exemption.objects.create(member=member, since=date(2027, 1, 1), ground="ill"),
        DataRequest.objects.create(
            member=member, kind="delete", subject="contact", due_on=date(2026, 11, 10)
        ),
    ]


def of_development(branch: Branch, keeper: User) -> list[models.Model]:
    """Somebody on the way, and what the branch explained, planned and drew."""
    return [
        a_development(branch),
        Explanation.objects.create(
            branch=branch,
            branch_path=branch.path,
            code="ZB-02",
            subject="members",
            size=60,
            reason="住得集中",
        ),
        Waiver.objects.create(
            branch=branch,
            branch_path=branch.path,
            codes=["ZB-13"],
            start=date(2027, 1, 1),
            end=date(2027, 1, 31),
            reason="全体外出实习",
        ),
        Election.objects.create(branch=branch, branch_path=branch.path, requested_on=date(2026, 9, 1)),
        DevelopmentPlan.objects.create(branch=branch, branch_path=branch.path, year=2026, quota=3),
        *_forms(branch, keeper),
    ]


def of_cases(branch: Branch, *, by: User) -> list[models.Model]:
    """One that was withdrawn, and one that stands and names a figure of its branch."""
    year = Period.year(2026)
    told = "党员 {{members/members////2026}} 名。"
    withdrawn = case_reports.write(branch, case_reports.Facts("旧报告", "旧标题", told, year), by=by)
    case_reports.withdraw(withdrawn, version=1, by=by)
    withdrawn.refresh_from_db()
    facts = case_reports.Facts(f"{branch.short_name}案例", f"{branch.short_name}的做法", told, year)
    return [withdrawn, case_reports.write(branch, facts, by=by)]


def of_messages(branch: Branch) -> list[models.Model]:
    """A robot of the branch's group, and a message to it that could not be sent."""
    robot = Robot(branch=branch, branch_path=branch.path, kind="dingtalk", name=f"{branch.short_name}群")
    robot.host, robot.address = "127.0.0.1", f"{settings.MESSAGE_SERVERS[0]}/robot/send?access_token=1"
    robot.save()
    facts = {"robot": robot, "branch_path": branch.path, "day": date(2026, 10, 19)}
    return [robot, Delivery.objects.create(channel="robot", state="failed", **facts)]


def _a_check_in(branch: Branch, account: User) -> CheckIn:
    closes_at = timezone.now() + timedelta(hours=2)
    return check_ins.begin(by=account, branch=branch, kind="theme_day", group=None, closes_at=closes_at)


def _birthday(member: Member) -> tuple[models.Model, ...]:
    """A greeting and a way of marking the political birthday of 2026, and some days without greetings before."""
    of_year = {"member": member, "branch": member.branch, "branch_path": member.branch_path, "year": 2026}
    day = date(2026, 6, 1)
    return (
        Greeting.objects.create(**of_year, day=day, title="入党 11 周年", text="祝您政治生日快乐。"),
        Celebration.objects.create(**of_year, way="card", held_on=day),
        GreetingOptOut.objects.create(member=member, since=date(2025, 1, 1), until=date(2025, 12, 31)),
    )


def a_class(branch: Branch, title: str) -> TrainingClass:
    """A class that is over and not yet finished."""
    return TrainingClass.objects.create(
        number=f"PX{branch.pk}-{title[:4]}",
        branch=branch,
        branch_path=branch.path,
        title=title,
        kind="rotation",
        starts_on=date(2026, 9, 1),
        ends_on=date(2026, 9, 3),
        hours=8,
    )


def a_make_up(record: Activity, member: Member) -> MakeUp:
    """Somebody who was absent and read the lecture afterwards."""
    Attendance.objects.filter(activity=record, member=member).update(state="absent")
    record.present, record.absent = record.present - 1, record.absent + 1
    record.save(update_fields=["present", "absent"])
    tallies.refresh([record])
    return MakeUp.objects.create(activity=record, member=member, on=date(2026, 10, 1), how="自学讲义")


def a_merge(member: Member, by: User) -> Merge:
    """A second record of somebody, merged into the first."""
    return merging.merge(member, cast.a_member(member.branch, member.name), by=by)


def a_batch(member: Member, by: User) -> ImportBatch:
    """An import that changed somebody's job."""
    before = {member.pk: {"facts": {"job": "教师"}, "dated": None}}
    return batches.keep("名册.xlsx", "Sheet1", enrolled={}, changed={3: member}, before=before, by=by)


def an_appeal(record: Activity, member: Member) -> Appeal:
    """Somebody says that he was not there."""
    facts = {"branch_path": record.branch_path, "version": record.version, "said": f"{member.name}没有到会"}
    return Appeal.objects.create(activity=record, member=member, **facts)


def a_talk(*people: Member) -> Talk:
    """Two of a branch talked, and wrote down what they said."""
    marks = {person.pk: Mark("present") for person in people}
    record = cast.a_record(people[0].branch, "heart_talk", date(2026, 10, 2), marks=marks, title="谈心")
    return Talk.objects.create(activity=record, pair="committee", content="谈了近况。", draft=1)


@cache
def photo_file() -> bytes:
    return a_photo()


def a_piece_of_evidence(record: Activity, by: User) -> Evidence:
    """The same photo for every branch: who sees one of them must not be told of another's."""
    file = ContentFile(photo_file(), f"{record.branch.short_name}合影.jpg")
    return evidence.add(record, file, by=by)


def an_assignment(branch: Branch, title: str) -> Assignment:
    """A task of the organisation above for this branch alone; any record or some words return it."""
    asked = Assignment.objects.create(
        nature="task",
        title=title,
        opens_on=date(2026, 9, 1),
        due_on=date(2026, 10, 31),
        issuer=branch.parent,
        organisation=branch.parent,
        branch_path=branch.parent.path,
        is_picked=True,
    )
    AssignmentReturn.objects.create(assignment=asked, branch=branch, branch_path=branch.path)
    return asked


def a_plan(branch: Branch, topic: str) -> Plan:
    """The fifteenth of every month of 2026."""
    days = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
    what = {"kind": "theme_day", "rhythm": "monthly", "day": 15, "topic": topic}
    return Plan.objects.create(branch=branch, branch_path=branch.path, **what, **days)


def a_development(branch: Branch) -> Development:
    """Somebody who handed in an application, was talked to and became an activist."""
    person = cast.a_member(branch, f"{branch.short_name}丙", joined=date(2026, 9, 1), full=None)
    StatusPeriod.objects.filter(member=person).update(status=StatusPeriod.Status.ACTIVIST)
    Member.objects.filter(pk=person.pk).update(joined_on=None, status=StatusPeriod.Status.ACTIVIST)
    development = Development.objects.create(member=person, applied_on=date(2026, 9, 1))
    days = {
        "application": date(2026, 9, 1),
        "application_talk": date(2026, 9, 5),
        "activist_decision": date(2026, 9, 20),
    }
    for step, day in days.items():
        DevelopmentStep.objects.create(development=development, step=step, on=day)
    return development


def _forms(branch: Branch, keeper: User) -> tuple[models.Model, ...]:
    """A draw of which nothing became anything yet, and a form of another that was lost."""
    day = date(2026, 9, 1)
    lost = a_draw(branch, f"A{branch.pk:04d}01", keeper).forms.earliest("number")
    membership_forms.mark(lost, "lost", day, "遗失", by=keeper)
    lost.refresh_from_db()
    return a_draw(branch, f"B{branch.pk:04d}01", keeper), lost


def a_draw(branch: Branch, first: str, by: User) -> FormDraw:
    return membership_forms.draw(
        branch, date(2026, 9, 1), first, 2, receiver=f"{branch.short_name}领取人", issuer="发放人", by=by
    )


def of_movement(branch: Branch, member: Member) -> list[models.Model]:
    """Somebody who goes, somebody who is abroad and suspended, and what is written of both."""
    day, place = date(2026, 9, 1), {"branch": branch, "branch_path": branch.path}
    leaver = cast.a_member(branch, f"{branch.short_name}丙")
    cast.a_member(branch, f"{branch.short_name}戊", graduates_on=date(2026, 7, 1))
    transfer = transfers.request(leaver, "中共YY大学委员会", on=day, by=None)
    transfers.issue(transfer, Letter(day, 90), by=None)
    transfer.refresh_from_db()
    gone = cast.a_member(branch, f"{branch.short_name}丁")
    away = {"member": member, "since": date(2026, 2, 1), "evidence": "本人申请"}
    return [
        transfer,
        transfer.steps.last(),
        departures.depart(gone, "expelled", on=date(2026, 9, 1), by=None, evidence="处分决定"),
        RosterCorrection.objects.get(member=gone),
        Suspension.objects.create(ground="emigrated", status_before="full", until=date(2026, 3, 1), **away),
        row := Circumstance.objects.create(kind="abroad", place="海外", **away),
        Contact.objects.create(circumstance=row, on=day, note="微信联系"),
        Destination.objects.create(
            **place, member=leaver, name=leaver.name, graduates_on=day, recorded_on=day, kind="study"
        ),
    ]
