"""Lists of pages as workbooks: filtered as the page, named as one may read, audited, by a job when they are long."""

from datetime import date, datetime
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import AuditEntry
from branches import list_exports
from branches.models import RoleGrant
from branches.roles import Role
from jobs import running
from jobs.models import Job
from lib import typesetting
from lib.masking import mask_name
from lib.sheets import printing
from members.models import TrainingClass
from tests import cast
from tests.fonts import needs_fonts
from tests.sheets import exported, exported_sheet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]

CLASSES = reverse("class_list_export")


@pytest.fixture
def november(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with time_machine.travel("2026-11-26 10:00 +0800", tick=False):
        yield


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics, name="何以宁")


def a_class(branch, number, title, starts_on=date(2026, 3, 2)):
    return TrainingClass.objects.create(
        branch=branch,
        branch_path=branch.path,
        number=number,
        title=title,
        kind="rotation",
        starts_on=starts_on,
        ends_on=starts_on,
        hours=24,
    )


@pytest.fixture
def two_classes(school):
    a_class(school.physics, "PX2026-01", "书记轮训班")
    a_class(school.physics, "PX2025-01", "去年的轮训班", date(2025, 3, 3))
    a_class(school.music, "PX2026-02", "音乐学院轮训班")


class TestTheWorkbook:
    def test_holds_what_the_page_holds_and_says_which(self, staff, two_classes):
        banner, rows = exported(staff, CLASSES, year="2026")
        assert [(row[0], row[1], row[5].date(), row[7]) for row in rows] == [
            ("PX2026-01", "书记轮训班", date(2026, 3, 2), 24)
        ]
        entry = AuditEntry.objects.get(action="class.export")
        assert entry.after == {"list": "培训班", "filter": "年份：2026 年", "rows": 1}
        assert banner == [
            "培训班",
            "范围：年份：2026 年；共 1 行。",
            f"导出人 何以宁，2026-11-26 10:00，编号 {str(entry.pk)[:8]}。",
        ]

    def test_without_a_filter_is_all_that_one_sees(self, staff, two_classes):
        banner, rows = exported(staff, CLASSES)
        assert (banner[1], len(rows)) == ("范围：权限内全部；共 2 行。", 2)

    def test_a_filter_that_is_none_exports_nothing(self, staff, two_classes):
        answer = cast.a_browser(staff).post(CLASSES, {"year": "1900"})
        assert (answer.status_code, AuditEntry.objects.filter(action="class.export").count()) == (404, 0)

    def test_a_list_of_a_branch_names_it(self, school):
        secretary = cast.a_user(Role.SECRETARY, school.teachers)
        member = cast.a_member(school.teachers, "张三")
        banner, rows = exported(secretary, reverse("talk_export", args=[school.teachers.pk]))
        assert banner[1] == f"范围：{school.teachers.short_name}，2026 年；共 1 行。"
        assert rows == [(member.number, "张三", 0, 0, 0, "党员之间")]
        entry = AuditEntry.objects.get(action="talk.export")
        assert (entry.object_id, entry.branch_path) == (str(school.teachers.pk), school.teachers.path)

    def test_a_leader_reads_names_masked(self, school):
        cast.a_member(school.teachers, "欧阳明", joined=date(1995, 3, 1), full=date(1996, 3, 1))
        for role, shown in (
            (Role.LEADER, ("2026-03", mask_name("欧阳明"), 30)),
            (Role.ORGANIZATION_STAFF, (datetime(2026, 3, 1), "欧阳明", 30)),
        ):
            _, rows = exported(cast.a_user(role, school.root), reverse("milestone_export"))
            assert [(row[0], row[2], row[5]) for row in rows] == [shown]


def taken_as(browser, ending, **asked):
    return browser.post(CLASSES, {"year": "2026", "as": ending, **asked})


