import json
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from branches.models import Branch
from branches.reach import whole_tree
from branches.roles import Right
from lib.commands import TO_BE_LOOKED_AT, PlainCommand
from lib.periods import Period
from lib.terminal import columns
from reports.asked import Asked
from reports.closing import adjustments, checking, periods
from reports.closing.adjustments import Compared
from reports.closing.periods import ClosingError
from reports.management.asking import account_of, add_by
from reports.models import ClosedPeriod


class Command(PlainCommand):
    help = "锁定已结束的季度（或年度）的全部统计。--check 只核对：能否锁定，已锁定的是否完好、有哪些变化。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", help="季度或年度，如 2026Q3、2026")
        parser.add_argument("--check", action="store_true", help="只核对，不锁定")
        add_by(parser, "锁定")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            period = periods.period_of(options["period"])
            standing = ClosedPeriod.objects.standing().with_names().filter(period=period.code).first()
            if options["check"] and standing:
                self._look(standing, as_json=options["json"])
            elif options["check"]:
                periods.check(period, by=None, today=timezone.localdate())
                body = {"period": period.code, "may_close": True}
                self._tell(body, f"{period.label}可以锁定。", as_json=options["json"])
            else:
                whole = whole_tree(period.start, period.end)
                by = account_of(options["by"], [Right.CLOSE_PERIODS], whole, f"锁定{period.label}")
                self._close(period, by, as_json=options["json"])
        except ClosingError as refusal:
            raise CommandError(str(refusal)) from None

    def _close(self, period: Period, by: User | None, *, as_json: bool) -> None:
        closed = periods.close(period, by=by, today=timezone.localdate())
        made = ClosedPeriod.objects.with_names().get(pk=closed.pk)
        body = {**_facts(made), "tables": made.tables.count(), "files": made.files.count()}
        line = f"{period.label}已锁定：{body['tables']} 张表，{body['files']} 个文件，校验值 {made.sha256}。"
        self._tell(body, line, as_json=as_json)

    def _tell(self, body: dict[str, Any], line: str, *, as_json: bool) -> None:
        self.stdout.write(json.dumps(body, ensure_ascii=False) if as_json else line)

    def _look(self, closing: ClosedPeriod, *, as_json: bool) -> None:
        """What is not as it was locked, and what the figures of the whole university are now."""
        faults, compared = checking.faults(closing), _compared(closing)
        if as_json:
            body = {**_facts(closing), "faults": faults, "adjustments": [_body_of(one) for one in compared]}
            self.stdout.write(json.dumps(body, ensure_ascii=False))
        else:
            told = "；".join(faults) if faults else "保存的内容与锁定时一致。"
            self.stdout.write(
                f"{closing.span.label}第{closing.version}次锁定，校验值 {closing.sha256}。{told}"
            )
            for line in columns(list(_lines(compared))):
                self.stdout.write(line)
        if faults or compared:
            sys.exit(TO_BE_LOOKED_AT)


def _facts(closing: ClosedPeriod) -> dict[str, Any]:
    return {
        "period": closing.period,
        "version": closing.version,
        "closed_at": timezone.localtime(closing.closed_at).isoformat(),
        "closed_by": closing.closed_by_name,
        "sha256": closing.sha256,
    }


def _compared(closing: ClosedPeriod) -> list[Compared]:
    span = closing.span
    whole = whole_tree(span.start, span.end)
    asked = Asked(span, timezone.localdate(), whole, whole)
    root = Branch.objects.filter(parent=None).first()
    kept = list(closing.tables.filter(branch=root).order_by("pk"))
    return adjustments.of(kept, asked, closing.closed_at, None)


def _body_of(one: Compared) -> dict[str, Any]:
    rows = [
        {
            "label": row.label,
            "changes": [
                {
                    "figure": each.heading,
                    "locked": each.locked,
                    "now": each.now,
                    "difference": each.difference,
                }
                for each in row.changes
            ],
            "causes": [f"{cause.at:%Y-%m-%d} {cause.by} {cause.what} {cause.label}" for cause in row.causes],
        }
        for row in one.rows
    ]
    return {"statistic": one.name, "redefined": list(one.redefined), "rows": rows}


def _lines(compared: list[Compared]) -> Any:
    for one in compared:
        for row in one.rows:
            for each in row.changes:
                yield [one.title, row.label, each.heading, f"{each.locked} → {each.now}（{each.difference}）"]
