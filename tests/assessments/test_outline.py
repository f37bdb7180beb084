"""A round as the command tells it, and as a workbook."""

import json
from datetime import date
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from assessments import ballots, book, gathering, outline, rounds, sealing
from assessments.models import Report, Round
from tests.assessments.scene import fresh

ON = date(2026, 12, 10)


@pytest.fixture
def graded(drafted, staff):
    """A: five times 好 of everybody; B: three ballots only, which are told nowhere."""
    rounds.open_reports(drafted, by=staff)
    Report.objects.update(state="accepted")
    rounds.begin_ballot(drafted, on=ON, place="", by=staff)
    people = list(drafted.subjects.values_list("pk", flat=True))
    for group, used, mark in zip(drafted.groups.all(), (5, 3), ("好", "差"), strict=True):
        for code in ballots.issue(group, 5, by=staff)[:used]:
            ballots.cast(code, dict.fromkeys(people, mark))
    ballots.close(drafted, by=staff)
    first = drafted.subjects.first()
    rounds.decide(first, grade="好", why="", version=1, by=staff)
    return fresh(drafted)


def told(*args):
    out = StringIO()
    call_command("assessment", *args, stdout=out)
    return out.getvalue()


def test_all_rounds(graded):
    assert json.loads(told("--list", "--json")) == [
        {"id": graded.pk, "name": graded.name, "year": 2026, "state": "grading"}
    ]
    assert told("--list").splitlines()[-1] == "共 1 次。"


def test_one_round_down_to_its_ballots(graded):
    found = json.loads(told(str(graded.pk), "--json"))
    assert found == json.loads(json.dumps(outline.of_round(graded, ON)))
    assert [
        (group["code"], group["issued"], group["returned"], group["valid"]) for group in found["groups"]
    ] == [
        ("a", 5, 5, 5),
        ("b", 5, 3, 3),
    ]
    first = found["subjects"][0]
    assert (first["total"], first["computed"], first["decided"]) == ("100.00", "好", "好")
    assert first["items"] == [
        {
            "code": "review",
            "title": "述职测评",
            "raw": "100",
            "weight": "100",
            "score": "100",
            "why": "A票：校党委班子成员 5 票 100×100%；1 类不足 5 票，权重分给其他类别",
        }
    ]
    assert first["groups"] == [
        {"code": "a", "issued": 5, "returned": 5, "valid": 5, "marks": {"好": 5}, "mean": "100"},
        {"code": "b", "issued": 5, "returned": 3, "valid": 0, "marks": {}, "mean": None},
    ]


def test_an_archive_tells_whether_it_is_still_what_was_archived(graded):
    def of_archive():
        return json.loads(told(str(graded.pk), "--json"))["is_intact"]

    assert of_archive() is None
    Round.objects.update(state="archived", digest=sealing.digest_of(graded))
    assert of_archive() is True
    graded.subjects.update(decided="差")
    assert of_archive() is False


def test_while_they_vote_the_sheet_of_ballots_is_empty(drafted, staff):
    rounds.open_reports(drafted, by=staff)
    Report.objects.update(state="accepted")
    rounds.begin_ballot(drafted, on=ON, place="", by=staff)
    content = BytesIO()
    book.write(content, fresh(drafted), ON, by=None)
    votes = openpyxl.load_workbook(content)["测评汇总表"]
    assert [row for row in votes.iter_rows(values_only=True) if row[0] == 1] == []


def test_a_workbook_of_three_sheets(graded, tmp_path):
    target = tmp_path / "a.xlsx"
    assert told(str(graded.pk), "--xlsx", str(target)) == "已写出 2 人。\n"
    sheets = openpyxl.load_workbook(target)
    assert sheets.sheetnames == ["计分表", "测评汇总表", "结果通报"]
    scores, votes, results = ([list(row) for row in sheet.iter_rows(values_only=True)] for sheet in sheets)
    head = next(row for row in scores if row[0] == "序号")
    line = dict(zip(head, scores[scores.index(head) + 1], strict=True))
    assert (line["书记"], line["述职测评"], line["总分"], line["建议等次"], line["评定等次"]) == (
        "甲书记",
        100,
        100,
        "好",
        "好",
    )
    assert [row[4:9] for row in votes if row[1] == "甲书记"] == [
        [5, 5, 0, 0, 0],
        ["不足5票", None, None, None, None],
    ]
    assert next(row[1:4] for row in results if row[0] == 1) == ["甲书记", "物理教师党支部", "好"]


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ((), "请写明编号，或者用 --list 列出各次述职评议。"),
        (("7", "--list"), "请写明编号，或者用 --list 列出各次述职评议。"),
        (("999999",), "没有编号为 999999 的述职评议，编号见 --list。"),
    ],
)
def test_what_is_refused(db, args, sentence):
    with pytest.raises(CommandError) as refusal:
        told(*args)
    assert str(refusal.value) == sentence


def test_a_round_costs_a_fixed_number_of_queries(graded, django_assert_num_queries):
    with django_assert_num_queries(4):
        gathering.of_round(graded, ON)
    assert book.write(BytesIO(), graded, ON, by=None) == 2
