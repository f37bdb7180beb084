"""Three branches of a university with one of everything in each, and one user for every role in the first.

``near`` is a sibling in the same college, ``far`` stands in another: what is foreign depends on who asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone

from accounts import audit
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
    Evidence,
    Invitation,
    LeaveRequest,
    MakeUp,
    Plan,
    PlanChange,
    ProgrammeItem,
    Supplement,
    Talk,
    Tally,
    Task,
)
from branches.models import Branch, Placement, RoleGrant, Station, StationArea
from branches.roles import Right, Role
from branches.scope import covering_ranges, has_right
from branches.terms import elect
from jobs import running, uploads
from jobs.models import Job, Upload
from members import batches, departures, merging, transfers
from members.development import membership_forms
from members.imports import staging
from members.models import (
    Celebration,
    Certificate,
    Circumstance,
    ColumnMapping,
    Competence,
    Contact,
    Destination,
    Development,
    DevelopmentPlan,
    DevelopmentStep,
    Exemption,
    Explanation,
    FormDraw,
    Greeting,
    GreetingOptOut,
    GroupMembership,
    ImportBatch,
    Member,
    MembershipSpell,
    Merge,
    Post,
    RosterCorrection,
    StationAssignment,
    StatusPeriod,
    Suspension,
    Trainee,
    Training,
    TrainingClass,
)
from members.transfer_checks import Letter
from reminders.models import Reminder
from tests import cast
from tests.access.pages import Page
from tests.access.table import MEMBER, Row
from tests.activities.files import a_photo
from tests.branches.test_register import HEAD as REGISTER_HEAD
from tests.members.rosters import a_file, a_row
from tests.sheets import workbook

#: The day of all access tests.
TODAY = "2026-10-20 12:00 +0800"
#: The roles whose scope ends before the foreign halves do, and which half is foreign to each.
BOUNDED = ("committee_staff", "leader", "secretary", "recorder", "attendance_taker", "station_head")
FAR_SEEING = ("committee_staff", "leader")
#: The same for everybody in the university.
SHARED = (Campaign, ProgrammeItem)
#: Rows that belong to one account: everybody's own is another.
PERSONAL = {ColumnMapping: "owner", Job: "owner", Upload: "owner", Reminder: "recipient"}


@dataclass(repr=False)
class Half:
    """One of everything that belongs to one branch; ``of[model]`` is the row of that model."""

    branch: Branch
    account: User
    of: dict[type[models.Model], models.Model] = field(default_factory=dict)

    def row(self, model: type[models.Model]) -> models.Model:
        """The half's row of ``model``; of what belongs to an account, that of the half's own."""
        return _row_of(self, model, self.account, None)

    def keep(self, *rows: models.Model) -> None:
        self.of.update({type(row): row for row in rows})


@dataclass(repr=False)
class World:
    school: cast.University
    own: Half
    near: Half
    far: Half
    users: dict[str, User]

    def foreign_to(self, role: str) -> Half:
        return self.far if role in FAR_SEEING else self.near

    def own_row(
        self, model: type[models.Model], role: str, which: Mapping[str, str] | None = None
    ) -> models.Model:
        """A row of the own half; of what belongs to one account, that of the role's user."""
        return _row_of(self.own, model, self.users.get(role, self.own.account), which)

    def foreign_row(
        self, model: type[models.Model], role: str, which: Mapping[str, str] | None = None
    ) -> models.Model:
        half = self.foreign_to(role)
        return _row_of(half, model, half.account, which)

    def own_url(self, page: Page, row: Row, role: str) -> str:
        model = row.model_of(page)
        return page.url(values(page, row, self.own_row(model, role, row.which).pk if model else None))


def _row_of(
    half: Half, model: type[models.Model], account: User, which: Mapping[str, str] | None
) -> models.Model:
    if model in PERSONAL:
        return model._default_manager.get(**{PERSONAL[model]: account, **(which or {})})
    assert model in half.of, f"tests/access/world.py makes no {model._meta.label}"
    return half.of[model]


def values(page: Page, row: Row, pk: Any) -> dict[str, Any]:
    """The parameters of a page: those the table fixes, and ``pk`` for the one that names an object."""
    free = [name for name in page.parameters if name not in row.fixed]
    assert len(free) < 2, f"{page.key}: {free} name several objects; say in tests/access.yaml what is fixed"
    assert not free or pk is not None, f"{page.key}: say in tests/access.yaml of what model {free[0]} is"
    return {**row.fixed, **dict.fromkeys(free, pk)}


