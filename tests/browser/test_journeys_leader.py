"""What leaders do, J-L1 to J-L6 and J-O8: clicks and seconds counted, on the desk and on a phone."""

import re
import subprocess
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import AuditEntry
from branches.roles import Role
from lib.periods import month_of, quarter_of
from tests import cast
from tests.browser.conftest import DESK, PHONE, serious
from tests.fonts import needs_fonts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MACHINES = pytest.mark.parametrize("machine", [DESK, PHONE], ids=["desk", "phone"])
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
BACK_ROW_PX = 24
#: The smallest letters and the longest movement on the page; what is only read out, and the trial's line, are left out.
SMALLEST = """() => {
  const sizes = [];
  const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || parent.closest('.vh, title, caption')) continue;
    if (!parent.getClientRects().length) continue;
    const scale = parent.ownerSVGElement ? parent.getScreenCTM().a : 1;
    const size = parseFloat(getComputedStyle(parent).fontSize) * scale;
    sizes.push([Math.round(10 * size) / 10, walk.currentNode.textContent.trim()]);
  }
  return sizes.sort((one, other) => one[0] - other[0])[0];
}"""
MOVING = "document.getAnimations().length"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def school():
    """Last quarter one branch held all its theme days, the others none; the members differ in education."""
    school = cast.a_university()
    for branch in (school.teachers, school.students, school.musicians):
        for number in range(6):
            cast.a_member(branch, education="11" if number % 2 else "21")
    for month in last_quarter().months():
        cast.a_record(school.teachers, "theme_day", month.start + timedelta(days=9))
    return school


@pytest.fixture
def leader(school):
    return cast.a_user(Role.LEADER, school.root, name="陈静之")


def last_quarter():
    return quarter_of(timezone.localdate()).previous()


def dashboard():
    return f"{reverse('dashboard')}?period={last_quarter().code}"


def statistics():
    return reverse("quarter_period", args=[last_quarter().code])


@SCRIPT
@MACHINES
def test_j_l1_from_the_total_to_the_single_missing_meeting(opened, leader, tap, machine, script):
    with opened(leader, dashboard(), machine=machine, script=script) as page:
        tap.click(page.locator(".conclusion a[href*='state=missed']").first)
        tap.click(page.locator("#duties a", has_text="主题党日").first)
        page.wait_for_url("**/duties/theme_day/**")
        told = page.locator("main").inner_text()
    assert tap.number <= 3
    assert {word for word in ("期限", "逾期未开") if word in told} == {"期限", "逾期未开"}


@MACHINES
def test_j_l2_the_state_on_the_first_screen_within_five_seconds(opened, leader, machine):
    began = time.monotonic()
    with opened(leader, machine=machine) as page:
        page.locator(".figures").wait_for()
        seconds = time.monotonic() - began
        height = page.viewport_size["height"]
        ends = [each.bounding_box() for each in (page.locator(".conclusion"), page.locator(".figures"))]
        assert page.locator(".figures .figure").count() == 4
        assert [box["y"] + box["height"] <= height for box in ends] == [True, True]
    assert seconds <= 5


@SCRIPT
@pytest.mark.parametrize(
    ("button", "ending", "most"),
    [("下载 Excel 工作簿", ".xlsx", 5), pytest.param("下载 PDF", ".pdf", 10, marks=needs_fonts)],
)
def test_j_l3_the_quarter_as_a_file(opened, leader, tap, tmp_path, button, ending, most, script):
    target = tmp_path / f"statistics{ending}"
    with opened(leader, dashboard(), machine=DESK, script=script) as page:
        tap.click(page.get_by_role("link", name="统计表"))
        began = time.monotonic()
        with page.expect_download() as download:
            tap.click(page.get_by_role("button", name=button))
        download.value.save_as(target)
        assert time.monotonic() - began <= most
        assert download.value.suggested_filename == f"{last_quarter().label}组织生活统计{ending}"
    assert tap.number <= 2
    if ending == ".pdf":
        colours = subprocess.run(
            ["pdftoppm", "-r", "40", "-png", target, tmp_path / "page"], check=True, capture_output=True
        )
        assert colours.returncode == 0
        assert all(is_grey(path) for path in tmp_path.glob("page*.png"))


