"""T13: what each of the three administrators may do, as a table; each power is with one of them and no other."""

import pytest
from django.urls import reverse

from branches.roles import RIGHTS, THREE_ADMINS, Right, Role
from tests import cast

SYSTEM, SECURITY, AUDITOR = Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR
POWERS = {
    Right.KEEP_ACCOUNTS: {SYSTEM},
    Right.KEEP_CHANNELS: {SYSTEM},
    Right.KEEP_GRANTS: {SECURITY},
    Right.KEEP_FACTORS: {SECURITY},
    Right.END_SESSIONS: {SECURITY},
    Right.READ_AUDIT: {AUDITOR},
    # Looking only.
    Right.INVESTIGATE: {SECURITY, AUDITOR},
    Right.SEE_REGISTER: {SYSTEM, SECURITY, AUDITOR},
    Right.USE_ADMIN: {SYSTEM, SECURITY, AUDITOR},
}
ERRANDS = {
    SYSTEM: [
        "新开账号",
        "看系统状态",
        "首次设置",
        "设置发送渠道",
        "设置统一身份认证",
        "个人信息登记表",
    ],
    SECURITY: [
        "授予角色",
        "登记免用动态验证码的角色",
        "重置动态验证码",
        "事件报告",
        "个人信息登记表",
    ],
    AUDITOR: ["查审计记录", "核验审计记录", "事件报告", "个人信息登记表"],
}


def test_each_power_is_with_one_of_the_three_and_none_is_over_people():
    assert {
        right: set(roles & THREE_ADMINS) for right, roles in RIGHTS.items() if roles & THREE_ADMINS
    } == POWERS


@pytest.mark.django_db
@pytest.mark.parametrize("role", ERRANDS)
def test_the_first_page_of_each_names_his_errands_and_every_one_opens(role):
    browser = cast.a_browser(cast.a_user(role))
    assert browser.get(reverse("home"))["Location"] == reverse("admin:index")
    errands = browser.get(reverse("admin:index")).context["errands"]
    assert [errand["label"] for errand in errands] == ERRANDS[role]
    assert [browser.get(errand["url"]).status_code for errand in errands] == [200] * len(errands)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "address", "sentence"),
    [
        (SYSTEM, "admin:branches_rolegrant_changelist", "“角色授权”由安全管理员、组织部工作人员使用。"),
        (SYSTEM, "admin:accounts_auditentry_changelist", "“审计记录”由审计管理员使用。"),
        (SYSTEM, "trail_check", "审计记录由审计管理员核验。"),
        (SYSTEM, "incident", "事件报告由安全管理员和审计管理员查看。"),
        (SECURITY, "system_state", "系统状态由系统管理员查看。"),
        (SECURITY, "sign_on_set_up", "统一身份认证由系统管理员设置。"),
        (SECURITY, "first_steps", "首次设置由系统管理员完成。"),
        (SECURITY, "admin:accounts_auditentry_changelist", "“审计记录”由审计管理员使用。"),
        (AUDITOR, "admin:branches_factorexemption_changelist", "“免用动态验证码的角色”由安全管理员使用。"),
        (AUDITOR, "message_channels", "发送渠道由系统管理员设置。"),
        (AUDITOR, "admin:members_member_changelist", "“党员”由组织部工作人员、二级党组织工作人员使用。"),
    ],
)
def test_what_another_does_is_refused_with_who_does_it(role, address, sentence):
    answer = cast.a_browser(cast.a_user(role)).get(reverse(address))
    text = answer.content.decode()
    assert (answer.status_code, sentence in text, "三员各管一段" in text) == (403, True, True)
