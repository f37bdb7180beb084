"""T11: what is masked stays masked, page by page, role by role, field by field; in clear only for a reason, audited."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from io import BytesIO, StringIO
from itertools import product
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from accounts.models import AuditEntry
from activities import papers
from activities.models import Activity
from assessments.models import Report
from lib import typesetting
from members.models import (
    Destination,
    Development,
    Member,
    MembershipSpell,
    StatusPeriod,
    Trainee,
    TrainingClass,
    Transfer,
)
from reports.closing import files as closed_files
from reports.closing import tables
from reports.figures.catalogue import STATISTICS
from reports.management.asking import asked_of
from reports.models import CaseReport, ClosedPeriod
from tests.access.asking import Answer, Asker
from tests.access.table import SIGNED_IN, declared
from tests.access.world import World

#: Field → the ways its value could be written in full.
SECRETS = {
    "id_number": ("11010519491231002X",),
    "phone": ("13812345678", "138-1234-5678", "138 1234 5678"),
    "landline": ("01058806688", "010-58806688"),
    "address": ("北京市海淀区新街口外大街十九号",),
    "birth_date": ("1949-12-31", "1949年12月31日", "1949/12/31"),
}
NOTE = "家庭变故需要关心"
#: Who reads the note of a person, and where; it is written by them and for them.
READERS = {"organization_staff", "committee_staff", "secretary", "recorder", "member"}
NOTED = {
    "member_detail": READERS,
    "admin:members_member_change": {"organization_staff", "committee_staff"},
    "admin:members_member_history": {"organization_staff", "committee_staff"},
}
STAFF = {"organization_staff", "committee_staff"}
#: Papers that a page asked for with GET sets, and all that there are; two are parts of others.
ON_PAGES = {"birthday_card.typ", "branch_book.typ", "certificate.typ", "development_record.typ"}
PAPERS = {path.name for path in (settings.BASE_DIR / typesetting.FOLDER).glob("*.typ")} - {
    "official.typ",
    "table.typ",
}


@pytest.fixture(autouse=True)
def typeset(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Papers as what is set in them: their pages are compressed. Returns the documents that were set."""
    documents: list[str] = []

    def paper(document: str, data: Mapping[str, Any], **how: bool) -> bytes:
        documents.append(document)
        return b"%PDF-" + json.dumps(data, ensure_ascii=False).encode()

    monkeypatch.setattr(typesetting, "pdf", paper)
    monkeypatch.setattr(typesetting, "pictures", lambda document, data: [paper(document, data)])
    return documents


@pytest.fixture
def person(world: World) -> Member:
    member = world.own.of[Member]
    for name, writings in SECRETS.items():
        value = date.fromisoformat(writings[0]) if name == "birth_date" else writings[0]
        setattr(member, name, value)
    member.note = NOTE
    member.save()
    return member


def said(answer: Answer) -> str:
    """The text of an answer, of a workbook that of all its parts."""
    if answer.body[:2] != b"PK":
        return answer.text
    with ZipFile(BytesIO(answer.body)) as book:
        return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())


def found_in(text: str) -> list[str]:
    return [name for name, writings in SECRETS.items() if any(writing in text for writing in writings)]


@pytest.mark.slow
@pytest.mark.parametrize("role", SIGNED_IN)
def test_no_page_says_it_in_full(world: World, person: Member, role: str, typeset: list[str]):
    asker, wrong, looked_at = Asker(world, role), [], 0
    for page, row in declared():
        if row.expected(role, "GET") != 200:
            continue
        answer = asker.ask("GET", world.own_url(page, row, role), row.query or None)
        looked_at += 1
        wrong += [f"{page.key}: {name}" for name in found_in(said(answer))]
        if NOTE in said(answer) and role not in NOTED.get(page.key, ()):
            wrong.append(f"{page.key}: note")
    assert wrong == []
    assert looked_at > 5
    if role == "organization_staff":
        assert set(typeset) == ON_PAGES


def test_no_workbook_does(world: World, person: Member):
    for role, name in product(SIGNED_IN, ("roster_export", "contact_export")):
        text = said(Asker(world, role).ask("POST", reverse(name)))
        assert (role, name, found_in(text), NOTE in text) == (role, name, [], False)


