"""What a university may decide about its activities beyond the national texts (see :mod:`branches.local`)."""

from datetime import date
from typing import Final

from branches import local
from branches.local import Kind, LocalRule, declare

_STUDY: Final = "学习学时"
_DUTIES: Final = "应开未开"

STUDY_MINUTES: Final = "study-minutes"
HALF_DAY_MOST: Final = "study-half-day-most"
KEPT_SINCE: Final = "records-kept-since"

declare(
    LocalRule(
        KEPT_SINCE,
        _DUTIES,
        "启用日期",
        "从哪一天起在支部簿里登记。此前已经开始的月、季、年没有记录的不作判断，不计入应开、未开；已经补录的照计。"
        "没有设定的，以前各期没有记录的都算逾期未开。",
        Kind.DAY,
        "",
    ),
    LocalRule(
        STUDY_MINUTES,
        _STUDY,
        "一个学时多少分钟",
        "全国性规定没有说一个学时是多久，多地按1小时计1学时。",
        Kind.NUMBER,
        60,
        "分钟",
        120,
    ),
    LocalRule(
        HALF_DAY_MOST,
        _STUDY,
        "半天最多计几个学时",
        "同一天上午、下午、晚上各自最多计入的学时。全国性规定没有上限，有的学校定为4个学时。",
        Kind.NUMBER,
        0,
        "学时",
        12,
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
