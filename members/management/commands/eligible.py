import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from branches.models import Branch
from branches.scope import covering_ranges
from lib.commands import PlainCommand, day_asked
from members.development import listing
from members.development.steps import TABLE, as_step


class Command(PlainCommand):
    help = "某一天可以办理某一步的人：前面的步骤都已登记，等待的期限已满。"

    def add_arguments(self, parser: CommandParser) -> None:
        steps = "、".join(f"{step.value}（{spec.title}）" for step, spec in TABLE.items())
        parser.add_argument("step", help=f"步骤：{steps}")
        parser.add_argument("--on", default="", help="日期，如 2026-09-30；默认今天")
        parser.add_argument("--branch", default="", help="党组织代码，含其下级；默认全校")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        step = as_step(options["step"])
        if step is None:
            raise CommandError(f"没有“{options['step']}”这一步。可以用：{'、'.join(TABLE)}。")
        day = day_asked(options["on"], "--on")
        code = options["branch"]
        branches = Branch.objects.filter(code=code) if code else Branch.objects.all()
        paths = list(branches.values_list("path", flat=True))
        if code and not paths:
            raise CommandError(f"没有代码为“{code}”的党组织。")
        people = listing.lines(listing.people_on(day, covering_ranges(paths)), day)
        found = [as_json(line) for line in listing.eligible(people, step)]
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for row in found:
            self.stdout.write("  ".join(row.values()))
        self.stdout.write(f"{day} 可以办理“{TABLE[step].title}”的共 {len(found)} 人。")


def as_json(line: listing.Line) -> dict[str, str]:
    """The branch is that of the day."""
    branch_then: str = line.development.branch_then  # type: ignore[attr-defined]  # listing.people_on
    return {
        "number": line.member.number,
        "name": line.member.name,
        "branch": branch_then,
        "stage": line.stage.value,
    }