class TestAsAPdf:
    @needs_fonts
    def test_it_holds_the_same_and_the_trail_says_so(self, staff, two_classes):
        answer = taken_as(cast.a_browser(staff), "pdf")
        assert (answer.headers["Content-Type"], answer.filename) == ("application/pdf", "培训班-20261126.pdf")
        (page,) = PdfReader(BytesIO(b"".join(answer.streaming_content))).pages
        entry = AuditEntry.objects.get(action="class.export")
        lines = page.extract_text().split("\n")
        assert lines[:3] == [
            "培训班",
            "范围：年份：2026 年；共 1 行。",
            f"导出人 何以宁，2026-11-26 10:00，编号 {str(entry.pk)[:8]}。",
        ]
        assert [line[:15] for line in lines if line.startswith("PX")] == ["PX2026-01 书记轮训班"]
        assert entry.after == {"list": "培训班", "filter": "年份：2026 年", "rows": 1, "ending": "pdf"}

    def test_there_are_two_endings(self, staff, two_classes):
        browser = cast.a_browser(staff)
        assert [taken_as(browser, one).status_code for one in ("xlsx", "docx", "")] == [200, 404, 404]

    def test_too_many_rows_are_told_and_the_workbook_is_offered(self, staff, two_classes, monkeypatch):
        monkeypatch.setattr(printing, "MOST_ROWS", 0)
        refused_with_a_workbook(cast.a_browser(staff), printing.TOO_LONG)

    def test_a_machine_without_a_chinese_font_says_so(self, staff, two_classes, monkeypatch):
        def without():
            raise typesetting.CannotTypeset(typesetting.NO_FONT)

        monkeypatch.setattr(typesetting, "_fonts", without)
        refused_with_a_workbook(cast.a_browser(staff), typesetting.NO_FONT)

    def test_the_password_is_asked_for_first_and_the_ending_waits(self, staff, two_classes, settings):
        settings.CONFIRM_SECONDS = 0
        answer = taken_as(cast.a_browser(staff), "pdf")
        assert answer.context["kept"] == [("year", "2026"), ("as", "pdf"), ("came_from", "/")]


def refused_with_a_workbook(browser, sentence):
    answer = taken_as(browser, "pdf")
    page = answer.content.decode()
    assert (answer.status_code, AuditEntry.objects.filter(action="class.export").count()) == (422, 0)
    assert f"<p>{sentence}</p>" in page
    assert answer.context["kept"] == [("year", "2026")]
    assert (
        '<button class="btn btn-primary btn-wide btn-lg" name="as" value="xlsx">导出 Excel</button>' in page
    )


class TestTheButton:
    def test_sends_the_filter_along(self, staff, two_classes):
        page = cast.a_browser(staff).get(reverse("class_list"), {"year": "2026", "page": "1"})
        assert page.context["export"] == list_exports.Offer(CLASSES, [("year", "2026")])
        assert f'<form action="{CLASSES}" method="post">' in page.content.decode()

    def test_is_not_there_for_whoever_exports_nothing(self, school):
        taker = cast.a_browser(cast.a_user(Role.ATTENDANCE_TAKER, school.teachers))
        assert taker.get(reverse("station_list")).context["export"] is None
        assert taker.post(reverse("station_export")).status_code == 403


class TestALongOne:
    @pytest.fixture(autouse=True)
    def _all_are_long(self, monkeypatch):
        monkeypatch.setattr(list_exports, "AT_ONCE", 0)

    @pytest.fixture
    def job(self, staff, two_classes):
        answer = cast.a_browser(staff).post(CLASSES, {"year": "2026", "q": ""})
        job = Job.objects.get()
        assert (answer.status_code, answer.url) == (302, reverse("job_detail", args=[job.pk]))
        return job

    def test_is_made_by_a_job(self, staff, job):
        running.run(str(job.pk))
        job.refresh_from_db()
        banner, rows = exported_sheet(running.result_path_of(job).read_bytes())
        assert (job.state, job.result_name) == ("done", "培训班-20261126.xlsx")
        assert (banner[1], [row[0] for row in rows]) == ("范围：年份：2026 年；共 1 行。", ["PX2026-01"])
        assert running.may_fetch(staff, job)

    def test_is_not_made_for_whoever_lost_the_right(self, staff, job):
        RoleGrant.objects.filter(user=staff).update(until=date(2026, 11, 1))
        running.run(str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.message) == (
            "failed",
            "您现在的权限已不包括这个名单，没有生成工作簿。",
        )

    def test_is_not_fetched_after_the_right_was_lost(self, staff, job):
        running.run(str(job.pk))
        job.refresh_from_db()
        RoleGrant.objects.filter(user=staff).update(until=date(2026, 11, 1))
        assert not running.may_fetch(staff, job)
