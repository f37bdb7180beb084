"""The lines of a due list (components/due_item.html)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class DueItem:
    day: int
    when: str
    is_soon: bool
    is_late: bool
    title: str
    note: str
    url: str
    action: str = "去记录"
    #: Where one asks not to do it.
    waive_url: str = ""
    #: What asks for it.
    article: str = ""


def near(day: date, today: date) -> str:
    """今天, 明天, else the month."""
    return {0: "今天", 1: "明天"}.get((day - today).days, f"{day.month}月")
