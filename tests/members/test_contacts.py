"""The contact book: who is in it, in what order, with whose names and phones."""

from datetime import date

import pytest
from django.urls import reverse

from branches.roles import Role
from members import contacts
from members.contacts import Wanted
from members.models import Member
from tests import cast

pytestmark = pytest.mark.django_db

PHONE = "13812345678"


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def book(school):
    """A secretary and two of the committee in the first branch, a secretary in another college."""
    people = [
        cast.a_member(school.teachers, name, phone=PHONE, is_double_leader=name == "甲") for name in "甲乙丙"
    ]
    cast.a_post(people[1])
    cast.a_post(people[0], "secretary")
    cast.a_post(people[2], "deputy")
    cast.a_post(cast.a_member(school.musicians, "丁", phone=PHONE), "secretary")
    return people


def shown(browser, **asked):
    lines = browser.get(reverse("contact_list"), asked).context["lines"]
    return [(line.name, line.title, line.phone) for line in lines]


def test_by_post_in_official_order_with_masked_phones(school, book):
    browser = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    masked = "138****5678"
    assert shown(browser) == [
        ("甲", "书记", masked),
        ("丙", "副书记", masked),
        ("乙", "委员", masked),
        ("丁", "书记", masked),
    ]


def test_filtered(school, book):
    browser = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    assert [name for name, _, _ in shown(browser, title="secretary")] == ["甲", "丁"]
    assert [name for name, _, _ in shown(browser, branch=school.music.pk)] == ["丁"]
    assert [name for name, _, _ in shown(browser, double_leader="on")] == ["甲"]
    assert [name for name, _, _ in shown(browser, q="乙")] == ["乙"]


def test_a_leader_sees_neither_names_nor_phones(school, book):
    cast.a_post(cast.a_member(school.students, "欧阳明", phone=PHONE), "secretary")
    browser = cast.a_browser(cast.a_user(Role.LEADER, school.students))
    assert shown(browser, q="无人") == [("欧**", "书记", "")]


def test_where_names_are_masked_nobody_is_found_by_one(school, book):
    user = cast.a_user(Role.SECRETARY, school.teachers)
    cast.give(user, Role.LEADER, school.root)
    assert [contacts.holders(user, Wanted(q=name)).count() for name in "甲丁"] == [1, 0]


def test_a_secretary_sees_his_own_branch(school, book):
    browser = cast.a_browser(cast.a_user(Role.SECRETARY, school.musicians))
    assert shown(browser) == [("丁", "书记", "138****5678")]


def test_posts_that_ended_are_gone(school, book):
    secretary = book[0].posts.get()
    secretary.until = date(2020, 1, 1)
    secretary.save()
    user = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    assert [post.member for post in contacts.holders(user, Wanted())] == [book[2], book[1]]


def test_phones_in_clear_only_where_the_right_is(school, book):
    user = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    cast.give(user, Role.SECRETARY, school.musicians)
    found = contacts.show_phones(contacts.holders(user, Wanted()), Wanted(), "联系换届", by=user)
    assert [line.phone for line in found] == [PHONE] * 3 + ["138****5678"]


def test_the_page_with_phones_is_not_kept(school, book):
    browser = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
    response = browser.post(reverse("contact_phones"), {"reason": "联系换届"})
    assert PHONE in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    assert browser.get(reverse("contact_phones")).status_code == 405


@pytest.mark.parametrize("people", [1, 50])
def test_queries_of_the_list(school, people, django_assert_num_queries):
    for _ in range(people):
        cast.a_post(cast.a_member(school.teachers, phone=PHONE))
    browser = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    browser.get(reverse("contact_list"))
    with django_assert_num_queries(6):
        browser.get(reverse("contact_list"))
    assert Member.objects.count() == people
