import json
from dataclasses import replace
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from lib.commands import PlainCommand, day_asked
from members.development.listing import Line, lines
from members.development.planning import Planned
from members.development.rules import Block
from members.models import Development


class Command(PlainCommand):
    help = "一个人的发展党员经过：已办的步骤，其余每一步最早可以办的日期、还缺什么、是否逾期。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="党员编号")
        parser.add_argument("--on", default="", help="日期，如 2026-09-30；默认今天")
        parser.add_argument("--json", action="store_true", help="只输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        day = day_asked(options["on"], "--on")
        number = options["number"]
        found = Development.objects.begun_by(day).filter(member__number=number)
        latest = found.select_related("member__branch").latest_first()[:1]
        for line in lines(latest, day):
            self._say(_as_of(line, day), as_json=options["json"])
            return
        raise CommandError(f"编号“{number}”在 {day} 没有发展党员的记录，请核对编号和日期。")

    def _say(self, line: Line, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(written(line), ensure_ascii=False))
            return
        self.stdout.write(f"{line.member.number}  {line.member.name}  {line.stage}")
        for done in line.progress.done:
            self.stdout.write(f"  ✓ {done.on}  {done.step}")
        for each in line.planned:
            late = "  逾期" if each.is_late else ""
            self.stdout.write(f"  · {each.earliest}  {each.spec.title}{late}")
            for block in each.blocked_by:
                self.stdout.write(f"      {block}")


def _as_of(line: Line, day: date) -> Line:
    """A development that was closed by ``day`` has nothing before it; one closed later was open then."""
    closed_on = line.development.closed_on
    if closed_on and closed_on <= day:
        return replace(line, planned=(), following=None, clash=None)
    line.development.closed_on, line.development.outcome = None, ""
    return line


def written(line: Line) -> dict[str, Any]:
    """Stage, furthest step, what is done, and every remaining step: none of one that is closed."""
    development = line.development
    return {
        "number": line.member.number,
        "name": line.member.name,
        "stage": line.stage.value,
        "step": line.progress.reached.value,
        "closed": development.closed_on.isoformat() if development.closed_on else None,
        "outcome": development.outcome,
        "done": [
            {"step": done.step.value, "on": done.on.isoformat(), "effective": done.is_effective}
            for done in line.progress.done
        ],
        "next": [planned_as_json(each) for each in line.planned],
        "late": [each.step.value for each in line.late],
        "clash": block_as_json(line.clash) if line.clash else None,
    }


def block_as_json(block: Block) -> dict[str, str]:
    return {"code": block.code, "article": block.article, "message": block.message}


def planned_as_json(each: Planned) -> dict[str, Any]:
    return {
        "step": each.step.value,
        "title": each.spec.title,
        "earliest": each.earliest.isoformat(),
        "blocked_by": [block_as_json(one) for one in each.blocked_by],
        "due": each.due.isoformat() if each.due else None,
        "late": each.is_late,
    }
