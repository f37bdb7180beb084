from pathlib import Path
from typing import Any

from branches import register
from lib.sheets.command import ImportCommand
from lib.sheets.intake import Report


class Command(ImportCommand):
    help = "导入党组织名册：新增、变更、移动党组织，登记任期。默认试运行，不写入。"

    def run_import(self, path: Path, *, commit: bool, options: dict[str, Any]) -> Report:
        table = register.open_register(path)
        review = register.write(table, None) if commit else register.review(table, None)
        return review.report()
