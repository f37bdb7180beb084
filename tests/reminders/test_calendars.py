"""A person's reminders in a calendar, under an address that only he knows."""

from datetime import date

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from reminders import calendars
from reminders.models import CalendarFeed
from tests import cast
from tests.reminders.scene import a_reader, a_reminder

DUE = date(2026, 10, 31)


@pytest.fixture(autouse=True)
def fresh(db):
    cache.clear()


def fetched(token: str):
    return Client().get(reverse("calendar_feed"), {"key": token})


def test_what_a_calendar_reads():
    with time_machine.travel("2026-10-20 10:00 +0800", tick=False):
        reader = a_reader()
        one = a_reminder(reader, DUE, "主题党日，第1次;补", url="/form/")
        two = a_reminder(reader, DUE, "王敏政治生日", "political_birthday", url="/birthday/")
        a_reminder(reader, DUE, "办完的", state="done")
        a_reminder(a_reader(), DUE, "别人的")
    answer = fetched(calendars.reset(reader, by=reader))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.content.decode().split("\r\n") == [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Branchbook//ZH", "X-WR-CALNAME:支部簿待办"),
        *("BEGIN:VEVENT", f"UID:reminder-{one.pk}@branchbook", "DTSTAMP:20261020T020000Z"),
        *("DTSTART;VALUE=DATE:20261031", "DTEND;VALUE=DATE:20261101"),
        *("SUMMARY:主题党日，第1次\\;补到期", "URL:http://localhost:8000/form/"),
        *("TRANSP:TRANSPARENT", "END:VEVENT"),
        *("BEGIN:VEVENT", f"UID:reminder-{two.pk}@branchbook", "DTSTAMP:20261020T020000Z"),
        *("DTSTART;VALUE=DATE:20261031", "DTEND;VALUE=DATE:20261101"),
        *("SUMMARY:政治生日", "URL:http://localhost:8000/birthday/"),
        *("TRANSP:TRANSPARENT", "END:VEVENT", "END:VCALENDAR", ""),
    ]


def test_long_lines_are_folded_between_characters():
    reader = a_reader()
    a_reminder(reader, DUE, "党" * 100)
    text = calendars.feed_of(reader)
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert f"SUMMARY:{'党' * 100}到期" in text.replace("\r\n ", "")


def test_a_line_break_in_a_title_adds_no_line():
    reader = a_reader()
    a_reminder(reader, DUE, "党日\r\nATTENDEE:x")
    assert "\r\nATTENDEE" not in calendars.feed_of(reader)


@pytest.mark.parametrize("token", ["", "guessed", "x" * 43, "党", "\x00"])
def test_a_guessed_address_is_not_there(token):
    calendars.reset(reader := a_reader(), by=reader)
    assert fetched(token).status_code == 404


def test_a_new_address_ends_the_old_one_and_closing_ends_both():
    reader = a_reader()
    old, new = calendars.reset(reader, by=reader), calendars.reset(reader, by=reader)
    assert [fetched(old).status_code, fetched(new).status_code] == [404, 200]
    calendars.close(reader, by=reader)
    assert fetched(new).status_code == 404
    deeds = AuditEntry.objects.filter(action__startswith="calendar").order_by("at")
    assert [entry.action for entry in deeds] == ["calendar.reset", "calendar.reset", "calendar.close"]


def test_a_closed_account_has_no_feed():
    reader = a_reader()
    token = calendars.reset(reader, by=reader)
    reader.is_active = False
    reader.save(update_fields=["is_active"])
    assert fetched(token).status_code == 404


def test_the_address_is_shown_once_and_stored_as_its_hash():
    reader = a_reader()
    browser = cast.a_browser(reader)
    page = browser.post(reverse("calendar_reset"))
    address = page.context["address"]
    assert address in page.content.decode()
    token = address.removeprefix("http://localhost:8000/calendar.ics?key=")
    assert token not in browser.get(reverse("notice_choices")).content.decode()
    assert token not in f"{CalendarFeed.objects.values().get()} {list(AuditEntry.objects.values())}"
    assert fetched(token).status_code == 200


def test_guessing_is_slowed_down_and_does_not_lock_out_the_campus():
    reader = a_reader()
    token = calendars.reset(reader, by=reader)
    codes = [fetched(f"guess{n}").status_code for n in range(calendars.WRONG + 1)]
    assert codes == [404] * calendars.WRONG + [429]
    assert fetched(token).status_code == 200


def test_a_feed_is_not_fetched_without_end():
    reader = a_reader()
    token = calendars.reset(reader, by=reader)
    codes = [fetched(token).status_code for _ in range(calendars.ASKED + 1)]
    assert codes == [200] * calendars.ASKED + [429]
