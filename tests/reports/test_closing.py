"""Locked quarters: what is kept stays as it was, what is otherwise later is told beside it with its cause."""

import json
from datetime import date
from io import BytesIO, StringIO

import openpyxl
import pytest
import time_machine
from django.core.management import CommandError, call_command, load_command_class

from accounts.models import AuditEntry
from activities import records
from activities.models import Activity
from branches import tree
from branches.roles import Role
from jobs import running
from jobs.models import Job, Upload
from lib import typesetting
from lib.periods import Period
from members.imports import staging, undoing
from reports.closing import checking, corrections, files, periods, tables
from reports.closing.periods import ClosingError
from reports.figures.catalogue import STATISTICS, is_kept
from reports.management.asking import asked_of
from reports.models import ClosedPeriod, ClosedTable
from tests import cast
from tests.fonts import needs_fonts
from tests.reports.locking import LATER, THIRD, TODAY, compared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october", "own_folder")]

#: What is locked with a quarter.
KEPT = {name: one for name, one in STATISTICS.items() if is_kept(one, THIRD)}


def body(closing, branch, name):
    return json.loads(closing.tables.get(branch=branch, statistic=name).body)


class TestClosing:
    def test_each_statistic_is_kept_for_the_university_and_each_college(self, closed, school):
        kept = set(closed.tables.values_list("branch", "statistic"))
        assert kept == {
            (branch.pk, name) for branch in (school.root, school.physics, school.music) for name in KEPT
        }

    @pytest.mark.parametrize(
        ("day", "is_kept"), [(date(2026, 7, 1), False), (date(2026, 7, 2), True), (date(2026, 10, 2), True)]
    )
    def test_not_for_what_was_dissolved_before(self, school, day, is_kept):
        gone = cast.found(school.root, "化学学院党委", "college_committee", "001009")
        tree.dissolve(gone, day, by=None)
        assert (gone in periods.scopes(THIRD)) is is_kept

    @pytest.mark.parametrize("name", KEPT)
    def test_what_is_kept_is_what_the_page_shows(self, closed, school, name):
        for branch in (school.root, school.physics):
            table = KEPT[name].tabulate(tables.asked_of(asked_of("2026Q3", None), branch))
            read = tables.table_of(body(closed, branch, name), table.asked)
            assert [[cell.text for cell in row.cells] for row in read.all_rows] == [
                [cell.text for cell in row.cells] for row in table.all_rows
            ]
            assert [row.label for row in read.all_rows] == [row.label for row in table.all_rows]

    def test_each_figure_is_kept_with_its_meaning_and_version(self, closed, school):
        columns = body(closed, school.root, "members")["columns"]
        assert [(one["code"], one["definition"], one["version"]) for one in columns] == [
            (one.code, one.definition, one.version) for one in KEPT["members"].columns
        ]

    def test_it_is_written_down_by_whom_and_with_what_sum(self, closed, staff):
        entry = AuditEntry.objects.get(action="closing.lock")
        assert entry.actor == staff
        assert entry.after == {"period": "2026Q3", "version": 1, "sha256": closed.sha256}

    def test_a_year_can_be_closed_too(self, staff):
        assert periods.close(Period.year(2025), by=staff, today=TODAY).period == "2025"

    @pytest.mark.parametrize(
        ("code", "sentence"),
        [
            ("2026Q4", "2026年四季度还没有结束，2027-01-01 起才能锁定。"),
            ("1990Q1", "1990年一季度没有党组织，没有可以锁定的统计。"),
        ],
    )
    def test_when_it_cannot_be(self, staff, code, sentence):
        with pytest.raises(ClosingError, match=sentence):
            periods.close(Period.parse(code), by=staff, today=TODAY)

    @pytest.mark.parametrize(
        ("code", "sentence"), [("2026-07", "只能锁定季度或年度"), ("2026Q9", "“2026Q9”不是统计时间段")]
    )
    def test_only_quarters_and_years(self, code, sentence):
        with pytest.raises(ClosingError, match=sentence):
            periods.period_of(code)

    def test_not_twice(self, closed, staff):
        with pytest.raises(ClosingError, match="2026年三季度已由何以宁于 2026-10-08 锁定，不用再锁。"):
            periods.close(THIRD, by=staff, today=TODAY)
        assert ClosedPeriod.objects.count() == 1

    @pytest.mark.parametrize("role", [Role.COMMITTEE_STAFF, Role.LEADER])
    def test_only_by_the_organisation_department(self, school, closed, role):
        user = cast.a_user(role, school.root)
        with pytest.raises(ClosingError, match="由学校党委组织部办理"):
            periods.close(Period.quarter(2026, 2), by=user, today=TODAY)
        with pytest.raises(ClosingError, match="由学校党委组织部办理"):
            periods.reopen(closed, "要重新统计", by=user)


