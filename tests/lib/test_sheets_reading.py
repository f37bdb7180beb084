"""Uploads: every value keeps its type and its row, and what is not a sound workbook is refused by name."""

import zipfile
from datetime import date, datetime
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.sheets.reading import Limits, Sheet, WorkbookError, read_workbook
from tests.lib.workbooks import SPREADSHEET, book, number, packed, parts, row, text

SMALL = Limits(rows=50, columns=20, cells=500)
WORKSHEET = f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{{}}</sheetData></worksheet>'


def rows_of(rows, **options):
    (sheet,) = read_workbook(book(rows, **options))
    return sheet.rows


def refusal(source, limits=None):
    with pytest.raises(WorkbookError) as caught:
        read_workbook(source, limits=limits)
    assert str(caught.value) == caught.value.message
    assert caught.value.message.endswith("。")
    return caught.value.code


def test_rows_keep_their_numbers_below_blank_ones():
    assert rows_of(row(3, text("B3", "姓名"))) == [[None, None], [None, None], [None, "姓名"]]


def test_types_stay_visible():
    cells = row(
        1,
        text("A1", "110105"),
        number("B1", "999999200509266000"),
        number("C1", "1.5"),
        number("D1", "43529", style=1),
        number("E1", "43529.5", style=2),
        number("F1", "0.5", style=3),
        '<c r="G1" t="b"><v>1</v></c>',
        text("H1", ""),
        number("I1", "Infinity"),
    )
    assert rows_of(cells) == [
        [
            "110105",
            999999200509266000,
            1.5,
            date(2019, 3, 5),
            datetime(2019, 3, 5, 12),
            "12:00:00",
            True,
            None,
            "inf",
        ]
    ]


def test_days_counted_from_1904():
    assert rows_of(row(1, number("A1", "43529", style=1)), properties='<workbookPr date1904="1"/>') == [
        [date(2023, 3, 6)]
    ]


def test_formulas_give_their_stored_result():
    assert rows_of(
        row(1, '<c r="A1"><f>1+1</f><v>2</v></c>', '<c r="B1" t="str"><f>C1</f><v>=x</v></c>')
    ) == [[2, "=x"]]


def test_errors_and_missing_results_are_shown_not_blank():
    cells = row(2, text("A2", "a"), '<c r="B2" t="e"><f>X1</f><v>#N/A</v></c>', '<c r="C2"><f>1+1</f></c>')
    assert rows_of(cells) == [[None, None, None], ["a", "#N/A", "#未计算"]]


def test_an_error_outside_the_filled_cells_makes_the_sheet_larger():
    assert rows_of(row(1, text("A1", "a")) + row(2, '<c r="C2"><f>1+1</f></c>')) == [
        ["a", None, None],
        [None, None, "#未计算"],
    ]


def test_texts_come_as_they_are():
    assert rows_of(row(1, text("A1", " 张 三 "), text("B1", "a_x000D_b"), text("C1", "𠮷&amp;"))) == [
        [" 张 三 ", "a\rb", "𠮷&"]
    ]


@pytest.mark.parametrize(
    ("state", "hidden"), [("", False), ('state="hidden"', True), ('state="veryHidden"', True)]
)
def test_hidden_sheets_say_so(state, hidden):
    (sheet,) = read_workbook(book(row(1, text("A1", "a")), state=state))
    assert (sheet.name, sheet.hidden) == ("名册", hidden)


def test_an_empty_sheet_has_no_rows():
    assert rows_of("") == []


@pytest.mark.parametrize(
    "cells",
    [
        '<row><c/><c t="inlineStr"><is><t>乙</t></is></c></row>',
        '<row r="1"><c s="0" r="B1" t="inlineStr"><is><t>乙</t></is></c></row>',
    ],
)
def test_cells_written_in_other_ways(cells):
    assert rows_of(cells) == [[None, "乙"]]


def test_a_single_cell_without_a_reference():
    assert rows_of("<row><c><v>1</v></c></row>") == [[1]]


def test_cells_with_a_prefix():
    inside = '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>'
    sheet = f'<x:worksheet xmlns:x="{SPREADSHEET}"><x:sheetData>{inside}</x:sheetData></x:worksheet>'
    assert rows_of("", sheet=sheet) == [[1]]


