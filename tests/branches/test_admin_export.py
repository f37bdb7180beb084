"""Lists of the browser admin as workbooks: as filtered, within one's scope, with who, when and which filter."""

from io import BytesIO

import openpyxl
import pytest
from pypdf import PdfReader

from accounts.models import AuditEntry
from branches import admin_export
from branches.models import Branch
from branches.roles import Role
from tests import cast
from tests.fonts import needs_fonts

pytestmark = pytest.mark.django_db
BRANCHES = "/admin/branches/branch/"
TRAIL = "/admin/accounts/auditentry/"


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics, name="何以宁"))


def exported(browser, url):
    answer = browser.post(url, {"export": "1"})
    assert answer.status_code == 200
    return openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active


def rows_of(sheet):
    return list(sheet.iter_rows(min_row=4, values_only=True))


def test_it_holds_what_the_list_shows_of_ones_part(staff, school):
    sheet = exported(staff, BRANCHES)
    assert [row[:3] for row in rows_of(sheet)] == [
        ("党组织", "党组织代码", "级别"),
        ("物理学院党委", "001001", "二级党委"),
        ("物理教师党支部", "001001001", "党支部"),
        ("物理学生党支部", "001001002", "党支部"),
    ]
    assert sheet.freeze_panes == "A5"
    assert (sheet["B5"].data_type, sheet["F5"].number_format) == ("s", "yyyy-mm-dd")


def test_it_is_filtered_like_the_list_and_says_so(staff):
    sheet = exported(staff, f"{BRANCHES}?category__exact=staff")
    assert [row[0] for row in rows_of(sheet)[1:]] == ["物理教师党支部"]
    entry = AuditEntry.objects.get(action="list.export")
    assert entry.after == {"list": "branch", "filters": {"category__exact": "staff"}, "rows": 1}
    assert sheet["A2"].value == "筛选：category__exact=staff；共 1 行。"
    assert sheet["A3"].value.startswith("导出人 何以宁，")


def test_nothing_in_it_is_a_formula(staff, school):
    Branch.objects.filter(pk=school.teachers.pk).update(short_name="=1+1")
    cells = [cell for row in exported(staff, BRANCHES) for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert "'=1+1" in {cell.value for cell in cells}


def test_the_auditor_takes_the_trail_along_without_values_about_people(school):
    auditor = cast.a_browser(cast.a_user(Role.AUDITOR))
    assert {row[2] for row in rows_of(exported(auditor, TRAIL))[1:]} >= {"党组织：成立"}


@pytest.mark.parametrize(
    ("role", "url"), [(Role.SYSTEM_ADMIN, "/admin/accounts/user/"), (Role.COMMITTEE_STAFF, TRAIL)]
)
def test_who_has_no_right_takes_nothing(school, role, url):
    user = cast.a_user(role, school.physics if role == Role.COMMITTEE_STAFF else None)
    assert cast.a_browser(user).post(url, {"export": "1"}).status_code == 403


@needs_fonts
def test_it_leaves_as_a_pdf_as_well(staff):
    answer = staff.post(f"{BRANCHES}?category__exact=staff", {"export": "1", "as": "pdf"})
    (page,) = PdfReader(BytesIO(b"".join(answer.streaming_content))).pages
    assert (answer.filename, "物理教师党支部 001001001 党支部" in page.extract_text()) == ("党组织.pdf", True)
    entry = AuditEntry.objects.get(action="list.export")
    facts = {"list": "branch", "filters": {"category__exact": "staff"}, "rows": 1, "ending": "pdf"}
    assert entry.after == facts


def test_too_many_rows_are_for_a_filter(staff, monkeypatch):
    monkeypatch.setattr(admin_export, "MOST", 2)
    answer = staff.post(BRANCHES, {"export": "1"}, follow=True)
    assert "共 3 行，一次最多导出 2 行，请先筛选。" in answer.content.decode()
