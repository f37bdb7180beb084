"""Whose tasks, meetings and records one is told of, and what an address may name."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from activities import assignments, jointly, minutes, returns, supplements
from activities.minutes import TaskLine
from activities.models import Invitation, Task
from branches.roles import Role
from members import restructuring
from tests import cast

HELD = date(2026, 10, 12)
OCTOBER = {"opens_on": date(2026, 10, 1), "due_on": date(2026, 10, 31)}
LOG = reverse("activity_log", args=["theme_day"])


@pytest.fixture
def above(school):
    return cast.a_user(Role.ORGANIZATION_STAFF, school.root)


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


@pytest.fixture
def task(above, school, branch):
    """Asked of all branches, and returned by the teachers of the physics college."""
    made = assignments.issue(
        by=above, organisation=school.root, nature="task", kind="", title="学习条例", **OCTOBER
    )
    returns.say(made.returns.get(branch=branch), "已学习", by=above)
    return made


@pytest.fixture
def merged(school, branch, above):
    """The students' branch of the physics college went to the musicians, with what it held and was asked for."""
    cast.a_member(school.students)
    meeting = cast.a_record(school.students, "general_meeting", HELD)
    line = TaskLine("慰问老党员")
    minutes.keep_item(meeting, by=above, item_id=uuid4(), version=0, title="研究计划", tasks=[line])
    cast.a_record(school.students, "first_agenda", HELD, title="学习条例")
    jointly.invite(cast.a_record(branch, "theme_day", HELD), [school.students], by=above)
    restructuring.merge([school.students], school.musicians, on=date(2026, 10, 20), by=above)
    return school.students


def told(address, asked, *users, **query):
    """What stands under the name ``asked`` in the context of a page, for each of ``users``."""
    return [cast.a_browser(user).get(address, query).context[asked] for user in users]


class TestTasks:
    def test_whoever_has_returned_one_is_not_told_that_others_have_not(self, task, staff, secretary):
        lists = told(reverse("assignment_list"), "lines", staff, secretary, state="open")
        assert [[line.assignment for line in lines] for lines in lists] == [[task], []]

    def test_nor_when_others_were_reminded(self, task, staff, secretary, today):
        assignments.chase(task, by=staff, today=today)
        address = reverse("assignment_detail", args=[task.pk])
        assert told(address, "chased_on", staff, secretary) == [today, None]

    def test_a_college_reminds_its_own_branches(self, task, school, staff, today):
        assert assignments.chase(task, by=staff, today=today) == 1
        assert [row.branch for row in task.returns.filter(chased_on=today)] == [school.students]


def test_a_college_is_not_told_where_else_its_leader_was(school, above, staff):
    leader = cast.a_member(school.teachers, "钱学礼")
    cast.a_post(leader, "secretary", branch=school.physics)
    cast.a_member(school.musicians)
    cast.a_record(school.musicians, "theme_day", HELD, guests="钱学礼 物理学院")
    lines = told(reverse("double_life_person", args=[leader.pk]), "line", above, staff)
    assert [[each.as_what for each in line.elsewhere] for line in lines] == [["列席"], []]


class TestWhatWentToTheHeir:
    """A branch that was merged is still seen by its college; what it left belongs to the college of its heir."""

    def test_resolutions(self, merged, above, staff):
        lists = told(reverse("resolution_list", args=[merged.pk]), "open", above, staff)
        assert [[task for task, _ in tasks] for tasks in lists] == [[Task.objects.get()], []]

    def test_documents(self, merged, above, staff):
        lists = told(reverse("document_list", args=[merged.pk]), "lines", above, staff)
        assert [[line.record.title for line in lines] for lines in lists] == [["学习条例"], []]

    def test_an_invitation(self, merged, above, staff):
        asked = Invitation.objects.get()
        forms = told(LOG, "occasion", above, staff, branch=merged.pk, joint=asked.pk)
        assert [occasion.invitation for occasion in forms] == [asked, None]


def test_what_was_sent_back_is_answered_by_whoever_keeps_the_record(school, branch, staff, secretary):
    asked = supplements.ask(cast.a_record(branch, "theme_day", HELD), "请补签到表", by=staff)
    stranger = cast.a_user(Role.SECRETARY, school.students)
    taker = cast.a_user(Role.ATTENDANCE_TAKER, branch)
    address = reverse("supplement_answer", args=[asked.pk])
    answers = [
        cast.a_browser(user).post(address, {"answer": "已补"}) for user in (stranger, taker, secretary)
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 302]


@pytest.mark.parametrize("name", ["return", "plan"])
def test_nonsense_for_what_a_record_is_logged_for_is_missing(browser, name):
    assert browser.get(LOG, {name: "x"}).status_code == 404


def test_nonsense_for_what_a_record_is_corrected_for_is_missing(browser, branch):
    record = cast.a_record(branch, "theme_day", HELD)
    answer = browser.get(reverse("activity_correct", args=[record.pk]), {"appeal": "x"})
    assert answer.status_code == 404
