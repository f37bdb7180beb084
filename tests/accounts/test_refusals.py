"""16.3.3: what somebody tries to go round stands in the trail, in the incident report and in the security log."""

import logging
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts import refusals
from accounts.models import AuditEntry
from branches.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counted_anew():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def made():
    return cast.a_university()


@pytest.fixture
def secretary(made):
    return cast.a_user(Role.SECRETARY, made.students)


def told():
    return [(entry.action, entry.after.get("reason", "")) for entry in AuditEntry.objects.order_by("at")]


def test_a_row_out_of_reach_and_a_missing_one_are_told_apart_here_alone(made, secretary, caplog):
    stranger = cast.a_member(made.teachers)
    browser = cast.a_browser(secretary)
    AuditEntry.objects.all().delete()
    answers = [browser.get(reverse("member_detail", args=[key])) for key in (stranger.pk, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert told() == [("access.miss", refusals.OUT_OF_REACH), ("access.miss", refusals.MISSING)]
    lines = [line.getMessage() for line in caplog.records if line.name == "branchbook.security"]
    assert lines[0] == (
        f"access.miss account={secretary.pk} address=127.0.0.1 GET"
        f" {reverse('member_detail', args=[stranger.pk])}"
    )


def test_in_the_browser_admin_too(made, secretary):
    other = cast.a_member(made.musicians)
    browser = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, made.physics))
    AuditEntry.objects.all().delete()
    address = reverse(f"admin:{other._meta.app_label}_{other._meta.model_name}_change", args=[other.pk])
    browser.get(address)
    assert told() == [("access.miss", refusals.OUT_OF_REACH)]


def test_an_address_of_no_page_is_no_attempt(secretary):
    browser = cast.a_browser(secretary)
    AuditEntry.objects.all().delete()
    browser.get("/nowhere/")
    assert told() == []


def test_a_form_without_its_token_is(secretary):
    browser = cast.a_browser(secretary, enforce_csrf_checks=True)
    AuditEntry.objects.all().delete()
    browser.post("/password/", {})
    assert told() == [("access.refuse", refusals.UNSIGNED)]


def test_who_goes_on_asking_fills_the_log_and_not_the_trail(secretary, settings, caplog):
    settings.REFUSALS_IN_TEN_MINUTES = 2
    browser = cast.a_browser(secretary)
    AuditEntry.objects.all().delete()
    for _ in range(5):
        browser.get(reverse("member_detail", args=[uuid4()]))
    assert [reason for _, reason in told()] == [
        refusals.MISSING,
        refusals.MISSING,
        f"{refusals.MISSING}；{refusals.MORE}",
    ]
    assert len([line for line in caplog.records if line.name == "branchbook.security"]) == 5
    assert all(
        line.levelno == logging.WARNING for line in caplog.records if "access.miss" in line.getMessage()
    )


def test_the_auditor_reads_it_in_the_incident_report(made, secretary):
    stranger = cast.a_member(made.teachers)
    address = reverse("member_detail", args=[stranger.pk])
    cast.a_browser(secretary).get(address)
    auditor = cast.a_browser(cast.a_user(Role.AUDITOR))
    days = {"since": timezone.localdate(), "until": timezone.localdate()}
    page = auditor.get(reverse("incident"), {"username": secretary.username, **days}).content.decode()
    assert "找看不到的对象" in page
    assert address in page
