"""What a branch secretary does on a phone, J-S1 to J-S7: taps and seconds counted, nothing typed that need not be."""

import time
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activities import check_ins
from activities.models import Activity, CheckIn, Evidence
from branches.roles import Role
from branches.terms import elect
from members.models import Member
from tests import cast
from tests.activities.files import a_photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = (
    "张明远 李思齐 王小禾 陈知行 刘一诺 赵清和 周书言 吴亦安 郑可为 孙望舒 "
    "林见微 高向阳 何清越 马行空 罗以宁 梁思成 宋雨田 唐语冰 韩致远 冯子衿"
).split()
PASTED = "一、学习党章\n领学后 5 人发言。\n二、通报党费"
LOG = reverse("activity_log", args=["general_meeting"])
GENERAL = "去记录：支部党员大会"
SENT_AGAIN_MS = 15_000


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def branch():
    """Twenty members, a committee, a term, and last quarter's meeting to prefill from."""
    branch = cast.a_university().students
    members = [cast.a_member(branch, name) for name in NAMES]
    cast.a_post(members[0], "secretary")
    cast.a_post(members[1])
    elect(branch, date(2025, 1, 10), by=None)
    last = {"title": "学习党章；通报党费", "place": "理工楼 A305", "host": "张明远", "recorder": "李思齐"}
    cast.a_record(branch, "general_meeting", timezone.localdate() - timedelta(days=100), **last)
    return branch


@pytest.fixture
def secretary(branch):
    return cast.a_user(Role.SECRETARY, branch, name="张明远")


def person(page, name):
    return page.locator(".tick", has_text=name)


def button(page, name):
    return page.get_by_role("button", name=name)


def the_record():
    return Activity.objects.get(held_on=timezone.localdate())


def photo(name, number):
    return {"name": name, "mimeType": "image/jpeg", "buffer": a_photo(number)}


def pick(page, tap, *files):
    """The picker is the system's: what is tapped there is not the page's."""
    with page.expect_file_chooser() as chooser:
        tap(page.get_by_text("照片和文件", exact=True).first)
        tap(page.locator("[name=photos]"))
    chooser.value.set_files(list(files))


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_j_s1_two_on_leave_two_photos_pasted_notes(opened, secretary, tap, script):
    with opened(secretary, script=script) as page:
        tap(page.get_by_role("link", name=GENERAL).last)
        tap(page.get_by_label("学习党章"))
        tap(button(page, "全部到会 20"))
        tap(person(page, "陈知行"))
        tap(person(page, "林见微"))
        tap(page.get_by_label("因公"))
        pick(page, tap, photo("合影.jpg", 1), photo("讲座.jpg", 2))
        tap(page.locator("[name=notes]"))
        page.keyboard.insert_text(PASTED)
        tap(button(page, "提交记录"))
        page.wait_for_url("**/activities/**")
        assert "已记录：支部党员大会，应到 20，实到 18，请假 2。" in page.locator("main").inner_text()
        assert page.locator(".photos img").count() == 2
    assert tap.number <= 12
    record = the_record()
    assert (record.title, record.place, record.host) == ("学习党章", "理工楼 A305", "张明远")
    assert record.notes.replace("\r\n", "\n") == PASTED
    reasons = record.attendances.filter(state="leave").values_list("member__name", "reason")
    assert sorted(reasons) == [("林见微", "因公"), ("陈知行", "因公")]
    assert set(record.evidence.values_list("name", flat=True)) == {"合影.jpg", "讲座.jpg"}


def test_j_s1_a_photo_that_fails_leaves_the_record_and_is_tried_again_there(opened, secretary, tap):
    with opened(secretary, LOG) as page:
        tap(button(page, "全部到会 20"))
        pick(page, tap, photo("合影.jpg", 1), {"name": "坏.jpg", "mimeType": "image/jpeg", "buffer": b"x"})
        tap(button(page, "提交记录"))
        page.wait_for_url("**/activities/**")
        assert "“坏.jpg”没有添加：" in page.locator(".notice-late").inner_text()
        assert list(the_record().evidence.values_list("name", flat=True)) == ["合影.jpg"]
        page.set_input_files("[name=chosen]", photo("好.jpg", 2))
        button(page, "上传").tap()
        page.get_by_text("已添加 1 份材料。").wait_for()
    assert the_record().evidence.count() == 2


def test_j_s2_nothing_unusual(opened, secretary, tap):
    with opened(secretary) as page:
        tap(page.get_by_role("link", name=GENERAL).last)
        tap(button(page, "全部到会 20"))
        tap(button(page, "提交记录"))
        page.wait_for_url("**/activities/**")
    assert tap.number <= 5
    record = the_record()
    assert (record.expected, record.present, record.place) == (20, 20, "理工楼 A305")


