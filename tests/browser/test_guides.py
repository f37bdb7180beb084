"""The guides' pictures, taken of the demo as its personas see it; `make guide` keeps them in static/img/guide."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts import audit
from accounts.models import User
from activities import check_ins
from activities.models import Activity, CheckIn
from branches import trail_check
from branches.models import Branch, Station
from branches.roles import Role
from branches.scope import grants_of
from jobs import running
from reports import guides
from reports.demo.load import load
from tests import cast
from tests.browser.conftest import DESK, PHONE, serious
from tests.reports.demo_world import TINY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: A Friday of the month that is not over: something is due, something is late.
NOW = "2026-11-20 10:00 +0800"
SCHOOL = "https://branchbook.example.edu.cn"
MOST_BYTES = 150_000
TO_THE_ROLL = """() => {
  const top = document.querySelector('.tick').closest('section').getBoundingClientRect().top;
  scrollTo({ top: top + scrollY - 80, behavior: 'instant' });
}"""
SHORT_DESK = {"viewport": {"width": 1200, "height": 750}}
KINDS = {"kind": "theme_day"}


def pictures():
    """Who looks, on what machine, at which address: the file each picture is kept in."""
    missed = f"{reverse('duty_list')}?state=missed"
    return {
        "secretary-home": ("shuji", PHONE, reverse("home")),
        "secretary-record": ("shuji", PHONE, reverse("activity_log", kwargs=KINDS)),
        "recorder-record": (a_recorder(), PHONE, reverse("activity_detail", args=[a_meeting()])),
        "attendance-check-in": ("kaoqin", PHONE, reverse("check_in", args=[a_window()])),
        "committee-home": ("xueyuan", SHORT_DESK, reverse("home")),
        "committee-duties": ("xueyuan", SHORT_DESK, missed),
        "organization-import": ("zuzhibu", SHORT_DESK, reverse("import_roster")),
        "leader-dashboard": ("lingdao", SHORT_DESK, reverse("dashboard")),
        "station": ("gongzuozhan", PHONE, reverse("station_page", args=[Station.objects.first().pk])),
        "member": ("dangyuan", PHONE, reverse("me")),
        "system-first-steps": ("xitong", SHORT_DESK, reverse("first_steps")),
        "security-home": ("anquan", SHORT_DESK, reverse("admin:index")),
        "audit-check": ("shenji", SHORT_DESK, a_check()),
    }


def the_branch():
    return Branch.objects.get(path=grants_of(User.objects.get(username="kaoqin"))[0].branch_path)


def a_recorder():
    """The demo has none: a colleague of the one who takes attendance."""
    return cast.a_user(Role.RECORDER, the_branch(), name="沈若水").username


def a_meeting():
    held = Activity.objects.filter(branch=the_branch(), kind="general_meeting", withdrawn_at=None)
    return held.latest("held_on").pk


def a_check():
    """Twice, with what the demo left in the trail."""
    auditor = User.objects.get(username="shenji")
    audit.seal(100_000)
    for _ in range(2):
        running.run(str(trail_check.start(auditor).pk))
    return reverse("trail_check")


def a_window():
    taker, branch = User.objects.get(username="kaoqin"), the_branch()
    closes_at = timezone.now() + timedelta(hours=1)
    begun = check_ins.begin(by=taker, branch=branch, kind="theme_day", group=None, closes_at=closes_at)
    CheckIn.objects.update(secret="the same on every picture")
    return begun.pk


@pytest.fixture
def demo(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    # What a QR code carries: another port each time.
    monkeypatch.setattr(
        HttpRequest, "build_absolute_uri", lambda self, path="": f"{SCHOOL}{path or self.path}"
    )
    with time_machine.travel(NOW, tick=False):
        load(TINY, 7, timezone.localdate())
        settings.TRIAL = False  # after the keys were made; the pages do without the trial's line
        yield


def show_the_roll(page):
    """A form for a record is shown where people are marked."""
    everybody = page.get_by_role("button", name="全部到会")
    if everybody.count():
        everybody.tap()
        page.locator(".tick").nth(1).tap()
        page.evaluate(TO_THE_ROLL)


def shown(page):
    """The screen in few colours, as small as a page that is read on a phone wants it."""
    taken = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    kept = io.BytesIO()
    taken.quantize(128, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    return kept.getvalue()


def test_each_picture_shows_its_page_and_is_small(opened, demo, tmp_path):
    folder = Path(os.environ.get("GUIDE_FOLDER", tmp_path))
    wrong = {}
    for name, (username, machine, address) in pictures().items():
        with opened(User.objects.get(username=username), address, machine=machine) as page:
            assert page.url.endswith(address), f"{name}: led to {page.url}"
            show_the_roll(page)
            (folder / f"{name}.png").write_bytes(picture := shown(page))
            if len(picture) > MOST_BYTES:
                wrong[name] = f"{len(picture)} bytes"
    assert wrong == {}


@pytest.mark.parametrize("machine", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_serious_in_the_guides(opened, demo, live_server, machine):
    addresses = [reverse("help"), *(reverse("help_guide", args=[name]) for name in guides.NAMES)]
    found = {}
    with opened(User.objects.get(username="shuji"), machine=machine) as page:
        for address in addresses:
            page.goto(f"{live_server.url}{address}")
            found[address] = serious(page)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
