"""The wrong rows of a register as a workbook that says in each what is wrong, to correct and upload again."""

from pathlib import Path
from typing import BinaryIO, Final

from lib.sheets.writing import annotate_workbook, marked

from .comparing import Review

ADVICE: Final = {
    "bad_date": "写成如 2019-03-05。",
    "duplicate_code": "确认哪一行对，删去另一行。",
    "duplicate_name": "核对名称和代码，删去重复的一行。",
    "foreign_branch": "删去这一行，请组织部办理。",
    "missing_code": "补填党组织代码。",
    "missing_name": "补填党组织名称。",
    "name_mismatch": "核对代码；确是改名的，建立日期留空，在核对页勾选改名。",
    "parent_is_wrong": "先更正上级党组织所在的那一行。",
    "unknown_level": "在组织类别一列填写党委、党总支或者党支部。",
    "unknown_parent": "改为名册中的全称、简称或者代码；上级也是新设的，一并列入文件。",
}


def write_wrong_rows(review: Review, target: Path | BinaryIO) -> None:
    """Only the wrong rows, in the file's own columns; corrected, the workbook can be imported like the file itself."""
    codes = {
        column.index for column in review.table.header.columns if column.field in ("code", "parent_code")
    }
    annotate_workbook(
        target,
        review.table.sheet,
        review.table.header,
        (marked(entry.row, entry.errors, ADVICE) for entry in review.wrong),
        text_columns=codes,
    )
