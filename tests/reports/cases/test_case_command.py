"""``case_report``: the report as text, JSON and files, and what it says of what cannot be."""

import json
from io import StringIO

import docx
import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from branches.roles import Role
from reports.cases import keeping
from reports.models import CaseReport
from tests import cast
from tests.fonts import needs_fonts
from tests.reports.cases.scene import HELD, MEMBERS

pytestmark = pytest.mark.django_db


def told(*arguments):
    out = StringIO()
    call_command("case_report", *map(str, arguments), stdout=out)
    return out.getvalue()


def refusal(*arguments):
    with pytest.raises(CommandError) as raised:
        told(*arguments)
    assert raised.value.returncode == 2
    return str(raised.value)


def test_json_has_each_figure_with_placeholder_value_meaning_and_records(report):
    body = json.loads(told("典型案例", "--json"))
    assert (body["name"], body["title"], body["branch"], body["period"]) == (
        "典型案例",
        "做法和成效",
        "001",
        "2026Q3",
    )
    assert body["text"] == "一、做法\n开展主题党日 2 次，党员 10 名。"
    held, members = body["figures"]
    assert (held["placeholder"], held["value"], held["records"]) == (HELD, 2, 2)
    assert (members["placeholder"], members["text"], members["on"]) == (MEMBERS, "10", "2026-09-30")
    assert members["definition"].startswith("统计日当天")


def test_as_text_with_the_figures_below(report):
    lines = told("典型案例").splitlines()
    assert lines[:3] == ["做法和成效", "一、做法", "开展主题党日 2 次，党员 10 名。"]
    assert lines[4].split() == [
        "1",
        "组织生活（按类型）：主题党日，举行（主题教育）",
        "2",
        "2026年三季度",
        "2",
    ]


def test_word_is_written(report, tmp_path):
    target = tmp_path / "案例.docx"
    assert told("典型案例", "--docx", target) == f"已写入 {target}。\n"
    assert docx.Document(str(target)).tables[0].cell(1, 2).text == "2"


def test_word_in_the_name_of_an_account(report, school, tmp_path):
    staff = cast.a_user(Role.COMMITTEE_STAFF, report.branch, name="李工作")
    stranger = cast.a_user(Role.SECRETARY, school.musicians)
    written = ("case_report", report.name, "--docx", str(tmp_path / "a.docx"), "--by")
    with pytest.raises(CommandError, match=f"账号“{stranger.username}”无权导出案例报告“{report.name}”"):
        call_command(*written, stranger.username)
    call_command(*written, staff.username, stdout=StringIO())
    assert AuditEntry.objects.get(action="case.export").actor == staff


@needs_fonts
def test_pdf_is_written(report, tmp_path):
    told("典型案例", "--pdf", tmp_path / "案例.pdf")
    assert (tmp_path / "案例.pdf").read_bytes().startswith(b"%PDF")


def test_list(report, written, school, staff):
    withdrawn = written(MEMBERS, school.music, name="旧案例")
    keeping.withdraw(withdrawn, version=1, by=staff)
    assert told("--list").split() == ["典型案例", "党委", "2026Q3", "做法和成效"]
    assert [row["name"] for row in json.loads(told("--list", "--json"))] == ["典型案例"]


def test_an_empty_list_says_so(db):
    assert told("--list") == "还没有案例报告。\n"


def test_a_name_of_two_wants_the_organisation(report, written, school):
    written("学院的。", school.music)
    assert refusal("典型案例") == (
        "名为“典型案例”的案例报告有 2 份，请用 --branch 写明党组织代码：党委（001）、音乐学院党总支（001002）。"
    )
    assert told("典型案例", "--branch", "001002").splitlines()[1] == "学院的。"


def test_names_that_are_none(report):
    assert refusal() == "请写案例报告的名称，--list 列出有哪些。"
    assert refusal("典型按例") == "没有名为“典型按例”的案例报告，有：典型案例。"
    assert (
        refusal("典型案例", "--branch", "9")
        == "没有党组织代码为“9”、名为“典型案例”的案例报告，有：典型案例。"
    )


def test_where_nothing_can_be_written(report, tmp_path):
    target = tmp_path / "no" / "a.docx"
    assert refusal("典型案例", "--docx", target) == f"写不了文件“{target}”：没有这个文件或文件夹。"


def test_a_missing_figure_is_a_refusal(report, tmp_path):
    CaseReport.objects.update(text="{{life/gone////}}")
    with pytest.raises(SystemExit) as ended:
        told("典型案例", "--json")
    assert ended.value.code == 2
    sentence = "“life/gone////”：没有这个指标了，请改写报告。"
    assert refusal("典型案例") == f"报告里有取不到的数字：{sentence}"
    assert refusal("典型案例", "--docx", tmp_path / "a.docx").endswith(sentence)
    assert list(tmp_path.iterdir()) == []
