"""The verbs of what several branches hold together: invite, take back, decline, join, leave.

One branch leads: its record counts as the activity. The others are asked and record their own people, so that nobody is
counted twice and no branch writes another's roll.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import may

from . import partners, records, tallies
from .models import Activity, Invitation
from .records import open_to
from .refusals import RecordError

INVITE = "邀请其他支部联合开展"
REASON_LENGTH = 60


def candidates(activity: Activity, words: str) -> QuerySet[Branch]:
    """The branches of that day whose name or code has ``words`` in it, in official order; nobody of the record yet."""
    there = Branch.objects.leaves().existing_on(activity.held_on).exclude(pk=activity.branch_id)
    named = Q(name__icontains=words) | Q(short_name__icontains=words) | Q(code__iexact=words)
    asked = activity.invitations.values("branch")
    return there.filter(named).exclude(pk__in=asked).order_by("order_key")


def invite(activity: Activity, branches: Iterable[Branch], *, by: User) -> list[Invitation]:
    """Ask each of ``branches`` for its part; one that was asked already is left alone. Audited."""
    with transaction.atomic():
        current = open_to(activity, by, INVITE)
        if not partners.possible(current):
            raise RecordError("只有牵头支部的记录可以邀请其他支部，党小组会和谈心谈话不能联合开展。")
        asked = set(current.invitations.values_list("branch", flat=True)) | {current.branch_id}
        made = [
            Invitation.objects.create(activity=current, branch=branch, branch_path=branch.path, invited_by=by)
            for branch in branches
            if branch.pk not in asked and not _fault_of_guest(branch, current.held_on)
        ]
        names = [invitation.branch.short_name for invitation in made]
        if made:
            audit.record("activity.invite", by=by, on=current, after={"branches": names})
    return made


def _fault_of_guest(branch: Branch, day: date) -> bool:
    return branch.level != Branch.Level.BRANCH or not branch.exists_on(day)


def take_back(invitation: Invitation, *, by: User) -> None:
    """Ask no longer. What the branch has recorded stays its own to leave. Audited."""
    with transaction.atomic():
        current = open_to(invitation.activity, by, INVITE)
        if partners.answer_to(invitation):
            raise RecordError(f"“{invitation.branch.short_name}”已经登记，邀请不能收回；可请该支部退出联合。")
        audit.record("activity.uninvite", by=by, on=current, after={"branch": invitation.branch.short_name})
        Invitation.objects.filter(pk=invitation.pk).delete()


def decline(invitation: Invitation, *, by: User, reason: str) -> None:
    """The branch took no part. Audited."""
    if not may(by, Right.RECORD, invitation.branch_path):
        raise RecordError("只有本支部书记、记录员或上级工作人员可以答复。")
    with transaction.atomic():
        records.lock(invitation.branch)
        if partners.answer_to(invitation):
            raise RecordError("本支部已经登记了这次活动。若没有参加，请撤回那条记录。")
        invitation.declined_at, invitation.reason = timezone.now(), reason.strip()
        invitation.save(update_fields=["declined_at", "reason"])
        audit.record(
            "activity.decline", by=by, on=invitation.activity, after={"branch": str(invitation.branch)}
        )


def join(activity: Activity, invitation: Invitation, *, by: User) -> Activity:
    """A record that is there already is the branch's part; whoever stands on another roll of it leaves this one.
    Audited.
    """
    with transaction.atomic():
        records.lock(activity.branch, invitation.activity.branch)
        current = open_to(activity, by, "加入联合开展")
        if current.joint_of_id or current.invitations.exists():
            raise RecordError("这条记录已经是联合开展的，或已邀请了其他支部；请先退出联合或收回邀请。")
        records.make_part(current, invitation)
        current.version += 1
        if elsewhere := partners.enrolled(invitation.activity_id) & records.marks_of(current).keys():
            records.leave_out(current, elsewhere)
        _save(current)
        audit.record("activity.join", by=by, on=current, after={"lead": str(invitation.activity.branch)})
    return current


def leave(activity: Activity, *, by: User) -> Activity:
    """The record stands for itself again: what the branch held it held alone. Audited."""
    with transaction.atomic():
        current = open_to(activity, by, "退出联合")
        if current.joint_of is None:
            raise RecordError("这条记录不是联合开展的一部分。")
        asked = Invitation.objects.filter(activity=current.joint_of, branch=current.branch)
        asked.update(declined_at=timezone.now(), reason="已作为本支部的活动单独登记")
        audit.record("activity.leave", by=by, on=current, before={"lead": str(current.joint_of.branch)})
        current.joint_of = None
        current.version += 1
        _save(current)
    return current


def _save(activity: Activity) -> None:
    activity.save()
    tallies.refresh([activity])


@dataclass(frozen=True)
class Answered:
    """An invitation with what came of it; ``record`` only for whoever may see that branch's records."""

    invitation: Invitation
    joined: bool
    record: Activity | None


def answered(activity: Activity, user: User) -> list[Answered]:
    """What each branch answered. Three queries."""
    found = {each.branch_id: each for each in partners.of(activity)}
    mine = Activity.objects.visible_to(user).filter(joint_of=activity)
    seen = set(mine.values_list("branch", flat=True))
    return [
        Answered(each, each.branch_id in found, found.get(each.branch_id) if each.branch_id in seen else None)
        for each in activity.invitations.select_related("branch")
    ]


def own_records(invitation: Invitation) -> QuerySet[Activity]:
    """The branch's records that may be its part already: same kind, same day, joint with nobody."""
    lead = invitation.activity
    return Activity.objects.valid().filter(
        branch=invitation.branch, kind=lead.kind, held_on=lead.held_on, joint_of=None, invitations=None
    )


def waiting_for(branch: Branch) -> list[Invitation]:
    """What the branch has not answered yet, the oldest first. One query."""
    asked = Invitation.objects.waiting().filter(branch=branch).select_related("activity__branch")
    return list(asked.order_by("activity__held_on", "pk"))
