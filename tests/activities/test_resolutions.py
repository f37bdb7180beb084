"""决议事项: due ones stand on the home, all of them in the list of the branch, and each has a form that finishes it."""

from datetime import date, datetime
from uuid import uuid4

import pytest
from django.urls import reverse

from activities import minutes, records
from activities.minutes import TaskLine
from activities.models import Task
from branches.roles import Role
from members.models import Member
from tests import cast
from tests.sheets import exported

HELD = date(2026, 10, 12)
HOME = reverse("home")


@pytest.fixture
def meeting(branch):
    return cast.a_record(branch, "general_meeting", HELD)


def decide(record, by, *lines):
    minutes.keep_item(record, by=by, item_id=uuid4(), version=0, title="研究计划", tasks=lines)


def address(branch, **query):
    return reverse("resolution_list", args=[branch.pk], query=query)


def on_home(browser):
    items = browser.get(HOME).context["items"]
    return [(item.title, item.when, item.is_late) for item in items if item.action == "去办结"]


def test_as_a_workbook(branch, meeting, secretary):
    owner = Member.objects.get(name="教师1")
    decide(
        meeting,
        secretary,
        TaskLine("订阅党刊", owner=owner.pk, due_on=date(2026, 10, 19)),
        TaskLine("慰问老党员"),
    )
    banner, rows = exported(secretary, reverse("resolution_export", args=[branch.pk]))
    assert banner[1] == f"范围：{branch.short_name}，2026 年；共 2 行。"
    decided = (datetime(2026, 10, 12), "支部党员大会", branch.short_name, None)
    assert rows == [
        (*decided, "订阅党刊", "教师1", datetime(2026, 10, 19), None, "已过期限"),
        (*decided, "慰问老党员", None, None, None, "还没完成"),
    ]


class TestHome:
    def test_overdue_and_due_while_the_quarter_runs_among_the_duties(self, browser, meeting, secretary):
        decide(
            meeting,
            secretary,
            TaskLine("慰问老党员", due_on=date(2026, 10, 25)),
            TaskLine("订阅党刊", due_on=date(2026, 10, 19)),
            TaskLine("布置活动室", due_on=date(2026, 12, 31)),
            TaskLine("明年的事", due_on=date(2027, 1, 1)),
            TaskLine("没有期限的事"),
        )
        assert on_home(browser) == [
            ("订阅党刊", "10月 已逾期", True),
            ("慰问老党员", "10月", False),
            ("布置活动室", "12月", False),
        ]
        context = browser.get(HOME).context
        # Three months of two duties, two of this one, three of the year; one general meeting was held, the other not.
        assert len(context["items"]) == 6 + 2 + 3 + 3 + 1
        assert context["headline"] == "还有 15 件事，8 件逾期，1 件10月25日截止"

    def test_the_meeting_of_another_year_says_which(self, browser, branch, secretary):
        last = cast.a_record(branch, "general_meeting", date(2025, 12, 22))
        decide(last, secretary, TaskLine("慰问老党员", due_on=date(2026, 10, 25)))
        [item] = [item for item in browser.get(HOME).context["items"] if item.action == "去办结"]
        assert item.note == "2025年12月22日支部党员大会的决议事项，责任人待定"

    def test_it_leads_to_the_form_and_back(self, browser, branch, meeting, secretary, today):
        decide(meeting, secretary, TaskLine("慰问老党员", due_on=date(2026, 10, 25)))
        [item] = [item for item in browser.get(HOME).context["items"] if item.action == "去办结"]
        assert (item.note, item.is_soon) == ("10月12日支部党员大会的决议事项，责任人待定", True)
        page = browser.get(item.url)
        assert 'name="next" value="home"' in page.content.decode()
        done = browser.post(item.url, {"next": "home"})
        assert (done.url, Task.objects.get().done_on) == (f"{HOME}?branch={branch.pk}", today)
        assert on_home(browser) == []

    def test_not_of_a_withdrawn_record_nor_for_who_takes_attendance(
        self, browser, branch, meeting, secretary
    ):
        decide(meeting, secretary, TaskLine("慰问老党员", due_on=date(2026, 10, 25)))
        taker = cast.a_browser(cast.a_user(Role.ATTENDANCE_TAKER, branch))
        assert on_home(taker) == []
        assert address(branch) not in taker.get(HOME).content.decode()
        records.withdraw(meeting, by=secretary, version=1, reason="重复")
        assert on_home(browser) == []
        page = browser.get(reverse("task_finish", args=[Task.objects.get().pk]))
        assert "会议记录已撤回，这件事不用再办。" in page.content.decode()


