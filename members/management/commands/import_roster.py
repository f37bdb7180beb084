from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from lib.commands import refuse_unwritable, write_file
from lib.sheets.command import ImportCommand
from lib.sheets.intake import Report
from lib.sheets.reading import WorkbookError
from members import imports
from members.enrolment import EnrolmentError


class Command(ImportCommand):
    help = "导入党员花名册：新增、变更党员，核对文件中没有的人。默认试运行，不写入。"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--errors-to", type=Path, metavar="F.xlsx", help="把有错误的行连同原因写入这个工作簿"
        )
        parser.add_argument(
            "--overwrite-dates", action="store_true", help="入党日期、转正日期与系统中不同时，以文件为准"
        )

    def run_import(self, path: Path, *, commit: bool, options: dict[str, Any]) -> Report:
        target: Path | None = options["errors_to"]
        if target:
            refuse_unwritable(target)
        table = imports.open_roster(path)
        decisions = imports.Decisions(overwritten=None if options["overwrite_dates"] else frozenset())
        if commit:
            try:
                analysis = imports.write(table, None, decisions, source=path.name)
            except (imports.Outdated, EnrolmentError) as refusal:
                sentence = str(refusal) or "写入前系统中的数据有变动。"
                raise WorkbookError("outdated", f"{sentence}没有写入任何内容，请再运行一次。") from refusal
        else:
            analysis = imports.analyse(table, None, decisions)
        if target and analysis.wrong:
            content = BytesIO()
            imports.write_wrong_rows(analysis, content)
            otherwise = "没有错误的行已经写入，错误行请再试运行一次取得。" if commit else ""
            write_file(target, content.getvalue(), otherwise=otherwise)
        return analysis.report()