def missing_pk(model: type[models.Model]) -> Any:
    """A key that no row has, of the model's own kind."""
    key = model._meta.pk
    key = key.target_field if key.is_relation else key
    return uuid4() if isinstance(key, models.UUIDField) else 987654321


def a_world() -> World:
    school = cast.a_university()
    keeper = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    own, near, far = (
        _half(branch, keeper) for branch in (school.teachers, school.students, school.musicians)
    )
    for half, leading in ((own, near), (near, far), (far, far)):
        half.keep(_an_invitation(half.branch, leading))
    users = _users(school, own)
    for user in users.values():
        _personal(user, own.branch)
    return World(school, own, near, far, users)


def _a_check_in(branch: Branch, account: User) -> CheckIn:
    closes_at = timezone.now() + timedelta(hours=2)
    return check_ins.begin(by=account, branch=branch, kind="theme_day", group=None, closes_at=closes_at)


def _an_invitation(branch: Branch, leading: Half) -> Invitation:
    return Invitation.objects.create(
        activity=leading.of[Activity], branch=branch, branch_path=branch.path, invited_by=leading.account
    )


def _half(branch: Branch, keeper: User) -> Half:
    name = branch.short_name
    account = cast.a_user(name=f"{name}书记")
    member = cast.a_member(branch, f"{name}甲", account=account)
    second = cast.a_member(branch, f"{name}乙")
    cast.a_member(branch, f"{name}丙", joined=date(2015, 10, 25), account=cast.a_user())
    group = cast.a_group(branch, member, second, name=f"{name}第一党小组")
    station = cast.a_station(branch, second, name=f"{name}工作站")
    Branch.objects.filter(pk=branch.pk).update(category_is_guess=True)
    half = Half(branch, account)
    wording = {"name": member.name, "branch": branch.name}
    half.keep(
        branch,
        account,
        member,
        group,
        cast.give(account, Role.SECRETARY, branch),
        cast.a_post(second, Post.Title.DEPUTY),
        cast.a_post(member, Post.Title.SECRETARY),
        station,
        StationArea.objects.get(station=station),
        record := cast.a_record(branch, title=f"{name}主题党日", place="会议室"),
        item := AgendaItem.objects.create(activity=record, position=1, title=f"{name}议题"),
        Task.objects.create(item=item, what=f"{name}事项"),
        a_talk(second, member),
        a_piece_of_evidence(record, keeper),
        _a_check_in(branch, account),
        asked := an_assignment(branch, f"{name}任务"),
        asked.returns.get(),
        plan := a_plan(branch, f"{name}计划"),
        PlanChange.objects.create(
            plan=plan, branch_path=branch.path, planned_on=date(2026, 11, 15), reason=f"{name}停课"
        ),
        elect(branch, date(2024, 10, 15)),
        Placement.objects.get(branch=branch),
        GroupMembership.objects.filter(group=group)[0],
        MembershipSpell.objects.get(member=member),
        StatusPeriod.objects.get(member=member),
        StationAssignment.objects.get(station=station),
        *_birthday(member),
        Campaign.objects.get_or_create(name="主题教育", started_on=date(2026, 1, 1))[0],
        ProgrammeItem.objects.get_or_create(title="交纳党费", citation="校组字〔2026〕1号")[0],
        Tally.objects.get(branch=branch, kind="theme_day"),
        Certificate.objects.create(
            number=f"2026-{branch.pk:04d}",
            code="ABCDEFGH",
            member=member,
            branch_path=branch.path,
            purpose="测试",
            wording=wording,
        ),
        Training.objects.create(
            member=member, kind="rotation", title="集中轮训", held_on=date(2026, 5, 1), hours=8
        ),
        Competence.objects.create(member=member, item="duties"),
        one := a_class(branch, f"{name}培训班"),
        Trainee.objects.create(training_class=one, member=second, hours=8, score=85, result="passed"),
        a_make_up(record, second),
        an_appeal(record, member),
        Supplement.objects.create(activity=record, branch_path=branch.path, reason=f"{name}缺决议"),
        LeaveRequest.objects.create(
            member=member, branch=branch, branch_path=branch.path, on=date(2026, 11, 20), reason="出差"
        ),
        Exemption.objects.create(member=member, since=date(2027, 1, 1), ground="ill"),
        audit.record("test", by=account, on=branch),
        a_development(branch),
        Explanation.objects.create(
            branch=branch,
            branch_path=branch.path,
            code="ZB-02",
            subject="members",
            size=60,
            reason="住得集中",
        ),
        DevelopmentPlan.objects.create(branch=branch, branch_path=branch.path, year=2026, quota=3),
        *_forms(branch, keeper),
        *_movement(branch, second),
    )
    half.keep(a_merge(second, keeper), a_batch(second, keeper))
    leads = {"branch": branch.parent, "branch_path": branch.parent.path, "since": date(2026, 1, 1)}
    Post.objects.create(member=member, title=Post.Title.COMMITTEE, **leads)
    _personal(account, branch)
    return half


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


