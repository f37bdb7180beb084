from pathlib import Path
from typing import Any

from activities import ledgers
from lib.sheets.command import ImportCommand
from lib.sheets.intake import Report


class Command(ImportCommand):
    help = (
        "导入一年的活动台账：每行一次活动，没有名单的只记人数。同一文件再导一次不会重复。默认试运行，不写入。"
    )

    def run_import(self, path: Path, *, commit: bool, options: dict[str, Any]) -> Report:
        table = ledgers.open_ledger(path)
        found = ledgers.write(table, None, source=path.name) if commit else ledgers.review(table, None)
        return found.report()
