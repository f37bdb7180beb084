"""The workbook: the page's numbers, nothing that runs, nothing about people, and a trace of who took it."""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import AuditEntry
from branches.models import Branch, RoleGrant
from branches.roles import Role
from jobs import running
from jobs.models import Job
from lib.sheets.reading import read_workbook
from members.models import Member
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]


def made(owner, **parameters):
    """A finished job of ``owner``."""
    job = Job.objects.create(
        kind="quarterly_statistics",
        owner=owner,
        label="统计",
        parameters={"period": "2026Q3", **parameters},
    )
    running.run(str(job.pk))
    job.refresh_from_db()
    return job


def content(job):
    return running.result_path_of(job).read_bytes()


def sheets(job):
    """Each sheet's rows below its head, by name."""
    found = {}
    for sheet in read_workbook(BytesIO(content(job))):
        head = next(n for n, row in enumerate(sheet.rows) if row[0] in ("党组织", "二级党组织", "项目"))
        found[sheet.name] = [dict(zip(sheet.rows[head], row, strict=True)) for row in sheet.rows[head + 1 :]]
    return found


@pytest.fixture
def leader(school):
    return cast.a_user(Role.LEADER, school.root, name="陈静之")


def test_it_holds_the_figures_of_the_page(client, leader):
    client.force_login(leader)
    table = client.get(reverse("quarter_period", args=["2026Q3"])).context["by_unit"]
    job = made(leader)
    found = sheets(job)
    assert list(found) == ["汇总", "各党支部", "逾期未开", "口径"]
    for row, shown in zip((*table.rows, table.total), found["汇总"], strict=True):
        for measure, cell in zip(table.measures, row.cells, strict=True):
            if not measure.is_rate:
                assert shown[measure.heading] == int(cell.text)
    total = found["汇总"][-1]
    for heading in ("应开", "已开", "逾期未开", "举行", "按时登记", "应到", "实到"):
        assert sum(row[heading] or 0 for row in found["各党支部"]) == total[heading]
    assert len(found["逾期未开"]) == total["逾期未开"] == 11
    assert job.result_name == "2026年三季度组织生活统计.xlsx"


def test_rates_are_numbers(leader):
    total = sheets(made(leader))["汇总"][-1]
    assert total["完成率"] == pytest.approx(7 / 18)
    assert total["到会率"] == 1


def test_every_sheet_says_who_took_what_and_when(leader):
    job = made(leader, category="student")
    entry = AuditEntry.objects.get(action="statistics.export")
    for sheet in read_workbook(BytesIO(content(job))):
        banner = [row[0] for row in sheet.rows[:4]]
        assert banner[0] == "2026年三季度组织生活统计"
        assert banner[1] == "范围：权限内全部党组织，学生；2026-07-01 至 2026-09-30"
        assert banner[2] == "党员截至 2026-09-30"
        assert banner[3] == f"导出：{leader}，2026-10-08 12:00；导出编号 {entry.pk}"


def test_the_trail_says_who_took_which_filter_and_how_many_rows(leader, school):
    job = made(leader, org=str(school.physics.pk))
    entry = AuditEntry.objects.get(action="statistics.export")
    rows = sum(len(rows) for name, rows in sheets(job).items() if name != "口径")
    assert (entry.actor, entry.after) == (
        leader,
        {"period": "2026Q3", "org": str(school.physics.pk), "rows": rows},
    )


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "=HYPERLINK(0)"])
def test_no_name_becomes_a_formula(leader, school, first):
    Branch.objects.filter(pk=school.teachers.pk).update(short_name=first + "cmd|' /C calc'!A0")
    with ZipFile(BytesIO(content(made(leader)))) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    worksheets = [text for name, text in parts.items() if name.startswith("xl/worksheets/")]
    assert len(worksheets) == 4
    for text in worksheets:
        assert "<f>" not in text
        assert "<f " not in text
    texts = re.findall(r"<t(?: [^>]*)?>([^<]*)</t>", "".join(parts.values()))
    named = [text for text in texts if "cmd|" in text]
    assert named
    assert all(text.startswith("'") for text in named)


def test_nothing_about_people_leaves_with_it(leader):
    with ZipFile(BytesIO(content(made(leader)))) as archive:
        names = archive.namelist()
        everything = "".join(archive.read(name).decode() for name in names)
        properties = "".join(archive.read(name).decode() for name in names if name.startswith("docProps/"))
    for name in Member.objects.values_list("name", flat=True):
        assert name not in everything
    assert leader.name not in properties
    assert leader.username not in properties
    assert 'state="hidden"' not in everything
    assert [name for name in names if "comment" in name or "external" in name.lower()] == []


def test_under_a_campaign_there_is_no_sheet_of_missed_duties(leader):
    found = sheets(made(leader, campaign="主题教育"))
    assert list(found) == ["汇总", "各党支部", "口径"]
    assert [row["举行"] for row in found["汇总"]] == [2, 0, 2]


def test_a_committee_leader_takes_only_his_own(school):
    found = sheets(made(cast.a_user(Role.LEADER, school.physics)))
    assert {row["二级党组织"] for row in found["各党支部"]} == {"物理学院党委"}
    assert "音乐教师党支部" not in str(found)


def test_an_organisation_outside_the_scope_is_refused(school):
    job = made(cast.a_user(Role.LEADER, school.physics), org=str(school.music.pk))
    assert (job.state, job.message) == ("failed", "您现在的权限已不包括这个党组织，没有生成工作簿。")


def test_who_lost_the_scope_cannot_fetch_it(leader, school):
    job = made(leader)
    assert running.may_fetch(leader, job)
    RoleGrant.objects.filter(user=leader).delete()
    again = type(leader).objects.get(pk=leader.pk)
    assert not running.may_fetch(again, job)
    cast.give(again, Role.LEADER, school.physics)
    assert not running.may_fetch(type(leader).objects.get(pk=leader.pk), job)


def test_nobody_else_fetches_it(leader, school):
    assert not running.may_fetch(cast.a_user(Role.LEADER, school.root), made(leader))


def test_the_command_writes_the_same_workbook(school, tmp_path, capsys):
    target = tmp_path / "统计.xlsx"
    call_command("quarterly_statistics", "2026Q3", "--branch", "001001", "--xlsx", str(target))
    assert capsys.readouterr().out == f"已写入 {target}。\n"
    banner = [row[0] for row in read_workbook(target)[0].rows[:4]]
    entry = AuditEntry.objects.get(action="statistics.export")
    assert banner == [
        "物理学院党委2026年三季度组织生活统计",
        "范围：物理学院党委，全部类别；2026-07-01 至 2026-09-30",
        "党员截至 2026-09-30",
        f"导出：系统，2026-10-08 12:00；导出编号 {entry.pk}",
    ]
