"""Lists as PDF: what the workbook says, on A4, the head on each page, long texts wrapped, nothing cut off."""

import re
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from lib.sheets import outgoing, printing
from lib.sheets.outgoing import Outgoing, write_as, write_list
from lib.sheets.printing import TooLong, pdf
from lib.sheets.writing import OutColumn, OutSheet
from tests.fonts import needs_fonts

pytestmark = needs_fonts
BANNER = ["党员花名册", "截至 2026-10-08，共 2 人。", "导出人 何以宁，2026-11-26 10:00，编号 1234abcd。"]
COLUMNS = (
    OutColumn("序号", "integer", 6),
    OutColumn("公民身份证号", "text", 21),
    OutColumn("加入日期", "date"),
    OutColumn("到会率", "percent"),
    OutColumn("学时", "decimal"),
)
ACROSS, UPRIGHT = (842, 595), (595, 842)


def a_list(*rows, columns=COLUMNS, banner=BANNER):
    return OutSheet("党员花名册", columns, rows, banner)


def pages(*sheets):
    return PdfReader(BytesIO(pdf(sheets))).pages


def words(page):
    return "".join(page.extract_text().replace("\u200b", "").split())


def size(page):
    return tuple(round(side) for side in page.mediabox[2:])


def test_it_says_what_the_workbook_says():
    row = [1, "110105200001011234", datetime(2026, 10, 8, 9), Decimal("0.5"), Decimal("4.50")]
    (page,) = pages(a_list(row, [None, "=1+1", "不详", None, 0]))
    assert size(page) == UPRIGHT
    assert page.extract_text().split("\n") == [
        "党员花名册",
        "截至 2026-10-08，共 2 人。",
        "导出人 何以宁，2026-11-26 10:00，编号 1234abcd。",
        "序号 公民身份证号 加入日期 到会率 学时",
        "1 110105200001011234 2026-10-08 50.0% 4.5",
        "=1+1 不详 0",
        "第 1 页，共 1 页",
    ]


def test_a_share_that_is_not_all_of_it_is_not_told_as_all():
    (page,) = pages(a_list([1, "甲", date(2026, 10, 8), 1999 / 2000, 0], [2, "乙", date(2026, 10, 8), 1, 0]))
    assert re.findall(r"[0-9.]+%", page.extract_text()) == ["99.9%", "100.0%"]


def test_the_head_stands_on_each_page():
    found = pages(a_list(*([number, "甲", date(2026, 10, 8), 1, 2] for number in range(120))))
    assert len(found) > 1
    assert all("序号公民身份证号加入日期到会率学时" in words(page) for page in found)
    assert words(found[-1]).endswith(f"第{len(found)}页，共{len(found)}页")


def test_each_sheet_begins_a_page_of_its_own():
    first = a_list([1, "甲", date(2026, 10, 8), 1, 2])
    second = OutSheet("人员", (OutColumn("姓名"),), [["张三"]], BANNER)
    assert [words(page)[:10] for page in pages(first, second)] == [
        "党员花名册截至202",
        "党员花名册：人员截至",
    ]


def test_many_columns_lie_across_in_smaller_type_and_nothing_is_cut_off():
    columns = [OutColumn(f"第{number}列", "text", 34) for number in range(20)]
    cells = [f"头{number}，{'物理科学与技术学院' * 3}，尾{number}" for number in range(20)]
    (page,) = pages(a_list(cells, columns=columns))
    assert size(page) == ACROSS
    assert {number for number in range(20) if f"尾{number}" not in words(page)} == set()


def test_a_code_longer_than_its_column_is_broken_and_kept_whole():
    codes = ["Q" * 64] * 12
    (page,) = pages(a_list(codes, columns=[OutColumn(f"编号{number}") for number in range(12)]))
    parts = re.findall("Q+", page.extract_text())
    assert (sum(map(len, parts)), max(map(len, parts))) == (64 * 12, 18)


def test_no_rows_are_told():
    (page,) = pages(a_list())
    assert "没有符合条件的行。" in page.extract_text()


class TestTheLimit:
    @pytest.fixture(autouse=True)
    def _two(self, monkeypatch):
        monkeypatch.setattr(printing, "MOST_ROWS", 2)

    def test_counts_the_rows_of_all_sheets(self):
        row = [1, "甲", date(2026, 10, 8), 1, 2]
        assert len(pages(a_list(row), a_list(row))) == 2
        with pytest.raises(TooLong, match="请先筛选，缩小范围，或者导出 Excel"):
            pdf([a_list(row, row), a_list(row)])

    def test_is_told_before_anything_is_gathered(self):
        with pytest.raises(TooLong):
            outgoing.check("pdf", 3)
        outgoing.check("pdf", 2)
        outgoing.check("xlsx", 3)


@pytest.mark.parametrize(("sent", "start"), [({}, b"PK"), ({"as": "xlsx"}, b"PK"), ({"as": "pdf"}, b"%PDF-")])
def test_a_file_is_what_was_asked_for(tmp_path, sent, start):
    content = Outgoing(sent)
    write_list(content, [a_list()])
    assert content.getvalue().startswith(start)
    path = tmp_path / "result"
    write_as(content.ending, path, [a_list()])
    assert path.read_bytes().startswith(start)
