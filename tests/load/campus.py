"""The university that is walked through: 50,000 members in 1,500 branches with a year of records, and who signs in.

Made once and kept as a template; each run gets a copy of its own, so that every run begins with the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from activities.kinds import Kind
from branches.models import Branch, RoleGrant
from branches.roles import Role
from members.models import Member
from reports.demo import load
from reports.demo.scale import Crowd, Habit

MEMBERS = 50_000
CROWD = Crowd(
    tops=1,
    colleges=25,
    branches=60,
    members=MEMBERS,
    habits=(
        Habit(Kind.COMMITTEE_MEETING, 12, 12),
        Habit(Kind.GENERAL_MEETING, 4, 4),
        Habit(Kind.THEME_DAY, 12, 12),
        Habit(Kind.PARTY_LECTURE, 4, 4),
        Habit(Kind.GROUP_MEETING, 12, 0),
    ),
)
SEED = 7
#: Of a hundred who are signed in; what is left over are members without a role.
SHARES = {Role.SECRETARY: 56, Role.COMMITTEE_STAFF: 14, Role.ORGANIZATION_STAFF: 6, Role.LEADER: 4}
MEMBER = "member"


@dataclass(frozen=True)
class Person:
    """Somebody who signs in; ``role`` is one of Role, or :data:`MEMBER`."""

    username: str
    role: str


def make(crowd: Crowd, say: Callable[[str], object] = len) -> None:
    """Fill the database that the settings name with ``crowd``, when it is empty."""
    call_command("migrate", verbosity=0)
    if not load.is_demo():
        load.load(crowd, SEED, timezone.localdate(), say=say)
        say("VACUUM ANALYZE …")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    connection.close()


def open_accounts(number: int, password: str) -> list[Person]:
    """So many people of all roles with this password, each at a place of his own."""
    hashed = make_password(password)
    people = list(_people(number, hashed))
    User.objects.filter(username__in=[one.username for one in people]).update(
        password=hashed, must_change_password=False, password_changed_at=timezone.now()
    )
    return people


def _people(number: int, hashed: str) -> Iterator[Person]:
    wanted = {role: max(1, number * share // 100) for role, share in SHARES.items()}
    leaves = list(Branch.objects.leaves().order_by("path"))
    every = len(leaves) // number
    for leaf in leaves[:: every or 1][: wanted[Role.SECRETARY]]:
        yield Person(f"{leaf.pk:06d}", Role.SECRETARY)
    colleges = list(Branch.objects.filter(level=Branch.Level.COLLEGE_COMMITTEE).order_by("path"))
    top = [Branch.objects.get(level=Branch.Level.PARTY_COMMITTEE)]
    for role, places in (
        (Role.COMMITTEE_STAFF, colleges),
        (Role.ORGANIZATION_STAFF, top),
        (Role.LEADER, top),
    ):
        for n in range(wanted[role]):
            yield _granted(f"{role}{n}", role, places[n % len(places)], hashed)
    members = Member.objects.filter(account=None, status="full").order_by("number")
    for member in members[10 : 10 + number - sum(wanted.values())]:
        user = User.objects.create(username=f"m{member.number}", name=member.name, password=hashed)
        Member.objects.filter(pk=member.pk).update(account=user)
        yield Person(user.username, MEMBER)


def _granted(username: str, role: Role, place: Branch, hashed: str) -> Person:
    user = User.objects.create(username=username, name=f"{role.label}{username[-1]}", password=hashed)
    since = timezone.localdate().replace(month=1, day=1)
    RoleGrant.objects.create(user=user, role=role, branch=place, branch_path=place.path, since=since)
    return Person(username, role)
