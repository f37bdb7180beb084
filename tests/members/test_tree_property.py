"""T08: whatever happens to the tree, everybody sees what a naive walk over parents says, and records no more."""

from datetime import date

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.models import User
from activities.models import Activity
from branches import grants, tree
from branches.models import Branch
from branches.roles import RIGHTS, Right, Role
from members import enrolment, restructuring
from members.models import Member, MembershipSpell
from tests import cast

pytestmark = pytest.mark.django_db

ROLES = [Role.COMMITTEE_STAFF, Role.SECRETARY, Role.RECORDER, Role.ATTENDANCE_TAKER, Role.LEADER]
ANY = st.integers(0, 10_000)
USERS = 4


def pick(rows, number):
    return rows[number % len(rows)]


class Tree(RuleBasedStateMachine):
    """Each history begins with the university that :func:`run` made and is rolled back.

    ``parent``, ``home``, ``guests``, ``heir`` and ``held`` are the oracle's whole knowledge.
    """

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.department = User.objects.get(name="组织部")
        self.users = list(User.objects.exclude(pk=self.department.pk).order_by("pk"))
        self.upper = list(Branch.objects.exclude(level="branch").order_by("pk").values_list("pk", flat=True))
        self.leaves = list(Branch.objects.leaves().order_by("pk").values_list("pk", flat=True))
        self.parent = dict(Branch.objects.values_list("pk", "parent"))
        self.home = dict(Member.objects.order_by("number").values_list("pk", "branch"))
        self.guests: set[tuple[object, int]] = set()
        self.heir: dict[int, int] = {}
        self.records: dict[object, int] = {}
        self.held: set[tuple[int, str, int]] = set()
        self.number = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    # What may happen

    @rule(what=ANY, to=ANY)
    def move_an_organisation(self, what, to):
        branch = pick([*self.upper[1:], *self.leaves], what)
        target = pick(self.upper, to)
        if branch not in self.line(target):
            tree.move(self.branch(branch), self.branch(target), by=None)
            self.parent[branch] = target

    @rule(under=ANY, is_leaf=st.booleans())
    def found(self, under, is_leaf):
        self.number += 1
        level = Branch.Level.BRANCH if is_leaf else Branch.Level.COLLEGE_COMMITTEE
        parent = pick(self.upper, under)
        new = cast.found(self.branch(parent), f"新{self.number}", level, f"n{self.number}")
        self.parent[new.pk] = parent
        (self.leaves if is_leaf else self.upper).append(new.pk)

    @rule(who=ANY, to=ANY)
    def move_a_person(self, who, to):
        member, target = pick(list(self.home), who), pick(self.leaves, to)
        enrolment.move(Member.objects.get(pk=member), self.branch(target), by=None)
        self.home[member] = target

    @rule(who=ANY, where=ANY)
    def take_part(self, who, where):
        member, branch = pick(list(self.home), who), pick(self.leaves, where)
        if (member, branch) not in self.guests and self.home[member] != branch:
            row = {"member_id": member, "branch_id": branch, "branch_path": self.branch(branch).path}
            MembershipSpell.objects.create(**row, kind="attending", since=timezone.localdate())
            self.guests.add((member, branch))

    @rule(where=ANY)
    def record(self, where):
        branch = self.branch(pick(self.leaves, where))
        facts = {"kind": "theme_day", "title": "主题党日", "held_on": date(2020, 5, 1)}
        row = Activity.objects.create(branch=branch, branch_path=branch.path, org_path=branch.path, **facts)
        self.records[row.pk] = branch.pk

    @rule(who=ANY, role=st.sampled_from(ROLES), where=ANY)
    def grant(self, who, role, where):
        user, branch = pick(self.users, who), pick([*self.upper, *self.leaves], where)
        grants.give(user, role, branch=self.branch(branch), by=self.department)
        self.held.add((user.pk, role, branch))

    @rule(which=ANY)
    def revoke(self, which):
        if self.held:
            user, role, branch = pick(sorted(self.held), which)
            rows = grants.RoleGrant.objects.open().filter(user=user, role=role, branch=branch)
            grants.revoke(rows, by=self.department)
            self.held.remove((user, role, branch))

    @rule(what=ANY, into=ANY, who=ANY)
    def merge(self, what, into, who):
        """By anybody: both sides' rights decide (T05)."""
        source, target = pick(self.leaves, what), pick(self.leaves, into)
        user = pick([*self.users, self.department, self.department], who)
        if source == target:
            return
        may = user == self.department or (self.may_join(user.pk, source) and self.may_join(user.pk, target))
        by, branches = User.objects.get(pk=user.pk), [self.branch(source)]
        if not may:
            with pytest.raises(restructuring.RestructuringError, match="不归您管理"):
                restructuring.merge(branches, self.branch(target), on=timezone.localdate(), by=by)
            return
        restructuring.merge(branches, self.branch(target), on=timezone.localdate(), by=by)
        moved = {member for member, home in self.home.items() if home == source}
        self.close(source, dict.fromkeys(moved, target))
        self.guests -= {(member, target) for member in moved}
        self.heir[source] = target

    @rule(what=ANY, to=ANY, other=ANY)
    def dissolve(self, what, to, other):
        source = pick(self.leaves, what)
        rest = [pk for pk in self.leaves if pk != source]
        if not rest:
            return
        people = [member for member, home in self.home.items() if home == source]
        moves = {member: pick(rest, to if place % 2 else other) for place, member in enumerate(people)}
        chosen: dict[Branch, list[Member]] = {}
        for member, target in moves.items():
            chosen.setdefault(self.branch(target), []).append(Member.objects.get(pk=member))
        restructuring.dissolve(
            self.branch(source), chosen, on=timezone.localdate(), by=User.objects.get(pk=self.department.pk)
        )
        self.close(source, moves)

    # What the oracle knows

    def branch(self, pk):
        return Branch.objects.get(pk=pk)

    def line(self, pk):
        """The organisation and all above it."""
        found = []
        while pk is not None:
            found.append(pk)
            pk = self.parent[pk]
        return found

    def close(self, source, moves):
        self.home |= moves
        self.leaves.remove(source)
        self.guests = {(member, branch) for member, branch in self.guests if branch != source}
        self.held = {(user, role, branch) for user, role, branch in self.held if branch != source}

    def has(self, user, right, branch):
        return any(
            who == user and Role(role) in RIGHTS[right] and place in self.line(branch)
            for who, role, place in self.held
        )

    def may_join(self, user, branch):
        return self.has(user, Right.KEEP_MEMBERS, branch) and self.has(
            user, Right.KEEP_BRANCHES, self.parent[branch]
        )

    def read_with(self, branch):
        while branch in self.heir:
            branch = self.heir[branch]
        return branch

    @invariant()
    def whoever_belongs_somewhere_stands_there(self):
        """`Member.objects.visible_to` looks for spells of guests alone."""
        open_ones = MembershipSpell.objects.open().filter(kind="belonging")
        assert not open_ones.exclude(
            branch=F("member__branch"), branch_path=F("member__branch_path")
        ).exists()

    @invariant()
    def everybody_sees_what_the_oracle_says(self):
        for pk in (user.pk for user in self.users):
            user = User.objects.get(pk=pk)
            branches = {branch for branch in self.parent if self.has(pk, Right.SEE_BRANCHES, branch)}
            members = {
                member
                for member, home in self.home.items()
                if self.has(pk, Right.SEE_MEMBERS, home)
                or any(who == member and self.has(pk, Right.SEE_MEMBERS, b) for who, b in self.guests)
            }
            records = {
                record
                for record, branch in self.records.items()
                if self.has(pk, Right.SEE_RECORDS, self.read_with(branch))
            }
            written = set(Activity.objects.reachable_by(user, Right.RECORD).values_list("pk", flat=True))
            assert set(Branch.objects.visible_to(user).values_list("pk", flat=True)) == branches
            assert set(Member.objects.visible_to(user).values_list("pk", flat=True)) == members
            assert set(Activity.objects.visible_to(user).values_list("pk", flat=True)) == records
            assert written <= records


def run(histories, steps):
    school = cast.a_university()
    cast.a_user(Role.ORGANIZATION_STAFF, school.root, name="组织部")
    for branch in (school.teachers, school.students, school.musicians):
        for _ in range(2):
            cast.a_member(branch)
    for _ in range(USERS):
        cast.a_user()
    chosen = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Tree, settings=chosen)


@pytest.mark.slow
def test_a_hundred_steps():
    run(5, 20)


@pytest.mark.slow
def test_three_hundred_steps():
    run(10, 30)


@pytest.mark.nightly
def test_ten_thousand_steps(record_property):
    run(200, 50)
    record_property("figure", "10,000 steps as the oracle says")
