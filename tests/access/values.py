"""What a person fills in: rows of the own half of the world, and new ones beside them."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.utils import timezone

from assessments.models import Round, Subject
from branches.models import Station
from members import rosters
from members.models import Member
from tests import cast
from tests.access.world import World
from tests.activities.files import a_photo
from tests.members.rosters import an_id

DAY = "2026-10-01"
A_SCHOOL = {"name": "中共YY大学委员会", "short_name": "YY大学党委", "code": "009"}
A_WECOM_APP = {"server": settings.MESSAGE_SERVERS[0], "corp_id": "ww1", "agent_id": "1", "secret": "s"}


def own_row(world: World, model: type[Model]) -> Model:
    return world.own.of[model]


def voted_on(world: World) -> Model:
    """Who is on the ballot that runs."""
    running = world.own_row(Round, ORGANIZATION, {"state": Round.State.BALLOTING})
    return Subject.objects.get(round=running)


def second(world: World) -> Member:
    """The other person of the own branch, who serves at the station."""
    return Member.objects.get(name=f"{world.own.branch.short_name}乙")


def everybody_present(world: World) -> dict[str, str]:
    people = rosters.branch_members_on(world.own.branch, timezone.localdate())
    return {f"m-{member.pk.hex}": "present" for member in people}


def selected(action: str, model: type[Model], world: World) -> dict[str, Any]:
    return {"action": action, "_selected_action": [own_row(world, model).pk]}


def new_robot(world: World) -> dict[str, Any]:
    address = f"{A_WECOM_APP['server']}/robot/send?access_token=1"
    return {"branch": world.own.branch.pk, "kind": "dingtalk", "name": "工作群", "address": address}


def a_file(name: str, content: Callable[[], bytes], world: World) -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, content())}


def new_photo(world: World) -> dict[str, Any]:
    return {"chosen": SimpleUploadedFile("讲座.jpg", a_photo(seed=3))}


def new_password(world: World) -> dict[str, str]:
    new = "a quite different phrase 9"
    return {"old_password": cast.PASSWORD, "new_password1": new, "new_password2": new}


def new_branch(world: World) -> dict[str, Any]:
    words = {"name": "中共XX师范大学物理学院新设党支部", "short_name": "物理新设党支部", "code": "001001077"}
    return {
        **words,
        "parent": world.school.physics.pk,
        "level": "branch",
        "category": "staff",
        "founded_on": DAY,
    }


def joint_branch(world: World) -> dict[str, Any]:
    words = {"name": "中共XX师范大学物理学院联合党支部", "short_name": "物理联合党支部", "code": "001001078"}
    return {**words, "form": "joint", "members": [second(world).pk], "on": DAY}


def new_person(world: World) -> dict[str, Any]:
    return {
        "name": "新登记",
        "branch": world.own.branch.pk,
        "id_number": an_id(701),
        "status": "probationary",
        "joined_on": DAY,
    }


def on_the_list(world: World) -> Model:
    """Who is in the round whose reports are being written."""
    writing = world.own_row(Round, ORGANIZATION, {"state": Round.State.REPORTING})
    return Subject.objects.get(round=writing)


def new_post(world: World) -> dict[str, Any]:
    return {"member": second(world).pk, "branch": world.own.branch.pk, "title": "committee", "since": DAY}


def new_service(world: World) -> dict[str, Any]:
    person, station = own_row(world, Member), own_row(world, Station)
    return {"member": person.pk, "station": station.pk, "area": station.areas.get().pk, "since": DAY}


def new_draw(world: World) -> dict[str, Any]:
    facts = {"branch": world.own.branch.pk, "on": DAY, "first": "2026-000001", "quantity": "3"}
    return {**facts, "receiver": "李红", "issuer": "张明"}


def new_grant(world: World) -> dict[str, Any]:
    return {"user": world.users["member"].pk, "role": "recorder", "branch": world.own.branch.pk, "since": DAY}


def new_station(world: World) -> dict[str, Any]:
    return {"name": "九号楼工作站", "building": "九号楼", "branch": world.own.branch.pk, "since": DAY}


def two_records(world: World) -> dict[str, Any]:
    return {"one": own_row(world, Member).pk, "other": second(world).pk}


def new_letter(world: World) -> dict[str, Any]:
    words = {"name": "张三", "elsewhere": "中共YY大学委员会", "letter": "Y-1"}
    return {**words, "target": world.own.branch.pk, "issued_on": DAY}


def graduates(world: World) -> dict[str, Any]:
    return {"kind": "study", "place": "中共YY大学委员会", "issued_on": DAY}


def other_graduates(world: World) -> dict[str, Any]:
    facts = {"branch": world.own.branch.pk, "graduates_on": DAY, "kind": "study"}
    return {**facts, "people": "王五 2022001 YY大学"}


def a_problem() -> dict[str, str]:
    return {"problem": "学习不够深入", "measure": "每月集中学习", "owner": "支部书记", "due_on": "2027-06-30"}


SECRETARY, ORGANIZATION = "secretary", "organization_staff"
REASON = {"reason": "核对组织关系"}


def an_applicant(world: World) -> dict[str, Any]:
    return {"name": "林微", "branch": world.own.branch.pk, "id_number": "999999200503070022", "on": DAY}


def an_activist(world: World) -> dict[str, Any]:
    days = {"on": "2024-03-01", "decided_on": "2024-09-01", "received_on": DAY}
    return {**an_applicant(world), **days, "elsewhere": "中共YY大学委员会", "materials": "考察登记表"}


def an_account(world: World) -> dict[str, Any]:
    return {"username": world.users["member"].username, "since": DAY, "until": "2026-10-31"}
