"""Every rule the book knows by its code: what it asks, of whom, where that is written, and how it is kept."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from members import branch_rules, membership_rules, university_rules
from members.branch_rules import BranchRule
from members.development import rules as development_rules
from members.membership_rules import MembershipRule

from . import meeting_rules, yearly
from .elections import rules as election_rules
from .regulations import NATIONAL, AppliesTo, Every, Rule

_ASKED_OF: Final = {
    AppliesTo.BRANCH: "党支部",
    AppliesTo.COMMITTEE: "设支委会的党支部",
    AppliesTo.GROUP: "每个党小组",
    AppliesTo.PEOPLED: "临时、功能型以外的党支部",
}
_EVERY: Final = {Every.MONTH: "每月", Every.QUARTER: "每季度", Every.YEAR: "每年"}
_LEFT_OUT: Final = (
    "功能型党支部、期间成立或撤销的党支部、期间没有党员的党支部不作要求。"
    "校内规定写有启用日期的，此前开始的期间没有记录的不作判断。"
)
_GROUPS_LEFT_OUT: Final = "期间成立或结束的党小组不作要求。"
_SEVERITY: Final = {"must": "应当", "normally": "一般", "may": "可以"}
_ENFORCED: Final = {
    "guard": "不符合的不能办理",
    "duty": "没有做到的一直列出",
    "hint": "只作提示",
}
#: A code whose text says again what another one does → the rules that are kept, each with both articles.
SAME_AS: Final = {
    "GX-01": ("RW-01",),
    "GX-04": ("RW-04",),
    "GX-05": ("ZB-29", "ZB-31", "ZB-32"),
    "JY-05": ("ZB-21",),
    "XJ-01": ("ZB-35",),
}
_ABOVE: Final = "党支部以上的党组织"
_IN_GENERAL: Final = (
    (branch_rules.RULES, "党支部"),
    (election_rules.RULES, "党支部"),
    (meeting_rules.RULES, "党支部"),
    (university_rules.RULES, "学校和院（系）党组织"),
)


@dataclass(frozen=True)
class Explained:
    """A rule in words; empty where the rule says nothing of the kind. ``since`` and ``until`` are dates or empty."""

    code: str
    title: str
    article: str
    severity: str
    asked_of: str
    enforced: str
    note: str
    asked: str = ""
    since: str = ""
    until: str = ""


def explain(code: str) -> Explained | None:
    """None for a code no rule has. One that repeats others is answered by them: by the first, which names the rest."""
    kept, *others = SAME_AS.get(code, (code,))
    found = _explained(kept)
    if found is None or kept == code:
        return found
    also = f"；另见{'、'.join(others)}" if others else ""
    return replace(found, note=f"{code}与此条相同{also}。{found.note}")


def every_code() -> list[str]:
    """Whatever can be explained."""
    codes = {rule.code for rule in NATIONAL} | yearly.RULES.keys() | membership_rules.BY_CODE.keys()
    codes |= development_rules.RULES.keys() | SAME_AS.keys()
    return sorted(codes.union(*(rules for rules, _ in _IN_GENERAL)))


def _explained(code: str) -> Explained | None:
    for rule in NATIONAL:
        if rule.code == code:
            return _of_records(rule)
    if code in yearly.RULES:
        return _of_people(yearly.RULES[code])
    for rules, who in _IN_GENERAL:
        if code in rules:
            of_branch = rules[code]
            asked_of = _ABOVE if code.startswith("RW-") else who
            severity = _SEVERITY[of_branch.severity.value]
            return _in_general(of_branch, asked_of, of_branch.enforced, severity=severity)
    if code in membership_rules.BY_CODE:
        of_member = membership_rules.BY_CODE[code]
        return _in_general(
            of_member, "党员", [of_member.enforced], severity=_SEVERITY[of_member.severity.value]
        )
    if code in development_rules.RULES:
        of_step = development_rules.RULES[code]
        return _in_general(of_step, "发展党员的每一步", [of_step.enforced])
    return None


def _of_records(rule: Rule) -> Explained:
    usual = f"，一般在{rule.usual_from}月以后" if rule.usual_from else ""
    return Explained(
        code=rule.code,
        title=rule.title,
        article=rule.article,
        severity=_SEVERITY[rule.severity.value],
        asked_of=_ASKED_OF[rule.applies_to],
        asked=f"{_EVERY[rule.every]}{rule.count}次{usual}",
        enforced=_ENFORCED["duty"],
        note=rule.note + _LEFT_OUT + (_GROUPS_LEFT_OUT if rule.applies_to is AppliesTo.GROUP else ""),
        since=rule.since.isoformat(),
        until=rule.until.isoformat() if rule.until else "",
    )


def _of_people(rule: yearly.PeopleRule) -> Explained:
    return Explained(
        code=rule.code,
        title=rule.title,
        article=rule.article,
        severity=_SEVERITY[rule.severity.value],
        asked_of=rule.who,
        asked=f"每年{rule.deed}",
        enforced=_ENFORCED["duty"],
        note=f"按人计算，名单见各类页面。{rule.note}",
    )


def _in_general(
    rule: BranchRule | MembershipRule | development_rules.Rule,
    who: str,
    ways: Iterable[StrEnum],
    *,
    severity: str = "",
) -> Explained:
    return Explained(
        code=rule.code,
        title=rule.title,
        article=rule.article,
        severity=severity,
        asked_of=who,
        enforced="；".join(_ENFORCED[way.value] for way in ways),
        note=rule.why,
    )
