"""Full minutes at a desk, later: nothing entered twice, printed in two clicks, without script too (J-S8)."""

from datetime import date, time
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from docx import Document

from activities import minutes, records
from activities.attendance import Mark
from activities.models import AgendaItem
from activities.voting import Ballot
from branches.roles import Role
from tests import cast
from tests.browser.conftest import DESK, serious
from tests.browser.test_secretary import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LABELS = {"docx": "Word", "pdf": "PDF"}
TEXT = """一、学习党章
领学后 5 人发言。
二、讨论下季度安排
书记说明安排。
决议：同意。"""


@pytest.fixture
def record():
    branch = cast.a_university().students
    for number in range(6):
        cast.a_member(branch, f"学生{number}")
    facts = {"place": "A305", "host": "学生0", "recorder": "学生1", "starts_at": time(14, 30), "minutes": 90}
    return cast.a_record(branch, "general_meeting", date(2026, 3, 30), **facts)


@pytest.fixture
def secretary(record):
    return cast.a_user(Role.SECRETARY, record.branch, name="学生0")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_minutes_are_completed_and_printed(chromium, live_server, record, secretary, script):
    context = chromium.new_context(
        locale="zh-CN", viewport={"width": 1440, "height": 900}, java_script_enabled=script
    )
    page = context.new_page()
    sign_in(page, live_server, secretary)
    page.goto(f"{live_server.url}{reverse('activity_detail', args=[record.pk])}")
    page.get_by_role("link", name="补全纪要").click()
    page.fill("[name=text]", TEXT)
    page.get_by_role("button", name="分成议题").click()
    page.get_by_role("link", name="添加一般表决").click()
    page.get_by_label("议题", exact=False).first.fill("通过全年计划")
    page.get_by_label("讨论情况").fill("3 人发言。")
    page.get_by_label("赞成", exact=True).fill("5")
    page.get_by_label("不赞成", exact=True).fill("1")
    page.get_by_label("事项", exact=True).first.fill("公布计划")
    page.get_by_label("责任人", exact=True).first.select_option(label="学生2")
    page.get_by_label("期限", exact=True).first.fill("2026-04-10")
    page.get_by_role("button", name="保存").click()
    assert "赞成 5，超过应到会 6 人的半数，通过" in page.locator("main").inner_text()
    page.get_by_role("button", name="标为资料齐全").click()
    page.get_by_role("link", name="查看原记录").click()
    assert "资料齐全" in page.locator("main").inner_text()
    with page.expect_download() as paper:
        page.get_by_role("link", name="会议记录，PDF").click()
    assert paper.value.suggested_filename == "20260330-支部党员大会-会议记录.pdf"
    assert AgendaItem.objects.count() == 3
    context.close()


@pytest.mark.parametrize("ending", ["docx", "pdf"])
def test_j_s8_full_minutes_and_a_paper_with_nothing_entered_twice(opened, record, secretary, tap, ending):
    address = reverse("activity_minutes", args=[record.pk])
    with opened(secretary, address, machine=DESK) as page:
        page.fill("[name=text]", TEXT)
        page.get_by_role("button", name="分成议题").click()
        page.get_by_text("讨论下季度安排").first.wait_for()
        tap.click(page.get_by_role("link", name="查看原记录"))
        with page.expect_download() as paper:
            tap.click(page.get_by_role("link", name=f"会议记录，{LABELS[ending]}"))
        assert tap.number <= 2
        assert paper.value.suggested_filename == f"20260330-支部党员大会-会议记录.{ending}"
        if ending == "docx":
            said = "\n".join(text_of(paper.value.path()))
            assert [
                fact for fact in ("A305", "学生0", "学生1", "14:30", "学习党章") if fact not in said
            ] == []
    assert [item.title for item in AgendaItem.objects.all()] == ["学习党章", "讨论下季度安排"]


def text_of(path):
    document = Document(path)
    yield from (paragraph.text for paragraph in document.paragraphs)
    for table in document.tables:
        yield from (cell.text for row in table.rows for cell in row.cells)


def test_what_became_of_a_vote_fits_a_phone(opened, record, secretary):
    """Somebody was marked present by mistake, so the votes are too many: a long sentence."""
    votes = [Ballot("学生2", in_favour=5, against=1)]
    minutes.keep_item(
        record, by=secretary, item_id=uuid4(), version=0, vote="election", title="增补委员", ballots=votes
    )
    marks = cast.all_present("general_meeting", record.branch, record.held_on)
    marks[next(iter(marks))] = Mark("leave", "因公")
    records.correct(record, by=secretary, version=1, held_on=record.held_on, marks=marks)
    with opened(secretary, reverse("activity_detail", args=[record.pk])) as page:
        page.get_by_text("“学生2”的票数合计 6，多于到会").wait_for()
        assert serious(page) == []


@pytest.mark.parametrize("size", [(390, 844), (1440, 900)])
def test_axe_finds_nothing_serious(page, live_server, record, secretary, size):
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    sign_in(page, live_server, secretary)
    AgendaItem.objects.create(activity=record, position=1, title="学习党章", proceedings="领学。")
    for address in (
        reverse("activity_minutes", args=[record.pk]),
        reverse("agenda_add", args=[record.pk, "election"]),
        reverse("activity_detail", args=[record.pk]),
        reverse("study_hours"),
    ):
        page.goto(f"{live_server.url}{address}")
        found = Axe().run(page).response["violations"]
        assert [(each["id"], address) for each in found if each["impact"] in ("serious", "critical")] == []
