"""The wrong rows of a roster as a workbook that says in each what is wrong, to correct and upload again."""

from pathlib import Path
from typing import BinaryIO

from lib.sheets.writing import annotate_workbook, marked

from .analysis import Analysis
from .columns import TEXTS

ADVICE = {
    "numeric_id": "先把该列设为文本格式，再按身份证填写 18 位号码。",
    "truncated_id": "先把该列设为文本格式，再按身份证填写 18 位号码。",
    "bad_length": "按身份证补全为 18 位。",
    "bad_checksum": "对照身份证逐位核对。",
    "bad_birth": "对照身份证逐位核对。",
    "duplicate_in_file": "确认哪一行对，删去另一行；确以这一行为准的，清空错误原因再上传。",
    "joined_after_full": "核对入党日期和转正日期。",
    "equal_dates": "核对入党日期和转正日期。",
    "unknown_branch": "改为党组织名册中的全称或简称。",
    "missing_name": "补填姓名。",
    "shifted": "对照表头把单元格移回原位。",
    "sex_mismatch": "对照身份证改正；确实不一致的，在导入页写明原因后接受。",
    "name_mismatch": "核对是不是同一个人；确已改名的，在导入页写明原因后接受。",
    "birth_mismatch": "对照身份证改正；确实不一致的，在导入页写明原因后接受。",
    "bad_date": "写成如 2019-03-05。",
    "foreign_person": "删去这一行，另行办理组织关系转接。",
}


def write_wrong_rows(analysis: Analysis, target: Path | BinaryIO) -> None:
    """Only the wrong rows, in the file's own columns; corrected, the workbook can be imported like the file itself."""
    texts = [index for name, index in analysis.fields.items() if name in TEXTS]
    annotate_workbook(
        target,
        analysis.table.sheet,
        analysis.table.header,
        (marked(row.number, row.errors, ADVICE) for row in analysis.wrong),
        text_columns=texts,
    )