def test_j_s3_what_is_due_stands_on_the_first_screen(opened, secretary):
    with opened(secretary) as page:
        began = time.monotonic()
        page.goto(page.url)
        first = page.locator(".due-list li").first.bounding_box()
        assert time.monotonic() - began <= 2
        assert first["y"] + first["height"] <= 844
        assert "支部党员大会" in page.locator(".due-list").inner_text()


def test_j_s4_a_code_is_shown_and_the_count_follows(opened, secretary, branch, tap):
    scanning = cast.a_user(name="刘一诺")
    Member.objects.filter(name="刘一诺").update(account=scanning)
    with opened(secretary) as page:
        tap(page.get_by_role("link", name=GENERAL).last)
        tap(page.get_by_role("link", name="用签到码"))
        tap(button(page, "开始签到"))
        page.get_by_role("img", name="签到二维码").wait_for()
        assert tap.number <= 3
        assert "已签到 0 / 20" in page.locator(".check-in-count").inner_text()
        page.get_by_text("还没签到 20 人").tap()
        check_ins.enter(CheckIn.objects.get(), scanning)
        began = time.monotonic()
        page.locator(".check-in-count", has_text="已签到 1 / 20").wait_for(timeout=10_000)
        assert time.monotonic() - began <= 3
        assert page.get_by_text("还没签到 19 人").is_visible()
        assert "刘一诺" not in page.locator("details[open] #missing").inner_text()


def test_j_s5_one_wrong_mark_is_repaired(opened, secretary, branch, tap):
    record = cast.a_record(branch, "theme_day", timezone.localdate())
    with opened(secretary, reverse("activity_detail", args=[record.pk])) as page:
        tap(page.get_by_role("link", name="修改", exact=True))
        tap(person(page, "陈知行"))
        tap(button(page, "保存修改"))
        page.get_by_text("已修改：主题党日，应到 20，实到 19，请假 1。").wait_for()
        assert tap.number <= 3
        page.goto(f"{page.url}history/")
        assert "陈知行" in page.locator("main").inner_text()
    record.refresh_from_db()
    change = record.attendance_changes.get()
    assert (record.version, change.state_before, change.state_after) == (2, "present", "leave")


def test_j_s6_interrupted_and_found_again(opened, secretary, tap):
    with opened(secretary, LOG) as page:
        button(page, "全部到会 20").tap()
        person(page, "陈知行").tap()
        page.locator("[name=notes]").tap()
        page.keyboard.insert_text(PASTED)
        page.get_by_text("已存本机").wait_for()
        address, context = page.url.partition("/log/")[0], page.context
        page.close()
        later = context.new_page()
        later.goto(f"{address}/")
        tap(later.locator("[data-drafts] a"))
        later.get_by_text("已恢复草稿").wait_for()
        assert tap.number <= 1
        assert later.locator("[name=notes]").input_value() == PASTED
        marks = [person(later, name).locator("input:checked").get_attribute("value") for name in NAMES[3:5]]
        assert marks == ["leave", "present"]


def test_j_s7_without_signal_it_is_kept_at_once_and_sent_by_itself(opened, secretary, tap):
    with opened(secretary, LOG) as page:
        button(page, "全部到会 20").tap()
        pick(page, tap, photo("合影.jpg", 1))
        page.context.set_offline(True)
        button(page, "提交记录").tap()
        page.get_by_text("内容已存本机，联网后自动提交").wait_for(timeout=2000)
        assert page.evaluate("Object.keys(localStorage).length") == 1
        assert not Activity.objects.filter(held_on=timezone.localdate()).exists()
        button(page, "提交记录").tap()
        page.context.set_offline(False)
        page.wait_for_url("**/activities/**", timeout=SENT_AGAIN_MS)
        assert "已记录：支部党员大会，应到 20，实到 20。" in page.locator("main").inner_text()
        assert page.evaluate("Object.keys(localStorage)") == []
    assert (the_record().present, Evidence.objects.count()) == (20, 1)


def test_j_s7_an_answer_that_was_lost_makes_no_second_record(opened, secretary, tap):
    lost = []

    def lose_first(route):
        if route.request.method != "POST" or lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    with opened(secretary, LOG) as page:
        page.route("**/log/**", lose_first)
        button(page, "全部到会 20").tap()
        pick(page, tap, photo("合影.jpg", 1))
        button(page, "提交记录").tap()
        page.get_by_text("联网后自动提交").wait_for()
        assert Activity.objects.filter(held_on=timezone.localdate()).count() == 1
        page.wait_for_url("**/activities/**", timeout=SENT_AGAIN_MS)
    assert lost == [201]
    assert (the_record().version, Evidence.objects.count()) == (1, 1)
