"""The page of one duty: how it stands and why, what asks for it, and what may be done about it."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from activities import waivers
from activities.models import Waiver
from branches.roles import Role
from lib.periods import Period
from reminders import chasing
from tests import cast

pytestmark = pytest.mark.django_db
ARTICLE = "支部条例第十二条：一般每月召开1次"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-10-20 10:00 +0800", tick=False):
        yield date(2026, 10, 20)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def branch(school):
    branch = school.teachers
    for title in ("secretary", "committee"):
        cast.a_post(cast.a_member(branch), title)
    return branch


@pytest.fixture
def secretary(branch):
    return cast.a_user(Role.SECRETARY, branch)


def address(branch, kind="committee_meeting", period="2026-08"):
    return reverse("duty_page", args=[branch.pk, kind, period])


def shown(user, branch, **asked):
    return cast.a_browser(user).get(address(branch, **asked)).context


@pytest.mark.parametrize(
    ("period", "word", "reason"),
    [
        ("2026-08", "逾期未开", "8月应开 1 次，已开 0 次，已过期限。"),
        ("2026-09", "已完成（补记）", "9月已开 1 次，按时登记的不足应开次数，算补记。"),
        ("2026-10", "已完成", "10月已开 1 次。"),
        ("2026-11", "未到期", "11月应开 1 次，已开 0 次，还可在11月30日前召开。"),
    ],
)
def test_it_says_how_it_stands_why_and_what_asks_for_it(secretary, branch, period, word, reason):
    for day in (date(2026, 9, 5), date(2026, 10, 19)):
        cast.a_record(branch, "committee_meeting", day)
    page = cast.a_browser(secretary).get(address(branch, period=period))
    assert (page.context["word"], page.context["square"].reasons) == (word, [reason])
    assert all(text in page.text for text in (word, reason, ARTICLE))


def test_what_is_exempt_or_not_applicable_says_why(school, branch, secretary):
    row = waivers.ask(branch, ["ZB-13"], Period.parse("2026-08"), "全体外出实习", by=secretary)
    waivers.accept(row, by=cast.a_user(Role.COMMITTEE_STAFF, branch.parent))
    assert Waiver.objects.accepted().count() == 1
    exempt = shown(secretary, branch)
    assert (exempt["word"], exempt["square"].reasons) == ("已同意免开", ["上级已同意免开：全体外出实习"])
    cast.a_member(school.students)
    none = shown(cast.a_user(Role.SECRETARY, school.students), school.students)
    assert (none["word"], none["square"].reasons) == ("不适用", ["未设支委会，不作要求。"])
    assert (none["record_url"], none["waive_url"]) == ("", "")


def test_each_party_group_is_told_and_whose_the_records_are(branch, secretary):
    first, second = (
        cast.a_group(branch, cast.a_member(branch), name=name) for name in ("第一党小组", "第二党小组")
    )
    cast.a_record(branch, "group_meeting", date(2026, 8, 10), group=second)
    page = cast.a_browser(secretary).get(address(branch, kind="group_meeting"))
    assert page.context["reasons"] == [
        f"{first.name}：8月应开 1 次，已开 0 次，已过期限。",
        f"{second.name}：8月已开 1 次，按时登记的不足应开次数，算补记。",
    ]
    assert f"党小组会（{second.name}）" in page.text


def test_what_may_be_done_depends_on_who_reads(branch, secretary):
    mine = shown(secretary, branch)
    assert mine["record_url"].endswith("date=2026-08-31")
    assert "rule=ZB-13&period=2026-08" in mine["waive_url"]
    leader = shown(cast.a_user(Role.LEADER, branch.parent), branch)
    assert (leader["record_url"], leader["waive_url"], leader["chased"]) == ("", "", [])


def test_staff_see_who_reminded_when(branch, secretary, today):
    staff = cast.a_user(Role.COMMITTEE_STAFF, branch.parent, name="王老师")
    square = shown(staff, branch)["square"]
    chasing.chase(square.duties, again=False, by=staff, today=today)
    assert shown(staff, branch)["chased"] == ["2026-10-20 王老师 催办"]


@pytest.mark.parametrize(
    ("kind", "period"),
    [
        ("committee_meeting", "2026Q3"),
        ("committee_meeting", "2017-01"),
        ("group_meeting", "2026-08"),
        ("party_lecture", "2026Q3"),
        ("nonsense", "2026-08"),
        ("theme_day", "2026-13"),
    ],
)
def test_what_is_no_duty_of_the_branch_does_not_exist(secretary, branch, kind, period):
    assert cast.a_browser(secretary).get(address(branch, kind, period)).status_code == 404


def test_another_branch_and_an_organisation_above_do_not_exist(secretary, school):
    for other in (school.musicians, school.physics):
        assert cast.a_browser(secretary).get(address(other)).status_code == 404


def test_queries_do_not_grow(secretary, branch, django_assert_num_queries):
    browser = cast.a_browser(secretary)
    cast.a_group(branch)
    asked = address(branch, "group_meeting")
    browser.get(asked)
    with django_assert_num_queries(15):
        browser.get(asked)
    for number in range(5):
        group = cast.a_group(branch, name=f"第{number}小组")
        cast.a_record(branch, "group_meeting", date(2026, 8, 3), group)
    with django_assert_num_queries(15):
        assert len(browser.get(asked).context["records"]) == 5
