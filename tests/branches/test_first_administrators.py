"""The first accounts of a new installation."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from branches.models import RoleGrant
from tests import cast

pytestmark = pytest.mark.django_db
THREE = {"system": ["s1", "甲"], "security": ["s2", "乙"], "audit": ["s3", "丙"]}


def made(**people):
    output = StringIO()
    call_command("first_administrators", **{**THREE, **people}, stdout=output)
    return output.getvalue().splitlines()


def test_three_accounts_with_a_role_and_a_one_time_password_each():
    for line, username in zip(made(), ("s1", "s2", "s3"), strict=False):
        user = User.objects.get(username=username)
        assert user.check_password(line.split()[-1])
        assert user.must_change_password
    roles = RoleGrant.objects.order_by("user__username").values_list("user__username", "role")
    assert list(roles) == [("s1", "system_admin"), ("s2", "security_admin"), ("s3", "auditor")]


def test_one_person_cannot_be_two_of_them():
    with pytest.raises(CommandError, match="不能由同一账号兼任"):
        made(audit=["s1", "甲"])
    assert not User.objects.exists()


def test_only_where_nobody_has_an_account_yet():
    cast.a_user()
    with pytest.raises(CommandError, match="已有账号"):
        made()