def test_no_paper_does(world: World, person: Member, typeset: list[str]):
    """Those of a record in each way, and the letter of introduction, which says more only for a reason."""
    asker, record = Asker(world, "organization_staff"), world.own.of[Activity]
    ways = [(record.pk, paper, ending) for paper, ending in product(papers.PAPERS, ("pdf", "docx"))]
    answers = [asker.ask("GET", reverse("activity_paper", args=way)) for way in ways]
    letter = world.own.of[Transfer]
    Transfer.objects.filter(pk=letter.pk).update(member=person)
    answers.append(asker.ask("POST", reverse("transfer_letter", args=[letter.pk])))
    held = world.own.of[TrainingClass]
    TrainingClass.objects.filter(pk=held.pk).update(finished_on=letter.requested_on)
    Trainee.objects.create(training_class=held, member=person, hours=8, certificate="PX2026-01-099")
    answers.append(asker.ask("POST", reverse("class_certificates", args=[held.pk])))
    told = [world.own.of[Report].pk, "pdf"]
    answers.append(asker.ask("GET", reverse("feedback_letter", args=told)))
    answers.append(asker.ask("POST", reverse("figure_export", args=["members", "pdf"])))
    answers.append(asker.ask("POST", reverse("book_export", args=["annual", "pdf"])))
    answers.append(asker.ask("POST", reverse("case_export", args=[world.own.of[CaseReport].pk, "pdf"])))
    answers.append(asker.ask("POST", reverse("roster_export"), {"as": "pdf"}))
    assert [(answer.status, found_in(said(answer))) for answer in answers] == [(200, [])] * 13
    asked = tables.asked_of(asked_of("2026Q3", None), world.school.root)
    closing = ClosedPeriod(period="2026Q3")
    kept = [one.tabulate(asked) for one in STATISTICS.values()]
    [_, pages] = closed_files.made_of(world.school.root, kept, closing)
    assert found_in(pages.content.decode()) == []
    assert set(typeset) | ON_PAGES == PAPERS


#: What tells whose line it is, beside a masked name: of the days, the year alone may be said.
TELLING = {
    "number": ("T987654",),
    "school_number": ("20087654",),
    "birth_date": ("1949-12", "1949年12月"),
    "joined_on": ("1976-10-19", "1976年10月19日"),
    "full_on": ("1977-11-23", "1977年11月23日"),
    "birthday": ("2026-10-19", "2026年10月19日", "10月19日"),
    "milestone": ("2027-11-23",),
    "place": ("京师大学堂",),
}
UNNAMED = ("leader", "station_head")
LISTS = ("members", "birthdays", "graduates", "annual_members")


@pytest.fixture
def telling(person: Member) -> Member:
    """Fifty years a member next year, a graduate of this one."""
    joined, full = date(1976, 10, 19), date(1977, 11, 23)
    numbers = {"number": "T987654", "school_number": "20087654"}
    Member.objects.filter(pk=person.pk).update(**numbers, joined_on=joined, full_on=full)
    MembershipSpell.objects.filter(member=person).update(since=joined)
    status = StatusPeriod.objects.get(member=person)
    StatusPeriod.objects.filter(pk=status.pk).update(since=full)
    StatusPeriod.objects.create(
        member=person, status="probationary", since=joined, until=full - timedelta(days=1)
    )
    Destination.objects.filter(branch=person.branch).update(member=person, place="京师大学堂")
    return person


def told_by(text: str) -> list[str]:
    return [name for name, writings in TELLING.items() if any(writing in text for writing in writings)]


