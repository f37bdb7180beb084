"""Accounts: the personas to look around with, and those of the secretaries and deputies of the three years."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password

from accounts import audit, passwords
from accounts.models import User
from branches.models import Branch, RoleGrant, Station
from branches.roles import Role
from lib.pinyin import initials, pinyin, stroke_key
from members.models import Post
from members.posts import ROLE_OF

from . import birthdays
from .offices import Office, Offices, Tenure, all_tenures
from .organisations import FAR, Leaf, University
from .people import People, Person
from .scale import Setting

#: The holders of posts here have no account yet, so that making them all at once can be tried.
WITHOUT_ACCOUNTS = ("体育学院", "音乐舞蹈学院")


@dataclass(frozen=True)
class Persona:
    """A user to look around as; the first three are handed out with a one-time password."""

    username: str
    name: str
    role: str
    is_main: bool = False


PERSONAS = (
    Persona("zuzhibu", "何以宁", "组织部工作人员", is_main=True),
    Persona("shuji", "张明远", "党支部书记", is_main=True),
    Persona("lingdao", "陈静之", "校领导", is_main=True),
    Persona("xueyuan", "罗子清", "二级党组织工作人员"),
    Persona("kaoqin", "周书言", "考勤员"),
    Persona("gongzuozhan", "吴亦安", "工作站负责人"),
    Persona("dangyuan", "林见微", "党员"),
    Persona("xitong", "系统管理员", "系统管理员"),
    Persona("anquan", "安全管理员", "安全管理员"),
    Persona("shenji", "审计管理员", "审计管理员"),
)
BY_NAME = {persona.username: persona for persona in PERSONAS}


def lively_leaf(university: University, people: People, today: date) -> Leaf:
    """The branch of the secretary among the personas: the largest of undergraduates, in 计算机学院."""
    own = [leaf for leaf in university.leaves if leaf.subject == "本科生" and leaf.has_own_members]
    here = [leaf for leaf in own if leaf.unit.plan.name == "计算机学院"] or own
    return max(here, key=lambda leaf: len(people.on(leaf, today)))


def bring_birthdays(people: People, leaf: Leaf, setting: Setting) -> None:
    """Two members of ``leaf`` have their political birthday within the week."""
    stays = [
        stay
        for stay in people.of(leaf)
        if stay.until == FAR
        and stay.person.member.job == "学生"
        and stay.since == stay.person.joined
        and stay.person.full
        and stay.person.joined.year < setting.today.year
    ]
    # From the end of the list: the personas are taken from its beginning.
    for stay, days in zip(reversed(stays), (2, 5), strict=False):
        birthdays.let_fall_on(stay, setting.today + timedelta(days=days), setting)


def open_accounts(offices: Offices, setting: Setting) -> dict[UUID, User]:
    """Accounts of whoever was secretary or deputy since the start; none can sign in before a password is issued."""
    users: dict[UUID, User] = {}
    for office in offices.values():
        if office.leaf.unit.plan.name in WITHOUT_ACCOUNTS:
            continue
        for tenure in office.tenures:
            member = tenure.person.member
            if Post.Title(tenure.title) in ROLE_OF and tenure.until >= setting.start and not member.account:
                users[member.pk] = User(
                    username=member.school_number,
                    name=member.name,
                    password=make_password(None),
                    is_active=tenure.person.left == FAR,
                )
                member.account = users[member.pk]
    User.objects.bulk_create(users.values(), batch_size=500)
    return users


def grant_posts(offices: Offices) -> None:
    """The role of every post whose holder has an account; it ends with the post."""
    held: list[tuple[Tenure, RoleGrant]] = []
    for office in offices.values():
        branch = office.leaf.branch
        for tenure in office.tenures:
            role = ROLE_OF.get(Post.Title(tenure.title))
            if role and tenure.person.member.account:
                grant = RoleGrant(
                    user=tenure.person.member.account,
                    role=role,
                    branch=branch,
                    branch_path=branch.path,
                    since=tenure.since,
                    until=None if tenure.until == FAR else tenure.until,
                )
                held.append((tenure, grant))
    RoleGrant.objects.bulk_create([grant for _, grant in held], batch_size=500)
    posts = []
    for tenure, grant in held:
        assert tenure.post
        tenure.post.grant = grant
        posts.append(tenure.post)
    Post.objects.bulk_update(posts, ["grant"], batch_size=500)


def make_personas(people: People, office: Office, held: Offices, secretary: Tenure) -> dict[str, User]:
    """Users of the personas; secretary and member are persons of ``office``'s branch. Before members are saved.

    The ordinary member holds no post in any of ``held``, nor in a branch that he only takes part in.
    """
    users = {
        persona.username: User(username=persona.username, name=persona.name, password=make_password(None))
        for persona in PERSONAS
    }
    holders = {id(tenure.person) for other in held.values() for tenure in all_tenures(other)}
    member = next(
        stay.person
        for stay in people.of(office.leaf)
        if stay.until == FAR and stay.person.member.job == "学生" and id(stay.person) not in holders
    )
    for person, username in ((secretary.person, "shuji"), (member, "dangyuan")):
        _rename(person, BY_NAME[username].name)
        person.member.account = users[username]
    User.objects.bulk_create(users.values())
    return users


def _rename(person: Person, name: str) -> None:
    member = person.member
    member.name, member.name_pinyin, member.name_initials = name, pinyin(name), initials(name)
    member.name_order = stroke_key(name)


def grant_personas(
    users: dict[str, User],
    university: University,
    leaf: Leaf,
    station: tuple[Station, Person],
    setting: Setting,
) -> None:
    """Roles of the personas that come from no post."""
    since = setting.start
    root = university.root
    in_branches: tuple[tuple[str, Role, Branch], ...] = (
        ("zuzhibu", Role.ORGANIZATION_STAFF, root),
        ("lingdao", Role.LEADER, root),
        ("xueyuan", Role.COMMITTEE_STAFF, leaf.unit.branch),
        ("kaoqin", Role.ATTENDANCE_TAKER, leaf.branch),
    )
    for username, role, branch in in_branches:
        RoleGrant.objects.create(
            user=users[username], role=role, branch=branch, branch_path=branch.path, since=since
        )
    for username, role in (
        ("xitong", Role.SYSTEM_ADMIN),
        ("anquan", Role.SECURITY_ADMIN),
        ("shenji", Role.AUDITOR),
    ):
        RoleGrant.objects.create(user=users[username], role=role, since=since)
    place, head = station
    grant = RoleGrant.objects.create(
        user=users["gongzuozhan"], role=Role.STATION_HEAD, station=place, since=place.since
    )
    place.assignments.filter(is_head=True, until=None).update(grant=grant)
    _rename(head, BY_NAME["gongzuozhan"].name)
    head.member.account = users["gongzuozhan"]
    head.member.save()


def issue_passwords(*, afresh: bool = False, also: Collection[str] = ()) -> list[tuple[Persona, str]]:
    """Every persona of this database with a one-time password, "" where there is none to tell.

    ``afresh`` gives the main ones theirs, ``also`` those it names; without either, those of the main ones get another
    who have not yet chosen their own. Asked for some only, it says nothing of the others, whose passwords stay.
    """
    told = []
    users = {user.username: user for user in User.objects.filter(username__in=list(BY_NAME))}
    for persona in PERSONAS:
        user = users.get(persona.username)
        if user is None:
            continue
        if also and not afresh and persona.username not in also:
            continue
        is_due = persona.is_main and (afresh or user.must_change_password)
        told.append((persona, passwords.issue(user, by=None) if is_due or persona.username in also else ""))
    while audit.seal():
        pass
    return told
