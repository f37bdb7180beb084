"""What is held by several branches: each has a record of its own, and all but the leading one are parts of that one.

The rules a record keeps to as one of several; the verbs are in :mod:`activities.jointly`.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q

from branches.models import Branch
from lib.dates import written

from . import facts
from .kinds import may_be_joint
from .models import Activity, Attendance, Invitation


def of(activity: Activity) -> list[Activity]:
    """The records of the others of which ``activity`` is the leading one, in official order."""
    rows = Activity.objects.valid().filter(joint_of=activity).select_related("branch")
    return list(rows.order_by("branch__order_key"))


def answer_to(invitation: Invitation) -> Activity | None:
    """The record with which the branch answered."""
    asked = {"joint_of": invitation.activity_id, "branch": invitation.branch_id}
    return Activity.objects.valid().filter(**asked).first()


def enrolled(whole: UUID, but: UUID | None = None) -> set[UUID]:
    """Who stands on the roll of one of the records of what ``whole`` leads; ``but`` is left aside. One query."""
    rows = Attendance.objects.filter(activity__withdrawn_at=None).exclude(activity=but)
    return set(rows.filter(Q(activity=whole) | Q(activity__joint_of=whole)).values_list("member", flat=True))


def fault_of_part(invitation: Invitation, branch: Branch, kind: str, held_on: date) -> str:
    """Why a record of ``branch`` cannot be its part of what it was invited to; empty when it can."""
    lead = Activity.objects.select_related("branch").get(pk=invitation.activity_id)
    if invitation.branch_id != branch.pk:
        return "这份邀请不是给本支部的。"
    if lead.is_withdrawn:
        return f"“{lead.branch.short_name}”已撤回牵头的记录，请作为本支部单独开展的活动登记。"
    if (lead.kind, lead.held_on) != (kind, held_on):
        what = f"{written(lead.held_on)}的{lead.get_kind_display()}"
        return f"联合开展的是{what}，日期和类型须与牵头支部一致；若不是同一次活动，请单独登记。"
    if answer_to(invitation):
        return "本支部已经登记过这次联合开展的活动，不用再登记。"
    return ""


def fault_of_new_day(activity: Activity, held_on: date) -> str:
    """Why a record's day cannot become ``held_on`` because of the others; empty when it can."""
    if held_on == activity.held_on:
        return ""
    if activity.joint_of_id:
        return "这是联合开展的活动，日期以牵头支部的记录为准；若本支部另选了日期，请先退出联合。"
    if names := _names(of(activity)):
        return f"{names}已登记了同一天的联合开展，日期不能只改这一条；请这些支部先退出联合。"
    return ""


def hand_over(activity: Activity) -> list[Activity]:
    """The leading record is withdrawn: the first of the others leads from now on, and asks whoever has not answered.

    Returns the others, the new leading one first. The caller holds the locks of their branches.
    """
    others = of(activity)
    if not others:
        return []
    lead, *rest = others
    lead.joint_of = None
    for each in rest:
        each.joint_of = lead
    for each in others:
        each.version += 1
        each.save()
    asked = Invitation.objects.filter(activity=activity)
    asked.filter(branch=lead.branch).delete()
    asked.update(activity=lead)
    return others


def in_words(activity: Activity, others: Iterable[Activity]) -> str:
    """与甲支部、乙支部联合开展; empty for what a branch held alone. ``others`` are :func:`of` it."""
    if activity.joint_of:
        return facts.led_by(activity.joint_of.branch.short_name)
    names = _names(others)
    return f"与{names}联合开展" if names else ""


def _names(records: Iterable[Activity]) -> str:
    return "、".join(f"“{each.branch.short_name}”" for each in records)


def possible(activity: Activity) -> bool:
    """Whether other branches can be asked to take part."""
    of_a_branch = activity.branch.is_leaf and may_be_joint(activity.kind)
    return of_a_branch and activity.joint_of_id is None and not activity.is_withdrawn
