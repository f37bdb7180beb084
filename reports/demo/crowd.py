"""Universities by the number, to measure with: organisations, members and a year of records, and nothing to read.

What the scales S and M are made of. Where the demo of ``small`` is lifelike, these rows only have the right number,
spread and keys; they are written straight into the tables, one top organisation after the other, so that a province
needs no more memory than a university. There is no history of members and records, and no audit entry but one.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import Model

from accounts.models import User
from activities import tallies
from activities.models import Activity, Attendance, Tally
from branches.models import Branch, PartyGroup, Placement, RoleGrant, Term
from branches.roles import Role
from branches.scope import step
from branches.terms import due_date
from branches.tree import order_step
from lib import planner
from lib.bulk import insert_like
from lib.id_number import check_digit
from lib.pinyin import initials, pinyin, stroke_key
from members.codes import Sex
from members.models import Counter, GroupMembership, Member, MembershipSpell, Post, StatusPeriod

from . import crowd_records
from .accounts import BY_NAME
from .crowd_records import GROUPS, Person, Place, Unit
from .persons import SURNAMES, given_names
from .scale import Crowd, Loaded, new_key

Status = StatusPeriod.Status
DAYS_OF_BIRTH = 20_000
FIRST_BIRTH = date(1948, 1, 1)


def make(crowd: Crowd, seed: int, today: date, say: Callable[[str], object]) -> Loaded:
    """Fill an empty database with ``crowd`` as of ``today``; the tallies are proven at the end. One transaction."""
    with transaction.atomic():
        maker = _Maker(crowd, seed, today)
        for top in range(crowd.tops):
            say(f"第 {top + 1} 个单位，共 {crowd.tops} 个 …")
            maker.make_top(top)
        maker.finish()
    say("核对计数 …")
    if tallies.differences() or tallies.counter_differences():
        raise AssertionError("the tallies are not what the records say")
    return maker.made


class _Maker:
    def __init__(self, crowd: Crowd, seed: int, today: date) -> None:
        self.crowd, self.seed, self.today = crowd, seed, today
        self.long_ago = today.replace(year=today.year - 12, month=1, day=1)
        self.places, self.groups, self.users, self.grants = count(1), count(1), count(1), count(1)
        self.people = 0
        self.made = Loaded(0, 0, 0, 0)
        self.first: dict[str, Place] = {}

    def make_top(self, number: int) -> None:
        stream = random.Random(f"{self.seed}:crowd:{number}")
        places = list(self._places(number))
        _write_places(places, self.long_ago)
        leaves = [place for place in places if place.level == Branch.Level.BRANCH]
        for place in (places[0], leaves[0]):
            self.first.setdefault(place.level, place)
        share, more = divmod(self.crowd.members, self.crowd.tops * len(leaves))
        units = []
        members: list[Member] = []
        for index, leaf in enumerate(leaves):
            size = share + (number * len(leaves) + index < more)
            own = [self._member(leaf, stream) for _ in range(size)]
            units.append(_unit(leaf, own, [next(self.groups) for _ in range(GROUPS)]))
            members += own
        _write_members(members)
        _write_groups(units, self.long_ago)
        self._appoint(units)
        writer = crowd_records.Writer(self.crowd, self.today, stream, first=number * len(leaves))
        records = writer.write(units)
        before = self.made
        self.made = Loaded(
            before.organisations + len(places),
            before.branches + len(leaves),
            before.members + len(members),
            before.records + records,
        )

    def _places(self, number: int) -> Iterator[Place]:
        top = self._place(None, f"XX第{number + 1:03d}大学党委", number + 1, Branch.Level.PARTY_COMMITTEE)
        yield top
        for college in range(self.crowd.colleges):
            name = f"{number + 1:03d}大学第{college + 1:02d}学院党委"
            middle = self._place(top, name, college + 1, Branch.Level.COLLEGE_COMMITTEE)
            yield middle
            for branch in range(self.crowd.branches):
                category = (Branch.Category.STUDENT, Branch.Category.STAFF)[branch % 3 == 0]
                called = f"{number + 1:03d}大学{college + 1:02d}学院第{branch + 1:02d}{category.label}党支部"
                yield self._place(middle, called, branch + 1, Branch.Level.BRANCH, category)

    def _place(self, parent: Place | None, name: str, position: int, level: str, category: str = "") -> Place:
        key = next(self.places)
        path = (parent.path if parent else "") + step(key)
        order_key = (parent.order_key if parent else "") + order_step(position, key)
        return Place(key, parent, path, order_key, name, position, level, category)

    def _member(self, leaf: Place, stream: random.Random) -> Member:
        """The n-th person: birth day and sequence number follow from n, so that no two ID numbers are equal."""
        number = self.people
        self.people += 1
        order, day = divmod(number, DAYS_OF_BIRTH)
        born = FIRST_BIRTH + timedelta(days=(day * 7_919) % DAYS_OF_BIRTH)
        sex = Sex.MALE if order % 2 else Sex.FEMALE
        called = stream.choice(SURNAMES) + stream.choice(given_names(born, is_woman=sex == Sex.FEMALE))
        joined = born + timedelta(days=365 * 20 + stream.randrange(1_500))
        joined = min(joined, self.today - timedelta(days=400 - 30 * (number % 20 == 0)))
        is_full = number % 20 != 0
        member = Member(
            id=new_key(stream),
            number=f"M{number + 1:06d}",
            school_number=f"{born.year + 18}{number:07d}",
            branch_id=leaf.key,
            branch_path=leaf.path,
            name=called,
            name_pinyin=pinyin(called),
            name_initials=initials(called),
            name_order=stroke_key(called),
            sex=sex,
            nation="01",
            birth_date=born,
            education="21",
            job="学生" if leaf.category == Branch.Category.STUDENT else "教师",
            status=Status.FULL if is_full else Status.PROBATIONARY,
            joined_on=joined,
            full_on=joined + timedelta(days=366) if is_full else None,
        )
        first = f"999999{born:%Y%m%d}{order:03d}"
        member.id_number = first + check_digit(first)
        member.phone = f"199{number:08d}"
        return member

    def _appoint(self, units: list[Unit]) -> None:
        """A secretary with an account, and the rest of the committee; the accounts cannot sign in."""
        users, grants, terms = [], [], []
        posts: list[tuple[UUID, int, str, str, date, int | None]] = []
        for unit in units:
            place, head = unit.place, unit.people[0]
            elected = self.today - timedelta(days=200 + place.key % 700)
            terms.append((place.key, place.path, elected, 3, due_date(elected, 3)))
            user, grant = next(self.users), next(self.grants)
            users.append((user, f"{place.key:06d}", head.name))
            grants.append((grant, user, Role.SECRETARY, place.key, place.path, elected))
            posts.append((head.key, place.key, place.path, Post.Title.SECRETARY, elected, grant))
            posts += [
                (person.key, place.key, place.path, Post.Title.COMMITTEE, elected, None)
                for person in unit.committee[1:]
            ]
        insert_like(User(password=make_password(None)), ("id", "username", "name"), users)
        names = ("id", "user", "role", "branch", "branch_path", "since")
        insert_like(RoleGrant(since=self.long_ago), names, grants)
        names = ("member", "branch", "branch_path", "title", "since", "grant")
        insert_like(Post(since=self.long_ago), names, posts)
        insert_like(Term(), ("branch", "branch_path", "elected_on", "years", "due_on"), terms)

    def finish(self) -> None:
        """The keys that were chosen here are taken; personas to sign in with; what the planner has to know."""
        keyed = [Branch, PartyGroup, User, RoleGrant]
        _raise_counters(keyed)
        Counter.objects.create(name="member", last=self.people)
        self._make_personas()
        planner.take_stock(
            *keyed,
            *(Placement, Term, Member, MembershipSpell, StatusPeriod, Post, GroupMembership),
            *(Activity, Attendance, Tally),
        )

    def _make_personas(self) -> None:
        top, leaf = self.first[Branch.Level.PARTY_COMMITTEE], self.first[Branch.Level.BRANCH]
        held: dict[str, tuple[Role, Place | None]] = {
            "zuzhibu": (Role.ORGANIZATION_STAFF, top),
            "shuji": (Role.RECORDER, leaf),
            "lingdao": (Role.LEADER, top),
            "xitong": (Role.SYSTEM_ADMIN, None),
        }
        for username, (role, place) in held.items():
            user = User.objects.create(
                username=username, name=BY_NAME[username].name, password=make_password(None)
            )
            RoleGrant.objects.create(
                user=user,
                role=role,
                branch_id=place.key if place else None,
                branch_path=place.path if place else "",
                since=self.long_ago,
            )


def _unit(leaf: Place, members: list[Member], groups: list[int]) -> Unit:
    people = [Person(member.pk, member.name, member.status == Status.FULL) for member in members]
    return Unit(leaf, people, groups)


def _write_places(places: list[Place], since: date) -> None:
    names = (
        *("id", "parent", "path", "order_key", "level", "name", "short_name", "code", "position", "category"),
        "is_college",
    )
    rows: list[tuple[Any, ...]] = [
        (
            *(place.key, place.parent and place.parent.key, place.path, place.order_key, place.level),
            *(place.name, place.name, f"{place.key:06d}", place.position, place.category),
            place.level == Branch.Level.COLLEGE_COMMITTEE,
        )
        for place in places
    ]
    insert_like(Branch(founded_on=since), names, rows)
    insert_like(Placement(since=since), ("branch", "path"), [(place.key, place.path) for place in places])


def _write_members(members: list[Member]) -> None:
    names = [field.name for field in Member._meta.concrete_fields]
    fields = [field.attname for field in Member._meta.concrete_fields]
    insert_like(Member(), names, [[getattr(each, name) for name in fields] for each in members])
    spells = [(each.pk, each.branch_id, each.branch_path, each.joined_on) for each in members]
    insert_like(MembershipSpell(), ("member", "branch", "branch_path", "since"), spells)
    last_of_probation = timedelta(days=1)
    periods: list[tuple[UUID, str, date, date | None]] = []
    for each in members:
        assert each.joined_on
        until = each.full_on - last_of_probation if each.full_on else None
        periods.append((each.pk, Status.PROBATIONARY, each.joined_on, until))
        if each.full_on:
            periods.append((each.pk, Status.FULL, each.full_on, None))
    insert_like(StatusPeriod(), ("member", "status", "since", "until"), periods)


def _write_groups(units: list[Unit], since: date) -> None:
    groups: list[tuple[int, int, str, str, int]] = []
    seats: list[tuple[UUID, int]] = []
    for unit in units:
        for number, key in enumerate(unit.groups):
            groups.append((key, unit.place.key, unit.place.path, f"第{number + 1}党小组", number))
            seats += [(person.key, key) for person in unit.of_group(number)]
    insert_like(PartyGroup(since=since), ("id", "branch", "branch_path", "name", "position"), groups)
    insert_like(GroupMembership(since=since), ("member", "group"), seats)


def _raise_counters(models: Sequence[type[Model]]) -> None:
    """PostgreSQL goes on after the keys that were chosen here. A counter that stands higher stays: it is not taken back
    with the transaction, and rows of another one may have its keys."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in models:
            table, key = model._meta.db_table, model._meta.pk.column
            sequence = f"pg_get_serial_sequence('{table}', '{key}')"
            highest = f"GREATEST(nextval({sequence}), (SELECT MAX({key}) FROM {table}))"  # noqa: S608  names of models
            cursor.execute(f"SELECT setval({sequence}, {highest})")
