import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from activities import hours
from branches.asked import add_year_of_organisation, ranges_asked, year_asked
from lib.commands import PlainCommand


class Command(PlainCommand):
    help = "一年的学习学时：到会的党课、主题党日等，加上登记的培训。按名册顺序，不排名。"

    def add_arguments(self, parser: CommandParser) -> None:
        add_year_of_organisation(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        year = year_asked(options["year"])
        ranges = ranges_asked(options["branch"])
        rows = [as_json(each) for each in hours.of_year(ranges, year, timezone.localdate())]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write("  ".join(str(value) for value in row.values()))
        self.stdout.write(f"{year} 年共 {len(rows)} 人。")


def as_json(each: hours.PersonHours) -> dict[str, Any]:
    """Hours are numbers with one decimal; ``without_length`` counts records that do not say how long they took,
    ``exempt_months`` those of which nothing is owed.
    """
    return {
        "number": each.member.number,
        "name": each.member.name,
        "branch": each.member.branch.code,
        "hours": float(each.total),
        "study": float(each.studied),
        "training": float(each.trained),
        "owed": each.owed,
        "exempt_months": each.exempt_months,
        "without_length": each.without_length,
    }
