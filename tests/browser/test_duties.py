"""What is due, where it is seen: J-O6, J-S3 and J-S10, and the matrix on a phone, on paper and without colour."""

import io
import re
import unicodedata
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from activities import waivers
from activities.models import Activity, Waiver
from branches.roles import Role
from lib.periods import Period, month_of
from lib.templatetags.ui import STATES
from reminders import ledger
from reminders.models import Chase, Reminder
from tests import cast
from tests.browser.conftest import DESK, PHONE, serious

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHY = "全体党员外出实习，无法集中"
THEME_DAY = "支部条例第十六条、教育管理条例第十六条：每月相对固定1天开展主题党日"
FORCED = {**PHONE, "forced_colors": "active"}
PAPER = {"viewport": {"width": 680, "height": 960}}
#: Whatever is not in black on white, of what carries the states.
COLOURED = """elements => elements.filter(each => {
  const style = getComputedStyle(each)
  return style.color !== "rgb(0, 0, 0)" || style.backgroundColor !== "rgb(255, 255, 255)"
}).length"""


@pytest.fixture
def school():
    school = cast.a_university()
    for branch in (school.teachers, school.students, school.musicians):
        cast.a_post(cast.a_member(branch), "secretary")
    return school


@pytest.fixture
def branch(school):
    """Students; with a committee."""
    cast.a_post(cast.a_member(school.students))
    return school.students


@pytest.fixture
def secretary(branch):
    return cast.a_user(Role.SECRETARY, branch, name="张明远")


@pytest.fixture
def staff(branch):
    return cast.a_user(Role.COMMITTEE_STAFF, branch.parent, name="王老师")


def text(page):
    return page.locator("main").inner_text()


class TestChasing:
    """J-O6."""

    def test_all_that_miss_the_theme_day_are_reminded_in_four_clicks(
        self, opened, school, secretary, staff, tap
    ):
        today = timezone.localdate()
        cast.a_user(Role.SECRETARY, school.teachers, name="李思齐")
        with opened(staff, machine=DESK) as page:
            tap.click(page.get_by_role("link", name=re.compile(r"未开 2 个支部")))
            assert page.locator("#duties tbody th").all_inner_texts() == ["物理教师党支部", "物理学生党支部"]
            assert "催办" not in page.locator("#duties tbody").inner_text()
            tap.click(page.get_by_role("button", name="催办名单上的 2 项"))
            page.get_by_text("已催办 2 个党支部的 2 项。").wait_for()
            assert tap.number <= 4
            lines = page.locator("#duties tbody tr").all_inner_texts()
            assert [f"{today} 王老师 催办" in line for line in lines] == [True, True]
        subjects = Reminder.objects.open().filter(kind="duty").values_list("recipient__name", "title")
        title = f"{month_of(today).short_label}主题党日"
        assert sorted(subjects.filter(title=title)) == [("张明远", title), ("李思齐", title)]

    def test_nobody_is_reminded_again_within_three_days_unasked(self, opened, secretary, staff):
        today = timezone.localdate()
        with opened(staff, machine=DESK) as page:
            page.get_by_role("link", name=re.compile(r"未开 2 个支部")).click()
            again = page.get_by_role("button", name=re.compile("催办名单上的"))
            again.click()
            page.get_by_text("已催办 2 个党支部的 2 项。").wait_for()
            Chase.objects.update(on=today - timedelta(days=2))
            again.click()
            page.get_by_text("3 天内都催办过。确要再催，请勾选后再提交。").wait_for()
            assert set(Chase.objects.values_list("on", flat=True)) == {today - timedelta(days=2)}
            page.get_by_label("3天内催办过的也再催").check()
            again.click()
            page.get_by_text("已催办 2 个党支部的 2 项。").wait_for()
            assert f"{today} 王老师 催办" in page.locator("#duties tbody").inner_text()
        assert Chase.objects.filter(on=today).count() == 2


