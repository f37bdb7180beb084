"""Who gives one-time passwords to all others gets one at the machine when nobody else can give it."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEntry
from branches.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db
WHY = "一次性密码已过期"


def refusal(username, why=WHY):
    with pytest.raises(CommandError) as refused:
        call_command("issue_password", username, why=why)
    return str(refused.value)


def test_a_system_administrator_whose_first_password_ran_out_gets_another(capsys):
    admin = cast.a_user(Role.SYSTEM_ADMIN)
    admin.must_change_password, admin.initial_password_until = True, timezone.now()
    admin.save()
    call_command("issue_password", admin.username, why=WHY)
    username, password = capsys.readouterr().out.splitlines()[0].split()
    admin.refresh_from_db()
    assert (username, admin.check_password(password)) == (admin.username, True)
    assert (admin.must_change_password, admin.initial_password_until > timezone.now()) == (True, True)
    assert AuditEntry.objects.get(action="password.issue").after == {"reason": WHY}


def test_others_get_theirs_from_him():
    auditor = cast.a_user(Role.AUDITOR)
    assert "由系统管理员在“数据后台 › 账号”发放" in refusal(auditor.username)
    assert refusal("nobody") == "没有账号“nobody”。"
    assert refusal(cast.a_user(Role.SYSTEM_ADMIN).username, "忘") == "请写明原因，至少 4 个字。"
    assert not AuditEntry.objects.filter(action="password.issue").exists()
