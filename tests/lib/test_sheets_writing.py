"""Workbooks we hand out: typed, bannered, readable again cell for cell, and without a single formula (T21)."""

import zipfile
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.sheets.reading import Sheet, find_header, read_workbook, repair_text
from lib.sheets.text import TRIGGERS, unguard
from lib.sheets.writing import Marked, OutColumn, OutSheet, annotate_workbook, sheet_name, write_workbook

COLUMNS = [
    OutColumn("姓名"),
    OutColumn("证件号码", width=22),
    OutColumn("学时", "decimal"),
    OutColumn("次数", "integer"),
    OutColumn("入党日期", "date"),
    OutColumn("比例", "percent"),
]
ZHANG = ["张三", "01010519491231002X", Decimal("32.5"), 3, date(2019, 3, 5), 0.875]
NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
XML_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


def written(*sheets):
    target = BytesIO()
    write_workbook(target, sheets)
    return target


def as_text(values, banner=()):
    return OutSheet(
        "文本", [OutColumn("一"), OutColumn("二")], [[value, "x"] for value in values], list(banner)
    )


def parts_of(target):
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_values_come_back_typed():
    (sheet,) = read_workbook(written(OutSheet("名册", COLUMNS, [ZHANG, [None] * 6])))
    assert sheet.rows[1] == ["张三", "01010519491231002X", 32.5, 3, date(2019, 3, 5), 0.875]
    assert (sheet.name, sheet.rows[0][0], len(sheet.rows)) == ("名册", "姓名", 2)


def test_banner_stands_above_a_frozen_head():
    target = written(OutSheet("名册", COLUMNS, [ZHANG], ["党员名册", "导出人：王五 2026-11-01"]))
    sheet = openpyxl.load_workbook(target)["名册"]
    assert (sheet["A1"].value, sheet["A2"].value, sheet["A3"].value) == (
        "党员名册",
        "导出人：王五 2026-11-01",
        "姓名",
    )
    assert sheet.freeze_panes == "A4"
    assert sorted(map(str, sheet.merged_cells.ranges)) == ["A1:F1", "A2:F2"]
    assert [sheet["B4"].number_format, sheet["E4"].number_format, sheet["F4"].number_format] == [
        "@",
        "yyyy-mm-dd",
        '[<0.9995]0.0%;[<1]"99.9%";0.0%',  # 1,999 of 2,000 is not all of them
    ]
    assert sheet.column_dimensions["B"].width == pytest.approx(22, abs=1)
    assert sheet.print_title_rows == "$3:$3"


def test_a_sheet_of_one_column_and_one_without_rows():
    sheets = read_workbook(
        written(OutSheet("甲", [OutColumn("姓名")], [["张三"]], ["标题"]), OutSheet("乙", COLUMNS, []))
    )
    assert [sheet.rows for sheet in sheets] == [
        [["标题"], ["姓名"], ["张三"]],
        [[column.heading for column in COLUMNS]],
    ]


def test_odd_values_become_text_or_blank():
    values = [True, 12, 1.0, date(1850, 1, 1), datetime(2019, 3, 5, 8, 30), "", None, 0]
    (sheet,) = read_workbook(written(as_text(values)))
    assert [row[0] for row in sheet.rows[1:]] == [
        "是",
        "12",
        "1",
        "1850-01-01",
        "2019-03-05 08:30:00",
        None,
        None,
        "0",
    ]


def test_wrong_kinds_are_written_as_safe_text():
    row = [None, None, "=1+1", 2**60, "2019年", float("nan")]
    (sheet,) = read_workbook(written(OutSheet("名册", COLUMNS, [row, ZHANG])))
    assert sheet.rows[1] == [None, None, "'=1+1", str(2**60), "2019年", "nan"]


def test_a_text_longer_than_a_cell_is_cut_visibly():
    (sheet,) = read_workbook(written(as_text(["长" * 40_000])))
    assert sheet.rows[1][0] == "长" * 32_766 + "…"


@pytest.mark.parametrize("columns", [[OutColumn("一"), OutColumn("一")], [OutColumn("一")]])
def test_a_wrong_shape_is_refused(columns):
    with pytest.raises(ValueError, match="工作表“名册”有"):
        written(OutSheet("名册", columns, [["a", "b"]]))


def test_a_workbook_has_a_sheet():
    with pytest.raises(ValueError, match="至少要有一张工作表"):
        written()


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("名册", [], "名册"),
        ("2026/一季度[草稿]", [], "2026 一季度 草稿"),
        ("名册", ["名册"], "名册(2)"),
        ("A" * 40, ["a" * 31], "A" * 28 + "(2)"),
        ("", [], "Sheet"),
        ("'x'", [], "x"),
        ("History", [], "History(2)"),
    ],
)
def test_sheet_names(name, taken, expected):
    assert sheet_name(name, taken=taken) == expected


