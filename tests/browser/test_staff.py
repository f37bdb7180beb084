"""The staff's journey: a one-time password, a roster with faults, the wrong rows, the good ones written."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from accounts import passwords
from branches.roles import Role
from lib.sheets.reading import read_workbook
from members.models import Member
from tests import cast
from tests.members.rosters import a_file, a_row

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEW_PASSWORD = "a phrase of one's own 2026"


@pytest.fixture
def roster(tmp_path):
    """Two right rows; a sex that contradicts the number, an unknown branch, no name."""
    return a_file(
        tmp_path,
        a_row("张明", 1),
        a_row("李强", 2),
        a_row("王芳", 3, 性别="女"),
        a_row("赵敏", 4, 所在党支部="量子玄学院第九党支部"),
        a_row("", 5),
    )


def serious(page):
    violations = Axe().run(page).response["violations"]
    return [
        (one["id"], one["nodes"][0]["html"][:120])
        for one in violations
        if one["impact"] in ("serious", "critical")
    ]


def sign_in_and_choose_a_password(page, address, user, password):
    page.goto(f"{address}{reverse('login')}")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", password)
    page.locator("main button").click()
    page.wait_for_url(f"**{reverse('password_change')}")
    assert serious(page) == []
    page.fill("[name=old_password]", password)
    page.fill("[name=new_password1]", NEW_PASSWORD)
    page.fill("[name=new_password2]", NEW_PASSWORD)
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(f"{address}/")


def test_a_roster_with_faults(page, live_server, roster, tmp_path):
    school = cast.a_university()
    user = cast.a_user(Role.ORGANIZATION_STAFF, school.root, name="何以宁")
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    sign_in_and_choose_a_password(page, live_server.url, user, passwords.issue(user, by=None))
    assert serious(page) == []

    page.goto(f"{live_server.url}{reverse('import_roster')}")
    assert serious(page) == []
    page.set_input_files("input[type=file]", roster)
    page.get_by_role("button", name="上传并核对").click()
    page.wait_for_url("**/members/import/*-*/")
    figures = page.locator("dl.figures").inner_text().split()
    assert figures[figures.index("新增") + 1] == "2"
    assert figures[figures.index("错误") + 1] == "3"
    for message in ("性别与证件号码不一致", "量子玄学院第九党支部", "没有填写姓名"):
        assert message in page.locator("main").inner_text()
    assert serious(page) == []
    assert Member.objects.count() == 0

    with page.expect_download() as wrong:
        page.get_by_role("link", name="下载错误行").first.click()
    wrong.value.save_as(tmp_path / "wrong.xlsx")
    sheet = read_workbook(tmp_path / "wrong.xlsx")[0]
    assert [name for name in ("王芳", "赵敏", "张明") if any(name in row for row in sheet.rows)] == [
        "王芳",
        "赵敏",
    ]

    page.get_by_role("button", name="写入 2 行").click()
    page.get_by_role("heading", name="已写入").wait_for()
    assert serious(page) == []
    page.get_by_role("link", name="查看花名册").click()
    page.wait_for_url(f"**{reverse('roster')}")
    assert sorted(page.locator("#roster tbody th").all_inner_texts()) == ["张明", "李强"]
    assert complaints == []
