"""The command line of an import: a dry run unless told otherwise, JSON and nothing else when asked for it."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from lib.commands import TO_BE_LOOKED_AT, PlainCommand, refuse_unreadable
from lib.sheets.intake import Problem, Report
from lib.sheets.reading import WorkbookError

SHOWN = 50


class ImportCommand(PlainCommand):
    """Exit status 1 when rows are wrong: the good ones are written all the same."""

    def run_import(self, path: Path, *, commit: bool, options: dict[str, Any]) -> Report:
        raise NotImplementedError

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="工作簿（.xlsx 或 .csv）")
        parser.add_argument("--commit", action="store_true", help="写入没有错误的行；不加此项只检查，不写入")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unreadable(options["file"])
        try:
            report = self.run_import(options["file"], commit=options["commit"], options=options)
        except WorkbookError as fault:
            raise CommandError(fault.message) from fault
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self._print(report, commit=options["commit"])
        if report.errors:
            sys.exit(TO_BE_LOOKED_AT)

    def _print(self, report: Report, *, commit: bool) -> None:
        self.stdout.write(f"工作表“{report.sheet}”，表头在第 {report.header_row} 行，共 {report.rows} 行。")
        unknown = [each["heading"] for each in report.columns if each["field"] is None]
        if unknown:
            self.stdout.write("未识别的列（不会导入）：" + "、".join(unknown))
        self.stdout.write(
            f"新增 {report.new}，变更 {report.changed}，不变 {report.unchanged}，"
            f"文件中没有 {report.absent}（不会删除），错误 {report.wrong_rows} 行。"
        )
        self._list("错误", report.errors)
        self._list("提示", report.warnings)
        self.stdout.write("已写入没有错误的行。" if commit else "这是试运行，没有写入；加 --commit 写入。")

    def _list(self, title: str, problems: list[Problem]) -> None:
        for problem in problems[:SHOWN]:
            place = f"第 {problem.row} 行" + (f" {problem.column} 列" if problem.column else "")
            self.stdout.write(f"{title} {place}：{problem.message}")
        if len(problems) > SHOWN:
            self.stdout.write(f"{title}还有 {len(problems) - SHOWN} 条，用 --json 查看全部。")
