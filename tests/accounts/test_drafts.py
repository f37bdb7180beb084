"""14.3.3: the key of an account's drafts stands in its own pages alone."""

from base64 import b64decode

import pytest
from django.test import Client
from django.urls import reverse

from accounts import drafts
from branches.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db


def test_each_account_has_one_key_of_its_own(settings):
    one, other = cast.a_user(), cast.a_user()
    assert len(b64decode(drafts.key_of(one))) == 32
    assert drafts.key_of(one) == drafts.key_of(one)
    assert drafts.key_of(one) != drafts.key_of(other)
    before = drafts.key_of(one)
    settings.SECRET_KEY = "another" * 10
    assert drafts.key_of(one) != before


def test_only_who_is_signed_in_gets_it():
    user = cast.a_user(Role.SECRETARY, cast.a_university().students)
    home = reverse("home")
    assert f'data-draft-key="{drafts.key_of(user)}"' in cast.a_browser(user).get(home).content.decode()
    assert "draft-key" not in Client().get(home, follow=True).content.decode()
