"""One record: its page, its history, taking it back; and what a leader does not see of it."""

from datetime import date, time

import pytest
from django.urls import reverse

from activities.attendance import Mark
from activities.models import Activity, Campaign
from activities.records import correct, withdraw
from branches.roles import Role
from members.models import Member
from tests import cast

DAY = date(2026, 10, 12)


@pytest.fixture
def activity(branch):
    names = dict(Member.objects.values_list("pk", "name"))
    marks = cast.all_present("general_meeting", branch, DAY)
    for pk, name in names.items():
        if name == "教师3":
            marks[pk] = Mark("leave", "因病")
    facts = {"title": "学习党章", "host": "教师1", "notes": "会上说的话", "starts_at": time(9), "minutes": 60}
    return cast.a_record(branch, "general_meeting", DAY, marks=marks, place="A305", **facts)


def page(browser, name, activity):
    return browser.get(reverse(name, args=[activity.pk]))


class TestDetail:
    def test_it_says_what_happened_and_who_came(self, browser, activity):
        response = page(browser, "activity_detail", activity)
        assert response.context["facts"] == [
            ("日期", "2026-10-12"),
            ("时间", "09:00 至 10:00"),
            ("主题", "学习党章"),
            ("地点", "A305"),
            ("主持人", "教师1"),
        ]
        groups = {group.label: group.people for group in response.context["groups"]}
        assert groups["请假"] == ["教师3（因病）"]
        assert len(groups["到会"]) == 9
        assert "缺席" not in groups
        assert "会上说的话" in response.content.decode()

    def test_a_leader_sees_masked_names_and_neither_notes_nor_reasons(self, activity, school):
        browser = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        response = page(browser, "activity_detail", activity)
        text = response.content.decode()
        groups = {group.label: group.people for group in response.context["groups"]}
        assert groups["请假"] == ["教**"]
        assert ("主持人", "教**") in response.context["facts"]
        assert not any(word in text for word in ("会上说的话", "因病", "教师3", "教师1"))
        assert reverse("activity_correct", args=[activity.pk]) not in text

    def test_an_attendance_taker_sees_no_notes(self, activity, branch):
        browser = cast.a_browser(cast.a_user(Role.ATTENDANCE_TAKER, branch))
        text = page(browser, "activity_detail", activity).content.decode()
        assert "会上说的话" not in text
        assert "教师3（因病）" in text

    @pytest.mark.parametrize("name", ["detail", "history", "correct", "withdraw"])
    def test_a_strangers_record_is_a_missing_one(self, activity, school, name):
        browser = cast.a_browser(cast.a_user(Role.SECRETARY, school.musicians))
        foreign = page(browser, f"activity_{name}", activity)
        missing = browser.get(reverse(f"activity_{name}", args=["00000000-0000-4000-8000-000000000000"]))
        assert (foreign.status_code, missing.status_code) == (404, 404)
        assert foreign.content == missing.content

    @pytest.mark.parametrize("name", ["correct", "withdraw"])
    def test_a_leader_may_not_change_it(self, activity, school, name):
        browser = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        assert page(browser, f"activity_{name}", activity).status_code == 403

    def test_queries_do_not_grow_with_the_people(self, browser, branch, django_assert_num_queries):
        small = cast.a_record(branch, "general_meeting", DAY)
        page(browser, "activity_detail", small)
        with django_assert_num_queries(14):
            page(browser, "activity_detail", small)
        for _ in range(40):
            cast.a_member(branch)
        big = cast.a_record(branch, "general_meeting", DAY)
        with django_assert_num_queries(14):
            page(browser, "activity_detail", big)


class TestHistory:
    def test_it_tells_every_version(self, browser, secretary, branch, activity):
        campaign = Campaign.objects.create(name="主题教育", started_on=date(2026, 1, 1))
        marks = cast.all_present("general_meeting", branch, DAY)
        correct(
            activity, by=secretary, version=1, held_on=DAY, marks=marks, place="B101", campaigns=[campaign]
        )
        withdraw(activity, by=secretary, version=2, reason="重复登记")
        versions = page(browser, "activity_history", activity).context["versions"]
        assert [(one.number, one.title) for one in versions] == [(3, "撤回"), (2, "修改"), (1, "登记")]
        changes = [[(row.label, row.before, row.after) for row in one.changes] for one in versions]
        assert changes == [
            [("撤回原因", "", "重复登记")],
            [
                ("地点", "A305", "B101"),
                ("专题活动", "", "主题教育"),
                ("教师3", "请假（因病）", "到会"),
            ],
            [],
        ]

    def test_it_says_who_changed_it(self, browser, activity):
        address = reverse("activity_withdraw", args=[activity.pk])
        browser.post(address, {"version": 1, "reason": "日期记错"})
        versions = page(browser, "activity_history", activity).context["versions"]
        assert [(one.title, one.by) for one in versions] == [("撤回", "张书记"), ("登记", "系统")]

    def test_a_leader_sees_neither_names_nor_notes_nor_reasons(self, activity, branch, secretary, school):
        marks = cast.all_present("general_meeting", branch, DAY)
        correct(activity, by=secretary, version=1, held_on=DAY, marks=marks, notes="改过的话", host="新党员")
        browser = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        response = page(browser, "activity_history", activity)
        rows = [(row.label, row.before, row.after) for row in response.context["versions"][0].changes]
        assert rows == [("主持人", "教**", "新**"), ("教**", "请假", "到会")]
        assert "张书记" not in response.content.decode()
        assert "改过的话" not in response.content.decode()

    def test_queries_do_not_grow_with_the_versions(
        self, browser, branch, secretary, activity, django_assert_num_queries
    ):
        page(browser, "activity_history", activity)
        with django_assert_num_queries(8):
            page(browser, "activity_history", activity)
        marks = cast.all_present("general_meeting", branch, DAY)
        for version in range(1, 9):
            correct(activity, by=secretary, version=version, held_on=DAY, marks=marks, place=f"{version}楼")
        with django_assert_num_queries(8):
            assert len(page(browser, "activity_history", activity).context["versions"]) == 9


class TestWithdrawing:
    def test_it_asks_for_a_reason_and_says_so_on_the_record(self, browser, activity):
        address = reverse("activity_withdraw", args=[activity.pk])
        refused = browser.post(address, {"version": 1, "reason": " "})
        assert "请写明撤回原因。" in refused.content.decode()
        answer = browser.post(address, {"version": 1, "reason": "重复登记"}, follow=True)
        text = answer.content.decode()
        assert "已撤回。记录仍可查看，不再计数。" in text
        assert "原因：重复登记" in text
        assert Activity.objects.valid().count() == 0
        again = browser.get(address, follow=True)
        assert "这条记录已经撤回。" in again.content.decode()

    def test_a_record_changed_meanwhile_is_shown_first(self, browser, branch, secretary, activity):
        marks = cast.all_present("general_meeting", branch, DAY)
        correct(activity, by=secretary, version=1, held_on=date(2026, 10, 13), marks=marks)
        address = reverse("activity_withdraw", args=[activity.pk])
        answer = browser.post(address, {"version": 1, "reason": "重复登记"})
        assert answer.status_code == 409
        text = answer.content.decode()
        assert "这条记录刚改过" in text
        assert "10月13日" in text
        assert answer.context["form"]["reason"].value() == "重复登记"
        assert Activity.objects.valid().count() == 1
        sent = {"version": answer.context["form"]["version"].value(), "reason": "重复登记"}
        assert browser.post(address, sent).status_code == 302
        assert Activity.objects.valid().count() == 0
