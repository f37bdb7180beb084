"""The cast of the tests: one small university, and people made in one line."""

import itertools
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.test import Client

from accounts.models import User
from activities.attendance import Mark, expected_people
from activities.models import Activity
from activities.records import log
from branches import tree
from branches.models import Branch, PartyGroup, RoleGrant, Station, StationArea
from branches.roles import Role
from lib.pinyin import initials, pinyin
from members.models import (
    GroupMembership,
    Member,
    MembershipSpell,
    Post,
    StationAssignment,
    StatusPeriod,
    Training,
)
from tests import scenes

PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class University:
    """党委 > two colleges; the first has two branches, the second one."""

    root: Branch
    physics: Branch
    teachers: Branch
    students: Branch
    music: Branch
    musicians: Branch


def a_university() -> University:
    """The cast's university, made by the tree's verbs once a day of the clock."""
    return scenes.once("university", _founded)


def _founded() -> University:
    root = found(None, "党委", Branch.Level.PARTY_COMMITTEE, "001")
    physics = found(root, "物理学院党委", Branch.Level.COLLEGE_COMMITTEE, "001001", is_college=True)
    teachers = found(physics, "物理教师党支部", Branch.Level.BRANCH, "001001001", category="staff")
    students = found(physics, "物理学生党支部", Branch.Level.BRANCH, "001001002", category="student")
    music = found(root, "音乐学院党总支", Branch.Level.GENERAL_BRANCH, "001002", is_college=True)
    musicians = found(music, "音乐教师党支部", Branch.Level.BRANCH, "001002001", category="staff")
    return University(root, physics, teachers, students, music, musicians)


def found(parent: Branch | None, name: str, level: str, code: str, **more: object) -> Branch:
    fields = {"founded_on": date(2000, 1, 1), **more}
    return tree.found(
        by=None,
        parent=parent,
        level=level,
        name=f"中共XX师范大学{name}",
        short_name=name,
        code=code,
        **fields,
    )


def a_user(role: Role | None = None, branch: Branch | None = None, *, name: str = "", **more: object) -> User:
    """An account with one grant; ``a_user()`` has none."""
    number = next(_numbers)
    user = User.objects.create_user(f"u{number}", name or f"用户{number}", PASSWORD)
    if role:
        give(user, role, branch, **more)
    return user


def give(user: User, role: Role, branch: Branch | None = None, **more: object) -> RoleGrant:
    fields = {"since": date(2020, 1, 1), **more}
    return RoleGrant.objects.create(
        user=user, role=role, branch=branch, branch_path=branch.path if branch else "", **fields
    )


def a_browser(user: User | None = None, **options: object) -> Client:
    """A browser in which ``user`` is signed in."""
    client = Client(**options)
    if user:
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def a_member(
    branch: Branch,
    name: str = "",
    *,
    joined: date = date(2015, 6, 1),
    full: date | None = date(2016, 6, 1),
    **more: object,
) -> Member:
    """Somebody on the roster of ``branch`` since joining; ``full=None`` is probationary."""
    number = next(_numbers)
    status = StatusPeriod.Status.FULL if full else StatusPeriod.Status.PROBATIONARY
    name = name or f"党员{number}"
    member = Member.objects.create(
        number=f"T{number:06d}",
        name=name,
        name_pinyin=pinyin(name),
        name_initials=initials(name),
        name_order=f"{number:06d}",
        branch=branch,
        branch_path=branch.path,
        sex="male",
        status=status,
        joined_on=joined,
        full_on=full,
        **more,
    )
    MembershipSpell.objects.create(member=member, branch=branch, branch_path=branch.path, since=joined)
    StatusPeriod.objects.create(member=member, status=status, since=joined)
    return member


def a_group(
    branch: Branch, *members: Member, name: str = "第一党小组", since: date = date(2016, 1, 1)
) -> PartyGroup:
    group = PartyGroup.objects.create(branch=branch, branch_path=branch.path, name=name, since=since)
    for member in members:
        GroupMembership.objects.create(member=member, group=group, since=since)
    return group


def a_station(branch: Branch, *members: Member, name: str = "一号楼工作站") -> Station:
    since = date(2020, 1, 1)
    station = Station.objects.create(
        branch=branch, branch_path=branch.path, name=name, building="一号楼", since=since
    )
    area = StationArea.objects.create(station=station, name="一层")
    for member in members:
        StationAssignment.objects.create(member=member, station=station, area=area, since=since)
    return station


def a_post(
    member: Member,
    title: str = Post.Title.COMMITTEE,
    *,
    since: date = date(2016, 1, 1),
    branch: Branch | None = None,
) -> Post:
    """A post in the member's own branch, or in ``branch``."""
    where = branch or member.branch
    return Post.objects.create(member=member, branch=where, branch_path=where.path, title=title, since=since)


def a_training(
    member: Member, kind: str = "rotation", day: date = date(2026, 3, 1), hours: int = 8
) -> Training:
    return Training.objects.create(member=member, kind=kind, title="培训班", held_on=day, hours=hours)


def all_present(kind: str, branch: Branch, day: date, group: PartyGroup | None = None) -> dict[UUID, Mark]:
    return {person.member_id: Mark("present") for person in expected_people(kind, branch, day, group)}


def a_record(
    branch: Branch,
    kind: str = "theme_day",
    day: date = date(2026, 9, 15),
    group: PartyGroup | None = None,
    marks: dict[UUID, Mark] | None = None,
    **facts: object,
) -> Activity:
    """A record, entered by nobody in particular; with everybody present unless marked otherwise."""
    return log(
        by=None,
        record_id=uuid4(),
        branch=branch,
        kind=kind,
        held_on=day,
        group=group,
        marks=all_present(kind, branch, day, group) if marks is None else marks,
        **facts,
    )[0]
