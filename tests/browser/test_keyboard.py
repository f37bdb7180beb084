"""J-O1, J-O6, J-L1, J-S1, a leave and a check of the trail by keyboard alone: Tab, Enter, Space, and arrows in radios.

What has the focus is asked each time whether it can be seen, and whether nothing lies over it.
"""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from activities.models import Activity, LeaveRequest
from branches.roles import Role
from branches.terms import elect
from lib.periods import month_of, quarter_of
from members.models import Member
from reminders.models import Reminder
from tests import cast
from tests.browser.conftest import DESK
from tests.members.rosters import a_file, a_row

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_TABS = 250
#: What has the focus: its name as it is read out, and whether it stands freely on the screen.
FOCUSED = """() => {
  const at = document.activeElement;
  const labels = [...(at.labels ?? [])].map((one) => one.innerText);
  // A region that scrolls and a list to choose from are not called by all that stands in them.
  const named = [at.getAttribute('aria-label') ?? (at.tagName === 'SELECT' ? '' : at.innerText), ...labels];
  const box = (at.closest('.tick, label') ?? at).getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const own = at.closest('.tick, label') ?? at;
  const group = at.closest('[role=radiogroup]')?.getAttribute('aria-label');
  return { name: [group, ...named].filter(Boolean).join(' '), free: own.contains(top) || top?.contains(own) };
}"""


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def school():
    school = cast.a_university()
    for branch in (school.teachers, school.students, school.musicians):
        cast.a_post(cast.a_member(branch), "secretary")
    return school


class Keys:
    """Goes on with Tab until what has the focus is called ``name``: wholly, where ``whole``, or among other words."""

    def __init__(self, page):
        self.page = page

    def reach(self, name, *, back=False, whole=False):
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            focused = self.page.evaluate(FOCUSED)
            if focused["name"].strip() == name if whole else name in focused["name"]:
                assert focused["free"], f"something lies over {name}"
                return self
        raise AssertionError(f"{name} is not reached by Tab")

    def press(self, key="Enter"):
        self.page.keyboard.press(key)
        return self


def test_j_o1_a_roster_is_imported(opened, school, tmp_path):
    roster = a_file(tmp_path, a_row("张明", 1), a_row("李强", 2))
    staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    with opened(staff, machine=DESK) as page:
        # Listened for from the start: the browser is told late that somebody wants to hear of choosers.
        page.on("filechooser", lambda chooser: chooser.set_files(roster))
        keys = Keys(page)
        keys.reach("导入").press()
        page.wait_for_url(f"**{reverse('import_roster')}")
        keys.reach("选择").press()
        expect(page.locator("input[type=file]")).not_to_have_value("")
        keys.reach("上传并核对").press()
        page.wait_for_url("**/members/import/*-*/")
        keys.reach("写入 2 行").press()
        page.get_by_role("heading", name="已写入").wait_for()
    assert Member.objects.filter(name__in=("张明", "李强")).count() == 2


def test_j_o6_all_that_miss_the_theme_day_are_reminded(opened, school):
    cast.a_user(Role.SECRETARY, school.students, name="张明远")
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    with opened(staff, machine=DESK) as page:
        keys = Keys(page)
        keys.reach("未开 2 个支部").press()
        page.wait_for_url("**/duties/**")
        keys.reach("催办名单上的 2 项").press()
        page.get_by_text("已催办 2 个党支部的 2 项。").wait_for()
    title = f"{month_of(timezone.localdate()).short_label}主题党日"
    told = Reminder.objects.open().filter(kind="duty", title=title).values_list("recipient__name", flat=True)
    assert "张明远" in told


def test_j_l1_from_the_total_to_the_single_missing_meeting(opened, school):
    last = quarter_of(timezone.localdate()).previous()
    leader = cast.a_user(Role.LEADER, school.root)
    with opened(leader, f"{reverse('dashboard')}?period={last.code}", machine=DESK) as page:
        keys = Keys(page)
        total = page.locator(".conclusion a[href*='state=missed']").first.inner_text()
        keys.reach(total, whole=True).press()
        page.wait_for_url("**state=missed**")
        keys.reach("主题党日").press()
        page.wait_for_url("**/duties/theme_day/**")
        assert "逾期未开" in page.locator("main").inner_text()


def test_j_s1_a_meeting_is_logged_with_one_on_leave(opened, school):
    branch = school.students
    for name in ("张明远", "李思齐", "陈知行"):
        cast.a_member(branch, name)
    elect(branch, date(2025, 1, 10), by=None)
    last = {"title": "学习党章；通报党费", "place": "理工楼 A305", "host": "张明远", "recorder": "李思齐"}
    cast.a_record(branch, "general_meeting", timezone.localdate() - timedelta(days=100), **last)
    with opened(cast.a_user(Role.SECRETARY, branch, name="张明远"), machine=DESK) as page:
        keys = Keys(page)
        keys.reach("去记录：支部党员大会").press()
        page.wait_for_url("**/log/**")
        keys.reach("学习党章").press("Space")
        keys.reach("全部到会").press()
        keys.reach("陈知行").press("ArrowDown")
        keys.reach("因公").press("Space")
        keys.reach("提交记录").press()
        page.wait_for_url("**/activities/**")
        assert "实到 3，请假 1。" in page.locator("main").inner_text()
    record = Activity.objects.get(held_on=timezone.localdate())
    leave = record.attendances.filter(state="leave").values_list("member__name", "reason")
    assert (record.title, list(leave)) == ("学习党章", [("陈知行", "因公")])


def test_a_member_asks_for_leave(opened, school):
    member = cast.a_member(school.teachers, "王五", account=cast.a_user(name="王五"))
    with opened(member.account, reverse("me"), machine=DESK) as page:
        keys = Keys(page)
        keys.reach("请假").press()
        page.wait_for_url("**/leave/")
        keys.reach("事由").page.keyboard.type("出差")
        keys.reach("提交请假").press()
        page.get_by_text("已提交").first.wait_for()
    assert LeaveRequest.objects.get().member == member


def test_the_auditor_verifies_the_trail(opened):
    with opened(cast.a_user(Role.AUDITOR), reverse("admin:index"), machine=DESK) as page:
        keys = Keys(page)
        keys.reach("核验审计记录").press()
        page.wait_for_url("**/trail/check/")
        keys.reach("开始核验").press()
        page.get_by_text("已核验，结果在下面第一条。").wait_for()
        assert "完整" in page.locator("main").inner_text()
