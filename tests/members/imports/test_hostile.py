"""T16: whatever workbook is handed in, nothing is written, no network is called, and nobody sees a crash."""

import resource
import socket
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from activities.models import Activity
from branches.models import Branch
from branches.roles import Role
from members.models import Member
from tests import cast
from tests.members.imports.hostile import ON_BYTES, ON_PARTS, hostile
from tests.members.rosters import a_file, a_row

pytestmark = pytest.mark.django_db
PAGES = ("import_roster", "import_register", "import_ledger")
SECONDS, KILOBYTES = 30, 512 * 1024


@pytest.fixture
def staff(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return cast.a_user(Role.ORGANIZATION_STAFF, cast.a_university().root)


@pytest.fixture
def alone(monkeypatch):
    """A call over the network would fail the request."""

    def connect(self, address):
        raise AssertionError(f"connects to {address}")

    monkeypatch.setattr(socket.socket, "connect", connect)


def written():
    return [model.objects.count() for model in (Member, Branch, Activity)]


def try_all(number, staff, folder, record_property):
    """Hand each in at one page after the other and open what is shown of it."""
    browser, wrong = cast.a_browser(staff, raise_request_exception=False), []
    good = a_file(folder, a_row("张明", 1), a_row("李红", 2)).read_bytes()
    before, memory = written(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for count, (what, content) in enumerate(hostile(number, good)):
        began = time.monotonic()
        page = PAGES[count % len(PAGES)]
        file = SimpleUploadedFile("名册.xlsx", content)
        answer = browser.post(reverse(page), {"file": file}, follow=True)
        if answer.status_code not in (200, 422) or time.monotonic() - began > SECONDS:
            wrong.append(f"{what} at {page}: {answer.status_code}")
    assert wrong == []
    assert written() == before
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    assert grown < KILOBYTES
    record_property("figure", f"{number} workbooks, 0 written, 0 crashes, {grown // 1024} MB more")


@pytest.mark.slow
def test_50_hostile_workbooks(staff, alone, tmp_path, record_property):
    try_all(50, staff, tmp_path, record_property)


@pytest.mark.nightly
def test_500_hostile_workbooks(staff, alone, tmp_path, record_property):
    try_all(500, staff, tmp_path, record_property)


def test_each_way_comes_to_each_page():
    """Twenty ways and three pages have no common divisor, so that sixty files are all pairs."""
    assert (len(ON_PARTS) + len(ON_BYTES)) % len(PAGES) != 0


def test_they_are_bad_in_ways_that_show(staff, tmp_path):
    """The good one is taken, what only looks odd is taken to be looked at, and the broken ones are refused."""
    browser = cast.a_browser(staff)
    good = a_file(tmp_path, a_row("张明", 1)).read_bytes()

    def is_taken(content):
        file = SimpleUploadedFile("a.xlsx", content)
        return browser.post(reverse("import_roster"), {"file": file}).status_code == 302

    taken = {what.split()[1]: is_taken(content) for what, content in hostile(20, good)}
    assert is_taken(good)
    odd = {"claims", "dates_of_1904", "formulas", "hidden_sheets", "merged_heads", "odd_numbers", "ways_out"}
    assert {what for what, was in taken.items() if was} == odd