def is_grey(path):
    """Whether a picture holds nothing but greys: it loses nothing on a black and white printer."""
    from PIL import Image

    return all(
        max(pixel) - min(pixel) <= 8 for _, pixel in Image.open(path).convert("RGB").getcolors(1 << 20)
    )


@SCRIPT
def test_j_l4_two_quarters_compared_in_words(opened, leader, tap, script):
    with opened(leader, dashboard(), machine=DESK, script=script) as page:
        tap.click(page.get_by_text("更多", exact=True))
        tap.click(page.get_by_role("link", name=f"与{last_quarter().previous().label}比较"))
        told = page.locator(".conclusion").inner_text()
        assert told.startswith(f"{last_quarter().label}与{last_quarter().previous().label}相比，")
        words = page.locator("table.report tbody th + td").all_inner_texts()
        assert all(re.fullmatch(r"不变|没有可比的数|数量太少，不比较|[多少升降] .+", word) for word in words)
    assert tap.number <= 2


@SCRIPT
def test_j_l5_read_without_a_download_and_sent_to_oneself(opened, leader, settings, tap, script):
    settings.MAIL_IS_ON = True
    settings.SITE_URL = "https://party.example.org"
    leader.email = "chen@example.org"
    leader.save()
    with opened(leader, statistics(), script=script) as page:
        assert page.locator("#statistics tbody tr").count() >= 2
        tap(page.get_by_role("link", name="转发"))
        field = page.get_by_role("textbox", name="链接")
        assert field.input_value() == f"https://party.example.org{statistics()}"
        if script:
            page.get_by_role("button", name="复制链接").tap()
            page.get_by_role("button", name="已复制").wait_for()
        else:
            assert page.get_by_role("button", name="复制链接").count() == 0
            field.select_text()
        tap(page.get_by_role("button", name="发送到我的邮箱"))
        page.get_by_text("已发送到您的邮箱。").wait_for()
    assert tap.number <= 2
    assert [(sent.to, statistics() in sent.body) for sent in mail.outbox] == [(["chen@example.org"], True)]


def test_j_l6_the_projector_in_large_type_by_the_arrows(opened, leader, tap):
    smallest = {}
    with opened(leader, dashboard(), machine=DESK) as page:
        tap.click(page.get_by_text("更多", exact=True))
        tap.click(page.get_by_role("link", name="投屏"))
        page.locator(".projector").wait_for()
        # Scripts that wait for the page to be read are there only then.
        page.wait_for_load_state()
        while True:
            smallest[page.url] = page.evaluate(SMALLEST)
            assert page.evaluate(MOVING) == 0
            assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
            if not page.locator("[data-key=ArrowRight]").count():
                break
            with page.expect_navigation():
                page.keyboard.press("ArrowRight")
        with page.expect_navigation():
            page.keyboard.press("ArrowLeft")
        assert "/projector/5/" in page.url
    assert len(smallest) == 6
    assert {url: found for url, found in smallest.items() if found[0] < BACK_ROW_PX} == {}


@pytest.mark.parametrize(
    ("where", "button"),
    [
        ("figure_table members", "下载 Excel"),
        ("figure_rows members members", "下载明细 Excel"),
        ("roster", "导出 Excel"),
    ],
)
def test_j_o8_exports_open_clean_and_leave_a_trace(opened, school, tap, tmp_path, where, button):
    name, *arguments = where.split()
    target = tmp_path / "export.xlsx"
    staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root, name="何以宁")
    with opened(staff, reverse(name, args=arguments), machine=DESK) as page:
        with page.expect_download() as got:
            tap.click(page.get_by_role("button", name=button, exact=True))
        got.value.save_as(target)
    assert tap.number <= 2
    assert AuditEntry.objects.filter(action__endswith=".export", actor=staff).count() == 1
    for sheet in load_workbook(target):
        assert sheet.freeze_panes
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert not str(cell.value or "").startswith(("=", "+", "@"))
            # A number so long has been an identifier, of which Excel keeps fifteen digits.
            assert not (isinstance(cell.value, int | float) and cell.value >= 10**10)


