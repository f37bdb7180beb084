"""Refusals name what they rest on: an article of the regulations, or one of the rules that this system keeps itself.

What no text says word by word, and a record needs all the same, stands here as 本系统内控规则 under NK-…, so that
nobody takes it for an article.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol, Self


class Cited(Protocol):
    """Whatever a refusal can rest on."""

    @property
    def code(self) -> str: ...

    @property
    def article(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Control:
    """A rule of this system's own."""

    code: str
    title: str

    @property
    def article(self) -> str:
        return f"本系统内控规则：{self.title}"


APART: Final = Control("NK-01", "审批人与提请人、本人不能是同一人")
CLOSED: Final = Control("NK-02", "已经办结、结束或撤销的不再登记")
IN_ORDER: Final = Control("NK-03", "各步依次登记，日期按先后，不晚于登记当天")
ONCE: Final = Control("NK-04", "同一件事只登记一次，登记有误的先撤回或撤销")
EVIDENCE: Final = Control("NK-05", "登记须写明依据和办理所需的内容")
STANDING: Final = Control("NK-06", "登记须与名册上的身份和所在支部相符")
REACH: Final = Control("NK-07", "只办理自己管理范围内的党组织和人员")
CONTROLS: Final = (APART, CLOSED, IN_ORDER, ONCE, EVIDENCE, STANDING, REACH)


class RefusedByRule(ValueError):
    """The message is for the user: what is wrong, article and code, what to do instead, the earliest day if any.

    ``said`` and ``more`` are sentences; the first stands without its full stop.
    """

    def __init__(self, said: str, rule: Cited, more: str = "", earliest: date | None = None) -> None:
        self.cited = said, rule, more, earliest
        self.code, self.article, self.earliest = rule.code, rule.article, earliest
        when = f"最早 {earliest} 可以办理。" if earliest else ""
        super().__init__(f"{said}（{rule.article}，{rule.code}）。{more}{when}")

    @classmethod
    def like(cls, other: "RefusedByRule") -> Self:
        """The same refusal under the name of another room's verbs."""
        return cls(*other.cited)
