"""What is one's own of the people's records: imports, merges, classes, plans, comings and goings, what is due."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from branches.roles import Role
from jobs.models import Upload
from members import circumstances, classes, departures, duplicates, merging, overdue, transfers
from members.imports import staging
from members.models import (
    Development,
    DevelopmentPlan,
    DistinctPair,
    ImportBatch,
    ImportedRow,
    Merge,
    Training,
)
from members.transfer_checks import Letter
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]
TODAY = date(2026, 11, 22)


@pytest.fixture
def school():
    return cast.a_university()


def staff(committee):
    return cast.a_user(Role.COMMITTEE_STAFF, committee)


def page_of(user, name, *keys):
    return cast.a_browser(user).get(reverse(name, args=keys))


def an_import(branch, member):
    """One that was undone and left ``member`` as he is."""
    batch = ImportBatch.objects.create(source="名册.xlsx", branch_path=branch.path, undone_at=timezone.now())
    batch.rows.create(row=3, member=member, number=member.number, is_new=True, version=1, state="kept")
    return batch


def test_rows_of_an_import_are_for_those_who_may_take_it_back(school):
    batch = an_import(school.teachers, cast.a_member(school.teachers))
    seen = {
        place: list(ImportedRow.objects.visible_to(staff(place))) for place in (school.physics, school.music)
    }
    assert seen == {school.physics: [batch.rows.get()], school.music: []}


def test_whoever_went_elsewhere_since_the_import_is_not_named(school):
    gone = cast.a_member(school.musicians)
    batch = an_import(school.teachers, gone)
    pages = {
        place: page_of(staff(place), "import_batch", batch.pk) for place in (school.root, school.physics)
    }
    named = {place: [member for _, member, _ in page.context["lines"]] for place, page in pages.items()}
    assert named == {school.root: [gone], school.physics: [None]}


def test_an_import_of_a_college_one_left_is_not_offered_to_be_undone(school):
    user = staff(school.music)
    upload = Upload.objects.create(
        kind=staging.KIND,
        owner=user,
        name="名册.xlsx",
        size=1,
        state="written",
        outcome={"new": 1, "changed": 0},
    )
    batch = ImportBatch.objects.create(source="名册.xlsx", branch_path=school.physics.path, upload=upload)
    assert page_of(user, "import_review", upload.pk).context["batch"] is None
    cast.give(user, Role.COMMITTEE_STAFF, school.physics)
    assert page_of(user, "import_review", upload.pk).context["batch"] == batch


def test_two_told_apart_are_known_to_those_who_see_both(school):
    two = [cast.a_member(branch) for branch in (school.teachers, school.musicians)]
    everywhere = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    pair = duplicates.tell_apart(*two, "已核对身份证", by=everywhere)
    known = [list(DistinctPair.objects.visible_to(user)) for user in (everywhere, staff(school.physics))]
    assert known == [[pair], []]


def test_merges_within_another_college_are_not_listed(school):
    two = [cast.a_member(school.teachers, "张明") for _ in range(2)]
    merging.merge(*two, by=staff(school.physics))
    pages = {place: page_of(staff(place), "duplicate_list") for place in (school.physics, school.music)}
    listed = {place: list(page.context["merges"]) for place, page in pages.items()}
    assert listed == {school.physics: [Merge.objects.get()], school.music: []}


def test_nobody_is_struck_off_a_list_of_another_college(school):
    days = {"starts_on": date(2026, 9, 1), "ends_on": date(2026, 9, 3), "hours": Decimal(24)}
    facts = {"branch": school.physics, "kind": "rotation", "title": "轮训班", **days}
    one = classes.open_class(by=staff(school.physics), **facts)
    classes.enrol(one, [cast.a_member(school.teachers)], by=staff(school.physics))
    url = reverse("class_strike", args=[one.trainees.get().pk])
    tried = [cast.a_browser(staff(place)).post(url).status_code for place in (school.music, school.physics)]
    assert (tried, one.trainees.count()) == ([404, 302], 0)


def test_trainings_of_a_secretary_from_elsewhere_are_dropped_by_those_who_see_him(school):
    """The staff of the college where he holds the post see the post, and not him."""
    post = cast.a_post(cast.a_member(school.teachers), "secretary", branch=school.musicians)
    facts = {"kind": "rotation", "title": "轮训班", "held_on": date(2026, 5, 1), "hours": 8}
    sent = {"training": Training.objects.create(member=post.member, **facts).pk}
    url = reverse("training_drop", args=[post.pk])
    pages = {
        place: cast.a_browser(staff(place)).get(reverse("training_page", args=[post.pk])).content.decode()
        for place in (school.music, school.root)
    }
    assert {place: url in page for place, page in pages.items()} == {school.music: False, school.root: True}
    tried = [
        cast.a_browser(staff(place)).post(url, sent).status_code for place in (school.music, school.root)
    ]
    assert (tried, Training.objects.count()) == ([404, 302], 0)


def test_plans_are_those_of_ones_own_college(school):
    for place in (school.physics, school.music):
        DevelopmentPlan.objects.create(branch=place, branch_path=place.path, year=2026, quota=5)
    pages = {place: page_of(staff(place), "development_plans") for place in (school.root, school.music)}
    listed = {place: [plan.branch for plan, *_ in page.context["lines"]] for place, page in pages.items()}
    assert listed == {school.root: [school.physics, school.music], school.music: [school.music]}


def test_a_leader_sees_a_person_without_the_way_into_the_party(school):
    member = cast.a_member(school.students, full=None)
    way = Development.objects.create(member=member, applied_on=date(2013, 3, 1))
    users = {role: cast.a_user(role, school.students) for role in (Role.SECRETARY, Role.LEADER)}
    seen = {
        role: page_of(user, "member_detail", member.pk).context["development"] for role, user in users.items()
    }
    assert seen == {Role.SECRETARY: way, Role.LEADER: None}


def test_whoever_is_on_his_way_elsewhere_has_no_page_there_yet(school):
    transfer = transfers.offer(cast.a_member(school.teachers), school.musicians, on=TODAY, by=None)
    sides = [cast.a_user(Role.SECRETARY, branch) for branch in (school.teachers, school.musicians)]
    opened = [page_of(user, "transfer_detail", transfer.pk).context["may_open"] for user in sides]
    assert opened == [True, False]


@pytest.mark.parametrize("name", ["departure_list", "correction_list"])
def test_departures_and_corrections_are_those_of_ones_own_branch(school, name):
    for branch in (school.teachers, school.musicians):
        gone = cast.a_member(branch, branch.short_name)
        departures.depart(gone, "died", on=date(2026, 8, 1), by=None, evidence="死亡证明")
    page = page_of(cast.a_user(Role.SECRETARY, school.teachers), name)
    assert [row.cells[0] for row, *_ in page.context["rows"]] == [school.teachers.short_name]


def test_due_are_people_and_letters_of_ones_own_branch(school):
    for branch in (school.teachers, school.musicians):
        lost, leaving = (cast.a_member(branch, f"{branch.short_name}{what}") for what in ("失联", "转出"))
        circumstances.begin(lost, "lost", since=date(2026, 5, 1), by=None, evidence="查找")
        letter = transfers.request(leaving, "外校", on=date(2026, 11, 1), by=None)
        transfers.issue(letter, Letter(date(2026, 11, 1), 30), by=None)
    due = overdue.of_user(cast.a_user(Role.SECRETARY, school.teachers), TODAY)
    assert [one.name for one in due] == ["物理教师党支部失联", "物理教师党支部转出"]
