"""Three branches of a university with one of everything in each, and one user for every role in the first.

``near`` is a sibling in the same college, ``far`` stands in another: what is foreign depends on who asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from django.db import models
from django.utils import timezone

from accounts import audit
from accounts.models import User
from activities.models import (
    Activity,
    Campaign,
    Invitation,
    ProgrammeItem,
)
from branches import suggestions
from branches.models import Branch, FactorExemption, Placement, RoleGrant, Station, StationArea, Suggestion
from branches.roles import Right, Role
from branches.scope import covering_ranges, has_right
from branches.terms import elect
from jobs import running, uploads
from jobs.models import Job, Upload
from members.imports import staging
from members.models import (
    ColumnMapping,
    GroupMembership,
    Member,
    MembershipSpell,
    Post,
    StationAssignment,
    StatusPeriod,
)
from reminders.models import Reminder
from tests import cast
from tests.access import making, making_assessments, making_closing
from tests.access.pages import Page
from tests.access.table import MEMBER, Row
from tests.branches.test_register import HEAD as REGISTER_HEAD
from tests.members.rosters import a_file, a_row
from tests.sheets import workbook

#: The day of all access tests.
TODAY = "2026-10-20 12:00 +0800"
#: The roles whose scope ends before the foreign halves do, and which half is foreign to each.
BOUNDED = ("committee_staff", "leader", "secretary", "recorder", "attendance_taker", "station_head")
FAR_SEEING = ("committee_staff", "leader")
#: The same for everybody in the university.
SHARED = (Campaign, ProgrammeItem, FactorExemption)
#: Rows that belong to one account: everybody's own is another.
PERSONAL = {
    ColumnMapping: "owner",
    Job: "owner",
    Suggestion: "user",
    Upload: "owner",
    Reminder: "recipient",
}


@dataclass(repr=False)
class Half:
    """One of everything that belongs to one branch; ``of[model]`` is the row of that model."""

    branch: Branch
    account: User
    of: dict[type[models.Model], models.Model] = field(default_factory=dict)
    rows: list[models.Model] = field(default_factory=list)

    def row(self, model: type[models.Model]) -> models.Model:
        """The half's row of ``model``; of what belongs to an account, that of the half's own."""
        return _row_of(self, model, self.account, None)

    def keep(self, *rows: models.Model) -> None:
        self.of.update({type(row): row for row in rows})
        self.rows += rows


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
    if not which:
        return half.of[model]
    asked = {name: str(value) for name, value in which.items()}
    return next(
        row
        for row in half.rows
        if type(row) is model and all(str(getattr(row, name)) == value for name, value in asked.items())
    )


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
        elect(branch, date(2024, 10, 15)),
        Placement.objects.get(branch=branch),
        GroupMembership.objects.filter(group=group)[0],
        MembershipSpell.objects.get(member=member),
        StatusPeriod.objects.get(member=member),
        StationAssignment.objects.get(station=station),
        *making.of_records(branch, member, second, by=keeper, account=account),
        *making.of_members(branch, member, second),
        audit.record("test", by=account, on=branch),
        *making.of_development(branch, keeper),
        *making.of_movement(branch, second),
        making.a_merge(second, keeper),
        making.a_batch(second, keeper),
        *making.of_messages(branch),
        *making.of_cases(branch, by=keeper),
        *making_assessments.of_ballots(branch, member, by=keeper),
        *making_assessments.of_rounds(branch, member),
        *making_assessments.of_reports(branch, member),
        *making_assessments.of_reviews(branch, member, second),
        *making_closing.of_closing(branch),
        *making_closing.of_subscription(branch, account),
    )
    leads = {"branch": branch.parent, "branch_path": branch.parent.path, "since": date(2026, 1, 1)}
    Post.objects.create(member=member, title=Post.Title.COMMITTEE, **leads)
    _personal(account, branch)
    return half


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
    suggestions.make(f"{branch.short_name}的建议", "/me/", by=user)
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
