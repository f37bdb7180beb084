import json
from typing import Any

from django.core.management.base import CommandParser

from activities import lectures
from branches.asked import add_year_of_organisation, ranges_asked, year_asked
from lib.commands import PlainCommand


class Command(PlainCommand):
    help = "一年中领导干部讲党课的次数，按人统计，按党组织和职务顺序，不排名。"

    def add_arguments(self, parser: CommandParser) -> None:
        add_year_of_organisation(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        year = year_asked(options["year"])
        rows = [as_json(each) for each in lectures.leaders_of(ranges_asked(options["branch"]), year)]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write("  ".join(str(row[name]) for name in ("name", "post", "lectures", "hours")))
        self.stdout.write(f"{year} 年共 {len(rows)} 人。")


def as_json(each: lectures.Leader) -> dict[str, Any]:
    """``records`` are the ids of the lectures, by day; ``owed`` is how many the article asks for."""
    return {
        "name": each.name,
        "post": each.post,
        "lectures": len(each.lectures),
        "hours": float(each.hours),
        "owed": each.owed,
        "records": [str(record.pk) for record in each.lectures],
    }
