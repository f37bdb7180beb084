"""A new installation in the administrator's browser, at the desk and on a phone."""

import pytest

from branches.models import Branch
from branches.roles import Role
from tests import cast
from tests.browser.conftest import DESK, PHONE, serious

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("machine", [DESK, PHONE], ids=["desk", "phone"])
def test_the_administrator_founds_the_committee_and_sees_how_far_it_is(opened, machine):
    with opened(cast.a_user(Role.SYSTEM_ADMIN), "/system/", machine=machine) as page:
        assert serious(page) == []
        page.get_by_role("link", name="首次设置").click()
        assert serious(page) == []
        page.get_by_label("党委全称").fill("中共YY大学委员会")
        page.get_by_label("简称").fill("YY大学党委")
        page.get_by_label("党组织代码").fill("001")
        page.get_by_role("button", name="建立学校党委").click()
        page.get_by_text("已完成 1 / 10 项").wait_for()
    assert Branch.objects.get().short_name == "YY大学党委"
