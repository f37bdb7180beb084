"""A right form for every page that takes one: what a browser would send, and what a person fills in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model

from accounts.models import User
from branches.models import Branch, RoleGrant, Station
from members.models import GroupMembership, Member
from tests import cast
from tests.access.asking import Answer, Asker
from tests.access.browser_forms import HtmlForm, forms_of
from tests.access.pages import Page, pages
from tests.access.table import table
from tests.access.world import World, register_file, roster_file

DAY = "2026-10-01"


@dataclass(frozen=True)
class Task:
    """Who sends the form, the page it stands on (itself unless said), and what is filled in.

    ``writes`` is False where all that is left behind is an entry of the audit trail, or not even that.
    """

    role: str = "committee_staff"
    on: str = ""
    query: Callable[[World], Mapping[str, Any]] = lambda world: {}
    fill: Callable[[World], Mapping[str, Any]] = lambda world: {}
    has_form: bool = True
    writes: bool = True
    #: What the page takes although this form does not show it.
    also: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """A form ready to be sent: the names of all its controls, the values, and the page it was read from."""

    url: str
    names: frozenset[str]
    values: dict[str, Any]
    shown: Answer | None


def filled(page: Page, task: Task, world: World, asker: Asker) -> Sheet:
    """The form of ``page`` as the task's role would send it."""
    rows = table().rows
    url = world.own_url(page, rows[page.key], task.role)
    if not task.has_form:
        return Sheet(url, frozenset(), {"sent": "1"}, None)
    place = next(one for one in pages() if one.key == (task.on or page.key))
    shown = asker.ask("GET", world.own_url(place, rows[place.key], task.role), task.query(world))
    form = _form_at(shown, url, is_own=not task.on)
    return Sheet(url, task.also | form.names, {**form.sent, **task.fill(world)}, shown)


def _form_at(shown: Answer, url: str, *, is_own: bool) -> HtmlForm:
    """The form that goes to ``url``; of several the longest."""
    found = [
        one for one in forms_of(shown) if one.action.partition("?")[0] == url or (is_own and not one.action)
    ]
    assert found, f"{url}: no form ({shown.outcome})"
    return max(found, key=lambda one: len(one.names))


def _own(world: World, model: type[Model]) -> Model:
    return world.own.of[model]


def _second(world: World) -> Member:
    """The other person of the own branch, who serves at the station."""
    return Member.objects.get(name=f"{world.own.branch.short_name}乙")


def _everybody_present(world: World) -> dict[str, str]:
    people = Member.objects.filter(branch=world.own.branch)
    return {f"m-{member.pk.hex}": "present" for member in people}


def _selected(action: str, model: type[Model], world: World) -> dict[str, Any]:
    return {"action": action, "_selected_action": [_own(world, model).pk]}


def _file(name: str, content: Callable[[], bytes], world: World) -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, content())}


def _new_password(world: World) -> dict[str, str]:
    new = "a quite different phrase 9"
    return {"old_password": cast.PASSWORD, "new_password1": new, "new_password2": new}


def _new_branch(world: World) -> dict[str, Any]:
    words = {"name": "中共XX师范大学物理学院新设党支部", "short_name": "物理新设党支部", "code": "001001077"}
    return {
        **words,
        "parent": world.school.physics.pk,
        "level": "branch",
        "category": "staff",
        "founded_on": DAY,
    }


def _new_post(world: World) -> dict[str, Any]:
    return {"member": _second(world).pk, "branch": world.own.branch.pk, "title": "committee", "since": DAY}


def _new_service(world: World) -> dict[str, Any]:
    person, station = _own(world, Member), _own(world, Station)
    return {"member": person.pk, "station": station.pk, "area": station.areas.get().pk, "since": DAY}


def _new_grant(world: World) -> dict[str, Any]:
    return {"user": world.users["member"].pk, "role": "recorder", "branch": world.own.branch.pk, "since": DAY}


def _new_station(world: World) -> dict[str, Any]:
    return {"name": "九号楼工作站", "building": "九号楼", "branch": world.own.branch.pk, "since": DAY}


SECRETARY, ORGANIZATION = "secretary", "organization_staff"
REASON = {"reason": "核对组织关系"}

