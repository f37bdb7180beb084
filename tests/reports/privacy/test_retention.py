"""保存期限: what is over is deleted, what is not yet over stays, the audit trail stays anyway. Each at its bound."""

import json
import os
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, SignedIn
from activities.models import LeaveRequest
from branches import suggestions
from branches.models import Suggestion
from branches.roles import Role
from members import departures
from reports.closing import files
from reports.privacy import retention
from reports.privacy.items import ITEMS
from reports.tasks import run_retention
from tests import cast

pytestmark = pytest.mark.django_db

NOTHING = {one.code: 0 for one in retention.EXPIRIES}
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def now(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with time_machine.travel("2026-10-20 04:40 +0800", tick=False):
        yield timezone.now()


@pytest.fixture
def school():
    return cast.a_university()


def test_nothing_is_over_in_the_beginning(now):
    assert retention.due(now) == retention.run(now) == NOTHING
    assert not AuditEntry.objects.filter(action="privacy.expire").exists()


def test_sessions_go_with_their_devices_once_they_are_over(now):
    user = cast.a_user()
    for number, ends in enumerate((now - SECOND, now + SECOND)):
        Session.objects.create(session_key=f"k{number}", session_data="x", expire_date=ends)
        SignedIn.objects.create(user=user, session_key=f"k{number}")
    SignedIn.objects.create(user=user, session_key="gone")
    assert retention.run(now) == NOTHING | {"sessions": 1, "signed_in": 2}
    assert [one.session_key for one in SignedIn.objects.all()] == ["k1"]
    assert [one.session_key for one in Session.objects.all()] == ["k1"]


@pytest.mark.parametrize(("age", "gone"), [(timedelta(days=7), 0), (timedelta(days=7) + SECOND, 2)])
def test_failed_attempts_go_after_seven_days(now, age, gone):
    AccessAttempt.objects.create(username="u", ip_address="10.0.0.1", failures_since_start=3)
    AccessFailureLog.objects.create(username="u", ip_address="10.0.0.1")
    for model in (AccessAttempt, AccessFailureLog):
        model.objects.update(attempt_time=now - age)
    assert retention.run(now)["attempts"] == gone


@pytest.mark.parametrize(("day", "kept"), [(date(2025, 10, 20), "看病"), (date(2025, 10, 19), "")])
def test_the_reason_of_a_leave_goes_a_year_after_its_day(school, now, day, kept):
    row = LeaveRequest.objects.create(
        member=cast.a_member(school.teachers),
        branch=school.teachers,
        branch_path=school.teachers.path,
        on=day,
        reason="看病",
    )
    retention.run(now)
    row.refresh_from_db()
    assert (row.reason, row.on) == (kept, day)


@pytest.mark.parametrize(("since", "phone"), [(date(2025, 10, 20), "13800000001"), (date(2025, 10, 19), "")])
def test_how_to_reach_somebody_goes_a_year_after_he_left(school, now, since, phone):
    member, there = (cast.a_member(school.teachers) for _ in range(2))
    for one in (member, there):
        one.phone, one.address = "13800000001", "师大路1号"
        one.save()
    departures.depart(member, "resigned", on=since, by=None, evidence="本人申请")
    gone = retention.run(now)["contact"]
    member.refresh_from_db()
    there.refresh_from_db()
    assert (gone, member.phone, there.phone) == (int(not phone), phone, "13800000001")
    assert (set(member.history.values_list("address_cipher", flat=True)) == {""}) == (not phone)
    assert retention.run(now)["contact"] == 0


@pytest.mark.parametrize(("days", "left"), [(3 * 366, 1), (3 * 366 + 1, 0)])
def test_suggestions_go_three_years_after_their_answer(school, now, days, left):
    row = suggestions.make("字太小", "/", by=cast.a_user())
    waiting = suggestions.make("还没有答复", "/", by=cast.a_user())
    suggestions.answer(row, "已改", by=cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    Suggestion.objects.filter(pk=row.pk).update(answered_at=now - timedelta(days=days))
    Suggestion.objects.filter(pk=waiting.pk).update(at=now - timedelta(days=9999))
    retention.run(now)
    assert Suggestion.objects.filter(pk=row.pk).count() == left
    assert Suggestion.objects.filter(pk=waiting.pk).exists()


def test_files_of_closings_that_no_row_names_go_after_a_day(now):
    files.folder().mkdir(parents=True)
    for name, age in (("old", timedelta(days=1, seconds=1)), ("new", timedelta(days=1))):
        (files.folder() / name).write_bytes(b"x")
        os.utime(files.folder() / name, times=((now - age).timestamp(),) * 2)
    assert retention.run(now)["closings"] == 1
    assert [path.name for path in files.folder().iterdir()] == ["new"]


def test_the_audit_trail_stays_three_years_and_longer(now):
    with time_machine.travel("2020-01-01 00:00 +0800"):
        entry = audit.record("member.unmask", by=None)
    retention.run(now)
    assert AuditEntry.objects.filter(pk=entry.pk).exists()
    assert next(item.days for item in ITEMS if item.code == "audit") is None


def test_a_dry_run_deletes_nothing_and_the_task_says_it_in_the_trail(now):
    SignedIn.objects.create(user=cast.a_user(), session_key="gone")
    out = StringIO()
    call_command("retention", "--dry-run", "--json", stdout=out)
    assert json.loads(out.getvalue()) == NOTHING | {"signed_in": 1}
    assert SignedIn.objects.exists()
    run_retention()
    assert not SignedIn.objects.exists()
    assert AuditEntry.objects.get(action="privacy.expire").after == NOTHING | {"signed_in": 1}