class TestImports:
    @pytest.mark.parametrize("kind", [staging.WRITE, undoing.KIND])
    @pytest.mark.parametrize("state", [Job.State.QUEUED, Job.State.RUNNING])
    def test_not_while_one_runs(self, staff, kind, state):
        Job.objects.create(kind=kind, owner=staff, label="导入 名册.xlsx", state=state)
        with pytest.raises(ClosingError, match=r"任务“导入 名册\.xlsx”正在进行，完成以后再锁定。"):
            periods.close(THIRD, by=staff, today=TODAY)

    def test_not_while_one_is_written_without_a_job(self, staff):
        Upload.objects.create(
            kind="roster", owner=staff, name="名册.xlsx", size=1, sha256="0" * 64, state=Upload.State.WRITING
        )
        with pytest.raises(ClosingError, match=r"“名册\.xlsx”的导入正在进行"):
            periods.close(THIRD, by=staff, today=TODAY)

    def test_a_draft_a_check_and_one_that_is_over_are_no_obstacle(self, staff):
        Upload.objects.create(kind="roster", owner=staff, name="名册.xlsx", size=1, sha256="0" * 64)
        Job.objects.create(kind=staging.CHECK, owner=staff, label="核对", state=Job.State.RUNNING)
        Job.objects.create(kind=staging.WRITE, owner=staff, label="导入", state=Job.State.DONE)
        assert periods.close(THIRD, by=staff, today=TODAY).is_closed

    def test_what_is_corrected_while_it_counts_is_counted_again(self, staff, theme_day, school, monkeypatch):
        made_of = files.made_of

        def meanwhile(*arguments):
            if not Activity.objects.get(pk=theme_day.pk).is_withdrawn:
                clock.shift(60)
                records.withdraw(theme_day, by=None, version=1, reason="重复")
                clock.shift(60)
            return made_of(*arguments)

        monkeypatch.setattr(files, "made_of", meanwhile)
        with time_machine.travel("2026-10-08 12:00 +0800", tick=False) as clock:
            closing = periods.close(THIRD, by=staff, today=TODAY)
        held = [one["code"] for one in body(closing, school.root, "life")["columns"]].index("held")
        assert body(closing, school.root, "life")["total"]["cells"][held] == 7

    def test_when_it_is_corrected_all_the_time_nothing_is_closed(self, staff, monkeypatch, tmp_path):
        monkeypatch.setattr(corrections, "is_touched", lambda *words: True)
        with pytest.raises(ClosingError, match="没有锁定。请稍后再试"):
            periods.close(THIRD, by=staff, today=TODAY)
        assert (ClosedPeriod.objects.count(), list(tmp_path.rglob("closings/*"))) == (0, [])


class TestJob:
    def test_it_runs_as_a_job(self, staff):
        job = periods.start(THIRD, by=staff, today=TODAY)
        running.run(str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.label) == (Job.State.DONE, "锁定2026年三季度")
        assert job.message == f"2026年三季度已锁定。校验值 {ClosedPeriod.objects.get().sha256[:16]}…"

    def test_what_stands_against_it_by_then_is_said(self, staff):
        job = periods.start(THIRD, by=staff, today=TODAY)
        periods.close(THIRD, by=None, today=TODAY)
        running.run(str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.message[:16]) == (Job.State.FAILED, "2026年三季度已由系统于 20")


