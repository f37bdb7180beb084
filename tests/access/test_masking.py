"""T11: what is masked stays masked, page by page, role by role, field by field; in clear only for a reason, audited."""

from datetime import date
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import AuditEntry
from members.models import Member
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


@pytest.mark.parametrize("role", SIGNED_IN)
def test_no_page_says_it_in_full(world: World, person: Member, role: str):
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


@pytest.mark.parametrize("role", SIGNED_IN)
def test_no_workbook_does(world: World, person: Member, role: str):
    asker = Asker(world, role)
    for name in ("roster_export", "contact_export"):
        text = said(asker.ask("POST", reverse(name)))
        assert found_in(text) == []
        assert NOTE not in text


@pytest.mark.parametrize("role", SIGNED_IN)
@pytest.mark.parametrize("name", SECRETS)
def test_in_clear_for_a_reason_by_staff_with_a_trace(world: World, person: Member, role: str, name: str):
    asker, url = Asker(world, role), reverse("member_unmask", args=[person.pk])
    answer = asker.ask(
        "POST",
        url,
        {"fields_wanted": [name], "reason": "核对档案"},
        look=lambda: list(AuditEntry.objects.filter(action="member.unmask").values_list("after", flat=True)),
    )
    if role not in STAFF:
        assert answer.status in (403, 404)
        assert (found_in(answer.text), answer.seen) == ([], [])
        return
    assert found_in(answer.text) == [name]
    assert answer.seen == [{"fields": [name], "reason": "核对档案"}]


@pytest.mark.parametrize("role", SIGNED_IN)
@pytest.mark.parametrize("name", ["contact_phones", "contact_export"])
def test_phones_of_the_contact_book_likewise(world: World, person: Member, role: str, name: str):
    answer = Asker(world, role).ask(
        "POST",
        reverse(name),
        {"reason": "联系换届"},
        look=lambda: list(
            AuditEntry.objects.filter(action="contacts.unmask").values_list("after", flat=True)
        ),
    )
    if role not in STAFF:
        assert answer.status == 403
        assert (found_in(said(answer)), answer.seen) == ([], [])
        return
    assert found_in(said(answer)) == ["phone"]
    assert [(entry["reason"], person.number in entry["people"]) for entry in answer.seen] == [
        ("联系换届", True)
    ]


def test_not_without_a_reason(world: World, person: Member):
    asker = Asker(world, "organization_staff")
    unmask = reverse("member_unmask", args=[person.pk])
    assert found_in(asker.ask("POST", unmask, {"fields_wanted": ["phone"], "reason": ""}).text) == []
    for reason in ("", "查"):
        assert found_in(asker.ask("POST", reverse("contact_phones"), {"reason": reason}).text) == []
    assert asker.ask("POST", reverse("contact_export"), {"reason": "查"}).status == 404


def test_no_json_says_it(world: World, person: Member):
    out = StringIO()
    call_command("roster", "--json", stdout=out)
    assert person.number in out.getvalue()
    assert found_in(out.getvalue()) == []
    assert NOTE not in out.getvalue()