def lists_of(world: World, role: str) -> list[tuple[str, str, Any]]:
    """Pages and workbooks that list people, each as a method, an address and what is sent."""
    figures = [
        ("GET", reverse("figure_rows", args=[name, figure.code]), {"period": "2026"})
        for name in LISTS
        for figure in STATISTICS[name].columns[:2]
    ]
    exports = [
        ("POST", reverse("roster_export"), None),
        ("POST", reverse("contact_export"), None),
        ("POST", reverse("birthday_export", args=["2026-10"]), None),
        ("POST", reverse("milestone_export"), {"year": "2027"}),
        ("POST", reverse("undated_export"), None),
        ("POST", reverse("movement_export", args=["destinations"]), None),
    ]
    pages = [
        ("GET", world.own_url(page, row, role), row.query or None)
        for page, row in declared()
        if row.expected(role, "GET") == 200
    ]
    return [*pages, ("GET", reverse("birthday_milestones"), {"year": "2027"}), *figures, *exports]


@pytest.mark.slow
@pytest.mark.parametrize("role", UNNAMED)
def test_a_masked_name_stands_beside_nothing_that_tells_whose_it_is(world: World, telling: Member, role: str):
    asker = Asker(world, role)
    asked = [(way, url, told_by(said(asker.ask(way, url, data)))) for way, url, data in lists_of(world, role)]
    assert [one for one in asked if one[2]] == []


@pytest.mark.slow
def test_whoever_reads_names_reads_what_stands_beside_them(world: World, telling: Member):
    asker = Asker(world, "organization_staff")
    text = "".join(
        said(asker.ask(way, url, data)) for way, url, data in lists_of(world, "organization_staff")
    )
    assert told_by(text) == list(TELLING)


def trail_of(action: str) -> list[dict[str, Any]]:
    return list(AuditEntry.objects.filter(action=action).values_list("after", flat=True))


def test_in_clear_for_a_reason_by_staff_with_a_trace(world: World, person: Member):
    """Every role with every field; what one asks leaves nothing for the next."""
    url = reverse("member_unmask", args=[person.pk])
    for role, name in product(SIGNED_IN, SECRETS):
        sent = {"fields_wanted": [name], "reason": "核对档案"}
        answer = Asker(world, role).ask("POST", url, sent, look=lambda: trail_of("member.unmask"))
        if role in STAFF:
            assert (role, found_in(answer.text)) == (role, [name])
            assert answer.seen == [{"fields": [name], "reason": "核对档案"}]
        else:
            assert (role, answer.status in (403, 404)) == (role, True)
            assert (role, found_in(answer.text), answer.seen) == (role, [], [])


def test_phones_of_the_contact_book_likewise(world: World, person: Member):
    for role, name in product(SIGNED_IN, ("contact_phones", "contact_export")):
        sent = {"reason": "联系换届"}
        answer = Asker(world, role).ask("POST", reverse(name), sent, look=lambda: trail_of("contacts.unmask"))
        if role in STAFF:
            assert (role, found_in(said(answer))) == (role, ["phone"])
            (entry,) = answer.seen
            assert (entry["reason"], person.number in entry["people"]) == ("联系换届", True)
        else:
            assert (role, answer.status, found_in(said(answer)), answer.seen) == (role, 403, [], [])


def test_not_without_a_reason(world: World, person: Member):
    asker = Asker(world, "organization_staff")
    unmask = reverse("member_unmask", args=[person.pk])
    assert found_in(asker.ask("POST", unmask, {"fields_wanted": ["phone"], "reason": ""}).text) == []
    for reason in ("", "查"):
        assert found_in(asker.ask("POST", reverse("contact_phones"), {"reason": reason}).text) == []
    assert asker.ask("POST", reverse("contact_export"), {"reason": "查"}).status == 404


JSON = {
    "roster": (),
    "roster --changes": ("2014-01-01", "2026-01-01"),
    "birthdays --month": ("2026-06",),
    "hours": ("2026",),
    "training_coverage": ("2026",),
    "development": ("{number}",),
    "eligible contacts --on": ("2026-10-01",),
}


@pytest.mark.parametrize("command", JSON)
def test_no_json_says_it(world: World, person: Member, command: str):
    Development.objects.filter(pk=world.own.of[Development].pk).update(member=person)
    words = [word.format(number=person.number) for word in (*command.split(), *JSON[command], "--json")]
    out = StringIO()
    call_command(*words, stdout=out)
    assert person.number in out.getvalue()
    assert found_in(out.getvalue()) == []
    assert NOTE not in out.getvalue()