@given(st.lists(XML_TEXT, min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_texts_round_trip_exactly(values):
    (sheet,) = read_workbook(written(as_text(values)))
    assert [unguard(row[0]) if row[0] else "" for row in sheet.rows[1:]] == values


@given(st.lists(st.text(), min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_no_text_breaks_the_file(values):
    (sheet,) = read_workbook(written(as_text(values)))
    assert len(sheet.rows) == len(values) + 1


HOSTILE = [
    *[trigger + "cmd|' /C calc'!A0" for trigger in TRIGGERS],
    '=HYPERLINK("http://127.0.0.1","x")',
    "=DDE(1)",
    "{=1}",
    "http://127.0.0.1/",
    "\x01=1+1",
    "#N/A",
]


def assert_no_formula(target):
    parts = parts_of(target)
    cells = [
        cell
        for name, content in parts.items()
        if name.startswith("xl/worksheets/sheet")
        for cell in ET.fromstring(content).iter(f"{NAMESPACE}c")
    ]
    assert [cell for cell in cells if cell.find(f"{NAMESPACE}f") is not None] == []
    filled = [cell for cell in cells if len(cell)]
    assert {cell.get("t") for cell in filled} <= {"s", "inlineStr", "n", None}
    assert [name for name in parts if "external" in name.lower() or "connections" in name] == []
    assert b"<hyperlink" not in b"".join(parts.values())


def test_t21_no_hostile_text_becomes_a_formula():
    target = written(
        as_text(HOSTILE, banner=HOSTILE[:3]), OutSheet("=名", [OutColumn("=头", "date")], [["=1"]])
    )
    assert_no_formula(target)
    rows = read_workbook(target)[0].rows
    assert [row[0][0] for row in rows[4 : 4 + len(TRIGGERS)]] == ["'"] * len(TRIGGERS)
    assert rows[0][0] == "'" + HOSTILE[0]


def test_t21_the_original_text_comes_back():
    values = ["=1+1", "'=1+1", "-5", "＝x", "@a"]
    (sheet,) = read_workbook(written(as_text(values)))
    assert [repair_text(row[0]) for row in sheet.rows[1:]] == values


def test_t22_properties_name_nobody():
    core = parts_of(written(as_text(["x"])))["docProps/core.xml"].decode()
    assert "<dc:creator></dc:creator><cp:lastModifiedBy></cp:lastModifiedBy>" in core


def test_a_path_is_written_too(tmp_path):
    path = tmp_path / "名册.xlsx"
    write_workbook(path, [OutSheet("名册", COLUMNS, iter([ZHANG]))])
    assert read_workbook(path)[0].rows[1][0] == "张三"


SYNONYMS = {"name": ["姓名"], "id_number": ["身份证号码"], "joined": ["入党时间"]}
UPLOAD = Sheet(
    "花名册",
    [
        [None, None, None],
        ["姓名", "身份证号码", "入党时间"],
        ["张三", "11010519491231002X", date(2019, 3, 5)],
        ["=李四", 999999200509266000, "2019.13"],
        ["'=王五", "#N/A", 43529],
    ],
)


def annotated(*rows):
    target = BytesIO()
    header = find_header(UPLOAD, SYNONYMS, ["name"])
    annotate_workbook(target, UPLOAD, header, rows, text_columns=[1])
    return target


BAD = Marked(
    4, ["证件号码是数字", "日期有误"], ["把该列设为文本格式"], {1: "证件号码是数字", 2: "月份超出范围"}
)


def test_annotated_copy_holds_the_given_rows_only():
    (sheet,) = read_workbook(annotated(BAD))
    assert sheet.rows == [
        ["错误原因", "建议", "姓名", "身份证号码", "入党时间"],
        [
            "第 4 行：证件号码是数字；日期有误",
            "把该列设为文本格式",
            "'=李四",
            "999999200509266？？？",
            "2019.13",
        ],
    ]


def test_annotated_copy_marks_the_bad_cells():
    sheet = openpyxl.load_workbook(annotated(BAD)).active
    assert sheet["E2"].comment.text == "月份超出范围"
    assert (sheet["D2"].fill.start_color.rgb, sheet["C2"].fill.fill_type) == ("FFF6D5D0", None)
    assert (sheet["D2"].number_format, sheet["D2"].data_type) == ("@", "s")


def test_annotated_copy_can_be_uploaded_again():
    (sheet,) = read_workbook(annotated(Marked(3, ["x"]), Marked(5, ["y"])))
    header = find_header(sheet, SYNONYMS, ["name"])
    assert header.fields == {"name": 2, "id_number": 3, "joined": 4}
    assert sheet.rows[1][2:] == UPLOAD.rows[2]
    assert [repair_text(cell) for cell in sheet.rows[2][2:]] == ["=王五", "#N/A", "43529"]


def test_annotated_copy_has_no_formula_and_no_author():
    target = annotated(BAD, Marked(5, ["=x"], ["=y"]))
    assert_no_formula(target)
    assert b"openpyxl</dc:creator>" not in parts_of(target)["docProps/core.xml"]


@pytest.mark.parametrize("row_number", [2, 6])
def test_annotating_a_row_that_is_not_there(row_number):
    with pytest.raises(ValueError, match="数据里没有第"):
        annotated(Marked(row_number, ["x"]))
