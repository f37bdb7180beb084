"""Local duties in the words of the rulebook: as the university switched them on, or that they are off."""

from datetime import date
from typing import Final

from . import local_duties
from .models import LocalDuty
from .rulebook import Explained

_OFF: Final = "没有启用；由学校党委组织部在“义务规则”中写明依据后启用。"


def explain(code: str, on: date) -> Explained | None:
    """The version that holds on ``on``, else the next one, else the last; None for a code that is no local duty's."""
    if code not in local_duties.TITLES:
        return None
    rows = LocalDuty.objects.filter(code=code)
    ahead = rows.exclude(until__lt=on).order_by("since").first()
    row = ahead or rows.order_by("-since").first()
    return Explained(
        code=code,
        title=local_duties.TITLES[code],
        article=row.citation if row else "校内规定",
        severity="一般",
        asked_of=f"{row.get_category_display()}党支部" if row and row.category else "党支部",
        enforced="没有做到的一直列出" if row and not row.months else "",
        note="" if row else _OFF,
        asked=_asked(row) if row else "",
        since=row.since.isoformat() if row else "",
        until=row.until.isoformat() if row and row.until else "",
    )


def _asked(row: LocalDuty) -> str:
    if row.months:
        return f"{'、'.join(map(str, row.months))}月不要求每月开展的活动"
    return f"每季度{row.count}次"
