"""Guests of a record (列席): people who are not expected and do not vote, by name and unit, or only counted."""

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

MOST: Final = 20
MOST_HEADS: Final = 9999
NAME_LENGTH: Final = 30
UNIT_LENGTH: Final = 40
#: What a record keeps of them: a line for each, and how many came beside.
FACTS: Final = ("guests", "guest_heads")


class Guest(NamedTuple):
    name: str
    unit: str

    @property
    def words(self) -> str:
        return f"{self.name}（{self.unit}）" if self.unit else self.name


def read(text: str) -> list[Guest]:
    """A line for each: the name, and after a blank the unit."""
    parts = (line.replace("，", " ").replace("\u3000", " ").split(maxsplit=1) for line in text.splitlines())
    return [Guest(part[0], part[1].strip() if len(part) > 1 else "") for part in parts if part]


def kept(text: str) -> str:
    """As the record keeps it."""
    return "\n".join(" ".join(filter(None, guest)) for guest in read(text))


def fault_of(text: str, expected: Collection[str]) -> str:
    """Why this cannot be kept; empty when it can. ``expected`` are the names on the roll."""
    found = read(text)
    if len(found) > MOST:
        return f"列席人员最多写 {MOST} 行，现在是 {len(found)} 行；其余的请写在“另有列席人数”。"
    for number, guest in enumerate(found, start=1):
        if len(guest.name) > NAME_LENGTH or len(guest.unit) > UNIT_LENGTH:
            return f"第 {number} 行太长：姓名不超过 {NAME_LENGTH} 个字，单位不超过 {UNIT_LENGTH} 个字。"
        if guest.name in expected and not guest.unit:
            return f"第 {number} 行的{guest.name}在应到名单里，请在名单上记到会；同名的另一人请写明单位。"
        if guest in found[: number - 1]:
            return f"第 {number} 行与前面重复：{guest.words}。"
    return ""


def in_words(text: str | None, heads: int | None) -> str:
    """张三（物理学院）、李四，另有 12 人."""
    named = "、".join(guest.words for guest in read(text or ""))
    if not heads:
        return named
    return f"{named}，另有 {heads} 人" if named else f"{heads} 人"


def counted(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same guests for whoever may not read names: how many there were."""
    heads = len(read(values.get("guests") or "")) + (values.get("guest_heads") or 0)
    return {"guests": "", "guest_heads": heads or None}
