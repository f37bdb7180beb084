"""党政联席会议: which matters the party organisation had discussed before (高校条例 11)."""

from datetime import date
from typing import Final

from .kinds import Kind
from .models import Activity, AgendaItem
from .refusals import RecordError

ARTICLE: Final = "高校条例第十一条：应当经党组织研究讨论后，再提交党政联席会议"
PartyFirst = AgendaItem.PartyFirst


def asks_party_first(activity: Activity) -> bool:
    return Kind.JOINT_MEETING in activity.kinds


def fault_of(activity: Activity, mark: str, on: date | None) -> str:
    """Why the mark cannot be; empty when it can."""
    if on and mark != PartyFirst.HELD:
        return "只有党组织会议先行研究过的议题才填写先行研究日期。"
    if mark == PartyFirst.HELD and on is None:
        return "请填写党组织会议先行研究的日期。"
    if on and on > activity.held_on:
        return "先行研究的日期晚于开会的日期，请核对。"
    return ""


def checked(activity: Activity, mark: str, on: date | None) -> tuple[str, date | None]:
    """What is written on an item of the agenda; RecordError refuses."""
    if mark and not asks_party_first(activity):
        raise RecordError("只有党政联席会议的议题才标明党组织会议是否先行研究。")
    if fault := fault_of(activity, mark, on):
        raise RecordError(fault)
    return mark, on


def in_words(item: AgendaItem) -> str:
    on = f"（{item.party_first_on:%Y-%m-%d}）" if item.party_first_on else ""
    return f"{item.get_party_first_display()}{on}" if item.party_first else ""