class TestWhatIsDue:
    """J-S3; that it stands on the first screen within two seconds is tried with the other journeys."""

    def test_each_line_says_what_asks_for_it(self, opened, secretary):
        with opened(secretary) as page:
            lines = page.locator(".due-list li").all_inner_texts()
            assert len(lines) > 3
            assert ["应开 1 次，还没开" in line and "支部条例第" in line for line in lines] == [True] * len(
                lines
            )

    def test_the_link_of_a_reminder_opens_the_form_filled_in(self, opened, school, branch, secretary, tap):
        """The right one of the branches he records for, too."""
        today = timezone.localdate()
        cast.give(secretary, Role.RECORDER, school.teachers)
        last = month_of(today).previous()
        ledger.collect(today)
        mine = Reminder.objects.filter(recipient=secretary, branch_path=branch.path)
        due = mine.get(due_on=last.end, title=f"{last.short_label}主题党日")
        with opened(secretary, due.url) as page:
            assert [what in text(page) for what in ("主题党日", branch.short_name)] == [True, True]
            assert page.locator("[name=held_on]").input_value() == last.end.isoformat()
            tap(page.get_by_role("button", name="全部到会 2"))
            tap(page.get_by_role("button", name="提交记录"))
            page.get_by_text("已记录：主题党日，应到 2，实到 2。").wait_for()
        record = Activity.objects.get()
        assert (record.branch, record.kind, record.held_on) == (branch, "theme_day", last.end)
        assert THEME_DAY in due.detail


class TestWaiving:
    """J-S10."""

    def test_four_taps_and_a_sentence_and_what_becomes_of_it(self, opened, branch, secretary, staff, tap):
        with opened(secretary) as page:
            asks = page.get_by_role("link", name="申请免开：支委会")
            before = asks.count()
            tap(asks.first)
            tap(page.locator("[name=reason]"))
            page.keyboard.insert_text(WHY)
            tap(page.get_by_role("button", name="提交上级"))
            page.get_by_text("已提交申请，等上级答复。").wait_for()
            assert tap.number <= 4
        row = Waiver.objects.get()
        assert (row.codes, row.reason, row.is_waiting) == (["ZB-13"], WHY, True)
        with opened(staff, machine=DESK) as page:
            page.get_by_role("link", name=re.compile("去处理：.*免开")).click()
            page.get_by_role("link", name=branch.short_name).first.click()
            page.get_by_role("link", name="打开", exact=True).click()
            assert WHY in text(page)
            page.get_by_role("button", name="同意免开").click()
            page.get_by_text("已同意免开。").wait_for()
        label = f"{waivers.period_of(row).short_label}支委会"
        year = waivers.period_of(row).start.year
        with opened(secretary, f"{reverse('branch_page', args=[branch.pk])}?year={year}") as page:
            cell = page.get_by_role("link", name=f"{label}：已同意免开")
            assert cell.inner_text().startswith("免")
            cell.tap()
            note = page.locator("li:target")
            assert f"上级已同意免开：{WHY}" in note.inner_text()
            assert "支部条例第十二条：一般每月召开1次" in note.inner_text()
        with opened(secretary) as page:
            assert page.get_by_role("link", name="申请免开：支委会").count() == before - 1


LAST_YEAR = Period.year(timezone.localdate().year - 1)


@pytest.fixture
def last_year(school, staff):
    """Of the students' last year: January on time, February made up, the first quarter exempt, the rest missed; no
    committee, so nothing is asked of one.
    """
    branch, year = school.students, LAST_YEAR.start.year
    branch.posts.filter(title="committee").delete()
    with time_machine.travel(f"{year}-01-16 09:00 +0800"):
        cast.a_record(branch, "theme_day", date(year, 1, 15))
    cast.a_record(branch, "theme_day", date(year, 2, 15))
    asker = cast.a_user(Role.SECRETARY, branch)
    waivers.accept(waivers.ask(branch, ["ZB-10"], Period.quarter(year, 1), WHY, by=asker), by=staff)
    return branch


def of_branch(branch):
    return f"{reverse('branch_page', args=[branch.pk])}?year={LAST_YEAR.code}"


def of_committee(branch):
    """Of the first quarter: a year's columns are quarters."""
    return f"{reverse('dashboard')}?period={LAST_YEAR.code}Q1&org={branch.parent_id}"


def states_of(page):
    """State → (what its cells show, the word they are read with), of all cells of the page's matrix."""
    found = {}
    for cell in page.locator(".matrix .cell").all():
        state = re.search(r"is-(\w+)", cell.get_attribute("class"))[1]
        mark = (
            cell.locator("use").get_attribute("href").partition("#")[2] if cell.locator("use").count() else ""
        )
        mark = mark or cell.locator("b").inner_text()
        found.setdefault(state, set()).add((mark, cell.locator(".vh").inner_text().rpartition("：")[2]))
    return found


MACHINES = {"phone": PHONE, "paper": PAPER, "no colour": FORCED}


