"""Founding, moving, reordering and dissolving."""

from datetime import date

import pytest

from accounts.models import AuditEntry
from branches import tree
from branches.models import Branch, RoleGrant
from branches.roles import Role
from branches.scope import grants_of
from members.models import Member, MembershipSpell
from tests import cast

pytestmark = pytest.mark.django_db


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def test_children_lie_below_their_parent_in_official_order():
    school = cast.a_university()
    names = list(Branch.objects.below(school.root.path).values_list("short_name", flat=True))
    assert names == [
        "党委",
        "物理学院党委",
        "物理教师党支部",
        "物理学生党支部",
        "音乐学院党总支",
        "音乐教师党支部",
    ]


def test_a_branch_takes_no_children():
    school = cast.a_university()
    with pytest.raises(tree.TreeError, match="不能再设下级"):
        cast.found(school.teachers, "第九党支部", Branch.Level.BRANCH, "9")


def test_access_follows_a_moved_branch_at_once():
    school = cast.a_university()
    cast.a_member(school.students, "王敏")
    physicist = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    musician = cast.a_user(Role.COMMITTEE_STAFF, school.music)
    secretary = cast.a_user(Role.SECRETARY, school.students)
    tree.move(school.students, school.music, on=date(2026, 9, 1), by=None)
    assert Member.objects.visible_to(fresh(physicist)).count() == 0
    assert Member.objects.visible_to(fresh(musician)).count() == 1
    assert Member.objects.visible_to(fresh(secretary)).count() == 1
    assert [g.branch_path for g in grants_of(fresh(secretary))] == [
        Branch.objects.get(pk=school.students.pk).path
    ]


def test_every_scoped_row_follows_a_moved_subtree():
    school = cast.a_university()
    cast.a_member(school.students)
    cast.a_record(school.students)
    cast.a_user(Role.SECRETARY, school.students)
    far = cast.found(school.root, "远方学院党委", Branch.Level.COLLEGE_COMMITTEE, "9")
    tree.move(school.physics, far, on=date(2026, 9, 1), by=None)
    path = Branch.objects.get(pk=school.students.pk).path
    assert path.startswith(Branch.objects.get(pk=far.pk).path)
    for model in tree.scoped_models():
        if "branch" in {field.name for field in model._meta.get_fields()}:
            assert set(
                model.objects.filter(branch=school.students).values_list("branch_path", flat=True)
            ) <= {path}
    assert MembershipSpell.objects.get().branch_path == RoleGrant.objects.get().branch_path == path


def test_the_past_place_is_kept():
    school = cast.a_university()
    old = school.students.path
    tree.move(school.students, school.music, on=date(2026, 9, 1), by=None)
    moved = Branch.objects.get(pk=school.students.pk)
    assert list(moved.placements.values_list("path", "until")) == [
        (old, date(2026, 8, 31)),
        (moved.path, None),
    ]
    record = cast.a_record(moved, day=date(2026, 5, 8))
    assert (record.org_path, record.branch_path) == (old, moved.path)


def test_moving_twice_on_one_day_corrects_the_place():
    school = cast.a_university()
    tree.move(school.students, school.music, on=date(2026, 9, 1), by=None)
    tree.move(school.students, school.physics, on=date(2026, 9, 1), by=None)
    assert Branch.objects.get(pk=school.students.pk).path == school.students.path
    assert school.students.placements.count() == 2


def test_a_branch_cannot_go_below_itself():
    school = cast.a_university()
    with pytest.raises(tree.TreeError, match="它自己"):
        tree.move(school.root, school.physics, by=None)


def test_reordering_changes_lists_not_paths():
    school = cast.a_university()
    tree.reorder(school.root, [school.music, school.physics], by=None)
    below = Branch.objects.below(school.root.path).filter(level="branch")
    assert list(below) == [school.musicians, school.teachers, school.students]
    assert Branch.objects.get(pk=school.music.pk).path == school.music.path


def test_dissolving_asks_for_the_children_first():
    school = cast.a_university()
    with pytest.raises(tree.TreeError, match="下级"):
        tree.dissolve(school.music, date(2026, 6, 30), by=None)
    tree.dissolve(school.musicians, date(2026, 6, 30), by=None)
    tree.dissolve(school.music, date(2026, 6, 30), by=None)
    assert list(Branch.objects.existing_on(date(2026, 7, 1)).leaves()) == [school.teachers, school.students]


def test_a_move_leaves_an_audit_entry():
    school = cast.a_university()
    staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    tree.move(school.students, school.music, on=date(2026, 9, 1), by=staff)
    entry = AuditEntry.objects.get(action="branch.move")
    assert (entry.actor, entry.after["parent"]) == (staff, school.music.name)
