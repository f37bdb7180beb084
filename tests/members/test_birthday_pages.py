"""Political birthdays on the screen: the month's list, greeting, marking, milestones, missing dates."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from branches.models import LocalSetting
from branches.roles import Role
from members.models import Celebration, Greeting, GreetingOptOut, Member
from tests import cast

LIST = reverse("birthdays")
MONTH = reverse("birthdays_month", args=["2026-11"])
GREET = reverse("birthdays_greet", args=["2026-11"])


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-26 10:00 +0800", tick=False):
        yield


@pytest.fixture
def school(db):
    return cast.a_university()


@pytest.fixture
def branch(school):
    return school.teachers


@pytest.fixture
def browser(branch):
    return cast.a_browser(cast.a_user(Role.SECRETARY, branch))


def born(branch, name, day=20, *, account=True, **more):
    user = cast.a_user(name=name) if account else None
    dates = {"joined": date(2021, 11, day), "full": date(2022, 11, day), **more}
    return cast.a_member(branch, name, account=user, **dates)


def shown(answer):
    return [line.name for line in answer.context["page"]]


def person_address(member, year=2026):
    return reverse("birthday_person", args=[member.pk, year])


class TestMonth:
    def test_any_month_by_its_address(self, browser, branch):
        born(branch, "十一月")
        born(branch, "十二月", joined=date(2015, 12, 3), full=date(2016, 12, 3))
        assert shown(browser.get(LIST)) == ["十一月"]
        december = browser.get(reverse("birthdays_month", args=["2026-12"]))
        assert shown(december) == ["十二月"]
        assert reverse("birthdays_month", args=["2027-01"]) in december.content.decode()

    @pytest.mark.parametrize("code", ["2026", "2026Q4", "2026-13", "2026-1", "9999-12", "0000-01", "x"])
    def test_anything_else_is_no_page(self, browser, code):
        assert browser.get(reverse("birthdays_month", args=[code])).status_code == 404

    def test_joining_and_age_are_both_shown(self, browser, branch):
        born(branch, "林见微", full=date(2023, 5, 20))
        text = browser.get(MONTH).content.decode()
        assert "，入党 5 周年" in text
        assert "入党日期 2021-11-20<br>党龄 3 年，2023-05-20 转正" in text

    def test_where_full_membership_counts_the_page_says_so(self, browser, branch):
        born(branch, "林见微", joined=date(2021, 5, 6))
        LocalSetting.objects.create(code="birthday-from", value="full", citation="校组字〔2026〕1号")
        text = browser.get(MONTH).content.decode()
        assert "，转正 4 周年" in text
        assert "入党日期 2021-05-06，入党 5 年" in text
        assert "转正日期即政治生日" in text

    def test_a_milestone_has_its_place_in_the_month(self, browser, branch):
        cast.a_member(branch, "老党员", joined=date(1995, 6, 1), full=date(1996, 11, 3))
        answer = browser.get(MONTH)
        assert shown(answer) == []
        assert "老党员，党龄满 30 年" in answer.content.decode()

    def test_figures_count_and_filter(self, browser, branch):
        done = born(branch, "已办", day=1)
        born(branch, "待办", day=2)
        GreetingOptOut.objects.create(member=born(branch, "不收", day=3), since=date(2026, 1, 1))
        Celebration.objects.create(
            member=done,
            branch=branch,
            branch_path=branch.path,
            year=2026,
            way="talk",
            held_on=date(2026, 11, 1),
        )
        answer = browser.get(MONTH)
        figures = answer.context["figures"]
        assert (figures.total, figures.settled, figures.open) == (3, 1, 1)
        assert [shown(browser.get(MONTH, {"state": state})) for state in ("settled", "open")] == [
            ["已办"],
            ["待办"],
        ]

    def test_whoever_cannot_be_greeted_is_shown_with_the_reason(self, browser, branch):
        born(branch, "没账号", account=False)
        GreetingOptOut.objects.create(member=born(branch, "不收"), since=date(2026, 1, 1))
        answer = browser.get(MONTH)
        text = answer.content.decode()
        assert answer.context["waiting"] == []
        assert "没有账号，请打印贺卡" in text
        assert "本人关闭" in text

    def test_names_are_masked_for_a_leader_and_strangers_are_not_listed(self, branch, school):
        born(branch, "王小明")
        born(school.musicians, "外人")
        leader = cast.a_browser(cast.a_user(Role.LEADER, school.physics))
        text = leader.get(MONTH).content.decode()
        assert "王**" in text
        assert "王小明" not in text
        assert "外" not in text

    def test_staff_choose_a_branch_before_they_greet(self, branch, school):
        born(branch, "甲")
        born(school.students, "乙")
        staff = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        assert (shown(staff.get(MONTH)), staff.get(MONTH).context["waiting"]) == (["甲", "乙"], [])
        one = staff.get(MONTH, {"branch": branch.pk})
        assert [line.name for line in one.context["waiting"]] == ["甲"]
        assert shown(staff.get(MONTH, {"branch": school.musicians.pk})) == ["甲", "乙"]

    def test_a_large_part_of_the_tree_is_paged(self, branch, school):
        for number in range(101):
            born(branch, f"党员{number:03}", day=1 + number % 28, account=False)
        staff = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        assert [len(shown(staff.get(MONTH, {"page": number}))) for number in (1, 2)] == [100, 1]
        assert staff.get(MONTH, {"page": 2}).context["figures"].total == 101

    def test_it_is_no_page_for_everybody(self, db):
        stranger = cast.a_browser(cast.a_user())
        pages = (LIST, MONTH, reverse("birthday_milestones"), reverse("birthday_undated"))
        assert [stranger.get(address).status_code for address in pages] == [403] * 4

    @pytest.mark.parametrize("role", [Role.SECRETARY, Role.ORGANIZATION_STAFF])
    def test_queries_do_not_grow(self, branch, school, role, django_assert_num_queries):
        place = branch if role == Role.SECRETARY else school.root
        browser = cast.a_browser(cast.a_user(role, place))
        born(branch, "甲")
        browser.get(MONTH)
        number = 7 if role == Role.SECRETARY else 8
        with django_assert_num_queries(number):
            browser.get(MONTH)
        for day in range(50):
            born(branch, f"党员{day}", day=1 + day % 28)
        with django_assert_num_queries(number):
            assert len(shown(browser.get(MONTH))) == 51


class TestGreeting:
    def test_all_of_the_month_are_ticked_and_sent_at_once(self, browser, branch):
        members = [born(branch, name, day) for day, name in enumerate(("甲", "乙"), 1)]
        page = browser.get(MONTH).content.decode()
        assert page.count('name="to"') == 2
        sent = {"branch": branch.pk, "to": [member.number for member in members]}
        answer = browser.post(GREET, sent, follow=True)
        assert "已祝贺 2 人：甲、乙。" in answer.content.decode()
        assert Greeting.objects.count() == 2
        assert answer.context["waiting"] == []
        again = browser.post(GREET, sent, follow=True).content.decode()
        assert "甲、乙：今年已经祝贺过，没有重复发送。" in again

    def test_nobody_ticked_or_somebody_elses_is_an_error_of_the_form(self, browser, branch, school):
        born(branch, "甲")
        stranger = born(school.students, "外人")
        nobody = browser.post(GREET, {"branch": branch.pk})
        assert (nobody.status_code, "还没有勾选要祝贺的人。" in nobody.content.decode()) == (422, True)
        wrong = browser.post(GREET, {"branch": branch.pk, "to": [stranger.number]})
        assert (wrong.status_code, "不在本月名单里" in wrong.content.decode()) == (422, True)
        assert not Greeting.objects.exists()

    def test_too_many_words_do_not_fit_the_card(self, browser, branch):
        member = born(branch, "甲")
        sent = {"branch": branch.pk, "to": [member.number], "words": "好\n" * 6}
        assert "最多写 5 段" in browser.post(GREET, sent).content.decode()

    def test_a_month_far_away_says_so(self, browser, branch):
        member = born(branch, "甲", joined=date(2021, 5, 20))
        address = reverse("birthdays_greet", args=["2026-05"])
        answer = browser.post(address, {"branch": branch.pk, "to": [member.number]}, follow=True)
        assert "2026年5月的祝贺现在不能发送" in answer.content.decode()

    def test_a_foreign_branch_is_not_found_and_a_taker_of_attendance_refused(self, browser, branch, school):
        assert browser.post(GREET, {"branch": school.students.pk}).status_code == 404
        taker = cast.a_browser(cast.a_user(Role.ATTENDANCE_TAKER, branch))
        assert taker.post(GREET, {"branch": branch.pk}).status_code == 403

    def test_the_member_finds_it_on_his_pages(self, branch):
        member = born(branch, "林见微")
        Greeting.objects.create(
            member=member,
            branch=branch,
            branch_path=branch.path,
            year=2026,
            day=date(2026, 11, 20),
            title="入党 5 周年",
            text="祝您政治生日快乐。",
        )
        own = cast.a_browser(member.account)
        assert "政治生日快乐" in own.get(reverse("me")).content.decode()
        page = own.get(person_address(member)).content.decode()
        assert "祝您政治生日快乐。" in page
        assert "怎么过的" not in page


class TestPerson:
    def test_two_taps_record_a_way(self, browser, branch):
        member = born(branch, "林见微")
        sent = {"ways": ["talk"], "held_on": "2026-11-20", "note": "支部书记谈心"}
        assert browser.post(person_address(member), sent).status_code == 302
        text = browser.get(person_address(member)).content.decode()
        assert "支部书记谈心" in text
        assert 'value="talk"' in text
        assert browser.post(person_address(member), sent).status_code == 422

    def test_what_is_wrong_stands_on_the_form(self, browser, branch):
        member = born(branch, "林见微")
        answer = browser.post(person_address(member), {"ways": ["talk"], "held_on": "2026-12-20"})
        assert (answer.status_code, "日期不能晚于今天" in answer.content.decode()) == (422, True)

    def test_a_way_is_taken_back(self, browser, branch):
        member = born(branch, "林见微")
        browser.post(person_address(member), {"ways": ["talk"], "held_on": "2026-11-20"})
        address = reverse("birthday_unmark", args=[member.pk, 2026])
        for sentence in ("已撤回“谈心谈话”的登记。", "这条登记已经撤回。"):
            assert sentence in browser.post(address, {"way": "talk"}, follow=True).content.decode()

    def test_a_foreign_member_is_not_found(self, browser, school):
        member = born(school.students, "外人")
        addresses = [person_address(member), *_of(member)]
        assert [browser.get(address).status_code for address in addresses] == [404] * 3
        assert browser.post(reverse("birthday_opt", args=[member.pk])).status_code == 404

    def test_a_member_sees_only_his_own(self, branch):
        mine, other = born(branch, "甲"), born(branch, "乙")
        own = cast.a_browser(mine.account)
        statuses = [own.get(person_address(member)).status_code for member in (mine, other)]
        assert statuses == [200, 404]
        assert own.post(person_address(mine), {"ways": ["talk"]}).status_code == 403

    @pytest.mark.parametrize("year", [0, 1949, 2101, 99999])
    def test_a_year_out_of_reason_is_no_page(self, browser, branch, year):
        assert browser.get(person_address(born(branch, "甲"), year)).status_code == 404

    def test_before_the_first_anniversary_there_is_nothing_to_record(self, browser, branch):
        text = browser.get(person_address(born(branch, "甲"), 2021)).content.decode()
        assert "这一年没有政治生日" in text

    def test_one_switches_greetings_off_and_on_oneself(self, branch):
        member = born(branch, "林见微")
        own, address = cast.a_browser(member.account), reverse("birthday_opt", args=[member.pk])
        assert "已关闭：" in own.post(address, {"wants": "0"}, follow=True).content.decode()
        assert GreetingOptOut.objects.open().count() == 1
        assert "已打开：" in own.post(address, {"wants": "1"}, follow=True).content.decode()
        assert not GreetingOptOut.objects.open().exists()

    def test_staff_may_switch_for_a_member_and_a_secretary_may_not(self, browser, branch, school):
        member = born(branch, "林见微")
        address = reverse("birthday_opt", args=[member.pk])
        staff = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        assert browser.post(address, {"wants": "0"}).status_code == 403
        assert staff.post(address, {"wants": "0"}).status_code == 302


class TestMilestones:
    def test_the_year_by_day(self, browser, branch, school):
        cast.a_member(branch, "三十", joined=date(1995, 6, 1), full=date(1996, 11, 3))
        cast.a_member(branch, "五十", joined=date(1975, 2, 1), full=date(1976, 2, 1))
        cast.a_member(school.students, "外人", joined=date(1975, 2, 1), full=date(1976, 2, 1))
        context = browser.get(reverse("birthday_milestones")).context
        assert [(told.name, told.milestone.years) for told in context["page"]] == [("五十", 50), ("三十", 30)]
        assert context["numbers"] == [(30, 1), (40, 0), (50, 1)]
        next_year = browser.get(reverse("birthday_milestones"), {"year": "2027"})
        assert len(next_year.context["page"]) == 0

    @pytest.mark.parametrize("year", ["0", "99999", "x", ""])
    def test_a_year_out_of_reason_is_this_one(self, browser, year):
        assert browser.get(reverse("birthday_milestones"), {"year": year}).context["year"] == 2026


class TestUndated:
    def test_how_many_and_where_each_is_fixed(self, browser, branch, school):
        member = born(branch, "缺日期")
        Member.objects.filter(pk=member.pk).update(joined_on=None)
        assert "有 1 人缺入党日期，不在名单内。" in browser.get(MONTH).content.decode()
        own = browser.get(reverse("birthday_undated")).content.decode()
        assert reverse("member_detail", args=[member.pk]) in own
        staff = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        text = staff.get(reverse("birthday_undated")).content.decode()
        assert reverse("admin:members_member_change", args=[member.pk]) in text

    def test_queries_do_not_grow(self, browser, branch, django_assert_num_queries):
        for number in range(50):
            born(branch, f"党员{number}")
            if number == 0:
                Member.objects.update(joined_on=None)
                browser.get(reverse("birthday_undated"))
        Member.objects.update(joined_on=None)
        with django_assert_num_queries(6):
            assert len(browser.get(reverse("birthday_undated")).context["people"]) == 50


def _of(member):
    return [reverse(name, args=[member.pk, 2026]) for name in ("birthday_card", "birthday_picture")]
