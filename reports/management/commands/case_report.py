import json
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from branches.roles import Right
from branches.scope import covering_ranges
from lib.commands import PlainCommand, refuse_unwritable, write_file
from lib.terminal import columns
from lib.typesetting import CannotTypeset
from reports.cases import paper
from reports.cases.inserted import Composed, compose
from reports.management.asking import account_of, add_by
from reports.models import CaseReport


class Command(PlainCommand):
    help = "案例报告（典型案例、年度总结）：正文和每个数字的口径、期间、记录数。--list 列出有哪些报告。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", help="报告的名称，见 --list")
        parser.add_argument("--list", action="store_true", help="列出所有的报告")
        parser.add_argument("--branch", metavar="CODE", help="几个党组织有同名报告时，写党组织代码")
        add_by(parser, "写成的文件")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="只输出 JSON")
        form.add_argument("--docx", metavar="FILE", type=Path, help="写成公文格式的 Word")
        form.add_argument("--pdf", metavar="FILE", type=Path, help="写成 PDF")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self._list(as_json=options["json"])
            return
        files = {ending: options[ending] for ending in paper.MAKERS if options[ending]}
        for target in files.values():
            refuse_unwritable(target)
        report = _report(options["name"], options["branch"])
        places = covering_ranges([report.branch_path])
        by = account_of(
            options["by"], [Right.EXPORT, Right.SEE_FIGURES], places, f"导出案例报告“{report.name}”"
        )
        composed = compose(report, timezone.localdate())
        for ending, target in files.items():
            write_file(target, _made(ending, composed, by))
            self.stdout.write(f"已写入 {target}。")
        if files:
            return
        if composed.faults:
            raise CommandError("报告里有取不到的数字：" + "".join(composed.faults))
        if options["json"]:
            self.stdout.write(json.dumps(composed.body(), ensure_ascii=False))
        else:
            self._print(composed)

    def _print(self, composed: Composed) -> None:
        self.stdout.write("\n".join((composed.report.title, *(one.text for one in composed.paragraphs), "")))
        rows = [
            [str(one.number), one.name, one.text, one.period, str(one.records)] for one in composed.figures
        ]
        for line in columns([["序号", "指标", "数值", "期间", "记录数"], *rows]):
            self.stdout.write(line)

    def _list(self, *, as_json: bool) -> None:
        rows = CaseReport.objects.standing().select_related("branch").order_by("name", "branch__order_key")
        if as_json:
            found = [
                {
                    "name": row.name,
                    "title": row.title,
                    "branch": row.branch.code,
                    "period": row.period_code,
                    "updated_at": row.updated_at.isoformat(),
                }
                for row in rows
            ]
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        elif rows:
            for line in columns(
                [[row.name, row.branch.short_name, row.period_code, row.title] for row in rows]
            ):
                self.stdout.write(line)
        else:
            self.stdout.write("还没有案例报告。")


def _report(name: str | None, code: str | None) -> CaseReport:
    if not name:
        raise CommandError("请写案例报告的名称，--list 列出有哪些。")
    rows = CaseReport.objects.standing().select_related("branch")
    named = rows.filter(name=name, **({"branch__code": code} if code else {}))
    found = list(named.order_by("branch__order_key"))
    if len(found) == 1:
        return found[0]
    if found:
        where = "、".join(f"{row.branch.short_name}（{row.branch.code}）" for row in found)
        raise CommandError(
            f"名为“{name}”的案例报告有 {len(found)} 份，请用 --branch 写明党组织代码：{where}。"
        )
    names = list(dict.fromkeys(rows.order_by("name").values_list("name", flat=True)))
    known = get_close_matches(name, names) or names[:5]
    there = f"有：{'、'.join(known)}" if known else "现在一份也没有"
    of = f"党组织代码为“{code}”、" if code else ""
    raise CommandError(f"没有{of}名为“{name}”的案例报告，{there}。")


def _made(ending: str, composed: Composed, by: User | None) -> bytes:
    try:
        return paper.MAKERS[ending](composed, by=by)
    except (paper.Incomplete, CannotTypeset) as refusal:
        raise CommandError(str(refusal)) from None