class TestMatrix:
    @pytest.mark.parametrize("machine", MACHINES)
    @pytest.mark.parametrize("address", [of_branch, of_committee])
    def test_each_state_has_a_mark_and_a_word_of_its_own(self, opened, staff, last_year, machine, address):
        with opened(staff, address(last_year), machine=MACHINES[machine]) as page:
            if machine == "paper":
                page.emulate_media(media="print")
            found = states_of(page)
            assert {"done", "belated", "late", "waived", "exempt"} <= set(found)
            told = [one for each in found.values() for one in each]
            assert (
                len(told) == len({mark for mark, _ in told}) == len({word for _, word in told}) == len(found)
            )
            assert {state: {word for _, word in each} for state, each in found.items()} == {
                state: {STATES[state][0]} for state in found
            }
            assert all(each.is_visible() for each in page.locator(".matrix .cell :is(svg, b)").all())
            legend = page.locator(".legend")
            assert legend.is_visible()
            assert [STATES[state][0] in legend.inner_text() for state in found] == [True] * len(found)
            assert THEME_DAY in page.locator(".basis").inner_text()

    @pytest.mark.parametrize("machine", [PHONE, FORCED, DESK], ids=["phone", "no colour", "desk"])
    @pytest.mark.parametrize("address", [of_branch, of_committee])
    def test_axe_finds_nothing_serious_and_nothing_runs_out(self, opened, staff, last_year, machine, address):
        with opened(staff, address(last_year), machine=machine) as page:
            assert serious(page) == []

    @pytest.mark.parametrize("address", [of_branch, of_committee])
    def test_a_thumb_hits_every_cell(self, opened, staff, last_year, address):
        with opened(staff, address(last_year)) as page:
            cells = page.locator(".matrix .cell")
            assert cells.count() == page.locator(".matrix a.cell").count() >= 20
            sizes = [cell.bounding_box() for cell in cells.all()]
            assert min(box["height"] for box in sizes) >= 44
            assert min(box["width"] for box in sizes) >= 40

    @pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
    def test_every_cell_leads_to_its_reason_by_thumb_and_by_key(self, opened, staff, last_year, script):
        told = {
            "1月主题党日：已完成": "1月已开 1 次。",
            "2月主题党日：已完成（补记）": "算补记",
            "3月主题党日：逾期未开": "3月应开 1 次，已开 0 次，已过期限。",
            "一季度支部党员大会：已同意免开": f"上级已同意免开：{WHY}",
            "4月支委会：不适用": "未设支委会，不作要求。",
        }
        with opened(staff, of_branch(last_year), script=script) as page:
            home = page.url
            for number, (name, reason) in enumerate(told.items()):
                page.goto(home)
                cell = page.get_by_role("link", name=name, exact=True)
                if number % 2:
                    cell.tap()
                else:
                    cell.focus()
                    page.keyboard.press("Enter")
                page.wait_for_url(lambda url: url != home)
                place = page.locator("li:target") if "#" in page.url else page.locator("main")
                assert reason in place.inner_text()
                assert "支部条例第" in place.inner_text()

    def test_what_the_home_page_shows_small_is_read_out_whole(self, opened, last_year, secretary):
        with opened(secretary) as page:
            cell = page.locator(".matrix-mini .cell").first
            assert re.search(r"支部党员大会：\S+。.+", cell.inner_text())
            assert THEME_DAY in page.locator(".basis").inner_text()
            assert serious(page) == []

    @pytest.mark.parametrize("address", [of_branch, of_committee])
    def test_on_paper_the_whole_table_stands_in_black(self, opened, staff, last_year, address):
        with opened(staff, address(last_year), machine=PAPER) as page:
            page.emulate_media(media="print")
            assert page.locator(".matrix .cell").evaluate_all(COLOURED) == 0
            fits = "each => each.scrollWidth <= each.clientWidth"
            assert page.locator("main").evaluate(fits)
            assert page.locator(".matrix").evaluate(
                "each => each.getBoundingClientRect().right <= document.documentElement.clientWidth"
            )
            for name in (".masthead", ".sidenav", ".tabbar", ".seg", ".btn"):
                assert [one for one in page.locator(name).all() if one.is_visible()] == []
            sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
            assert [round(float(side)) for side in sheets[0].mediabox[2:]] == [595, 842]
            first = unicodedata.normalize("NFKC", sheets[0].extract_text())
            assert all(STATES[state][0] in first for state in ("done", "late", "waived", "exempt"))

    def test_without_colour_what_is_late_has_the_thickest_frame(self, opened, staff, last_year):
        with opened(staff, of_branch(last_year), machine=FORCED) as page:
            widths = {
                state: page.locator(f".matrix .is-{state}").first.evaluate(
                    "each => getComputedStyle(each).borderTopWidth"
                )
                for state in ("done", "belated", "late", "waived", "exempt")
            }
            assert widths == {**dict.fromkeys(widths, "1px"), "late": "3px"}
