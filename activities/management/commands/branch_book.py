from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from activities import papers
from branches.asked import year_asked
from branches.models import Branch
from lib.commands import PlainCommand, refuse_unwritable, write_file
from lib.typesetting import CannotTypeset


class Command(PlainCommand):
    help = "把一个党支部一年的“三会一课”记录合成一本 PDF，带目录。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="党支部代码")
        parser.add_argument("year", help="年份，如 2026")
        parser.add_argument("--pdf", required=True, help="写成 PDF 的文件名")

    def handle(self, *args: Any, **options: Any) -> None:
        branch = Branch.objects.leaves().filter(code=options["code"]).first()
        if branch is None:
            raise CommandError(f"没有代码为“{options['code']}”的党支部。")
        year = year_asked(options["year"])
        path = Path(options["pdf"])
        refuse_unwritable(path)
        try:
            content = papers.book(branch, year)
        except CannotTypeset as lack:
            raise CommandError(str(lack)) from None
        write_file(path, content)
        self.stdout.write(f"已写入 {path}")
