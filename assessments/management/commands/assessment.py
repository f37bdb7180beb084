import json
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from assessments import book, outline
from assessments.models import Round
from lib.commands import PlainCommand, refuse_unwritable, write_file


class Command(PlainCommand):
    help = "述职评议考核：列出各次，或者一次的计分、测评和评定。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", nargs="?", type=int, help="编号，见 --list")
        parser.add_argument("--list", action="store_true", help="列出各次述职评议")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")
        parser.add_argument("--xlsx", default="", metavar="文件", help="写出计分表、测评汇总表和结果通报")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"] == (options["id"] is not None):
            raise CommandError("请写明编号，或者用 --list 列出各次述职评议。")
        if options["list"]:
            self._list(as_json=options["json"])
            return
        round_ = Round.objects.select_related("branch").filter(pk=options["id"]).first()
        if round_ is None:
            raise CommandError(f"没有编号为 {options['id']} 的述职评议，编号见 --list。")
        if options["xlsx"]:
            target, content = Path(options["xlsx"]), BytesIO()
            refuse_unwritable(target)
            number = book.write(content, round_, timezone.localdate(), by=None)
            write_file(target, content.getvalue())
            if not options["json"]:
                self.stdout.write(f"已写出 {number} 人。")
                return
        told = outline.of_round(round_, timezone.localdate())
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for one in told["subjects"]:
            grade = one["decided"] or f"建议{one['computed']}" if one["computed"] else "未定"
            self.stdout.write(f"{one['name']}  {one['total'] or '—'}  {grade}")
        self.stdout.write(f"{told['name']}，{round_.get_state_display()}，共 {len(told['subjects'])} 人。")

    def _list(self, *, as_json: bool) -> None:
        rows = list(Round.objects.all())
        if as_json:
            found = [{"id": row.pk, "name": row.name, "year": row.year, "state": row.state} for row in rows]
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write(f"{row.pk}  {row.year}  {row.name}  {row.get_state_display()}")
        self.stdout.write(f"共 {len(rows)} 次。")