class TestReopening:
    def test_it_needs_a_reason(self, closed, staff):
        with pytest.raises(ClosingError, match="请写明解除锁定的原因，4 至 300 个字。"):
            periods.reopen(closed, " 重算 ", by=staff)
        assert ClosedPeriod.objects.get().is_closed

    def test_what_was_kept_stays_and_the_next_closing_is_another(self, closed, staff, school, theme_day):
        before = body(closed, school.root, "life")
        with time_machine.travel(LATER, tick=False):
            records.withdraw(theme_day, by=None, version=1, reason="重复")
            periods.reopen(closed, "补记了一次活动", by=staff)
            again = periods.close(THIRD, by=staff, today=TODAY)
        assert (again.version, closed.reason, closed.reopened_by) == (2, "补记了一次活动", staff)
        assert body(closed, school.root, "life") == before != body(again, school.root, "life")
        assert compared(again, school.root) == []
        entry = AuditEntry.objects.get(action="closing.unlock")
        assert entry.after == {"period": "2026Q3", "reason": "补记了一次活动"}

    def test_not_twice(self, closed, staff):
        periods.reopen(closed, "要重新统计", by=staff)
        with pytest.raises(ClosingError, match="已经解除"):
            periods.reopen(closed, "要重新统计", by=staff)