FAR = {
    "row": (row(51, text("A51", "x")), "too_many_rows"),
    "column": (row(1, text("U1", "x")), "too_many_columns"),
    "corner": (row(50, text("T50", "x")), "too_many_cells"),
    "end of the grid": (row(1, text("A1", "x")) + row(1048576, text("XFD1048576", "x")), "too_many_rows"),
    "attributes in another order": (row(1, '<c s="0" r="XFD1"><v>1</v></c>'), "too_many_columns"),
    "two references": (row(1, '<c r="A1" r="XFD1"><v>1</v></c>'), "too_many_columns"),
    "two references, the far one first": (row(1, '<c r="XFD1" r="A1"><v>1</v></c>'), "too_many_columns"),
    "a prefix of Chinese": (row(1, '<表:c r="XFD1"><v>1</v></表:c>'), "too_many_columns"),
    "small letters": (row(1, '<c r="xfd1"><v>1</v></c>'), "too_many_columns"),
    "bracket in an attribute": (row(1, '<c x=">" r="XFD1"><v>1</v></c>'), "too_many_columns"),
    "no references": ("<row>" + "<c/>" * 20 + "<c><v>1</v></c></row>", "too_many_columns"),
    "row skipped to": ('<row r="99"><c><v>1</v></c></row>', "too_many_rows"),
    "overflow": (row(1, '<c r="A99999999999999999999"><v>1</v></c>'), "too_many_rows"),
    "leading zeros": (row(1, '<c r="A0000051"><v>1</v></c>'), "too_many_rows"),
    "broken tag": (row(1, '<c x="<" r="XFD1"><v>1</v></c>'), "broken"),
}


@pytest.mark.parametrize("case", FAR)
def test_a_cell_beyond_the_caps_is_refused_before_parsing(case):
    rows, code = FAR[case]
    assert refusal(book(rows), SMALL) == code


def test_the_absurd_claim_is_refused():
    assert (
        refusal(book(row(1, text("A1", "x")), dimension='<dimension ref="A1:XFD1048576"/>'))
        == "too_many_rows"
    )


def test_formats_beyond_the_caps_do_not_count():
    rows = row(1, text("A1", "x"), '<c r="XFD1" s="1"/>', '<c r="XFC1" s="1"></c>') + row(
        9999, '<c r="A9999" s="1"/>'
    )
    (sheet,) = read_workbook(book(rows), limits=SMALL)
    assert sheet.rows == [["x"]]


