"""What is one's own on the pages of figures: jobs, reminders, the records of a branch asked for by itself."""

from datetime import date

import pytest
from django.urls import reverse

from activities import assignments, returns
from branches.models import Term
from branches.roles import Role
from jobs.models import Job
from reminders.models import Reminder
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]


def a_reminder(user, branch, subject="a"):
    facts = {"kind": "duty", "due_on": date(2026, 10, 31), "title": "主题党日", "branch_path": branch.path}
    return Reminder.objects.create(recipient=user, subject=subject, **facts)


def records_of(user, **asked):
    page = cast.a_browser(user).get(reverse("activity_list"), {"period": "2026Q3", **asked})
    return page.context["totals"].counted, [line.record.branch for line in page.context["lines"]]


def test_staff_home_shows_and_counts_no_job_or_reminder_of_a_colleague(school):
    staff, colleague = (cast.a_user(Role.ORGANIZATION_STAFF, school.root) for _ in range(2))
    Job.objects.create(kind="x", owner=colleague, label="同事的任务", state=Job.State.FAILED)
    a_reminder(colleague, school.teachers)
    page = cast.a_browser(staff).get("/")
    assert list(page.context["jobs"]) == []
    titles = {one.title for one in page.context["waiting"]}
    assert titles.isdisjoint({"没有做成的任务", "由您代收的支部待办"})


def test_staff_home_does_not_count_what_another_college_has_to_answer(school):
    music, physics = (cast.a_user(Role.COMMITTEE_STAFF, place) for place in (school.music, school.physics))
    facts = {"nature": "task", "kind": "", "title": "学习条例", "due_on": date(2026, 10, 31)}
    task = assignments.issue(by=music, organisation=school.music, opens_on=date(2026, 10, 1), **facts)
    returns.claim(task.returns.get(branch=school.musicians), "全体在外实习", by=music)
    shown = [cast.a_browser(user).get("/").context["waiting"] for user in (music, physics)]
    asked = [[one.number for one in waiting if one.title == "申请不适用的任务"] for waiting in shown]
    assert asked == [[1], []]


def test_the_badge_counts_ones_own_reminders(school):
    secretary, recorder = (cast.a_user(role, school.teachers) for role in (Role.SECRETARY, Role.RECORDER))
    for user, subject in [(secretary, "a"), (secretary, "b"), (recorder, "a")]:
        a_reminder(user, school.teachers, subject)
    badges = [cast.a_browser(user).get("/").context["frame"].todo_count for user in (secretary, recorder)]
    assert badges == [2, 1]


def test_the_badge_opens_the_list_it_counts(school):
    secretary = cast.a_user(Role.SECRETARY, school.teachers)
    a_reminder(secretary, school.teachers)
    browser = cast.a_browser(secretary)
    assert f'<a class="mast-link" href="{reverse("todo")}">' in browser.get(reverse("roster")).text
    assert len(browser.get(reverse("todo")).context["items"]) == 1


def test_a_foreign_branch_asked_for_by_itself_has_no_records(school):
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    assert records_of(staff, branch=school.teachers.pk)[0] == 3
    assert records_of(staff, branch=school.musicians.pk) == (0, [])


def test_terms_that_end_are_those_of_ones_own_part(school):
    for branch in (school.physics, school.music):
        days = {"elected_on": date(2021, 11, 1), "due_on": date(2026, 11, 1)}
        Term.objects.create(branch=branch, branch_path=branch.path, years=5, **days)
    seen = {}
    for place in (school.root, school.physics):
        page = cast.a_browser(cast.a_user(Role.LEADER, place)).get(reverse("dashboard"))
        seen[place] = [item.title for item in page.context["board"].terms]
    assert seen == {
        school.root: [school.physics.short_name, school.music.short_name],
        school.physics: [school.physics.short_name],
    }


def test_records_of_a_branch_that_left_are_counted_and_not_listed(school):
    """What the students held before they moved to the music college: two records in July."""
    counted, listed = records_of(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
    assert (counted, {branch.pk for branch in listed}) == (6, {school.teachers.pk, school.physics.pk})
    assert len(listed) == 4


def test_the_organisations_offered_are_ones_own(school):
    page = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics)).get(reverse("activity_list"))
    offered = {pk for pk, _ in page.context["form"].fields["org"].widget.choices}
    assert offered == {"", school.teachers.pk}
