"""Signing in with one's own phone: the window, its codes, who signs in, and what the roll takes."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from activities import check_ins, records
from activities.check_ins import CheckInError
from activities.models import Activity, CheckIn, CheckInEntry
from branches.roles import Role
from members.models import Member, MembershipSpell
from tests import cast
from tests.activities.forms import filled


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet():
    cache.clear()


@pytest.fixture
def window(secretary, branch):
    return a_window(secretary, branch)


def a_window(by, branch, kind="general_meeting", group=None, hours=2, rotates=False):
    closes_at = timezone.now() + timedelta(hours=hours)
    return check_ins.begin(by=by, branch=branch, kind=kind, group=group, closes_at=closes_at, rotates=rotates)


def an_account_of(member):
    member.account = cast.a_user(name=member.name)
    member.save()
    return member.account


@pytest.fixture
def somebody(branch):
    return Member.objects.get(name="教师5")


def at(clock):
    return time_machine.travel(f"2026-10-20 {clock} +0800", tick=False)


class TestWindow:
    def test_the_same_meeting_has_one(self, window, secretary, branch):
        assert a_window(secretary, branch) == window
        assert a_window(secretary, branch, "committee_meeting") != window

    @pytest.mark.parametrize("hours", [-1, 0, 13])
    def test_it_ends_later_and_within_half_a_day(self, secretary, branch, hours):
        with pytest.raises(CheckInError, match="结束时间应晚于现在，最长 12 小时"):
            a_window(secretary, branch, hours=hours)

    def test_a_group_meeting_is_of_a_group(self, secretary, branch, somebody):
        with pytest.raises(CheckInError, match="党小组会请选择党小组"):
            a_window(secretary, branch, "group_meeting")
        group = cast.a_group(branch, somebody)
        found = check_ins.standing(a_window(secretary, branch, "group_meeting", group))
        assert [person.name for person in found.expected] == ["教师5"]

    def test_a_talk_has_none(self, secretary, branch, browser):
        with pytest.raises(CheckInError, match="谈心谈话不用签到码"):
            a_window(secretary, branch, "heart_talk")
        for kind, offered in (("heart_talk", False), ("theme_day", True)):
            page = browser.get(reverse("activity_log", args=[kind])).content.decode()
            assert ("用签到码" in page) is offered

    def test_not_for_a_stranger(self, school, branch):
        stranger = cast.a_user(Role.SECRETARY, school.students)
        with pytest.raises(CheckInError, match="可以发起签到"):
            a_window(stranger, branch)

    def test_ended_by_hand(self, window, secretary, somebody):
        check_ins.end(window, by=secretary)
        window.refresh_from_db()
        with pytest.raises(CheckInError, match="签到已于2026年10月20日 10:00 结束。到会了请告诉记录人"):
            check_ins.enter(window, an_account_of(somebody))


class TestCodes:
    def test_digits_and_address_stay_for_the_window(self, window):
        with at("10:01"):
            early = (check_ins.digits(window, timezone.now()), check_ins.mark(window, timezone.now()))
        with at("11:59"):
            assert (
                check_ins.digits(window, timezone.now()),
                check_ins.mark(window, timezone.now()),
            ) == early
        assert len(early[0]) == 6

    def test_a_rotating_one_is_taken_for_two_minutes_more(self, secretary, branch):
        window = a_window(secretary, branch, rotates=True)
        shown = check_ins.mark(window, timezone.now())
        for clock in ("10:00:59", "10:01:30", "10:02:59"):
            with at(clock):
                assert check_ins.of_address(shown) == window
        with at("10:03"), pytest.raises(CheckInError, match="已更换。请重新扫码"):
            check_ins.of_address(shown)

    def test_wrong_over_and_unknown(self, window):
        right = check_ins.mark(window, timezone.now())
        for given in (f"{window.pk}-{'0' * 16}", right.replace("-", "0-"), "²-1", "x", ""):
            with pytest.raises(CheckInError, match="签到码不对"):
                check_ins.of_address(given)
        with at("12:00"), pytest.raises(CheckInError, match="12:00 结束"):
            check_ins.of_address(right)

    def test_whoever_has_the_digits_signs_in_as_with_the_code(self, window, school, somebody):
        given = check_ins.digits(window, timezone.now())
        for member in (somebody, cast.a_member(school.students)):
            assert check_ins.of_digits(an_account_of(member), given) == window

    def test_one_s_own_page_offers_the_windows_of_all_branches_one_is_in(self, window, school):
        guest = cast.a_member(school.students)
        assert check_ins.open_for(guest, timezone.now()) == []
        own = {"branch": window.branch, "branch_path": window.branch.path, "since": date(2026, 9, 1)}
        MembershipSpell.objects.create(member=guest, kind=MembershipSpell.Kind.ATTENDING, **own)
        assert check_ins.open_for(guest, timezone.now()) == [window]

    def test_nobody_tries_them_all(self, window, somebody):
        user, right = an_account_of(somebody), check_ins.digits(window, timezone.now())
        wrong = f"{(int(right) + 1) % 10**6:06}"
        for _ in range(10):
            with pytest.raises(CheckInError, match="现在没有用这个签到码"):
                check_ins.of_digits(user, wrong)
        with pytest.raises(CheckInError, match="10 分钟后再试"):
            check_ins.of_digits(user, right)


class TestSigningIn:
    def test_once_however_often_it_is_sent(self, window, somebody):
        user = an_account_of(somebody)
        assert check_ins.enter(window, user) == check_ins.enter(window, user)
        found = check_ins.standing(window)
        assert ([person.name for person in found.present], len(found.missing)) == (["教师5"], 9)

    def test_an_account_without_a_member(self, window):
        with pytest.raises(CheckInError, match="没有对应的党员档案"):
            check_ins.enter(window, cast.a_user())

    def test_somebody_of_another_branch_stands_apart(self, window, school):
        guest = cast.a_member(school.students, "来宾")
        check_ins.enter(window, an_account_of(guest))
        found = check_ins.standing(window)
        assert (found.others, found.present) == ([guest], [])


class TestRoll:
    def test_who_signed_in_is_ticked_and_the_rest_is_not(self, browser, window, somebody):
        check_ins.enter(window, an_account_of(somebody))
        page = browser.get(reverse("activity_log", args=["general_meeting"]))
        marked = {line.label: line.mark for line in page.context["form"].roll.lines if line.mark}
        assert marked == {"教师5": "present"}

    def test_the_record_says_the_same_as_ticks(self, browser, window, somebody, branch):
        check_ins.enter(window, an_account_of(somebody))
        address = reverse("activity_log", args=["general_meeting"])
        assert browser.post(address, filled(browser.get(address))).status_code == 302
        record = Activity.objects.get()
        assert (record.expected, record.present) == (10, 10)
        window.refresh_from_db()
        assert (window.activity, check_ins.open_for(somebody, timezone.now())) == (record, [])

    def test_taken_by_one_record_and_given_back_by_its_withdrawal(self, browser, window, somebody, branch):
        check_ins.enter(window, an_account_of(somebody))
        day = date(2026, 10, 20)
        record = cast.a_record(branch, "general_meeting", day)
        assert check_ins.signed_in(branch, "general_meeting", day, None) == set()
        records.withdraw(record, by=None, version=1, reason="登记错了")
        assert check_ins.signed_in(branch, "general_meeting", day, None) == {somebody.pk}

    def test_people_who_came_after_the_page_was_opened(self, browser, window, somebody):
        address = reverse("activity_log", args=["general_meeting"])
        opened = browser.get(address)
        check_ins.enter(window, an_account_of(somebody))
        again = browser.post(address, filled(opened) | {"reload": "1"} | dict.fromkeys(names(opened), ""))
        assert {line.label for line in again.context["form"].roll.lines if line.mark} == {"教师5"}


def names(page):
    return [line.name for line in page.context["form"].roll.lines]


class TestPages:
    def test_begun_and_shown_in_two_taps(self, browser, branch):
        begin = reverse("check_in_begin", args=["general_meeting"])
        answer = browser.post(begin, {"closes_at": "12:00"})
        shown = browser.get(answer["Location"]).content.decode()
        window = CheckIn.objects.get()
        assert check_ins.digits(window, timezone.now()) in shown
        assert "<svg" in shown
        assert "12:00 结束" in shown

    def test_the_clock_past_midnight(self, secretary):
        with at("23:30"):
            browser = cast.a_browser(secretary)
            browser.post(reverse("check_in_begin", args=["general_meeting"]), {"closes_at": "00:30"})
        assert CheckIn.objects.get().closes_at == datetime.fromisoformat("2026-10-21T00:30:00+08:00")

    def test_too_long_is_said_and_kept(self, browser):
        answer = browser.post(reverse("check_in_begin", args=["general_meeting"]), {"closes_at": "09:00"})
        assert answer.status_code == 422
        assert "最长 12 小时" in answer.content.decode()
        assert not CheckIn.objects.exists()

    def test_scanned_and_signed_in_with_one_tap(self, window, somebody):
        phone = cast.a_browser(an_account_of(somebody))
        address = reverse("check_in_scan", args=[check_ins.mark(window, timezone.now())])
        assert "支部党员大会" in phone.get(address).content.decode()
        assert not CheckInEntry.objects.exists()
        assert "已签到" in phone.post(address).content.decode()
        assert CheckInEntry.objects.get().member == somebody

    def test_typed(self, window, somebody):
        phone = cast.a_browser(an_account_of(somebody))
        assert "支部党员大会正在签到" in phone.get(reverse("me")).content.decode()
        wrong = phone.post(reverse("check_in_digits"), {"code": "12 34"})
        assert wrong.context["form"].errors == {"code": ["签到码是 6 位数字。"]}
        right = {"code": check_ins.digits(window, timezone.now())}
        assert "已签到" in phone.post(reverse("check_in_digits"), right).content.decode()

    def test_a_stranger_sees_no_window(self, window, school):
        stranger = cast.a_browser(cast.a_user(Role.SECRETARY, school.students))
        for name in ("check_in", "check_in_end"):
            method = stranger.get if name == "check_in" else stranger.post
            assert method(reverse(name, args=[window.pk])).status_code == 404
