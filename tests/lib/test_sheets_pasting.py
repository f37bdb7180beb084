"""Cells pasted from Excel or WPS, as the clipboard writes them."""

import pytest

from lib.sheets.extent import Limits, WorkbookError
from lib.sheets.pasting import read_pasted, without_head


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("姓名\t性别\r\n张明\t男\r\n", [["姓名", "性别"], ["张明", "男"]]),
        ("张明\t男\n李强", [["张明", "男"], ["李强", None]]),
        ('"甲\n乙"\t2', [["甲\n乙", "2"]]),
        ('"甲\r\n""乙"""\t2', [['甲\n"乙"', "2"]]),
        ('"甲\t乙"\t2', [["甲\t乙", "2"]]),
        ('"甲\t乙\n5\t6', [['"甲', "乙"], ["5", "6"]]),
        ('甲"乙"\t2', [['甲"乙"', "2"]]),
        ('""\t2', [["", "2"]]),
        ("\t\t\n1\t2\t3", [[None, None, None], ["1", "2", "3"]]),
        ("007\t2026001", [["007", "2026001"]]),
        ("4.40524E+17\t4.4E17", [[440524000000000000, "4.4E17"]]),
        ("𠮷\t·", [["𠮷", "·"]]),
    ],
)
def test_cells(text, rows):
    assert [[cell or None for cell in row] for row in read_pasted(text).rows] == [
        [cell or None for cell in row] for row in rows
    ]


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_nothing_at_all_is_refused(text):
    with pytest.raises(WorkbookError, match="没有粘贴任何内容"):
        read_pasted(text)


def test_no_more_than_a_workbook_may_have():
    with pytest.raises(WorkbookError, match="最多 2 行"):
        read_pasted("1\n2\n3", limits=Limits(rows=2))
    with pytest.raises(WorkbookError, match="最多 2 列"):
        read_pasted("1\t2\t3", limits=Limits(columns=2))


def test_without_a_head_data_begins_in_the_first_row():
    head = without_head(read_pasted("张明\t男"))
    assert (head.row_number, [(column.heading, column.field) for column in head.columns]) == (
        0,
        [("A 列", None), ("B 列", None)],
    )


def test_an_unclosed_quote_on_every_line_takes_no_time():
    assert len(read_pasted('"甲\t乙\n' * 20_000).rows) == 20_000
