import json
import sys
from typing import Any

from django.core.management.base import CommandParser

from activities import tallies
from activities.kinds import Kind
from activities.tallies import CounterDifference, Difference
from branches.models import Branch
from lib.commands import TO_BE_LOOKED_AT, PlainCommand


class Command(PlainCommand):
    help = "核对：每条记录的人数是否等于到会名单，每月计数是否等于记录之和。不一致时退出码为 1。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="按到会名单和记录改正不一致之处")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        counters, months = tallies.counter_differences(), tallies.differences()
        is_equal = not counters and not months
        if options["repair"] and not is_equal:
            tallies.repair(months, counters)
        if options["json"]:
            body = _body(counters, months) | {
                "equal": is_equal,
                "repaired": options["repair"] and not is_equal,
            }
            self.stdout.write(json.dumps(body, ensure_ascii=False))
        else:
            self._tell(counters, months, repaired=options["repair"])
        if not is_equal and not options["repair"]:
            sys.exit(TO_BE_LOOKED_AT)

    def _tell(self, counters: list[CounterDifference], months: list[Difference], *, repaired: bool) -> None:
        names = dict(Branch.objects.values_list("pk", "short_name"))
        for record in counters:
            where = f"{record.activity.branch.short_name} {record.activity}（{record.activity.pk}）"
            self.stdout.write(f"记录 {where}：存 {_words(record.stored)}，名单 {_words(record.counted)}")
        for month in months:
            where = f"{names[month.key.branch_id]} {month.key.month:%Y-%m} {Kind(month.key.kind).label}"
            self.stdout.write(f"计数 {where}：存 {_words(month.stored)}，记录 {_words(month.counted)}")
        if not counters and not months:
            self.stdout.write("一致。")
        else:
            done = "已改正。" if repaired else "加 --repair 可按到会名单和记录改正。"
            self.stdout.write(f"{len(counters)} 条记录、{len(months)} 项计数不一致。{done}")


def _words(counters: dict[str, int] | None) -> str:
    return "无" if counters is None else " ".join(f"{name}={number}" for name, number in counters.items())


def _body(counters: list[CounterDifference], months: list[Difference]) -> dict[str, Any]:
    codes = dict(Branch.objects.values_list("pk", "code"))
    return {
        "records": [
            {"id": str(one.activity.pk), "stored": one.stored, "counted": one.counted} for one in counters
        ],
        "tallies": [
            {
                "branch": codes[one.key.branch_id],
                "month": f"{one.key.month:%Y-%m}",
                "kind": one.key.kind,
                "stored": one.stored,
                "counted": one.counted,
            }
            for one in months
        ],
    }