@MACHINES
def test_axe_finds_nothing_serious_on_a_leaders_screens(opened, leader, school, machine):
    found = {}
    code = last_quarter().code
    addresses = [
        dashboard(),
        f"{reverse('dashboard')}?org={school.students.pk}",
        statistics(),
        reverse("compare", args=[code]),
        reverse("trend"),
        reverse("figure_table", args=["members"]),
        f"{reverse('share')}?address=/dashboard/&title=驾驶舱",
        *(f"{reverse('projector', args=[slide])}?period={code}" for slide in range(1, 7)),
    ]
    with opened(leader, machine=machine) as page:
        base = page.url.split("/dashboard")[0]
        for address in addresses:
            page.goto(f"{base}{address}")
            page.evaluate(
                "document.querySelectorAll('details.definitions').forEach(each => each.open = true)"
            )
            found[address] = serious(page)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}


def test_the_meanings_are_folded_on_a_phone_and_open_by_their_link(opened, leader):
    with opened(leader, reverse("figure_table", args=["members"])) as page:
        meaning = page.locator("#definitions dd").first
        assert not meaning.is_visible()
        page.get_by_role("link", name="口径说明").tap()
        assert meaning.is_visible()


class TestOnPaper:
    """A4 upright, in black and white: nothing is cut off, and what a colour says stands in its mark as well."""

    WIDTH_PX = round((210 - 2 * 15) / 25.4 * 96)

    @pytest.mark.parametrize("where", ["dashboard", "branch", "statistics", "compare", "members"])
    def test_nothing_is_cut_off(self, opened, leader, school, where):
        addresses = {
            "dashboard": dashboard(),
            "branch": f"{reverse('dashboard')}?period={last_quarter().code}&org={school.students.pk}",
            "statistics": statistics(),
            "compare": reverse("compare", args=[last_quarter().code]),
            "members": reverse("figure_table", args=["members"]),
        }
        with opened(leader, addresses[where], machine=DESK) as page:
            page.set_viewport_size({"width": self.WIDTH_PX, "height": 1000})
            page.emulate_media(media="print")
            page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
            cut = page.evaluate(
                """() => [...document.querySelectorAll('main :is(th, td, dd, dt, h1, h2, p, svg)')]
                    .filter(each => each.getClientRects().length && !each.closest('.vh') && !each.matches('.vh'))
                    .filter(each => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
                    .map(each => each.outerHTML.slice(0, 120))"""
            )
            assert cut == []

    @pytest.mark.parametrize("where", ["statistics", "book"])
    def test_each_table_keeps_its_heading(self, opened, leader, where):
        book = f"{reverse('book', args=['annual'])}?period={last_quarter().start.year}"
        with opened(leader, book if where == "book" else statistics(), machine=DESK) as page:
            page.emulate_media(media="print")
            headings = page.locator("main .tableframe h2")
            assert headings.count()
            assert [one for one in headings.all() if not one.is_visible()] == []
            assert not page.locator(".toolbar", has_text="点开即明细").first.is_visible()

    def test_marks_carry_what_colours_say(self, opened, leader, school):
        month = month_of(timezone.localdate())
        cast.a_record(school.teachers, "theme_day", month.start)
        with opened(leader, f"{reverse('dashboard')}?period={last_quarter().code}", machine=DESK) as page:
            page.emulate_media(media="print")
            cells = page.evaluate(
                """() => [...document.querySelectorAll('.legend .cell, .matrix .cell')].map(each => {
                    const style = getComputedStyle(each);
                    const mark = each.querySelector('use')?.getAttribute('href') || each.textContent;
                    return [each.className, mark, style.backgroundColor, style.color];
                })"""
            )
        marks = {}
        for look, mark, paper, ink in cells:
            assert (paper, ink) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
            marks.setdefault(look, set()).add(mark)
        assert {look: len(found) for look, found in marks.items()} == dict.fromkeys(marks, 1)
        assert len({next(iter(found)) for found in marks.values()}) == len(marks)

    def test_the_pdf_holds_every_unit_and_the_sentence(self, opened, leader, tmp_path):
        with opened(leader, dashboard(), machine=DESK) as page:
            units = page.locator(".matrix tbody th").all_inner_texts()
            sentence = page.locator(".conclusion").inner_text()
            page.pdf(path=tmp_path / "dashboard.pdf", format="A4")
        text = subprocess.run(
            ["pdftotext", "-layout", tmp_path / "dashboard.pdf", "-"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        flat = re.sub(r"\s", "", text)
        assert [unit for unit in units if re.sub(r"\s", "", unit) not in flat] == []
        assert re.sub(r"\s", "", sentence) in flat