class TestList:
    def test_the_urgent_first_then_without_a_deadline_then_what_is_done(
        self, browser, branch, meeting, secretary
    ):
        decide(
            meeting,
            secretary,
            TaskLine("没有期限的"),
            TaskLine("以后的", due_on=date(2027, 3, 1)),
            TaskLine("逾期的", due_on=date(2026, 10, 19)),
            TaskLine("做完的", due_on=date(2026, 10, 19)),
        )
        minutes.finish(Task.objects.get(what="做完的"), by=secretary, on=date(2026, 10, 19))
        context = browser.get(address(branch)).context
        shown = [(task.what, late) for task, late in context["open"]]
        assert shown == [("逾期的", True), ("以后的", False), ("没有期限的", False)]
        assert [task.what for task in context["done"]] == ["做完的"]

    def test_of_all_meetings_or_of_those_that_look_for_problems(self, browser, branch, meeting, secretary):
        decide(meeting, secretary, TaskLine("慰问老党员"))
        life = cast.a_record(branch, "organization_life_meeting", HELD)
        decide(life, secretary, TaskLine("每月学习一次", problem="学习不够经常"))
        narrow = browser.get(address(branch, about="rectification"))
        assert [task.what for task, _ in narrow.context["open"]] == ["每月学习一次"]
        assert len(browser.get(address(branch)).context["open"]) == 2
        assert len(browser.get(address(branch, about="x")).context["open"]) == 2

    def test_done_in_the_year_it_was_done(self, browser, branch, secretary):
        decide(cast.a_record(branch, "general_meeting", date(2025, 12, 1)), secretary, TaskLine("跨年的"))
        minutes.finish(Task.objects.get(), by=secretary, on=HELD)
        assert [len(browser.get(address(branch, year=year)).context["done"]) for year in (2025, 2026)] == [
            0,
            1,
        ]

    def test_ticking_comes_back_to_it(self, browser, branch, meeting, secretary):
        decide(meeting, secretary, TaskLine("慰问老党员"))
        finish = reverse("task_finish", args=[Task.objects.get().pk])
        assert browser.post(finish, {"next": "resolutions"}).url == address(branch)
        assert browser.post(finish, {"next": "https://example.org/"}).url == reverse(
            "activity_minutes", args=[meeting.pk]
        )

    def test_empty_it_says_where_they_come_from(self, browser, branch):
        text = browser.get(address(branch)).content.decode()
        assert "没有未完成的决议事项。在会议纪要的议题里写下要办的事、责任人和期限，就会列在这里。" in text

    def test_who_sees_it(self, browser, branch, school, meeting, secretary):
        decide(meeting, secretary, TaskLine("慰问老党员"))
        finish = reverse("task_finish", args=[Task.objects.get().pk])
        taker = cast.a_browser(cast.a_user(Role.ATTENDANCE_TAKER, branch))
        other = cast.a_browser(cast.a_user(Role.SECRETARY, school.students))
        assert [taker.get(url).status_code for url in (address(branch), finish)] == [403, 404]
        assert [other.get(url).status_code for url in (address(branch), finish)] == [404, 404]
        for page in (HOME, reverse("branch_page", args=[branch.pk])):
            assert address(branch) in browser.get(page).content.decode()

    def test_queries_do_not_grow(self, browser, branch, meeting, secretary, django_assert_num_queries):
        decide(meeting, secretary, TaskLine("第0件", due_on=date(2026, 10, 25)))
        browser.get(address(branch))
        for _ in (1, 50):
            with django_assert_num_queries(5):
                browser.get(address(branch))
            with django_assert_num_queries(29):
                browser.get(HOME)
            more = [TaskLine(f"第{number}件", due_on=date(2026, 10, 26)) for number in range(1, 50)]
            decide(meeting, secretary, *more)