class TestFiles:
    def test_the_workbook_has_each_table_as_it_was_kept(self, closed, school):
        file = closed.files.get(branch=school.physics)
        book = openpyxl.load_workbook(BytesIO(files.path_of(file).read_bytes()))
        assert book.sheetnames == [*(one.title for one in KEPT.values()), "口径"]
        rows = [row[:2] for row in book["党员基本情况"].iter_rows(min_row=5, values_only=True)]
        kept = body(closed, school.physics, "members")
        assert rows == [(row["label"], row["code"] or None) for row in (*kept["rows"], kept["total"])]

    @needs_fonts
    def test_the_university_has_a_pdf_besides(self, staff, school, monkeypatch):
        monkeypatch.setattr(typesetting, "can_typeset", lambda: True)
        closed = periods.close(THIRD, by=staff, today=TODAY)
        names = closed.files.filter(branch=school.root).values_list("name", flat=True)
        assert list(names) == [
            "2026年三季度统计报表（锁定第1版）.xlsx",
            "2026年三季度统计报表（锁定第1版）.pdf",
        ]
        assert files.path_of(closed.files.get(name__endswith="pdf")).read_bytes().startswith(b"%PDF")

    def test_without_a_font_it_is_closed_without_one(self, closed):
        assert {name[-4:] for name in closed.files.values_list("name", flat=True)} == {"xlsx"}

    def test_when_it_fails_no_file_is_left(self, staff, monkeypatch, tmp_path):
        monkeypatch.setattr(ClosedTable.objects, "bulk_create", lambda *words, **more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            periods.close(THIRD, by=staff, today=TODAY)
        assert (ClosedPeriod.objects.count(), list((tmp_path / "closings").iterdir())) == (0, [])


class TestChecking:
    def test_what_is_as_it_was(self, closed):
        assert checking.faults(closed) == []

    @pytest.mark.as_owner
    def test_a_value_that_was_changed(self, closed, school):
        table = closed.tables.get(branch=school.root, statistic="members")
        ClosedTable.objects.filter(pk=table.pk).update(body=table.body.replace("[10,", "[11,", 1))
        assert checking.faults(closed) == ["统计表“members”（党委）的内容与锁定时不一致。"]

    @pytest.mark.as_owner
    def test_a_value_and_its_sum(self, closed, school):
        table = closed.tables.get(branch=school.root, statistic="members")
        changed = table.body.replace("[10,", "[11,", 1)
        ClosedTable.objects.filter(pk=table.pk).update(body=changed, sha256=tables.sha256_of(changed))
        assert checking.faults(closed) == ["统计表和文件的校验值与总校验值不一致。"]

    @pytest.mark.as_owner
    def test_all_sums_up_to_the_last(self, closed):
        ClosedPeriod.objects.filter(pk=closed.pk).update(sha256="0" * 64)
        closed.refresh_from_db()
        assert checking.faults(closed) == [
            "统计表和文件的校验值与总校验值不一致。",
            "总校验值与审计记录中的不一致。",
        ]

    def test_a_file(self, closed, school):
        file = closed.files.get(branch=school.music)
        files.path_of(file).write_bytes(b"another")
        assert checking.faults(closed) == [f"文件“{file.name}”的内容与锁定时不一致。"]
        files.path_of(file).unlink()
        assert checking.faults(closed) == [f"文件“{file.name}”已不在服务器上。"]


def run(*arguments):
    out = StringIO()
    call_command("close_quarter", *arguments, stdout=out)
    return out.getvalue()


class TestCommand:
    def test_it_closes(self, school):
        said = json.loads(run("2026Q3", "--json"))
        closing = ClosedPeriod.objects.get()
        assert said == {
            "period": "2026Q3",
            "version": 1,
            "closed_at": "2026-10-08T12:00:00+08:00",
            "closed_by": "系统",
            "sha256": closing.sha256,
            "tables": 3 * len(KEPT),
            "files": closing.files.count(),
        }

    def test_by_an_account_that_may(self, school):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root, name="张工作")
        assert json.loads(run("2026Q3", "--by", staff.username, "--json"))["closed_by"] == "张工作"
        entry = AuditEntry.objects.get(action="closing.lock")
        assert (ClosedPeriod.objects.get().closed_by, entry.actor) == (staff, staff)

    def test_by_no_other(self, school):
        college = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        for name, sentence in (
            ("nobody", "没有账号“nobody”。"),
            (college.username, f"账号“{college.username}”无权锁定2026年三季度，请换一个账号，或缩小范围。"),
        ):
            with pytest.raises(CommandError) as refused:
                run("2026Q3", "--by", name)
            assert str(refused.value) == sentence
        assert not ClosedPeriod.objects.exists()

    def test_without_one_it_says_who_sat_at_the_machine(self, school, monkeypatch):
        monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)
        monkeypatch.setattr("getpass.getuser", lambda: "branchbook")
        load_command_class("reports", "close_quarter").run_from_argv(
            ["manage.py", "close_quarter", "2026Q3", "--skip-checks"]
        )
        entry = AuditEntry.objects.get(action="closing.lock")
        assert (entry.actor_label, entry.address) == ("命令行（branchbook）", "命令行（branchbook）")
        closing = ClosedPeriod.objects.with_names().get()
        assert closing.closed_by_name == "命令行（branchbook）"
        file = openpyxl.load_workbook(
            BytesIO(files.path_of(closing.files.get(branch=school.music)).read_bytes())
        )
        assert file.worksheets[0]["A3"].value.startswith("锁定：命令行（branchbook），")

    def test_it_only_looks(self, school):
        assert run("2026Q3", "--check") == "2026年三季度可以锁定。\n"
        assert ClosedPeriod.objects.count() == 0

    def test_it_says_what_is_otherwise(self, closed, theme_day):
        assert run("2026Q3", "--check").endswith("保存的内容与锁定时一致。\n")
        with time_machine.travel(LATER, tick=False):
            records.withdraw(theme_day, by=None, version=1, reason="重复登记")
            out = StringIO()
            with pytest.raises(SystemExit) as ended:
                call_command("close_quarter", "2026Q3", "--check", "--json", stdout=out)
        said = json.loads(out.getvalue())
        assert (ended.value.code, said["faults"]) == (1, [])
        [row, _] = said["adjustments"][0]["rows"]
        assert row["causes"] == ["2026-10-09 系统 撤回记录（重复登记） 2026-07-15 主题党日“主题党日”"]

    @pytest.mark.parametrize(
        ("period", "sentence"),
        [
            ("2026Q4", "还没有结束"),
            ("2026Q7", "不是统计时间段"),
            ("2026-09", "只能锁定季度或年度"),
        ],
    )
    def test_it_refuses_with_a_sentence(self, school, period, sentence):
        with pytest.raises(CommandError, match=sentence):
            run(period)
