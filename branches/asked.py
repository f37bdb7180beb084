"""What the commands about a year are asked: which year, of which organisation."""

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from branches.models import Branch
from branches.scope import Range, covering_ranges
from branches.tree import whole_tree

FIRST_YEAR = 1921


def add_year_of_organisation(parser: CommandParser) -> None:
    """The arguments of a command about the people of a year."""
    parser.add_argument("year", help="年份，如 2026")
    parser.add_argument("--branch", default="", help="党组织代码，含其下级；默认全校")
    parser.add_argument("--json", action="store_true", help="只输出 JSON")


def year_asked(text: str) -> int:
    today = timezone.localdate()
    if not (text.isdecimal() and len(text) == 4 and FIRST_YEAR <= int(text) <= today.year):
        raise CommandError(f"年份应为{FIRST_YEAR}到{today.year}之间的四位数字，不是“{text}”。")
    return int(text)


def ranges_asked(code: str) -> tuple[Range, ...]:
    """The organisation of that code and all below it; the whole university without one."""
    if not code:
        return whole_tree()
    paths = list(Branch.objects.filter(code=code).values_list("path", flat=True))
    if not paths:
        raise CommandError(f"没有代码为“{code}”的党组织。")
    return covering_ranges(paths)
