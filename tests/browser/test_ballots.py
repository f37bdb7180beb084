"""J-O10: ten secretaries by a code on a phone within half a minute, and from paper by keyboard within forty seconds.

Human seconds are estimated by keystrokes (ux, 2.0): half a second a tap, 1.35 a decision; a key on a desk 0.28.
"""

import re
from time import monotonic

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from assessments import ballots
from assessments.codes import printed
from assessments.models import PaperSheet, RaterGroup, Rating
from assessments.schemes import Scale
from tests import cast
from tests.assessments import meeting
from tests.browser.conftest import DESK, PHONE, serious

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TAP, DECISION, KEY = 0.5, 1.35, 0.28
TEN = 10


@pytest.fixture
def running():
    """The round of ten, and who keeps it."""
    return meeting.of_ten(cast.a_university(), day=timezone.localdate())


@pytest.fixture
def phone(chromium):
    """Somebody's own phone: nobody is signed in."""
    context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", **PHONE)
    yield context.new_page()
    context.close()


def rate(page, tap, marks):
    for place, mark in enumerate(marks, start=1):
        tap(page.locator(f"#s{place}").get_by_role("radio", name=mark, exact=True))


MARKS = ["好", "较好", "一般", "差", "好", "好", "较好", "好", "好"]


def test_ten_secretaries_by_a_scanned_code(phone, live_server, running, tap):
    round_, staff = running
    code, asked = meeting.a_code(round_, staff), []
    phone.on("request", lambda request: asked.append(request.url))
    began = monotonic()
    phone.goto(f"{live_server.url}{reverse('ballot')}#{code}")
    phone.get_by_text("述职测评票").wait_for()
    assert phone.url == f"{live_server.url}/ballots/"
    rate(phone, tap, MARKS)
    assert phone.locator("[data-unrated]").get_attribute("href") == "#s10"
    tap(phone.get_by_role("button", name="提交选票"))
    phone.get_by_text("选票已收到").wait_for()
    machine = monotonic() - began
    assert tap.number == TEN
    assert machine + tap.number * TAP + TEN * DECISION <= 30
    assert sorted(Rating.objects.values_list("mark", flat=True)) == sorted(MARKS)
    assert [url for url in asked if code in url.partition("#")[0]] == []


def test_typed_and_without_script(chromium, live_server, running, tap):
    round_, staff = running
    code = printed(meeting.a_code(round_, staff))
    context = chromium.new_context(locale="zh-CN", java_script_enabled=False, **PHONE)
    page = context.new_page()
    page.goto(f"{live_server.url}{reverse('ballot')}")
    page.fill("[name=code]", code.lower())
    tap(page.get_by_role("button", name="打开选票"))
    rate(page, tap, MARKS)
    tap(page.get_by_role("button", name="提交选票"))
    page.get_by_text("选票已收到").wait_for()
    # A tap into the field, nine characters, and the ten decisions.
    assert (tap.number + 1 + len(code)) * TAP + TEN * DECISION <= 30
    assert Rating.objects.count() == len(MARKS)
    context.close()


@pytest.fixture
def group(running):
    round_, staff = running
    group = round_.groups.get(code="b")
    ballots.hand_out(group, 5, by=staff)
    return RaterGroup.objects.select_related("round").get(pk=group.pk)


def test_paper_by_keyboard(opened, running, group):
    """Ten keys and Enter; 0 leaves blank, and what was wrong is mended with the arrows."""
    round_, staff = running
    at = reverse("paper_sheet", args=[round_.pk, "b", 1, 1])
    with opened(staff, at, machine=DESK) as page:
        assert serious(page) == []
        for number in (1, 2):
            began, keys = monotonic(), [*"1234011111", "ArrowUp", "2", "Enter"]
            for key in keys:
                page.keyboard.press(key)
            page.wait_for_url(re.compile(rf"/b/1/{number + 1}/$"))
            assert monotonic() - began + len(keys) * KEY + TEN * DECISION <= 40
    expected = ["好", "较好", "一般", "差", "好", "好", "好", "较好", "好"]
    pks = meeting.keys(round_)
    for sheet in PaperSheet.objects.order_by("number"):
        marks = [sheet.marks.get(str(pk), "") for pk in pks]
        assert [mark for mark in marks if mark] == expected
        assert marks[4] == ""
    assert PaperSheet.objects.count() == 2


def test_the_count_goes_up_by_itself_and_the_slips_are_shown_once(opened, running):
    round_, staff = running
    with opened(staff, reverse("round_ballots", args=[round_.pk]), machine=DESK) as page:
        assert serious(page) == []
        page.get_by_label("再发测评码").first.fill("5")
        page.get_by_role("button", name="发码并打印").first.click()
        page.get_by_text("只显示这一次").wait_for()
        assert serious(page) == []
        code = page.locator(".secret-code").first.inner_text()
        page.get_by_role("link", name="返回").click()
        returned = page.locator("#turnout [data-label='已收回']").first
        assert returned.inner_text() == "0"
        ballots.cast(code, {meeting.keys(round_)[0]: "好"})
        expect(returned).to_have_text("1")


@pytest.mark.parametrize("scale", [Scale.GRADES, Scale.POINTS])
def test_nothing_serious_for_whoever_votes(phone, live_server, tap, scale):
    round_, staff = meeting.of_ten(cast.a_university(), day=timezone.localdate(), scale=scale)
    phone.goto(f"{live_server.url}{reverse('ballot')}")
    assert serious(phone) == []
    phone.fill("[name=code]", meeting.a_code(round_, staff))
    tap(phone.get_by_role("button", name="打开选票"))
    phone.get_by_text("述职测评票").wait_for()
    assert serious(phone) == []
    tap(phone.get_by_role("button", name="提交选票"))
    phone.get_by_text("选票已收到").wait_for()
    assert serious(phone) == []


@pytest.mark.parametrize("machine", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(
    "name", ["round_ballots", "ballot_raters", "ballot_close", "paper_list", "paper_unlike", "paper_sheet"]
)
def test_nothing_serious(opened, running, group, machine, name):
    round_, staff = running
    marks = dict.fromkeys(meeting.keys(round_), "好")
    ballots.type_sheet(group, number=1, turn=1, marks=marks, by=staff)
    ballots.type_sheet(group, number=1, turn=2, marks={}, by=staff)
    place = [round_.pk, "b", 1, 1] if name == "paper_sheet" else [round_.pk]
    with opened(staff, reverse(name, args=place), machine=machine) as page:
        assert serious(page) == []
