"""Many hands at once: no change is lost without a word (T30), no form makes two records (T31)."""

from datetime import date

import pytest
from django.urls import reverse

from activities import tallies
from activities.models import Activity, Tally
from branches.roles import Role
from tests import cast
from tests.activities.forms import filled, name_of
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 10, 12)
GENERAL = reverse("activity_log", args=["general_meeting"])


class TestLostUpdates:
    """T30."""

    @pytest.mark.parametrize(
        "rounds", [5, pytest.param(25, marks=pytest.mark.slow), pytest.param(1000, marks=pytest.mark.nightly)]
    )
    def test_one_of_two_edits_wins_and_the_other_is_told(self, branch, secretary, rounds, record_property):
        activity = cast.a_record(branch, "general_meeting", DAY, notes="第一稿")
        address = reverse("activity_correct", args=[activity.pk])
        browsers = [cast.a_browser(secretary), cast.a_browser(cast.a_user(Role.RECORDER, branch))]
        for round_number in range(1, rounds + 1):
            forms = [
                filled(browser.get(address), notes=f"第{round_number}轮，第{number}人")
                for number, browser in enumerate(browsers)
            ]
            calls = [
                lambda browser=browser, sent=sent: browser.post(address, sent)
                for browser, sent in zip(browsers, forms, strict=True)
            ]
            answers = at_once(calls)
            assert sorted(answer.status_code for answer in answers) == [302, 409]
            loser = next(number for number, answer in enumerate(answers) if answer.status_code == 409)
            activity.refresh_from_db()
            assert activity.version == round_number + 1
            assert activity.notes == forms[1 - loser]["notes"]
            told = answers[loser]
            [row] = told.context["conflict"]
            assert (row.before, row.after) == (activity.notes, forms[loser]["notes"])
            assert told.context["form"]["notes"].value() == forms[loser]["notes"]
        assert activity.history.values("version").distinct().count() == rounds + 1
        record_property("figure", f"{rounds} races, 0 lost, {rounds} told")

    def test_a_correction_and_a_withdrawal_do_not_both_pass(self, branch, secretary):
        activity = cast.a_record(branch, "general_meeting", DAY)
        browsers = [cast.a_browser(secretary), cast.a_browser(secretary)]
        correct_at = reverse("activity_correct", args=[activity.pk])
        withdraw_at = reverse("activity_withdraw", args=[activity.pk])
        sent = filled(browsers[0].get(correct_at), place="新地点")
        answers = at_once(
            [
                lambda: browsers[0].post(correct_at, sent),
                lambda: browsers[1].post(withdraw_at, {"version": 1, "reason": "重复登记"}),
            ]
        )
        activity.refresh_from_db()
        assert activity.version == 2
        assert (activity.place == "新地点") is (activity.withdrawn_at is None)
        # A correction that is read after the withdrawal leads to the record, which says that it is withdrawn.
        assert answers[0 if activity.withdrawn_at else 1].status_code in (
            {302, 409} if activity.withdrawn_at else {409}
        )
        assert tallies.differences() == []


class TestDoubleSubmit:
    """T31."""

    @pytest.mark.parametrize("runs", [1, pytest.param(100, marks=pytest.mark.nightly)])
    def test_twenty_parallel_sends_make_one_record(self, branch, secretary, runs):
        browser = cast.a_browser(secretary)
        browsers = [cast.a_browser(secretary) for _ in range(20)]
        for run in range(1, runs + 1):
            shown = browser.get(GENERAL)
            sent = filled(shown, **{name_of(shown, "教师1"): "leave"}, reason="因公", topic=f"第{run}次")
            answers = at_once([lambda one=one, sent=sent: one.post(GENERAL, sent) for one in browsers])
            activity = Activity.objects.get(pk=answers[0].url.split("/")[2])
            assert {(one.status_code, one.url) for one in answers} == {(302, f"/activities/{activity.pk}/")}
            assert (activity.expected, activity.on_leave, activity.attendances.count()) == (10, 1, 10)
            assert (Tally.objects.get().held, Activity.objects.count()) == (run, run)
            assert activity.history.count() == 1

    def test_two_users_of_two_branches_make_two(self, branch, secretary, school):
        for number in range(3):
            cast.a_member(school.students, f"学生{number}")
        other = cast.a_user(Role.SECRETARY, school.students)
        calls = []
        for user in (secretary, other):
            sent = filled(cast.a_browser(user).get(GENERAL))
            browsers = [cast.a_browser(user) for _ in range(10)]
            calls += [lambda one=one, sent=sent: one.post(GENERAL, sent) for one in browsers]
        answers = at_once(calls)
        assert {answer.status_code for answer in answers} == {302}
        assert sorted(Activity.objects.values_list("branch__short_name", "expected")) == [
            ("物理学生党支部", 3),
            ("物理教师党支部", 10),
        ]
        assert tallies.differences() == []

    def test_twenty_forms_of_one_month_are_all_counted(self, branch, secretary):
        browser = cast.a_browser(secretary)
        forms = [filled(browser.get(GENERAL), topic=f"第{number}次") for number in range(20)]
        browsers = [cast.a_browser(secretary) for _ in forms]
        calls = [
            lambda one=one, sent=sent: one.post(GENERAL, sent)
            for one, sent in zip(browsers, forms, strict=True)
        ]
        assert {answer.status_code for answer in at_once(calls)} == {302}
        assert Tally.objects.get().held == 20
        assert tallies.differences() == []
