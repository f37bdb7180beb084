"""登记党员: one person by hand, with the checks of the import."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from branches.roles import Role
from members import enrolment
from members.models import Member
from tests import cast
from tests.members.rosters import an_id

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]
ADDRESS = reverse("member_register")


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))


def sent(branch, **more):
    facts = {
        "name": "张明",
        "branch": branch.pk,
        "id_number": an_id(),
        "status": "full",
        "joined_on": "2010-06-01",
        "full_on": "2011-06-01",
    }
    return {**facts, **more}


def errors_of(answer):
    return {name: list(texts) for name, texts in answer.context["form"].errors.items()}


def test_a_person_is_enrolled_with_what_the_id_number_says(staff, school):
    answer = staff.post(ADDRESS, sent(school.teachers, phone="13900000001", nation="01", education="21"))
    member = Member.objects.get()
    assert answer["Location"] == reverse("member_detail", args=[member.pk])
    assert (member.name, member.branch, member.sex, member.birth_date, member.phone, member.education) == (
        "张明",
        school.teachers,
        "male",
        date(1980, 1, 1),
        "13900000001",
        "21",
    )
    assert (member.status, member.spells.get().branch) == ("full", school.teachers)
    assert AuditEntry.objects.filter(action="member.enrol").count() == 1


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"id_number": an_id()[:17] + "0"}, "id_number"),
        ({"id_number": an_id()[:15]}, "id_number"),
        ({"id_number": "", "sex": "male"}, "id_number"),
        ({"full_on": "2009-06-01"}, "full_on"),
        ({"full_on": "2010-06-01"}, "full_on"),
        ({"status": "probationary"}, "full_on"),
        ({"sex": "female"}, "sex"),
        ({"birth_date": "1981-01-01"}, "birth_date"),
        ({"name": ""}, "name"),
    ],
)
def test_what_the_import_refuses_is_refused_at_its_field(staff, school, wrong, name):
    assert list(errors_of(staff.post(ADDRESS, sent(school.teachers, **wrong)))) == [name]
    assert Member.objects.count() == 0


def test_a_mismatch_is_taken_for_a_reason_that_is_kept(staff, school):
    staff.post(ADDRESS, sent(school.teachers, sex="female", reason="户籍登记有误，已见证明"))
    member = Member.objects.get()
    assert (member.sex, member.identity_note) == ("female", "户籍登记有误，已见证明")


def test_who_is_on_the_roster_is_named_and_not_changed(staff, school):
    staff.post(ADDRESS, sent(school.teachers))
    answer = staff.post(ADDRESS, sent(school.students, name="李强", job="教师"))
    [sentence] = errors_of(answer)["__all__"]
    assert sentence.startswith("张明已在物理教师党支部的名册上")
    assert (Member.objects.get().name, Member.objects.get().job) == ("张明", "")


def test_a_person_of_elsewhere_is_refused_without_saying_where(staff, school):
    foreign = enrolment.NewMember("外人", "male", school.musicians, "full", id_number=an_id())
    enrolment.enrol(foreign, by=None)
    answer = staff.post(ADDRESS, sent(school.teachers))
    assert errors_of(answer) == {"id_number": ["该人员无法在此新增，请走组织关系转接。"]}
    assert "音乐" not in answer.content.decode()
    assert AuditEntry.objects.filter(action="member.foreign", outcome="denied").count() == 1


def test_only_branches_within_reach_are_offered(staff, school):
    assert list(staff.get(ADDRESS).context["form"].fields["branch"].queryset) == [
        school.teachers,
        school.students,
    ]
    assert list(errors_of(staff.post(ADDRESS, sent(school.musicians)))) == ["branch"]


def test_the_number_of_queries_does_not_grow(staff, school, django_assert_num_queries):
    staff.get(ADDRESS)
    for more in (0, 40):
        for number in range(more):
            cast.found(school.physics, f"第{number}党支部", "branch", f"9{number:03d}")
        with django_assert_num_queries(4):
            staff.get(ADDRESS)
