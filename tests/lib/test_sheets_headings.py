"""The head is found under titles and blanks, whatever the organisation calls its columns."""

import pytest

from lib.sheets.headings import find_header, normalise_heading

SYNONYMS = {
    "name": ["姓名"],
    "id_number": ["公民身份证号", "身份证号码"],
    "branch": ["所在党支部", "所属党组织"],
    "mobile": ["手机号", "手机号码", "手机"],
    "landline": ["固定电话", "固话"],
}


@pytest.mark.parametrize(
    ("heading", "plain"),
    [
        ("姓名", "姓名"),
        (" 姓 名 ", "姓名"),
        ("*姓名（必填）：", "姓名"),
        ("所在党支部\n（全称）", "所在党支部"),
        ("任期（年）", "任期"),
        ("（备注）", "备注"),
        ("ＩＤ号", "id号"),
        ("", ""),
    ],
)
def test_headings_compare_without_ornament(heading, plain):
    assert normalise_heading(heading) == plain


def test_the_head_stands_under_titles_and_blanks():
    rows = [
        ["党员名册", None, None, None],
        ["填报单位：XX", None, "填报日期", None],
        [None, None, None, None],
        ["序号", "姓 名*", "身份证号码", "所属党组织（全称）"],
        [1, "张三", "11010519491231002X", "第一支部"],
    ]
    header = find_header(rows, SYNONYMS, ["name", "id_number"])
    assert header.row_number == 4
    assert header.fields == {"name": 1, "id_number": 2, "branch": 3}
    assert [(column.letter, column.heading) for column in header.columns][:2] == [
        ("A", "序号"),
        ("B", "姓 名*"),
    ]
    assert header.index_of("name") == 1
    assert header.index_of("mobile") is None


def test_the_lower_of_two_rows_may_be_the_head():
    rows = [["基本信息", None, "组织信息"], ["姓名", "公民身份证号", "所在党支部"], ["张三", "x", "y"]]
    assert find_header(rows, SYNONYMS, ["name"]).row_number == 2


def test_headings_merged_downwards_stand_in_the_row_above():
    rows = [["姓名", "公民身份证号", "联系电话", None], [None, None, "手机", "固话"], ["张三", "x", "1", "2"]]
    header = find_header(rows, SYNONYMS, ["name", "mobile"])
    assert (header.row_number, header.fields) == (2, {"name": 0, "id_number": 1, "mobile": 2, "landline": 3})


def test_a_blank_first_row_of_data_is_no_head():
    rows = [["姓名", "公民身份证号", "所在党支部"], [None, None, None], ["张三", "x", "y"]]
    assert find_header(rows, SYNONYMS, ["name"]).row_number == 1


def test_a_field_stands_in_one_column():
    header = find_header([["姓名", "手机号", "手机", "所在党支部"]], SYNONYMS, ["name"])
    assert header.fields == {"name": 0, "mobile": 1, "branch": 3}
    assert [column.letter for column in header.repeated] == ["C"]
    assert header.columns[2].field is None


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[]],
        [["姓名", "手机号"]],
        [["公民身份证号", "手机号", "所在党支部"]],
        [[None]] * 30 + [["姓名", "公民身份证号", "所在党支部"]],
    ],
)
def test_no_head(rows):
    assert find_header(rows, SYNONYMS, ["name"]) is None
