"""The demo in full, and made twice: slow."""

import hashlib
import json
from datetime import date
from io import BytesIO, StringIO

import docx
import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from activities import records, tallies
from activities.models import Activity
from branches.models import Branch, RoleGrant
from branches.scope import covering_ranges
from members.models import Member
from members.rosters import roster
from reports.demo import load
from reports.demo.scale import SMALL
from reports.models import CaseReport
from tests import cast
from tests.reports.demo_world import TINY, TODAY, campaign_counts


def fingerprint():
    """Everything but what the hour and the machine decide."""
    rows = [
        list(
            Branch.objects.order_by("code").values_list(
                "code", "name", "parent__code", "founded_on", "dissolved_on"
            )
        ),
        list(Member.objects.order_by("id").values_list("id", "number", "name", "joined_on", "branch__code")),
        list(
            Activity.objects.order_by("id").values_list(
                "id", "title", "held_on", "entered_at", "notes", "present"
            )
        ),
        list(
            RoleGrant.objects.order_by("user__username", "since").values_list(
                "user__username", "role", "since"
            )
        ),
    ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def loaded(seed):
    with transaction.atomic():
        load.load(TINY, seed, TODAY)
        found = fingerprint()
        transaction.set_rollback(True)
    return found


@pytest.mark.slow
def test_same_seed_and_day_give_the_same_data(db):
    assert loaded(7) == loaded(7) != loaded(8)


@pytest.mark.slow
@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 1, 1), date(2026, 6, 25)])
def test_any_day_has_its_members_and_campaigns(db, day):
    load.load(TINY, 7, day)
    ranges = covering_ranges([Branch.objects.get(parent=None).path])
    assert len(roster(day, ranges)) == TINY.members
    assert campaign_counts(ranges, TINY, day) == TINY.campaigns


@pytest.mark.slow
@time_machine.travel(f"{TODAY} 12:00 +0800", tick=False)
def test_small_scale_is_what_it_says(db):
    made = load.load(SMALL, 7, TODAY)
    ranges = covering_ranges([Branch.objects.get(parent=None).path])
    assert (made.branches, len(roster(TODAY, ranges))) == (90, 1_800)
    assert campaign_counts(ranges, SMALL) == {
        "主题教育": {"seminar": 140, "practice": 240},
        "党史学习教育": {"party_lecture": 96, "theme_day": 380, "film": 40},
    }
    assert tallies.differences() == []
    case_report_says_what_the_university_is_known_for()


def case_report_says_what_the_university_is_known_for():
    """Page, JSON and Word say the same, also once a seminar that people came to is withdrawn."""
    browser = cast.a_browser(User.objects.get(username="lingdao"))
    report = CaseReport.objects.get(name="典型案例")
    told = ["140", "240", "96", "380", "40", "10"]
    graduates = ["150", "137", "91.3%"]
    assert said_in(browser, report) == [["90", "1,800", *told, "70", *graduates]] * 3
    seminar = (
        Activity.objects.valid().filter(kind="seminar", campaigns__name="主题教育", present__gt=0).first()
    )
    records.withdraw(seminar, by=None, version=seminar.version, reason="重复登记")
    assert said_in(browser, report) == [["90", "1,800", "139", *told[1:], "70", *graduates]] * 3


def said_in(browser, report):
    """The figures on the page, in the JSON and in the annex of the Word document."""
    page = browser.get(reverse("case_page", args=[report.pk])).context["composed"]
    out = StringIO()
    call_command("case_report", report.name, "--json", stdout=out)
    answer = browser.post(reverse("case_export", args=[report.pk, "docx"]))
    word = docx.Document(BytesIO(b"".join(answer.streaming_content)))
    text = "".join(line.text for line in word.paragraphs)
    rows = [[cell.text for cell in row.cells] for row in word.tables[0].rows]
    assert all(figure.text in text for figure in page.figures)
    return [
        [figure.text for figure in page.figures],
        [figure["text"] for figure in json.loads(out.getvalue())["figures"]],
        [row[2] for row in rows[1:]],
    ]
