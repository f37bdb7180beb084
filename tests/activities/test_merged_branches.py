"""What a branch left when it was merged: its heir has the to-dos and the lists, and figures stay where they were."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from activities import minutes, papers
from activities.minutes import TaskLine
from activities.models import Activity, Task
from activities.plans import keeping
from branches.roles import Role
from members import restructuring
from reminders import ledger
from reminders.models import Reminder
from tests import cast
from tests.activities.forms import filled

HELD, MERGED = date(2026, 10, 12), date(2026, 10, 20)


@pytest.fixture
def record(school, branch):
    """An 组织生活会 of the students' branch, which was merged into the teachers'."""
    for _ in range(3):
        cast.a_member(school.students)
    record = cast.a_record(school.students, "organization_life_meeting", HELD)
    line = TaskLine("每月学习一次", due_on=date(2026, 10, 23), problem="学习不够经常")
    minutes.keep_item(record, by=a_keeper(school), item_id=uuid4(), version=0, title="查摆", tasks=[line])
    cast.a_record(school.students, "first_agenda", HELD, title="学习条例")
    restructuring.merge([school.students], branch, on=MERGED, by=a_keeper(school))
    return Activity.objects.get(pk=record.pk)


def a_keeper(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


def told(user, today):
    ledger.collect(today)
    return list(Reminder.objects.filter(kind="task", recipient=user).values_list("url", flat=True))


def test_the_heirs_secretary_is_told_and_gets_there(record, secretary, browser, today):
    assert told(secretary, today) == [reverse("task_finish", args=[Task.objects.get().pk])]
    assert browser.get(reverse("activity_minutes", args=[record.pk])).status_code == 200


def test_the_list_has_it_and_ticking_comes_back_to_the_list(record, branch, browser):
    address = reverse("resolution_list", args=[branch.pk], query={"about": "rectification"})
    assert [task.what for task, _ in browser.get(address).context["open"]] == ["每月学习一次"]
    ticked = browser.post(reverse("task_finish", args=[Task.objects.get().pk]), {"next": "rectification"})
    assert (ticked.url, Task.objects.get().done_on) == (address, MERGED)


def test_the_home_has_it_and_comes_back(record, branch, browser):
    [item] = [item for item in browser.get(reverse("home")).context["items"] if item.title == "每月学习一次"]
    assert "物理学生党支部" in browser.get(item.url).content.decode()
    ticked = browser.post(item.url, {"next": "home"})
    assert ticked.url == f"{reverse('home')}?branch={branch.pk}"


def test_the_documents_say_whose_they_were(record, branch, browser):
    page = browser.get(reverse("document_list", args=[branch.pk]))
    assert [line.record.title for line in page.context["lines"]] == ["学习条例"]
    assert "10月12日物理学生党支部学习" in page.content.decode()


def test_above_both_branches_the_old_page_still_has_it(record, school):
    above = cast.a_browser(a_keeper(school))
    [(task, _)] = above.get(reverse("resolution_list", args=[school.students.pk])).context["open"]
    assert task == Task.objects.get()
    elsewhere = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
    assert elsewhere.get(reverse("resolution_list", args=[school.students.pk])).status_code == 404


def test_the_heir_corrects_and_withdraws_it(record, browser):
    address = reverse("activity_correct", args=[record.pk])
    browser.post(address, filled(browser.get(address), place="A305"))
    sent = {"version": 2, "reason": "重复"}
    browser.post(reverse("activity_withdraw", args=[record.pk]), sent)
    record.refresh_from_db()
    assert (record.place, record.is_withdrawn) == ("A305", True)


def test_the_book_of_each_holds_what_it_held(record, branch, school):
    assert papers.records_of_year(branch, 2026) == []
    assert papers.records_of_year(school.students, 2026) == [record]


class TestPlans:
    """The heir reads what was planned and whether it was held; it is in none of his figures."""

    @pytest.fixture
    def plan(self, school):
        facts = {"kind": "theme_day", "rhythm": "monthly", "day": 12, "since": date(2026, 9, 1)}
        return keeping.add(school.students, by=a_keeper(school), until=date(2026, 12, 31), **facts)

    @pytest.fixture
    def year(self, plan, record, branch):
        return reverse("plan_year", args=[branch.pk, 2026])

    def test_the_heir_reads_it_until_the_end(self, year, browser, school):
        [(merged, found)] = browser.get(year).context["merged"]
        assert merged == school.students
        told = [(f"{line.planned.on:%m-%d}", line.state.value) for line in found.lines]
        assert told == [("09-12", "not_held"), ("10-12", "waiting")]
        assert "并入前“物理学生党支部”的计划" in browser.get(year).content.decode()

    def test_his_own_figures_are_his_own(self, year, browser):
        assert list(browser.get(year).context["lines"]) == []

    def test_a_strangers_heir_reads_nothing(self, year, plan, school):
        plan.refresh_from_db()
        assert plan.branch_path == school.teachers.path
        elsewhere = cast.a_browser(cast.a_user(Role.SECRETARY, school.musicians))
        mine = elsewhere.get(reverse("plan_year", args=[school.musicians.pk, 2026]))
        assert mine.context["merged"] == []
        assert elsewhere.get(year).status_code == 404

    def test_the_heir_may_say_why_it_was_not_held(self, year, plan, browser, secretary):
        plan.refresh_from_db()
        keeping.cancel(plan, date(2026, 9, 12), reason="军训", by=secretary)
        assert browser.get(year).context["merged"][0][1].lines[0].state.value == "cancelled"
