"""Ranges of the tree, and who reaches what."""

from datetime import date
from itertools import pairwise

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from branches import scope
from branches.models import Branch, Term
from branches.roles import Right, Role
from lib.rows import fetch
from tests import cast

paths = st.lists(st.integers(0, 40), min_size=1, max_size=4).map(
    lambda steps: "".join(map(scope.step, steps))
)


@given(st.integers(0, 36**5 - 2))
def test_next_sibling_is_the_next_number(number):
    assert scope.next_sibling(scope.step(7) + scope.step(number)) == scope.step(7) + scope.step(number + 1)


def test_a_step_has_one_width():
    assert scope.step(0) == "00000"
    assert scope.step(36) == "00010"
    with pytest.raises(OverflowError):
        scope.step(36**5)


@given(st.lists(paths, max_size=6), paths)
def test_ranges_cover_exactly_what_lies_below(granted, path):
    ranges = scope.covering_ranges(granted)
    assert scope.covers(ranges, path) == any(path.startswith(one) for one in granted)
    assert all(one[1] <= other[0] for one, other in pairwise(ranges))


@pytest.mark.django_db
def test_a_condition_in_sql_finds_what_the_other_finds():
    school = cast.a_university()
    for places in ([], [school.physics], [school.teachers, school.students]):
        ranges = scope.covering_ranges(each.path for each in places)
        condition, ends = scope.within_sql("path", ranges)
        rows = fetch(f"SELECT id FROM branches_branch WHERE {condition}", ends)
        found = Branch.objects.filter(scope.within("path", ranges)).values_list("pk")
        assert sorted(rows) == sorted(found)


@given(st.lists(paths, min_size=1, max_size=12), st.integers(1, 4))
def test_wide_ranges_hold_all_and_are_few(places, most):
    ranges = scope.wide_ranges(places, most)
    assert all(scope.covers(ranges, path) for path in places)
    assert len(ranges) <= max(most, len({path[: scope.STEP] for path in places}))


def test_ranges_that_are_few_enough_stay_narrow():
    places = [scope.step(1) + scope.step(number) for number in range(3)]
    assert scope.wide_ranges(places, 3) == scope.covering_ranges(places)
    assert scope.wide_ranges(places, 2) == scope.covering_ranges([scope.step(1)])


@pytest.mark.django_db
class TestVisibility:
    def test_a_secretary_sees_one_branch(self):
        school = cast.a_university()
        secretary = cast.a_user(Role.SECRETARY, school.teachers)
        assert list(Branch.objects.visible_to(secretary)) == [school.teachers]

    def test_committee_staff_see_their_subtree_in_official_order(self):
        school = cast.a_university()
        staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        assert list(Branch.objects.visible_to(staff)) == [school.physics, school.teachers, school.students]

    @pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, None])
    def test_administrators_and_strangers_see_nothing(self, role):
        cast.a_university()
        assert Branch.objects.visible_to(cast.a_user(role)).count() == 0

    def test_a_grant_counts_between_its_days(self):
        school = cast.a_university()
        user = cast.a_user()
        cast.give(user, Role.SECRETARY, school.teachers, since=date(2026, 1, 1), until=date(2026, 3, 31))
        seen = []
        for day in ("2025-12-31", "2026-01-01", "2026-03-31", "2026-04-01"):
            with time_machine.travel(f"{day} 12:00 +0800", tick=False):
                seen.append(scope.may(user, Right.RECORD, school.teachers.path))
        assert seen == [False, True, True, False]

    def test_a_disabled_account_sees_nothing(self):
        school = cast.a_university()
        secretary = cast.a_user(Role.SECRETARY, school.teachers)
        secretary.is_active = False
        assert Branch.objects.visible_to(secretary).count() == 0


@pytest.mark.django_db
class TestAdmin:
    def test_what_waits_is_counted_in_ones_own_part(self):
        school = cast.a_university()
        Branch.objects.leaves().update(category_is_guess=True)
        for branch in (school.physics, school.music):
            days = {"elected_on": date(2019, 1, 1), "due_on": date(2024, 1, 1)}
            Term.objects.create(branch=branch, branch_path=branch.path, years=5, **days)
        counted = []
        for place in (school.root, school.physics):
            page = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, place)).get("/admin/")
            waiting = {errand["label"]: errand["waiting"] for errand in page.context["errands"]}
            counted.append((waiting["核对支部类别"], waiting["办理换届"]))
        assert counted == [(3, 2), (2, 1)]

    def test_grants_are_listed_of_ones_own_part(self):
        school = cast.a_university()
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.physics)
        secretary = cast.a_user(Role.SECRETARY, school.teachers)
        cast.a_user(Role.SECRETARY, school.musicians)
        cast.a_user(Role.AUDITOR)
        page = cast.a_browser(staff).get("/admin/branches/rolegrant/")
        assert list(page.context["cl"].result_list) == [staff.grants.get(), secretary.grants.get()]

    def test_grants_are_given_over_ones_own_part(self):
        school = cast.a_university()
        own = cast.a_station(school.students)
        cast.a_station(school.musicians, name="二号楼工作站")
        staff = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.physics))
        fields = staff.get("/admin/branches/rolegrant/add/").context["adminform"].form.fields
        assert list(fields["branch"].queryset) == [school.physics, school.teachers, school.students]
        assert list(fields["station"].queryset) == [own]
