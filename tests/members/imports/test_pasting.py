"""Pasting rows, and columns that are remembered by the file's head."""

import pytest
import time_machine
from django.urls import reverse

from branches.roles import Role
from jobs import uploads
from members.imports import staging
from members.models import ColumnMapping, ImportBatch, Member
from tests import cast
from tests.members.rosters import HEAD, a_row, an_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with time_machine.travel("2026-11-22 12:00 +0800", tick=False):
        yield


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school, client):
    user = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    client.force_login(user)
    return user


def tsv(*rows):
    return "".join("\t".join("" if cell is None else str(cell) for cell in row) + "\r\n" for row in rows)


@pytest.fixture
def paste(client, staff):
    """Paste rows; the answer is the page that follows, and the upload."""

    def paste(*rows):
        page = client.post(reverse("import_paste"), {"pasted": tsv(*rows)}, follow=True)
        return page, page.context.get("upload")

    return paste


def press(client, name, upload, **data):
    return client.post(reverse(name, args=[upload.pk]), data, follow=True)


def columns(page):
    return {column["heading"]: column["how"] for column in page.context["review"]["columns"]}


class TestPasting:
    def test_thirty_people_in_two_clicks(self, client, paste):
        """J-O4: paste, look, write."""
        rows = [a_row(f"张{n}", n) for n in range(1, 31)]
        page, upload = paste(HEAD, *rows)
        assert page.context["it"].writable == 30
        assert "新增 30 人" in press(client, "import_write", upload).text
        assert Member.objects.count() == 30
        assert ImportBatch.objects.get().created == 30

    def test_without_a_head_each_column_is_chosen(self, client, paste):
        page, upload = paste(["张明", "物理教师党支部", an_id(), "正式党员", "2010-06-01", "2011-06-01", "x"])
        assert set(columns(page).values()) == {"undecided"}
        names = ["name", "branch", "id_number", "status", "joined_on", "full_on", "ignore"]
        chosen = {f"column-{index}": name for index, name in enumerate(names)}
        page = press(client, "import_columns", upload, **chosen)
        assert (page.context["it"].writable, page.context["it"].undecided) == (1, 0)
        press(client, "import_write", upload)
        assert Member.objects.get().id_number == an_id()
        assert not ColumnMapping.objects.exists()

    def test_two_headings_are_a_head(self, client, paste):
        press(client, "import_write", paste(["学工号", *HEAD], ["2016001", *a_row()])[1])
        page, _ = paste(["姓名", "学号", "手机"], ["张明", "2016001", "13900009999"])
        assert [each["differences"] for each in page.context["it"].lists["changed"]] == [
            [["手机号", "139****0001", "139****9999", False]]
        ]

    def test_an_identity_in_scientific_notation_is_a_number(self, paste):
        page, _ = paste(HEAD, a_row(公民身份证号="4.40524E+17"))
        assert [error["code"] for error in page.context["review"]["errors"]] == ["numeric_id"]

    def test_line_breaks_and_quotes_stay(self, client, paste):
        _, upload = paste(HEAD, a_row(备注='"第一行\n第""二""行"'))
        press(client, "import_write", upload)
        assert Member.objects.get().note == '第一行\n第"二"行'

    def test_nothing_lies_open(self, paste, tmp_path):
        page, _ = paste(HEAD, a_row())
        stored = b"".join(path.read_bytes() for path in (tmp_path / "uploads").rglob("*") if path.is_file())
        assert stored
        assert an_id().encode() not in stored
        assert an_id() not in page.text

    def test_nothing_pasted(self, paste):
        page, upload = paste()
        assert "没有粘贴任何内容" in page.text
        assert upload is None

    def test_others_may_not(self, client, school):
        client.force_login(cast.a_user(Role.SECRETARY, school.teachers))
        assert client.post(reverse("import_paste"), {"pasted": tsv(HEAD, a_row())}).status_code == 403


class TestRemembering:
    HEAD = [*HEAD, "日期", "日期"]

    def row(self, name="张明", number=1):
        return [*a_row(name, number), "2026-09-01", "x"]

    @pytest.fixture
    def decided(self, client, paste):
        """A file whose two columns of one name were decided, written."""
        page, upload = paste(self.HEAD, self.row())
        chosen = {f"column-{c['index']}": c["field"] or "" for c in page.context["review"]["columns"]}
        chosen |= {"column-0": "ignore", "column-13": "phone", "column-12": "landline"}
        chosen |= {"column-21": "transferred_in_on", "column-22": "ignore"}
        press(client, "import_columns", upload, **chosen)
        press(client, "import_write", upload)
        assert Member.objects.get().landline == "13900000001"

    def recalled(self, page):
        return {h for h, how in columns(page).items() if how == "remembered"}

    def test_the_same_head_recalls_all_that_was_decided(self, client, paste, decided):
        page, upload = paste(self.HEAD[::-1], self.row("李强", 2)[::-1])
        assert self.recalled(page) == {"手机号", "固定电话", "日期"}
        assert "4 列沿用上次的对应" in page.text
        assert page.context["it"].undecided == 0
        assert staging.decisions_of(upload).columns[21 - 12 + 1] == "landline"

    def test_another_head_recalls_only_what_is_not_recognised(self, paste, decided):
        page, _ = paste([*HEAD, "日期"], [*a_row("李强", 2), "2026-09-01"])
        assert self.recalled(page) == {"日期"}

    def test_what_is_recalled_can_be_forgotten(self, client, paste, decided):
        page, upload = paste(self.HEAD, self.row("李强", 2))
        page = press(client, "import_forget", upload)
        assert (self.recalled(page), page.context["it"].undecided) == (set(), 2)
        page, _ = paste([*HEAD, "日期"], [*a_row("李强", 2), "2026-09-01"])
        assert self.recalled(page) == set()

    def test_forgetting_leaves_what_a_colleague_decided_as_his_own(self, client, school, paste, decided):
        colleague = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        mine = ColumnMapping.objects.get()
        ColumnMapping.objects.create(owner=colleague, signature=mine.signature, columns=mine.columns)
        _, upload = paste(self.HEAD, self.row("李强", 2))
        press(client, "import_forget", upload)
        left = [(one.owner, one.columns) for one in ColumnMapping.objects.select_related("owner")]
        assert left == [(colleague, mine.columns)]

    def test_it_is_ones_own(self, client, school, paste, decided):
        client.force_login(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        page, _ = paste(self.HEAD, self.row("李强", 2))
        assert self.recalled(page) == set()

    def test_a_file_given_up_teaches_nothing(self, client, paste):
        page, upload = paste(self.HEAD, self.row())
        chosen = {f"column-{c['index']}": c["field"] or "ignore" for c in page.context["review"]["columns"]}
        press(client, "import_columns", upload, **chosen)
        uploads.drop(upload, by=upload.owner)
        assert not ColumnMapping.objects.exists()
