"""What a new record most likely says: the facts of last time, and the topics of late."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from accounts.models import User
from branches.models import Branch, PartyGroup
from branches.roles import SCRIBES
from branches.scope import grants_of
from members.models import MembershipSpell, Post

from . import hosts
from .facts import ends_at, topics_of
from .kinds import Kind
from .models import Activity

RECENT = 30
TOPICS = 6


def facts(branch: Branch, kind: str, group: PartyGroup | None, day: date, user: User) -> dict[str, Any]:
    """Time, place and people of the last record of this kind; the first time, who normally takes the chair."""
    records = Activity.objects.valid().filter(branch=branch, kind=kind)
    if group:
        records = records.filter(group=group)
    last = records.values("starts_at", "minutes", "place", "host", "recorder", "lecturer").first()
    if last is None:
        return {"host": _chair(branch, group, day), "recorder": _scribe(user, branch)}
    left = _who_left(branch, day, [last["recorder"], last["lecturer"]])
    if last["recorder"] in left:
        last["recorder"] = _scribe(user, branch)
    if last["lecturer"] in left:
        last["lecturer"] = ""
    if hosts.fault_of(last["host"], kind, branch, day):
        last["host"] = _chair(branch, group, day)
    return {**last, "ends_at": ends_at(last["starts_at"], last["minutes"])}


def _chair(branch: Branch, group: PartyGroup | None, day: date) -> str:
    """The group's leader or the branch's secretary (支部条例 14)."""
    posts = Post.objects.on(day).filter(branch=branch)
    if group:
        held = posts.filter(group=group, title=Post.Title.GROUP_LEADER)
    else:
        held = posts.filter(title=Post.Title.SECRETARY)
    return held.values_list("member__name", flat=True).first() or ""


def _scribe(user: User, branch: Branch) -> str:
    writes = any(grant.role in SCRIBES and grant.branch_id == branch.pk for grant in grants_of(user))
    return user.name if writes else ""


def _who_left(branch: Branch, day: date, names: Iterable[str]) -> set[str]:
    """Those of ``names`` who once belonged to the branch and no longer do; who never did keeps its books as before."""
    spells = MembershipSpell.objects.filter(branch=branch, member__name__in=set(filter(None, names)))
    rows = list(spells.values_list("member__name", "until"))
    return {name for name, _ in rows} - {name for name, until in rows if until is None or until >= day}


def topics(branch: Branch, kind: str) -> list[str]:
    """Topics of the branch's last records of the kind. One query."""
    titles = Activity.objects.valid().filter(branch=branch, kind=kind).values_list("title", flat=True)
    found = [topic for title in titles[:RECENT] for topic in topics_of(title, str(Kind(kind).label))]
    return list(dict.fromkeys(found))[:TOPICS]
