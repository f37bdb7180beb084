"""What staff do at a desk, J-O11: from the list to a record's evidence, on to the next one, and back to the branch."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from activities import evidence, supplements
from activities.models import Supplement, Tally
from branches.roles import Role
from tests import cast
from tests.activities.files import a_photo
from tests.browser.conftest import DESK, PHONE, serious

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REASON = "照片里看不出是哪次活动，请补一张签到表"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def branch():
    branch = cast.a_university().students
    cast.a_member(branch, "张明远")
    return branch


@pytest.fixture
def secretary(branch):
    return cast.a_user(Role.SECRETARY, branch, name="张明远")


@pytest.fixture
def staff(branch):
    return cast.a_user(Role.COMMITTEE_STAFF, branch.parent, name="王老师")


@pytest.fixture
def rows(branch, secretary):
    """The newest first, as the list has them; each with a photo of its own."""
    day = timezone.localdate()
    made = [
        cast.a_record(branch, "theme_day", day - timedelta(days=number), title=title)
        for number, title in enumerate(("参观校史馆", "志愿服务", "学习讨论"))
    ]
    for number, record in enumerate(made):
        evidence.add(record, ContentFile(a_photo(number), "合影.jpg"), by=secretary)
    return made


def heading(page, record):
    page.locator("main", has_text=record.title).wait_for()
    page.wait_for_url(f"**/activities/{record.pk}/**")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_j_o11_evidence_the_next_record_and_back_to_the_branch(opened, staff, secretary, rows, tap, script):
    first, second, _ = rows
    with opened(staff, reverse("activity_list"), machine=DESK, script=script) as page:
        tap.click(page.get_by_role("link", name=first.title))
        page.get_by_role("img", name="合影.jpg").wait_for()
        heading(page, first)
        assert tap.number <= 1
        if script:
            page.keyboard.press("ArrowDown")
            heading(page, second)
            page.keyboard.press("ArrowUp")
            heading(page, first)
            page.keyboard.press("ArrowDown")
        else:
            page.get_by_role("link", name="下一条").click()
            heading(page, second)
            page.get_by_role("link", name="上一条").click()
            heading(page, first)
            page.get_by_role("link", name="下一条").click()
        heading(page, second)
        tap.number = 0
        tap.click(page.get_by_text("退回支部补充"))
        tap.click(page.locator("[name=reason]"))
        page.keyboard.insert_text(REASON)
        tap.click(page.get_by_role("button", name="退回", exact=True))
        page.get_by_text("已退回物理学生党支部补充。记录照常计数。").wait_for()
        assert tap.number <= 3
        assert page.get_by_role("link", name="下一条").count() == 1
    assert Supplement.objects.get().activity == second
    assert sum(Tally.objects.values_list("held", flat=True)) == 3
    with opened(secretary) as page:
        page.get_by_role("link", name="上级退回补充").tap()
        assert f"上级退回补充：{REASON}" in page.locator("main").inner_text()
        page.set_input_files(
            "[name=chosen]", {"name": "签到表.jpg", "mimeType": "image/jpeg", "buffer": a_photo(9)}
        )
        page.get_by_role("button", name="上传").tap()
        page.get_by_text("已添加 1 份材料。").wait_for()
        assert "已添加材料" in page.locator("main").inner_text()
    assert (Supplement.objects.get().how, Supplement.objects.get().met_by) == ("evidence", secretary)


@pytest.mark.parametrize("machine", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_serious_on_the_way_through_a_list(opened, staff, secretary, rows, machine):
    supplements.ask(rows[1], REASON, by=staff)
    found = {}
    for user, record in ((staff, rows[0]), (staff, rows[1]), (secretary, rows[1])):
        address = f"{reverse('activity_detail', args=[record.pk])}?list=1"
        with opened(user, address, machine=machine) as page:
            page.evaluate("document.querySelectorAll('details.fold').forEach(each => each.open = true)")
            found[f"{user.name} {record.title}"] = serious(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
