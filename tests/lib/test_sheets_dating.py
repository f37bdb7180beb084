"""Days shown as texts become dates, and nothing else does."""

from datetime import date

import pytest

from lib.sheets.dating import dated
from lib.sheets.writing import OutColumn

DAY = date(2026, 9, 30)


@pytest.mark.parametrize(
    ("cells", "kind", "written"),
    [
        (["2026-09-30", "", None, "—"], "date", [DAY, None, None, None]),
        ([DAY, "2026-09-30"], "date", [DAY, DAY]),
        (["2026-09-30", "每月"], "text", ["2026-09-30", "每月"]),
        (["2026-02-30"], "text", ["2026-02-30"]),
        (["", None], "text", ["", None]),
        ([7], "text", [7]),
    ],
)
def test_a_column(cells, kind, written):
    columns, rows = dated([OutColumn("名称"), OutColumn("日期")], [["甲", cell] for cell in cells])
    assert ([column.kind for column in columns], [row[1] for row in rows]) == (["text", kind], written)
