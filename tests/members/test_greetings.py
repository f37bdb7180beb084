"""Greetings: once a year, never against the wish, named when left out, and one of each when many send at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from accounts.models import AuditEntry
from branches import local
from branches.roles import Role
from lib.periods import Period
from members import greetings
from members.birthdays import between
from members.greetings import greet, words_for
from members.models import Greeting, GreetingOptOut, Member
from tests import cast

NOVEMBER = Period.month(2026, 11)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-26 10:00 +0800", tick=False):
        yield date(2026, 11, 26)


def a_branch():
    return cast.a_university().teachers


def born(branch, name, day=20, *, account=True, **more):
    """A member with a political birthday in November."""
    user = cast.a_user(name=name) if account else None
    return cast.a_member(
        branch, name, joined=date(2021, 11, day), full=date(2022, 11, day), account=user, **more
    )


def everybody():
    return list(Member.objects.values_list("number", flat=True))


@pytest.mark.django_db
class TestGreeting:
    @pytest.fixture
    def branch(self):
        return a_branch()

    @pytest.fixture
    def secretary(self, branch):
        return cast.a_user(Role.SECRETARY, branch)

    def test_each_is_greeted_once_a_year(self, branch, secretary):
        born(branch, "林见微")
        assert greet(branch, NOVEMBER, everybody(), by=secretary).sent == ["林见微"]
        again = greet(branch, NOVEMBER, everybody(), by=secretary)
        assert (again.sent, again.already) == ([], ["林见微"])
        greeting = Greeting.objects.get()
        assert (greeting.day, greeting.title, greeting.sent_by) == (
            date(2026, 11, 20),
            "入党 5 周年",
            secretary,
        )
        assert AuditEntry.objects.filter(action="birthday.greet").count() == 1

    def test_the_database_refuses_a_second_one(self, branch, secretary):
        born(branch, "林见微")
        greet(branch, NOVEMBER, everybody(), by=secretary)
        twin = Greeting.objects.get()
        twin.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save()

    def test_whoever_is_left_out_is_named_with_the_reason(self, branch, secretary):
        silent = born(branch, "不收")
        GreetingOptOut.objects.create(member=silent, since=date(2026, 1, 1))
        born(branch, "没账号", account=False)
        gone = born(branch, "已离开")
        Member.objects.filter(pk=gone.pk).update(status="left")
        born(branch, "没勾选")
        chosen = [one.number for one in Member.objects.exclude(name="没勾选")]
        outcome = greet(branch, NOVEMBER, chosen, by=secretary)
        assert (outcome.opted_out, outcome.without_account, outcome.left, outcome.sent) == (
            ["不收"],
            ["没账号"],
            ["已离开"],
            [],
        )
        assert not Greeting.objects.exists()

    def test_ones_own_words_take_the_place_of_the_wish(self, branch, secretary):
        born(branch, "林见微")
        greet(branch, NOVEMBER, everybody(), personal=" 常回支部看看。 ", by=secretary)
        assert Greeting.objects.get().text == (
            "2026年11月20日是您的政治生日，您加入中国共产党已满5年。\n常回支部看看。"
        )

    def test_the_words_know_nothing_that_the_record_does_not(self, branch):
        cast.a_member(branch, joined=date(1996, 11, 20), full=date(1996, 11, 20))
        [birthday] = between(NOVEMBER.start, NOVEMBER.end)
        assert words_for(birthday).splitlines() == [
            "2026年11月20日是您的政治生日，您加入中国共产党已满30年。",
            "这一天，您的党龄满30年。",
            greetings.WISH,
        ]

    def test_where_full_membership_counts_the_words_say_so(self, branch):
        cast.a_member(branch, joined=date(2015, 5, 6), full=date(2016, 11, 20))
        local.decide(local.rule_of("birthday-from"), "full", "校组字〔2026〕1号", by=None)
        [birthday] = between(NOVEMBER.start, NOVEMBER.end)
        assert "您转为中国共产党正式党员已满10年" in words_for(birthday)

    @pytest.mark.parametrize("month", [Period.month(2026, 9), Period.month(2027, 1), Period.month(2025, 11)])
    def test_not_for_months_far_from_now(self, branch, secretary, month):
        with pytest.raises(greetings.GreetingError, match="只发送上月、本月和下月的"):
            greet(branch, month, [], by=secretary)

    def test_not_by_whoever_records_elsewhere(self, branch):
        stranger = cast.a_user(Role.ATTENDANCE_TAKER, branch)
        with pytest.raises(PermissionDenied):
            greet(branch, NOVEMBER, [], by=stranger)

    def test_the_member_finds_it_from_the_day_on_for_thirty_days(self, branch, secretary):
        member = born(branch, "林见微", day=28)
        greet(branch, NOVEMBER, everybody(), by=secretary)
        days = (date(2026, 11, 27), date(2026, 11, 28), date(2026, 12, 27), date(2026, 12, 28))
        assert [greetings.own(member.account, day) is not None for day in days] == [False, True, True, False]


@pytest.mark.django_db
class TestOptOut:
    @pytest.fixture
    def member(self):
        return born(a_branch(), "林见微")

    def test_ones_own_decision_and_back(self, member, today):
        greetings.decide(member, wants=False, by=member.account)
        assert greetings.wants_none(member)
        greetings.decide(member, wants=False, by=member.account)
        greetings.decide(member, wants=True, by=member.account)
        assert not GreetingOptOut.objects.exists()
        trail = AuditEntry.objects.filter(action__startswith="birthday.")
        assert sorted(trail.values_list("action", flat=True)) == [
            "birthday.opt_in",
            "birthday.opt_out",
        ]

    def test_the_days_without_greetings_are_kept(self, member, today):
        GreetingOptOut.objects.create(member=member, since=date(2026, 1, 1))
        greetings.decide(member, wants=True, by=member.account)
        assert GreetingOptOut.objects.get().until == date(2026, 11, 25)

    def test_an_opt_out_hides_a_greeting_that_was_sent(self, member):
        greet(member.branch, NOVEMBER, everybody(), by=cast.a_user(Role.SECRETARY, member.branch))
        greetings.decide(member, wants=False, by=member.account)
        assert greetings.own(member.account, date(2026, 11, 26)) is None

    def test_staff_may_enter_it_and_a_secretary_may_not(self, member):
        staff = cast.a_user(Role.COMMITTEE_STAFF, member.branch.parent)
        greetings.decide(member, wants=False, by=staff)
        with pytest.raises(PermissionDenied):
            greetings.decide(member, wants=True, by=cast.a_user(Role.SECRETARY, member.branch))


@pytest.mark.django_db(transaction=True)
def test_ten_that_send_at_once_make_one_greeting_each():
    branch = a_branch()
    for number in range(3):
        born(branch, f"党员{number}")
    senders = [cast.a_user(Role.SECRETARY, branch) for _ in range(10)]
    numbers, barrier = everybody(), threading.Barrier(len(senders))

    def send(user):
        try:
            barrier.wait()
            return greet(branch, NOVEMBER, numbers, by=user)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(senders)) as pool:
        outcomes = list(pool.map(send, senders))
    assert sum(len(outcome.sent) for outcome in outcomes) == 3
    assert sum(len(outcome.already) for outcome in outcomes) == 27
    assert Greeting.objects.count() == AuditEntry.objects.filter(action="birthday.greet").count() == 3
