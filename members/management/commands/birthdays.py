import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from branches.models import Branch
from branches.scope import Range, covering_ranges
from lib.commands import PlainCommand
from lib.dates import FIRST_YEAR, LAST_YEAR
from lib.periods import Period, month_of
from members.birthdays import Birthday, between


class Command(PlainCommand):
    help = "列出某个月的政治生日，预备党员也在内，按日期排列。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", default="", help="月份，如 2026-11；默认本月")
        parser.add_argument("--branch", default="", help="党组织代码，含其下级；默认全校")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        month = month_called(options["month"])
        found = between(month.start, month.end, ranges_called(options["branch"]))
        if options["json"]:
            self.stdout.write(json.dumps([as_json(one) for one in found], ensure_ascii=False))
            return
        for one in found:
            self.stdout.write(f"{one.day}  {one.member_number}  {one.name}  {one.branch_name}  {one.title}")
        self.stdout.write(f"{month.label}共 {len(found)} 人。")


def month_called(code: str) -> Period:
    if not code:
        return month_of(timezone.localdate())
    try:
        period = Period.parse(code)
    except ValueError:
        period = None
    if period is None or period.kind != "month":
        raise CommandError(f"“{code[:20]}”不是月份，应为如 2026-11。年份从{FIRST_YEAR}到{LAST_YEAR}。")
    return period


def ranges_called(code: str) -> tuple[Range, ...] | None:
    if not code:
        return None
    paths = list(Branch.objects.filter(code=code).values_list("path", flat=True))
    if not paths:
        raise CommandError(f"没有代码为“{code}”的党组织。")
    return covering_ranges(paths)


def as_json(birthday: Birthday) -> dict[str, str | int]:
    return {
        "number": birthday.member_number,
        "name": birthday.name,
        "branch": birthday.branch_code,
        "date": birthday.day.isoformat(),
        "years": birthday.years,
    }
