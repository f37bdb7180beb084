"""Two halves of a university with one of everything in each, and one user for every role in the first half."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import audit
from accounts.models import User
from activities.models import Activity, Campaign, Tally
from branches.models import Branch, PartyGroup, RoleGrant, Station, StationArea, Term
from branches.roles import Role
from branches.terms import elect
from jobs.models import Job
from members.models import GroupMembership, Member, MembershipSpell, Post, StationAssignment, StatusPeriod
from reminders.models import Reminder
from tests import cast

ANONYMOUS = "anonymous"
MEMBER = "member"
ROLES = (ANONYMOUS, MEMBER, *(role.value for role in Role))
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass
class Half:
    """One of everything that belongs to one branch; ``of[model]`` is the row of that model."""

    branch: Branch
    of: dict[type[models.Model], models.Model] = field(default_factory=dict)

    def keep(self, *rows: models.Model) -> None:
        self.of.update({type(row): row for row in rows})


@dataclass
class World:
    school: cast.University
    own: Half
    foreign: Half
    users: dict[str, User]


def a_world() -> World:
    school = cast.a_university()
    own, foreign = _half(school.teachers), _half(school.musicians)
    return World(school, own, foreign, _users(school, own))


def _half(branch: Branch) -> Half:
    half = Half(branch)
    account = cast.a_user(name=f"{branch.short_name}书记")
    member = cast.a_member(branch, f"{branch.short_name}甲", account=account)
    second = cast.a_member(branch, f"{branch.short_name}乙")
    group = cast.a_group(branch, member, second, name=f"{branch.short_name}第一党小组")
    grant = cast.give(account, Role.SECRETARY, branch)
    post = cast.a_post(member, Post.Title.SECRETARY)
    station = cast.a_station(branch, second, name=f"{branch.short_name}工作站")
    record = cast.a_record(branch, title=f"{branch.short_name}主题党日", place="会议室")
    half.keep(
        branch,
        account,
        member,
        group,
        grant,
        post,
        station,
        StationArea.objects.get(station=station),
        record,
        elect(branch, date(2024, 10, 15)),
        GroupMembership.objects.filter(group=group).first(),
        MembershipSpell.objects.get(member=member),
        StatusPeriod.objects.get(member=member),
        StationAssignment.objects.get(station=station),
        Campaign.objects.get_or_create(name="主题教育", started_on=date(2026, 1, 1))[0],
        Tally.objects.get(branch=branch),
        Job.objects.create(kind="quarterly_statistics", label=branch.short_name, owner=account),
        Reminder.objects.create(
            kind="duty",
            subject=branch.code,
            due_on=date(2026, 9, 30),
            recipient=account,
            title="主题党日",
            branch_path=branch.path,
        ),
        audit.record("test", by=account, on=branch),
    )
    return half


def _users(school: cast.University, own: Half) -> dict[str, User]:
    places = {
        Role.ORGANIZATION_STAFF: school.root,
        Role.LEADER: school.root,
        Role.COMMITTEE_STAFF: school.physics,
        Role.SECRETARY: school.teachers,
        Role.RECORDER: school.teachers,
        Role.ATTENDANCE_TAKER: school.teachers,
    }
    users = {role.value: cast.a_user(role, places.get(role)) for role in Role if role != Role.STATION_HEAD}
    users[Role.STATION_HEAD.value] = cast.a_user()
    RoleGrant.objects.create(
        user=users["station_head"], role=Role.STATION_HEAD, station=own.of[Station], since=date(2020, 1, 1)
    )
    users[MEMBER] = cast.a_user()
    Member.objects.filter(pk=own.of[Member].pk).update(account=users[MEMBER])
    return users


@dataclass(frozen=True)
class Page:
    """One pattern of the URL resolver; ``model`` is what its parameter names, if it has one."""

    name: str
    parameters: tuple[str, ...]
    model: type[models.Model] | None

    def url(self, half: Half) -> str:
        if not self.parameters:
            return reverse(self.name)
        assert self.model, f"{self.name}: tell tests/access/world.py what its parameter names"
        row = half.of[self.model]
        value: Any = row.pk
        return reverse(self.name, args=[value]) if len(self.parameters) == 1 else ""


#: What the parameter of a page names, by the beginning of the page's name; the longest fits.
PARAMETERS: dict[str, type[models.Model]] = {
    "activity": Activity,
    "branch": Branch,
    "job": Job,
    "member": Member,
    "station": Station,
    "group": PartyGroup,
    "term": Term,
}


def pages() -> list[Page]:
    """Every named pattern of the project, the admin's included."""
    return sorted(_walk(get_resolver(), ""), key=lambda page: page.name)


def _walk(resolver: URLResolver, namespace: str) -> list[Page]:
    found = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            found += _walk(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            parameters = tuple(pattern.pattern.regex.groupindex)
            found.append(
                Page(f"{namespace}{pattern.name}", parameters, _model_of(f"{namespace}{pattern.name}"))
            )
        else:
            found.append(Page(f"unnamed {pattern.pattern}", (), None))
    return found


def _model_of(name: str) -> type[models.Model] | None:
    if name.startswith("admin:"):
        from django.apps import apps

        app, _, rest = name.removeprefix("admin:").partition("_")
        return apps.all_models.get(app, {}).get(rest.rpartition("_")[0])
    fits = [prefix for prefix in PARAMETERS if name.startswith(prefix)]
    return PARAMETERS[max(fits, key=len)] if fits else None
