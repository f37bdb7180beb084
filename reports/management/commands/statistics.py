import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import User
from branches.roles import Right
from lib.commands import PlainCommand, day_asked, refuse_unwritable, write_file
from lib.terminal import columns
from lib.typesetting import CannotTypeset
from reports.asked import Asked
from reports.closing import notices
from reports.figures import paper, sheet
from reports.figures.base import Spanned, Statistic, Table, why_not
from reports.figures.books import BOOKS, Book
from reports.figures.catalogue import STATISTICS
from reports.management.asking import account_of, add_by, asked_of


class Command(PlainCommand):
    help = "统计报表：某一张表在某个期间的数，口径随附。--list 列出有哪些表。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", help="表的名称，见 --list")
        parser.add_argument("--list", action="store_true", help="列出所有的表")
        parser.add_argument("--period", help="时间段，如 2026Q3、2026、2026-09 或学年 2025-2026")
        parser.add_argument("--on", metavar="DATE", help="统计日，默认为期间最后一天，期间未结束时为今天")
        parser.add_argument("--branch", metavar="CODE", help="只统计这个党组织及其下级，写党组织代码")
        add_by(parser, "写成的文件")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="只输出 JSON")
        form.add_argument("--xlsx", metavar="FILE", type=Path, help="写成工作簿")
        form.add_argument("--pdf", metavar="FILE", type=Path, help="写成 PDF")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self._list(as_json=options["json"])
            return
        for target in filter(None, (options["xlsx"], options["pdf"])):
            refuse_unwritable(target)
        if book := BOOKS.get(options["name"] or ""):
            self._book(book, _asked(options, book), options)
            return
        statistic = _statistic(options["name"])
        asked = _asked(options, statistic)
        by = _by(options, statistic, asked)
        table = statistic.tabulate(asked)
        if options["json"]:
            locked = notices.body(table.asked, statistic)
            self.stdout.write(json.dumps({**table.body(), "locked": locked}, ensure_ascii=False))
        elif options["xlsx"]:
            content = BytesIO()
            sheet.write(content, table, by=by)
            self._written(options["xlsx"], content.getvalue())
        elif options["pdf"]:
            self._written(options["pdf"], _pdf(lambda: paper.pdf(table, by=by)))
        else:
            self._table(table)

    def _book(self, book: Book, asked: Asked, options: dict[str, Any]) -> None:
        by = _by(options, book, asked)
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {**book.body(asked), "locked": notices.body(asked, book.first)}, ensure_ascii=False
                )
            )
        elif options["xlsx"]:
            content = BytesIO()
            sheet.write_book(content, book, asked, by=by)
            self._written(options["xlsx"], content.getvalue())
        elif options["pdf"]:
            self._written(options["pdf"], _pdf(lambda: paper.book(book, asked, by=by)))
        else:
            for one in book.filled(asked):
                if one.table:
                    self._table(one.table)
                else:
                    self.stdout.write(f"{one.leaf.label}  {one.leaf.why}")

    def _written(self, target: Path, content: bytes) -> None:
        write_file(target, content)
        self.stdout.write(f"已写入 {target}。")

    def _list(self, *, as_json: bool) -> None:
        if as_json:
            found = [
                {
                    "name": one.name,
                    "title": one.title,
                    "columns": [{"code": column.code, "heading": column.heading} for column in one.columns],
                }
                for one in STATISTICS.values()
            ]
            found += [
                {"name": one.name, "title": one.title, "tables": [leaf.label for leaf in one.leaves]}
                for one in BOOKS.values()
            ]
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            told = [[one.name, one.title, one.note] for one in STATISTICS.values()]
            told += [[one.name, one.title, one.note] for one in BOOKS.values()]
            for line in columns(told):
                self.stdout.write(line)

    def _table(self, table: Table) -> None:
        self.stdout.write(f"{sheet.title(table)}  {sheet.scope_line(table.asked)}")
        for line in notices.lines(table.asked, table.statistic):
            self.stdout.write(line)
        lines = [[table.statistic.head, *map(sheet.heading, table.columns)]]
        lines += [[row.label, *(cell.text for cell in row.cells)] for row in table.all_rows]
        for line in columns(lines):
            self.stdout.write(line)


def _statistic(name: str | None) -> Statistic:
    if name and name in STATISTICS:
        return STATISTICS[name]
    names = "、".join((*STATISTICS, *BOOKS))
    raise CommandError(f"没有名为“{name}”的统计表，有：{names}。" if name else f"请写统计表的名称：{names}。")


def _asked(options: dict[str, Any], statistic: Spanned) -> Asked:
    if not options["period"]:
        raise CommandError("请用 --period 写统计的时间段，如 2026Q3。")
    asked = asked_of(options["period"], options["branch"])
    if why := why_not(statistic, asked.period):
        raise CommandError(why)
    if not options["on"]:
        return asked
    if not statistic.has_day:
        raise CommandError(f"“{statistic.title}”按整月统计，不能用 --on 选统计日。")
    on = day_asked(options["on"], "--on")
    last = asked.today if statistic.span == "result" else min(asked.period.end, asked.today)
    if not asked.period.start <= on <= last:
        raise CommandError(f"--on 应在期间内、不晚于今天：{asked.period.start} 至 {last}。")
    return asked.on_day(on)


def _by(options: dict[str, Any], statistic: Spanned, asked: Asked) -> User | None:
    rights = [Right.EXPORT, statistic.right]
    what = f"导出“{asked.title}{statistic.title}”"
    return account_of(options["by"], rights, asked.ranges, what, asked.period)


def _pdf(make: Callable[[], bytes]) -> bytes:
    try:
        return make()
    except CannotTypeset as lack:
        raise CommandError(str(lack)) from None
