"""Who may have presided: somebody of the branch on that day, or a leader of the organisations above (支部条例 14)."""

import re
from datetime import date
from typing import Final

from branches.models import Branch
from lib.dates import written
from members import rosters

from . import lecturers
from .kinds import Kind
from .models import Activity

#: Administration and party preside in turn: the head of a department need not be a member.
OPEN_TO_ALL: Final = frozenset({Kind.JOINT_MEETING})
_BETWEEN: Final = re.compile(r"[、，,；;/\s]+")


def fault_of(host: str, kind: str, branch: Branch, day: date, *, lead: Activity | None = None) -> str:
    """Why ``host`` cannot have presided over what ``branch`` held on ``day``; empty when he can.

    Of something joint the host of the leading record ``lead`` presides, or somebody of one of the two branches. Two
    queries, four of something joint.
    """
    if not host or kind in OPEN_TO_ALL or (lead and host == lead.host):
        return ""
    branches = (branch, lead.branch) if lead else (branch,)
    known: set[str] = set()
    for each in branches:
        known.update(rosters.branch_members_on(each, day).values_list("name", flat=True))
    # A name with a blank in it is one name before it is two.
    strangers = [] if host in known else _strangers(host, known)
    if strangers:
        known.update(leader.name for each in branches for leader in lecturers.leaders_above(each, day))
        strangers = _strangers(host, known)
    if not strangers:
        return ""
    own = "本级班子成员" if not branch.is_leaf else "本支部和牵头支部的党员" if lead else "本支部的党员"
    return (
        f"“{strangers[0]}”{written(day)}不是{own}，也不是上级党组织的领导，不能记为主持人。"
        "请核对姓名或日期；校外和非党员来宾请写在列席人员里。"
    )


def fault_of_change(record: Activity, host: str, day: date) -> str:
    """The same of a record that is corrected: it keeps the host it has."""
    if (record.host, record.held_on) == (host, day):
        return ""
    return fault_of(host, record.kind, record.branch, day, lead=record.joint_of)


def _strangers(host: str, known: set[str]) -> list[str]:
    return [name for name in _BETWEEN.split(host) if name and name not in known]
