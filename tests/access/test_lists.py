"""T03: what is foreign is neither shown nor counted, on any page, in any list, search, choice or workbook.

Where somebody may see nothing of a row, the page is to be the same whether the row is there or not.
"""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib import admin
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from activities.models import Campaign, ProgrammeItem
from branches.models import FactorExemption
from jobs.models import Job
from members.models import ColumnMapping, GreetingOptOut, Member, Suspension
from reports import quarterly, workbook
from reports.filters import FigureFilter
from tests.access.asking import Answer, Asker, same
from tests.access.canaries import FAR, NEW, add_foreign_rows, mark_all, marks_foreign_to
from tests.access.pages import pages
from tests.access.table import MEMBER, declared, table
from tests.access.world import BOUNDED, World

HTMX = {"HX-Request": "true"}
#: Besides those whose scope ends, those to whom only what belongs to others is foreign.
READERS = (*BOUNDED, MEMBER, "organization_staff")
#: Pages that offer every branch of the university by its name, with the reason.
NAMES_EVERY_BRANCH = {
    "member_transfer": "whoever is to leave may go to any branch; its own staff then take him in",
    "activity_joint": "any branch may be asked to hold something jointly, and is named once it was",
}
EXPORTERS = ("committee_staff", "leader", "secretary", "recorder")

pytestmark = pytest.mark.slow


def lists(world: World, role: str, *, is_marked: bool) -> Iterator[tuple[str, dict[str, str]]]:
    """Every page that answers ``role``, as it opens, and with what a search or a filter finds."""
    stranger = Member.objects.filter(branch=world.far.branch).earliest("number")
    for page, row in declared():
        if row.expected(role, "GET") != 200 or page.key in NAMES_EVERY_BRANCH:
            continue
        url = world.own_url(page, row, role)
        yield url, dict(row.query)
        if page.key == "admin:autocomplete":
            yield from ((url, asked) for asked in _choices())
        elif page.key.endswith("_changelist") or page.key == "roster":
            yield url, {"q": stranger.number if is_marked else NEW}


def _choices() -> Iterator[dict[str, str]]:
    """What every field of the admin that searches would ask for."""
    for model, listed in admin.site._registry.items():
        for name in listed.autocomplete_fields:
            asked = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
            yield {**asked, "field_name": name, "term": ""}


@pytest.mark.parametrize("role", READERS)
def test_nothing_foreign_is_shown(world: World, role: str):
    mark_all(world)
    asker, marks, wrong = Asker(world, role), marks_foreign_to(world, role), []
    assert marks
    for url, query in lists(world, role, is_marked=True):
        # The admin does not know of htmx.
        for headers in ({},) if url.startswith("/admin/") else ({}, HTMX):
            answer = asker.ask("GET", url, query, **headers)
            wrong += [f"{url} {query} shows {mark}" for mark in marks if mark in answer.text]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("role", READERS)
def test_nothing_foreign_is_counted(world: World, role: str):
    asker = Asker(world, role)
    # The page that sets up a second factor has another secret each time.
    asked = [one for one in lists(world, role, is_marked=False) if one[0] != reverse("factor_set_up")]
    before = [asker.ask("GET", url, query) for url, query in asked]
    add_foreign_rows(world, role)
    after = [asker.ask("GET", url, query) for url, query in asked]
    wrong = [
        f"{url} {query}: {_first_difference(one, other)}"
        for (url, query), one, other in zip(asked, before, after, strict=True)
        if not same(_page(one), _page(other), [NEW])
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def _page(answer: Answer) -> Answer:
    """What is read of it, without what reading it left in the trail; a paper says in its bytes when it was set."""
    is_paper = answer.headers.get("Content-Type") == "application/pdf"
    return replace(
        answer,
        wrote=(),
        audited=(),
        body=b"" if is_paper else answer.body,
        headers={} if is_paper else answer.headers,
    )


def _first_difference(one: Answer, other: Answer) -> str:
    lines = zip(one.text.splitlines(), other.text.splitlines(), strict=False)
    return next((f"{a.strip()} -> {b.strip()}" for a, b in lines if a != b), "its length")


@pytest.mark.parametrize("role", EXPORTERS)
def test_no_workbook_names_what_is_foreign(world: World, role: str):
    mark_all(world)
    marks = marks_foreign_to(world, role)
    asker = Asker(world, role)
    page = next(page for page in pages() if page.key == "roster_export")
    roster = asker.ask("POST", world.own_url(page, table().rows[page.key], role), {})
    statistics = BytesIO()
    today = timezone.localdate()
    asked = FigureFilter(QueryDict("period=2026Q3"), user=world.users[role], today=today).asked
    workbook.write(statistics, quarterly.compose_for(asked), asked, by=world.users[role])
    for content in (roster.body, statistics.getvalue()):
        text = _all_of(content)
        assert world.own.branch.short_name in text
        assert [mark for mark in marks if mark in text] == []


def _all_of(content: bytes) -> str:
    """Whatever stands anywhere in a workbook: hidden sheets, properties, defined names."""
    with ZipFile(BytesIO(content)) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def test_the_marks_are_there_to_be_seen(world: World):
    mark_all(world)
    asker = Asker(world, "organization_staff")
    lists_of_admin = [(page, row) for page, row in declared() if page.key.endswith("_changelist")]
    unmarked = {
        page.admin_model
        for page, row in lists_of_admin
        if FAR not in asker.ask("GET", world.own_url(page, row, "organization_staff")).text
    }
    # Of the whole university, for the auditor alone, one's own, over, or nobody's in that half.
    assert unmarked == {
        Campaign,
        ProgrammeItem,
        FactorExemption,
        AuditEntry,
        Job,
        ColumnMapping,
        GreetingOptOut,
        Suspension,
    }
