"""The lists of records and of duties as workbooks: as filtered, of one's own part, with names as one may see them."""

import re
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.http import QueryDict
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import AuditEntry
from activities.models import Activity
from branches.models import RoleGrant
from branches.roles import Role
from jobs import running
from jobs.models import Job
from lib.masking import mask_name
from lib.sheets import printing
from members.models import Member
from reports import list_sheets
from tests import cast
from tests.fonts import needs_fonts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october", "own_folder")]


def exported(user, code, **filters):
    answer = cast.a_browser(user).post(reverse("list_export", args=[code]), {"period": "2026Q3", **filters})
    assert answer.status_code == 302
    job = Job.objects.latest("created_at")
    running.run(str(job.pk))
    job.refresh_from_db()
    return job


def rows_of(job):
    sheet = openpyxl.load_workbook(BytesIO(running.result_path_of(job).read_bytes())).active
    rows = list(sheet.iter_rows(values_only=True))
    return rows[:3], rows[4:]


def a_reader(role, branch):
    return cast.a_user(role, branch, name="何以宁")


def test_it_holds_each_record_of_the_list(school):
    job = exported(a_reader(Role.ORGANIZATION_STAFF, school.root), "records")
    banner, rows = rows_of(job)
    listed = Activity.objects.valid().filter(held_on__gte=date(2026, 7, 1), held_on__lte=date(2026, 9, 30))
    assert (job.result_name, len(rows)) == ("2026年三季度活动记录.xlsx", listed.count())
    assert banner[1][0] == f"范围：权限内全部党组织；共 {len(rows)} 行。"
    assert banner[2][0].startswith("导出人 何以宁，2026-10-08 12:00，编号 ")
    assert {row[12] for row in rows} == {str(pk) for pk in listed.values_list("pk", flat=True)}


def test_dates_are_typed_and_codes_are_texts(school):
    _, rows = rows_of(exported(a_reader(Role.ORGANIZATION_STAFF, school.root), "records"))
    assert {(type(row[0]).__name__, type(row[4]).__name__, type(row[6]).__name__) for row in rows} == {
        ("datetime", "str", "float")
    }


def test_it_is_filtered_and_says_how(school):
    job = exported(a_reader(Role.ORGANIZATION_STAFF, school.root), "records", kind="theme_day", on_time="0")
    banner, rows = rows_of(job)
    assert banner[1][0] == "范围：权限内全部党组织，类型：主题党日，登记：补记；共 1 行。"
    assert [row[0].date() for row in rows] == [date(2026, 8, 5)]
    entry = AuditEntry.objects.get(action="statistics.export")
    assert entry.after == {
        "list": "records",
        "period": "2026Q3",
        "kind": "theme_day",
        "on_time": "0",
        "rows": 1,
    }


@pytest.mark.parametrize("code", ["records", "duties"])
def test_it_ends_at_the_college(school, code):
    _, rows = rows_of(exported(a_reader(Role.COMMITTEE_STAFF, school.physics), code))
    names = {row[3 if code == "records" else 0] for row in rows}
    assert "音乐教师党支部" not in names
    assert "物理教师党支部" in names


def test_a_leader_gets_secretaries_masked(school):
    name = Member.objects.get(posts__title="secretary", branch=school.musicians).name
    _, rows = rows_of(exported(a_reader(Role.LEADER, school.root), "duties", state="missed"))
    said = {row[3] for row in rows if row[0] == "音乐教师党支部"}
    assert said == {mask_name(name)}


def test_another_college_is_not_found(school):
    browser = cast.a_browser(a_reader(Role.COMMITTEE_STAFF, school.physics))
    answer = browser.post(reverse("list_export", args=["records"]), {"org": school.music.pk})
    assert (answer.status_code, Job.objects.count()) == (404, 0)


def test_a_filter_that_is_none_exports_nothing(school):
    browser = cast.a_browser(a_reader(Role.COMMITTEE_STAFF, school.physics))
    answer = browser.post(reverse("list_export", args=["duties"]), {"state": "nothing"}, follow=True)
    assert "筛选条件有误，没有导出。" in answer.content.decode()
    assert Job.objects.count() == 0


def test_a_right_that_was_lost_meanwhile_makes_no_workbook(school):
    staff = a_reader(Role.COMMITTEE_STAFF, school.physics)
    cast.a_browser(staff).post(reverse("list_export", args=["records"]), {"period": "2026Q3"})
    RoleGrant.objects.filter(user=staff).update(until=date(2026, 10, 1))
    job = Job.objects.get()
    running.run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "您现在没有导出的权限，没有生成工作簿。")


@needs_fonts
def test_it_leaves_as_a_pdf_as_well(school):
    job = exported(a_reader(Role.ORGANIZATION_STAFF, school.root), "records", **{"as": "pdf"})
    assert (job.state, job.result_name) == ("done", "2026年三季度活动记录.pdf")
    listed = Activity.objects.valid().filter(held_on__gte=date(2026, 7, 1), held_on__lte=date(2026, 9, 30))
    pages = PdfReader(running.result_path_of(job)).pages
    text = re.sub(r"[\s\u200b]", "", "".join(page.extract_text() for page in pages))
    assert {str(pk) for pk in listed.values_list("pk", flat=True) if str(pk) not in text} == set()
    entry = AuditEntry.objects.get(action="statistics.export")
    assert (entry.after["rows"], entry.after["ending"]) == (listed.count(), "pdf")


def test_too_many_rows_make_no_pdf_and_the_job_says_so(school, monkeypatch):
    monkeypatch.setattr(printing, "MOST_ROWS", 1)
    job = exported(a_reader(Role.ORGANIZATION_STAFF, school.root), "records", **{"as": "pdf"})
    assert (job.state, job.message) == ("failed", printing.TOO_LONG)
    assert AuditEntry.objects.filter(action="statistics.export").count() == 0


def test_there_are_two_lists(school):
    browser = cast.a_browser(a_reader(Role.COMMITTEE_STAFF, school.physics))
    assert browser.post(reverse("list_export", args=["people"])).status_code == 404


@pytest.mark.parametrize(("code", "queries"), [("records", 1), ("duties", 11)])
def test_the_number_of_queries_does_not_grow_with_the_rows(school, django_assert_num_queries, code, queries):
    sheet, user = list_sheets.SHEETS[code], a_reader(Role.ORGANIZATION_STAFF, school.root)
    form = sheet.form(QueryDict("period=2026Q3"), user=user, today=date(2026, 10, 8))
    with django_assert_num_queries(queries):
        assert len(list(sheet.rows(form, user))) > queries
