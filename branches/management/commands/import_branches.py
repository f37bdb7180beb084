from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from branches import register
from lib.sheets.command import ImportCommand
from lib.sheets.intake import Report


class Command(ImportCommand):
    help = "导入党组织名册：新增、变更、移动党组织，登记任期。默认试运行，不写入。"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--rename", action="store_true", help="代码相同而名称不同时，按文件改名")

    def run_import(self, path: Path, *, commit: bool, options: dict[str, Any]) -> Report:
        table = register.open_register(path)
        renamed = None if options["rename"] else frozenset[int]()
        return (register.write if commit else register.review)(table, None, renamed).report()