#: What is sent to each page that takes a POST; signing in and out are tested by themselves.
TASKS: dict[str, Task] = {
    "password_change": Task(SECRETARY, fill=_new_password),
    "member_unmask": Task(fill=lambda world: {"fields_wanted": ["phone"], **REASON}, writes=False),
    "roster_export": Task(SECRETARY, on="roster", writes=False),
    "accounts_provide": Task(query=lambda world: {"title": "deputy"}),
    "import_roster": Task(fill=partial(_file, "名册.xlsx", roster_file)),
    "import_columns": Task(on="import_review"),
    "import_dates": Task(has_form=False),
    "import_accept": Task(
        on="import_review", query=lambda world: {"show": "wrong"}, fill=lambda world: REASON
    ),
    "import_write": Task(on="import_review"),
    "import_drop": Task(on="import_review"),
    "import_register": Task(fill=partial(_file, "党组织.xlsx", register_file)),
    "import_register_write": Task(on="import_register_review"),
    "import_register_drop": Task(on="import_register_review"),
    "activity_log": Task(SECRETARY, fill=_everybody_present),
    "activity_correct": Task(SECRETARY, fill=lambda world: {"place": "另一间会议室"}),
    "activity_withdraw": Task(SECRETARY, fill=lambda world: REASON),
    "birthdays_greet": Task(SECRETARY, on="birthdays"),
    "birthday_person": Task(SECRETARY, fill=lambda world: {"ways": ["talk"]}),
    "birthday_unmark": Task(SECRETARY, on="birthday_person"),
    "birthday_opt": Task(on="birthday_person"),
    "quarter_export": Task(SECRETARY, on="quarter_period", also=frozenset({"category"})),
    "job_cancel": Task(SECRETARY, has_form=False, writes=False),
    "job_repeat": Task(SECRETARY, has_form=False),
    "admin:accounts_user_add": Task(ORGANIZATION, fill=lambda world: {"username": "n2026", "name": "新人"}),
    "admin:accounts_user_change": Task(fill=lambda world: {"name": "改名"}),
    "admin:accounts_user_changelist": Task(fill=partial(_selected, "close", User)),
    "admin:activities_campaign_add": Task(
        ORGANIZATION, fill=lambda world: {"name": "新的专题", "started_on": DAY}
    ),
    "admin:activities_campaign_change": Task(ORGANIZATION, fill=lambda world: {"note": "说明"}),
    "admin:activities_campaign_delete": Task(ORGANIZATION),
    "admin:branches_branch_add": Task(fill=_new_branch),
    "admin:branches_branch_change": Task(fill=lambda world: {"note": "说明"}),
    "admin:branches_branch_changelist": Task(fill=partial(_selected, "confirm_categories", Branch)),
    "admin:branches_branch_dissolve": Task(),
    "admin:branches_branch_move": Task(
        ORGANIZATION, query=lambda world: {"to": world.school.music.pk, "on": DAY}
    ),
    "admin:branches_branch_order": Task(writes=False),
    "admin:branches_partygroup_add": Task(
        fill=lambda world: {"branch": world.own.branch.pk, "name": "第九党小组", "since": DAY}
    ),
    "admin:branches_partygroup_change": Task(fill=lambda world: {"name": "改名党小组"}),
    "admin:branches_partygroup_end": Task(),
    "admin:branches_partygroup_seats": Task(fill=lambda world: {"leave": [_own(world, GroupMembership).pk]}),
    "admin:branches_rolegrant_add": Task(ORGANIZATION, fill=_new_grant),
    "admin:branches_rolegrant_change": Task(ORGANIZATION, fill=lambda world: {"until": DAY}),
    "admin:branches_rolegrant_changelist": Task(ORGANIZATION, fill=partial(_selected, "revoke", RoleGrant)),
    "admin:branches_station_add": Task(fill=_new_station),
    "admin:branches_station_change": Task(fill=lambda world: {"building": "另一栋"}),
    "admin:branches_term_add": Task(fill=lambda world: {"branch": world.own.branch.pk, "elected_on": DAY}),
    "admin:branches_term_delete": Task(),
    "admin:members_member_change": Task(fill=lambda world: {"job": "教师"}),
    "admin:members_member_move": Task(fill=lambda world: {"to": world.school.students.pk, "on": DAY}),
    "admin:members_post_add": Task(fill=_new_post),
    "admin:members_post_end": Task(fill=lambda world: {"on": DAY}),
    "admin:members_post_handover": Task(fill=lambda world: {"to": _second(world).pk, "on": DAY}),
    "admin:members_stationassignment_add": Task(fill=_new_service),
    "admin:members_stationassignment_end": Task(fill=lambda world: {"on": DAY}),
}
