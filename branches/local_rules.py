"""What a university may decide about how its record book is kept (see :mod:`branches.local`)."""

from datetime import date
from typing import Final

from lib.periods import Period

from . import local
from .local import Kind, LocalRule, declare

KEPT_SINCE: Final = "records-kept-since"

declare(
    LocalRule(
        KEPT_SINCE,
        "应开未开",
        "启用日期",
        "从哪一天起在支部簿里登记。此前已经开始的月、季、年没有记录的不作判断，不计入应开、未开；已经补录的照计。"
        "没有设定的，以前各期没有记录的都算逾期未开。",
        Kind.DAY,
        "",
    ),
)


def kept_since() -> date | None:
    """The day from which records are kept here. One query."""
    return day_of(local.value_of(KEPT_SINCE))


def day_of(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def not_judged(kept: date | None, begins: date, ends: date) -> str:
    """Why nothing is said of what was to be done in these days and is not recorded; empty when it is judged.

    Records are kept since ``kept``: what began before it may have been done before it.
    """
    if kept is None or kept <= begins:
        return ""
    if kept <= ends:
        return f"{kept:%Y-%m-%d} 启用支部簿，期间不满，不作判断。"
    return f"{kept:%Y-%m-%d} 启用支部簿，此前没有在这里登记，不作判断。"


def why_unjudged(year: int) -> str:
    """Why nobody is missed in a year that began before records were kept here; empty when it is judged. One query."""
    period = Period.year(year)
    return not_judged(kept_since(), period.start, period.end)