@given(st.integers(1, 99), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_the_cap_is_exact(row_number, column):
    from lib.sheets.reading import column_letter

    caps = Limits(rows=50, columns=20)
    source = book(row(row_number, text(f"{column_letter(column - 1)}{row_number}", "x")))
    if row_number <= 50 and column <= 20:
        (sheet,) = read_workbook(source, limits=caps)
        assert (len(sheet.rows), len(sheet.rows[-1])) == (row_number, column)
    else:
        assert refusal(source, caps) in {"too_many_rows", "too_many_columns"}


def test_a_sheet_larger_than_one_piece_is_checked_to_its_end(monkeypatch):
    monkeypatch.setattr("lib.sheets.archive.CHUNK", 300)
    rows = [row(n, text(f"A{n}", "张三"), text(f"B{n}", "x" * 20)) for n in range(1, 41)]
    assert len(rows_of("".join(rows))) == 40
    assert refusal(book("".join(rows) + row(51, text("A51", "x"))), SMALL) == "too_many_rows"


def test_rows_without_references_do_not_hide_behind_others(monkeypatch):
    monkeypatch.setattr("lib.sheets.archive.CHUNK", 300)
    rows = "".join(row(n, text(f"A{n}", "x" * 40)) for n in range(1, 41)) + "<row><c><v>1</v></c></row>" * 20
    assert refusal(book(rows), SMALL) == "too_many_rows"


def test_packed_size():
    assert refusal(book(row(1, text("A1", "x"))), Limits(packed_bytes=100)) == "too_large"


def test_unpacked_size():
    assert refusal(book(row(1, text("A1", "x"))), Limits(unpacked_bytes=500)) == "unpacked_too_large"


def test_a_zip_bomb():
    content = parts() | {"xl/media/image1.png": b"\0" * (2 << 20)}
    assert refusal(packed(content)) == "ratio"


def test_many_blank_rows_of_format_are_a_bomb_too():
    assert refusal(book('<row r="1" s="1"/>' * 300_000)) == "ratio"


@pytest.mark.parametrize(
    "change",
    [
        {"xl/worksheets/sheet1.xml": '<!DOCTYPE x [<!ENTITY a "b">]>' + WORKSHEET.format("")},
        {"xl/workbook.xml": '<!DOCTYPE x SYSTEM "http://127.0.0.1/x">' + parts()["xl/workbook.xml"]},
        {"xl/sharedStrings.xml": '<?xml version="1.0"?> <!DOCTYPE sst><sst/>'},
    ],
)
def test_declarations_are_refused(change):
    assert refusal(packed(parts() | change)) == "entity"


@pytest.mark.parametrize("count", ['uniqueCount="9999999999999"', "count = '9999999999999'"])
def test_a_count_that_would_take_all_memory(count):
    strings = f'<sst xmlns="{SPREADSHEET}" {count}><si><t>a</t></si></sst>'
    assert refusal(packed(parts() | {"xl/sharedStrings.xml": strings})) == "broken"


def test_other_encodings_are_refused():
    sheet = ('<?xml version="1.0" encoding="UTF-16"?>' + WORKSHEET.format("")).encode("utf-16")
    assert refusal(packed(parts() | {"xl/worksheets/sheet1.xml": sheet})) == "bad_encoding"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/WORKBOOK.xml", "xl\\workbook.xml"])
def test_duplicate_parts_are_refused(name):
    target = book()
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(name, "<workbook/>")
    assert refusal(target) == "duplicate_entry"


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/passwd", "xl/../../x"])
def test_paths_out_of_the_archive_are_refused(name):
    assert refusal(packed(parts() | {name: "x"})) == "unsafe_entry"


def test_other_kinds_of_file_are_named():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    kinds = {
        b"": "empty_file",
        ole: "old_xls",
        ole + "EncryptedPackage".encode("utf-16-le"): "encrypted",
        b"%PDF-1.7": "not_workbook",
        b"<html><table>": "not_workbook",
        b"PK\x03\x04 truncated": "broken",
        b"\x00\x01\x02": "not_workbook",
        b"\xff\xfe\x00": "not_workbook",
    }
    assert {content: refusal(BytesIO(content)) for content in kinds} == kinds


@pytest.mark.parametrize(
    ("main_type", "code"),
    [
        ("application/vnd.ms-excel.sheet.macroEnabled.main+xml", "macro"),
        ("application/vnd.ms-excel.sheet.binary.macroEnabled.main", "binary"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "not_workbook"),
    ],
)
def test_other_office_files_are_named(main_type, code):
    assert refusal(book(main_type=main_type)) == code


def test_an_open_document_and_a_plain_zip():
    assert refusal(packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"})) == "ods"
    assert refusal(packed({"a.txt": "a"})) == "not_workbook"


@pytest.mark.parametrize(
    "rows",
    [
        row(1, text("A1", "&#xD800;")),
        row(1, text("A1", "&foo;")),
        row(1, '<c r="1A"><v>1</v></c>'),
        row(1, '<c r="A1" t="s"><v>7</v></c>'),
    ],
)
def test_damaged_sheets(rows):
    assert refusal(book(rows)) == "broken"


@given(st.binary(max_size=300), st.integers(0, 1500))
@settings(max_examples=150, deadline=None)
def test_damage_anywhere_raises_nothing_else(noise, place):
    content = bytearray(book(row(1, text("A1", "x"))).getvalue())
    content[place : place + len(noise)] = noise
    try:
        read_workbook(BytesIO(bytes(content)))
    except WorkbookError:
        pass


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_every_encoding(encoding, delimiter):
    lines = [["姓名", "证件号码", "备注"], ["张三", "11010519491231002X", ""], ["李四", "110105"]]
    content = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    (sheet,) = read_workbook(BytesIO(content))
    assert sheet == Sheet(
        "CSV", [["姓名", "证件号码", "备注"], ["张三", "11010519491231002X", None], ["李四", "110105", None]]
    )


def test_csv_from_a_path_is_called_like_its_file(tmp_path):
    path = tmp_path / "花名册.csv"
    path.write_text('姓名,备注\n张三,"多行\n备注"\n', encoding="utf-8")
    assert read_workbook(path) == [Sheet("花名册", [["姓名", "备注"], ["张三", "多行\n备注"]])]


def test_csv_has_caps_too():
    assert refusal(BytesIO(b"a,b\n" * 51), SMALL) == "too_many_rows"
    assert refusal(BytesIO(b"a," * 21), SMALL) == "too_many_columns"
