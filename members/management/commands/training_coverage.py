import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from branches.asked import add_year_of_organisation, ranges_asked, year_asked
from lib.commands import PlainCommand
from members import coverage


class Command(PlainCommand):
    help = "一年中应参加集中轮训的人和已参加的培训，按党组织和名册顺序，不排名。"

    def add_arguments(self, parser: CommandParser) -> None:
        add_year_of_organisation(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        year = year_asked(options["year"])
        scope = coverage.Scope.held()
        ranges = ranges_asked(options["branch"])
        people = coverage.people_of(ranges, year, timezone.localdate(), scope)
        if options["json"]:
            self.stdout.write(json.dumps([as_json(each) for each in people], ensure_ascii=False))
            return
        for each in people:
            told = "已参加" if each.is_covered else "未参加"
            self.stdout.write(
                "  ".join((each.branch.short_name, each.member.name, each.post or "党员", told))
            )
        had = sum(each.is_covered for each in people)
        self.stdout.write(f"{year} 年应参加 {len(people)} 人（{scope.words}），已参加 {had} 人。")


def as_json(each: coverage.Person) -> dict[str, Any]:
    """``post`` is empty for whoever owes a training as a member; ``trainings`` are those of the year, by day."""
    return {
        "number": each.member.number,
        "name": each.member.name,
        "branch": each.branch.code,
        "post": each.post,
        "covered": each.is_covered,
        "trainings": [
            {"on": one.held_on.isoformat(), "title": one.title, "hours": float(one.hours)}
            for one in each.trainings
        ],
    }
