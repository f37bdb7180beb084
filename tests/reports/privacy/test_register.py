"""个人信息登记表: complete by test, as page, workbook, assessment and command."""

import json
import re
from io import BytesIO, StringIO

import pytest
from django.core.management import call_command
from django.db import models
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from accounts.models import AuditEntry
from branches.roles import Role
from members.models import Member
from reports.privacy import register
from reports.privacy.items import ITEMS
from tests import cast


def test_every_column_of_every_model_is_classified():
    assert register.unclassified() == []


def test_the_register_names_nothing_that_is_not_there_and_nothing_twice():
    assert register.stale() == []


@pytest.mark.parametrize(
    ("field", "is_plain"),
    [
        (models.CharField(name="hobby"), False),
        (models.DateField(name="wed_on"), False),
        (models.JSONField(name="facts_of_life"), False),
        (models.BooleanField(name="smokes"), False),
        (models.DateTimeField(name="seen_at"), True),
        (models.PositiveIntegerField(name="version"), True),
    ],
)
def test_a_new_column_is_personal_until_somebody_says_otherwise(field, is_plain):
    field.name = field.name or ""
    assert register.is_plain("members.Member", field) is is_plain


def test_a_link_to_a_person_is_personal_and_one_to_a_branch_is_not():
    found = {name: register.is_plain("x.Y", Member._meta.get_field(name)) for name in ("account", "branch")}
    assert found == {"account": False, "branch": True}


def test_every_item_says_why_on_what_how_long_and_for_whom():
    assert [
        item.code for item in ITEMS if not (item.purpose and item.basis and item.retention and item.seen_by)
    ] == []
    assert len({item.code for item in ITEMS}) == len(ITEMS)


def test_every_table_and_column_is_named_in_chinese():
    words = [word for item in ITEMS for pair in register.field_words(item) for word in pair]
    assert [word for word in words if re.search("[A-Za-z]{3}", word)] == []


def test_what_is_encrypted_is_called_by_its_name():
    words = [text for item in ITEMS for _, text in register.field_words(item)]
    assert [text for text in words if "cipher" in text] == []


@pytest.mark.django_db
class TestPapers:
    @pytest.fixture
    def auditor(self):
        return cast.a_browser(cast.a_user(Role.AUDITOR))

    def test_the_page_shows_every_item(self, auditor):
        page = auditor.get(reverse("privacy_register")).content.decode()
        assert [item.title for item in ITEMS if item.title not in page] == []

    def test_the_workbook_has_a_row_for_each_table(self, auditor):
        answer = auditor.post(reverse("privacy_register_export", args=["xlsx"]))
        sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
        assert sheet.max_row == 3 + sum(len(item.fields) for item in ITEMS)
        assert AuditEntry.objects.filter(action="privacy.export").count() == 1

    def test_the_assessment_has_the_register_as_its_annex(self, auditor):
        answer = auditor.post(reverse("privacy_register_export", args=["docx"]))
        document = Document(BytesIO(b"".join(answer.streaming_content)))
        assert "一、处理目的、处理方式是否合法、正当、必要" in [line.text for line in document.paragraphs]
        assert len(document.tables[0].rows) == 1 + len(ITEMS)

    def test_another_ending_is_a_404(self, auditor):
        assert auditor.post(reverse("privacy_register_export", args=["pdf"])).status_code == 404

    def test_the_command(self, tmp_path):
        out = StringIO()
        call_command("privacy_register", "--json", "--docx", str(tmp_path / "a.docx"), stdout=out)
        told = json.loads(out.getvalue())
        assert [one["code"] for one in told["items"]] == [item.code for item in ITEMS]
        assert told["unclassified"] == []
        assert Document(tmp_path / "a.docx").tables
