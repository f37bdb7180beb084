from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from activities import papers
from activities.models import Activity
from lib.commands import PlainCommand, refuse_unwritable, write_file
from lib.typesetting import CannotTypeset


class Command(PlainCommand):
    help = "把一条活动记录写成 Word 或 PDF：会议记录、签到表或纪实表。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="记录编号，即记录页地址中的一串")
        parser.add_argument("--docx", default="", help="写成 Word 的文件名")
        parser.add_argument("--pdf", default="", help="写成 PDF 的文件名")
        labels = "、".join(f"{paper.code}（{paper.label}）" for paper in papers.PAPERS.values())
        parser.add_argument("--paper", default="minutes", help=f"哪一种：{labels}；默认 minutes")

    def handle(self, *args: Any, **options: Any) -> None:
        paper = papers.PAPERS.get(options["paper"])
        if paper is None:
            raise CommandError(f"没有“{options['paper']}”这一种。可以用：{'、'.join(papers.PAPERS)}。")
        if not options["docx"] and not options["pdf"]:
            raise CommandError("请用 --docx 或 --pdf 写明文件名。")
        targets = [
            (Path(name), write)
            for name, write in ((options["docx"], paper.as_word), (options["pdf"], paper.as_pdf))
            if name
        ]
        for path, _ in targets:
            refuse_unwritable(path)
        record = papers.record_of(_asked(options["id"]))
        for path, write in targets:
            try:
                content = write(record)
            except CannotTypeset as lack:
                raise CommandError(str(lack)) from None
            write_file(path, content)
            self.stdout.write(f"已写入 {path}")


def _asked(key: str) -> Activity:
    try:
        rows = Activity.objects.select_related("branch", "group")
        return rows.get(pk=UUID(key))
    except (ValueError, Activity.DoesNotExist):
        raise CommandError(f"没有编号为“{key}”的记录。") from None
