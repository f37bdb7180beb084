"""The guides: one for every role, with pictures that are there, and linked at the foot of every page."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from branches.roles import Role
from lib import guide_text
from reports import guides
from tests import cast

PICTURES = settings.BASE_DIR / "static"
MOST_PICTURES = 14
MOST_BYTES = 150_000


def test_every_role_has_its_guide_and_every_guide_its_file():
    assert sorted(guides.GUIDES) == sorted(Role)
    assert len({*guides.GUIDES.values()}) == len(Role)
    assert {*guides.GUIDES.values(), guides.MEMBER, guides.SIGNING_IN} == set(guides.NAMES)
    assert {path.stem for path in guides.FOLDER.glob("*.md")} == {*guides.NAMES, "README"}


def test_the_pictures_are_those_that_the_guides_name_few_and_small():
    named = [path for guide in guides.all_guides() for path in guide_text.pictures_of(guide.text)]
    kept = list((PICTURES / "img" / "guide").iterdir())
    assert sorted(named) == sorted(str(path.relative_to(PICTURES)) for path in kept)
    assert len(kept) <= MOST_PICTURES
    assert [path.name for path in kept if path.stat().st_size > MOST_BYTES] == []


@pytest.mark.parametrize("name", guides.NAMES)
def test_nothing_of_a_guide_is_left_unread(name):
    """What the little Markdown does not know would stand on the page as it is written."""
    html = guides.guide(name).html
    assert [mark for mark in ("**", "](", "`", "\n#", "<p>-", "<p>|") if mark in html] == []
    assert re.findall(r"<h3>(词语|找谁)</h3>", html) == ["词语", "找谁"]


class TestWhoReadsWhat:
    def test_ones_own_first_and_the_others_by_name(self, db):
        school = cast.a_university()
        user = cast.a_user(Role.SECRETARY, school.teachers)
        page = cast.a_browser(user).get(reverse("help"))
        assert [each.name for each in page.context["guides"]] == ["secretary", "signing-in"]
        assert len(page.context["others"]) == len(guides.NAMES) - 2

    def test_a_member_with_a_role_reads_both(self, db):
        school = cast.a_university()
        user = cast.a_user(Role.LEADER, school.root)
        cast.a_member(school.teachers, account=user)
        assert [each.name for each in guides.own_guides(user)] == ["leader", "member", "signing-in"]

    def test_who_has_no_role_reads_that_of_a_member(self, db):
        assert [each.name for each in guides.own_guides(cast.a_user())] == ["member", "signing-in"]

    def test_before_signing_in_one_reads_how_to(self, db):
        page = cast.a_browser().get(reverse("help"))
        assert [each.name for each in page.context["guides"]] == ["signing-in"]

    def test_an_unknown_guide_is_a_404(self, db):
        assert cast.a_browser().get(reverse("help_guide", args=["nobody"])).status_code == 404


@pytest.mark.parametrize("address", ["home", "me", "admin:index", "login"])
def test_the_foot_leads_to_it(db, address):
    school = cast.a_university()
    user = None if address == "login" else cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    html = cast.a_browser(user).get(reverse(address)).content.decode()
    assert f'<a href="{reverse("help")}">帮助</a>' in re.split(r"<footer", html)[-1]


def test_the_help_asks_who_it_is_and_no_more(db, django_assert_num_queries):
    user = cast.a_user(Role.SECRETARY, cast.a_university().teachers)
    browser = cast.a_browser(user)
    browser.get(reverse("help"))
    with django_assert_num_queries(4):
        browser.get(reverse("help"))
