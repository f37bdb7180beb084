"""Steps of 发展党员 in the ledger: the branch's to the branch, the committee's to the committee that may approve."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from branches.roles import Role
from members.development import recording
from members.development.vocabulary import Step
from reminders import ledger
from reminders.models import Reminder
from tests import cast
from tests.members.development.way import WAY, Way

S = Step


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-10-20 12:00 +0800", tick=False):
        yield


@pytest.fixture
def way(db):
    return Way()


def told(on, kind="development"):
    ledger.collect(on)
    rows = Reminder.objects.filter(kind=kind).order_by("due_on", "pk")
    return [(row.recipient, row.title, row.due_on, row.state) for row in rows]


def form(way, step):
    return reverse("development_step", args=[way.development.pk, step.value])


def test_the_talk_is_told_a_week_before_its_month_is_over_and_settled_by_the_record(way):
    way.apply(date(2026, 9, 25))
    assert told(date(2026, 10, 17)) == []
    assert told(date(2026, 10, 20)) == [(way.secretary, "林微：派人谈话", date(2026, 10, 25), "open")]
    [row] = Reminder.objects.filter(kind="development")
    assert row.detail == "物理学生党支部，发展党员细则第七条：收到入党申请书后一个月内派人谈话"
    assert row.url == form(way, S.APPLICATION_TALK)
    assert cast.a_browser(way.secretary).get(row.url).status_code == 200
    way.take(S.APPLICATION_TALK, date(2026, 10, 20))
    assert told(date(2026, 10, 20)) == [(way.secretary, "林微：派人谈话", date(2026, 10, 25), "done")]


def test_taken_back_it_is_open_again_and_with_the_way_ended_cancelled(way):
    way.apply(date(2026, 9, 25))
    told(date(2026, 10, 20))
    way.take(S.APPLICATION_TALK, date(2026, 10, 20))
    told(date(2026, 10, 20))
    recording.take_back(way.development, "误登，重新登记", by=way.secretary)
    assert [state for *_, state in told(date(2026, 10, 20))] == ["open"]
    recording.end(way.development, date(2026, 10, 20), "本人放弃申请", by=way.secretary)
    assert [state for *_, state in told(date(2026, 10, 20))] == ["cancelled"]


def test_each_half_year_is_a_reminder_of_its_own(way):
    way.walk(S.CONTACTS)
    first, second = date(2024, 12, 10), date(2025, 6, 5)
    assert told(date(2024, 12, 3)) == [(way.secretary, "林微：培养教育考察", first, "open")]
    way.take(S.OBSERVATION)
    assert [state for *_, state in told(date(2024, 12, 6))] == ["done"]
    assert [(due_on, state) for _, _, due_on, state in told(date(2025, 6, 1))] == [
        (first, "done"),
        (second, "open"),
    ]


def test_full_membership_is_told_before_probation_ends_and_opens_what_is_needed_first(way):
    way.walk(S.OATH)
    assert (way.secretary, "林微：支部大会讨论转正", date(2026, 8, 1), "open") in told(date(2026, 7, 25))
    row = Reminder.objects.get(title="林微：支部大会讨论转正")
    assert row.url == form(way, S.FULL_APPLICATION)


def test_an_approval_is_told_to_the_staff_of_the_committee(way):
    way.walk(S.FULL_MEETING)
    assert (way.staff, "林微：党委审批转正", date(2026, 11, 3), "open") in told(date(2026, 10, 30))
    row = Reminder.objects.get(title="林微：党委审批转正", kind="development")
    assert (row.url, row.branch_path) == (form(way, S.FULL_APPROVAL), way.school.physics.path)
    assert cast.a_browser(way.staff).get(row.url).status_code == 200


def test_a_general_branch_approves_nobody_so_the_university_is_told(way):
    general, root = way.school.music, way.school.root
    way.walk(S.FULL_MEETING)
    way.development.member.branch.__class__.objects.filter(pk=way.school.physics.pk).update(
        level=general.level
    )
    university = cast.a_user(Role.ORGANIZATION_STAFF, root)
    assert (university, "林微：党委审批转正", date(2026, 11, 3), "open") in told(date(2026, 10, 30))


def test_what_waits_for_the_committee_is_news_for_a_month(way):
    way.walk(S.TARGET_DECISION)
    filed = (way.staff, "林微：发展对象报党委备案", WAY[S.TARGET_DECISION][0])
    assert told(date(2025, 6, 10), "development_open") == [(*filed, "open")]
    assert told(date(2025, 7, 10), "development_open") == [(*filed, "open")]
    assert told(date(2025, 7, 11), "development_open") == [(*filed, "cancelled")]


def test_a_year_of_observation_makes_the_next_decision_possible(way):
    way.walk(S.OBSERVATION)
    assert told(date(2025, 6, 9), "development_open") == []
    decided = (way.secretary, "林微：确定发展对象", date(2025, 6, 10))
    assert told(date(2025, 6, 10), "development_open") == [(*decided, "open")]
    way.take(S.TARGET_DECISION, date(2025, 6, 10))
    assert (*decided, "done") in told(date(2025, 6, 10), "development_open")


def test_the_branchs_own_next_step_is_no_news(way):
    way.walk(S.ACTIVIST_FILING)
    assert told(WAY[S.ACTIVIST_FILING][0], "development_open") == []


def test_nobody_is_told_of_his_own_way(way):
    way.apply(date(2026, 9, 25))
    way.secretary.grants.update(role=Role.RECORDER)
    member = way.member
    member.account = way.secretary
    member.save()
    assert told(date(2026, 10, 20)) == []