def _movement(branch: Branch, member: Member) -> list[models.Model]:
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


def _personal(user: User, branch: Branch) -> None:
    """What belongs to one account: a job, a reminder, recalled columns, the files handed in for the two imports."""
    _done_job(user, branch)
    Reminder.objects.create(
        kind="duty",
        subject=branch.code,
        due_on=date(2026, 9, 30),
        recipient=user,
        title="主题党日",
        branch_path=branch.path,
    )
    ColumnMapping.objects.create(owner=user, signature=branch.code, columns={f"{branch.short_name}列": "job"})
    uploads.keep(user, "register", "党组织.xlsx", register_file())
    uploads.keep(user, "ledger", "台账.xlsx", ledger_file())
    if has_right(user, Right.IMPORT):
        staging.receive(user, "名册.xlsx", roster_file())
    else:
        uploads.keep(user, "roster", "名册.xlsx", roster_file())


@cache
def roster_file() -> bytes:
    """Somebody new, and one whose sex contradicts the ID number: to be accepted or corrected."""
    with TemporaryDirectory() as folder:
        wrong = a_row("李红", 2, 性别="女")
        return a_file(Path(folder), a_row("张明", 1), wrong).read_bytes()


@cache
def photo_file() -> bytes:
    return a_photo()


@cache
def ledger_file() -> bytes:
    """A theme day that nobody logged; three people stand on the roster."""
    head = ["支部", "时间", "活动类型", "活动主题", "应到人数", "实到人数"]
    row = ["物理教师党支部", date(2026, 3, 16), "主题党日", "参观校史馆", 3, 3]
    with TemporaryDirectory() as folder:
        return workbook(Path(folder) / "ledger.xlsx", head, row).read_bytes()


@cache
def register_file() -> bytes:
    """A branch to be founded."""
    new = ["中共XX师范大学物理学院博士生党支部", "001001009", "物理学院党委", "党支部", None, None, None]
    with TemporaryDirectory() as folder:
        return workbook(Path(folder) / "register.xlsx", REGISTER_HEAD, new).read_bytes()


def _done_job(user: User, branch: Branch) -> Job:
    """The statistics of the branch, as a file that is there."""
    job = Job.objects.create(
        kind="quarterly_statistics",
        label=branch.short_name,
        owner=user,
        parameters={"period": "2026Q3", "org": str(branch.pk)},
        outcome={"ranges": covering_ranges([branch.path])},
        state=Job.State.DONE,
        result_file=f"access-{branch.code}",
        result_name="统计.xlsx",
        finished_at=timezone.now(),
    )
    path = running.result_path_of(job)
    path.parent.mkdir(exist_ok=True)
    path.write_text(branch.short_name)
    return job


def _users(school: cast.University, own: Half) -> dict[str, User]:
    places = {
        Role.ORGANIZATION_STAFF: school.root,
        Role.LEADER: school.physics,
        Role.COMMITTEE_STAFF: school.physics,
        Role.SECRETARY: school.teachers,
        Role.RECORDER: school.teachers,
        Role.ATTENDANCE_TAKER: school.teachers,
    }
    users = {role.value: cast.a_user(role, places.get(role)) for role in Role if role != Role.STATION_HEAD}
    users[Role.STATION_HEAD.value] = head = cast.a_user()
    RoleGrant.objects.create(
        user=head, role=Role.STATION_HEAD, station=own.of[Station], since=date(2020, 1, 1)
    )
    users[MEMBER] = cast.a_user()
    Member.objects.filter(pk=own.of[Member].pk).update(account=users[MEMBER])
    return users
