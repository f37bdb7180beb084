"""Notices and tasks from above: issue, correct, withdraw, and whom they reach. What branches do is in `returns`."""

from collections.abc import Collection, Iterable
from datetime import date
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch, BranchQuerySet
from branches.roles import RIGHTS, Right
from branches.scope import grants_of, may, ranges_of, within

from .facts import Change, changes
from .kinds import Kind
from .models import Assignment, AssignmentReturn, Campaign, Nature
from .models.assignments import State

#: What can be said anew; to whom it went, and whether it is a notice or a task, stands.
CORRECTABLE = ("title", "text", "kind", "campaign", "opens_on", "due_on")
LABELS = {
    "title": "标题",
    "text": "内容",
    "kind": "要求开展的活动",
    "campaign": "专题活动",
    "opens_on": "开始日期",
    "due_on": "截止日期",
}


class AssignmentError(ValueError):
    """It cannot be done; the message is for the user, ``field`` the one of the form that it is about."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def issue(
    *,
    by: User,
    organisation: Branch,
    categories: Collection[str] = (),
    forms: Collection[str] = (),
    picked: Collection[Branch] = (),
    **facts: Any,
) -> Assignment:
    """Send it to the branches of ``organisation``: to those ``picked``, else to all of the categories and forms.

    In one transaction: the assignment, a row for each branch, the audit entry. Branches founded before it is due are
    asked too (:func:`enlist`), unless the branches were picked.
    """
    _check(facts)
    if not may(by, Right.ASSIGN, organisation.path):
        raise AssignmentError("只能发给本单位所属的党支部。", "organisation")
    if facts["due_on"] < timezone.localdate():
        raise AssignmentError("截止日期已经过去，请选择今天或以后的日期。", "due_on")
    issuer = _issuer(by, organisation)
    assignment = Assignment(
        **facts,
        issuer=issuer,
        branch_path=issuer.path,
        organisation=organisation,
        to_categories=_kept(categories),
        to_forms=_kept(forms),
        is_picked=bool(picked),
        issued_by=by,
    )
    reached = _to_be_asked(assignment, {branch.pk for branch in picked})
    with transaction.atomic():
        assignment.save(force_insert=True)
        _ask(assignment, reached)
        after = {**_said(assignment), "branches": len(reached)}
        audit.record("assignment.issue", by=by, on=assignment, after=after)
    return assignment


def correct(assignment: Assignment, *, by: User, version: int, **facts: Any) -> Assignment:
    """Say it anew; branches see what changed and when. Audited."""
    with transaction.atomic():
        current = _open_to(assignment, by, version)
        _check({"nature": current.nature, **facts})
        before = _said(current)
        for name in CORRECTABLE:
            if name in facts:
                setattr(current, name, facts[name])
        after = _said(current)
        if before != after:
            current.version += 1
            current.save()
            audit.record("assignment.correct", by=by, on=current, before=before, after=after)
    return current


def withdraw(assignment: Assignment, *, by: User, version: int, reason: str) -> Assignment:
    """It asks for nothing any more and stays to be read, with what was returned. Audited."""
    if not reason.strip():
        raise AssignmentError("请写明撤回原因。", "reason")
    with transaction.atomic():
        current = _open_to(assignment, by, version)
        current.withdrawn_at, current.withdrawn_reason = timezone.now(), reason.strip()
        current.version += 1
        current.save()
        audit.record("assignment.withdraw", by=by, on=current, after={"reason": current.withdrawn_reason})
    return current


def enlist(today: date) -> int:
    """Ask those who came meanwhile: branches founded before it is due, and the heirs of branches that had not
    returned it. Only what still runs; picked branches have no newcomers, but heirs. Returns how many. Audited.
    """
    added = 0
    for assignment in Assignment.objects.standing().filter(due_on__gte=today):
        with transaction.atomic():
            rows = AssignmentReturn.objects.filter(assignment=assignment)
            asked = set(rows.values_list("branch", flat=True))
            heirs = rows.in_state(today, State.GONE).exclude(branch_path=F("branch__path"))
            found = {
                branch.pk: branch for branch in _heirs(heirs.values_list("branch_path", flat=True), today)
            }
            if not assignment.is_picked:
                issued = timezone.localdate(assignment.issued_at)
                founded = [
                    each for each in _reached(assignment, None) if (each.founded_on or issued) > issued
                ]
                found |= {branch.pk: branch for branch in founded}
            new = [branch for pk, branch in found.items() if pk not in asked]
            _ask(assignment, new)
            if new:
                audit.record("assignment.enlist", by=None, on=assignment, after={"branches": len(new)})
            added += len(new)
    return added


def chase(assignment: Assignment, *, by: User, today: date) -> int:
    """Note that those who have not returned it, as far as ``by`` is over them, are reminded today: once a day.

    Returns how many; the reminders themselves are the ledger's. Audited.
    """
    if assignment.is_withdrawn:
        raise AssignmentError("已撤回，不能再催办。")
    mine = within("branch_path", ranges_of(by, Right.ASSIGN))
    with transaction.atomic():
        rows = list(AssignmentReturn.objects.waiting(today).filter(mine, assignment=assignment))
        if not rows:
            raise AssignmentError("没有需要催办的党支部。")
        keys = [row.pk for row in rows if row.chased_on is None or row.chased_on < today]
        if not keys:
            raise AssignmentError("今天已经催办过，明天再催。")
        AssignmentReturn.objects.filter(pk__in=keys).update(chased_on=today)
        audit.record("assignment.chase", by=by, on=assignment, after={"branches": len(keys)})
    return len(keys)


def history_of(assignment: Assignment) -> list[tuple[Any, list[Change]]]:
    """Its corrections, the newest first: the version as the history holds it, and what it changed."""
    versions = list(assignment.history.select_related("history_user", "campaign").order_by("history_id"))
    found = [(after, changes(described(before), described(after))) for before, after in pairwise(versions)]
    return [each for each in reversed(found) if each[1]]


def described(version: Any) -> dict[str, str]:
    """Label → words of what can be corrected, of an assignment or one of its past versions."""
    values = {
        "kind": str(Kind(version.kind).label) if version.kind else "",
        "campaign": version.campaign.name if version.campaign_id else "",
        "opens_on": f"{version.opens_on:%Y-%m-%d}",
        "due_on": f"{version.due_on:%Y-%m-%d}",
    }
    return {label: values.get(name, getattr(version, name)) for name, label in LABELS.items()}


def branches_below(organisation: Branch) -> BranchQuerySet:
    """The branches that stand below it today, in official order."""
    below = Branch.objects.below(organisation.path)
    return below.leaves().existing_on(timezone.localdate())


def counts_by_state(keys: Iterable[int], user: User, today: date) -> dict[int, dict[str, int]]:
    """Assignment → state → branches that ``user`` may see. One query."""
    rows = AssignmentReturn.objects.visible_to(user).filter(assignment__in=list(keys))
    stated: Any = rows.with_state(today)
    counted = stated.order_by().values("assignment", "state").annotate(number=Count("pk"))
    found: dict[int, dict[str, int]] = {}
    for row in counted:
        found.setdefault(row["assignment"], {})[row["state"]] = row["number"]
    return found


def _check(facts: dict[str, Any]) -> None:
    if facts["due_on"] < facts["opens_on"]:
        raise AssignmentError("截止日期不能早于开始日期。", "due_on")
    if facts["nature"] == Nature.NOTICE and facts.get("kind"):
        raise AssignmentError("通知只需阅读；要求开展活动的，请选择“任务”。", "kind")
    campaign: Campaign | None = facts.get("campaign")
    if campaign and (
        facts["due_on"] < campaign.started_on or (campaign.ended_on and facts["opens_on"] > campaign.ended_on)
    ):
        raise AssignmentError(f"“{campaign.name}”不在这段时间内，请核对日期或另选专题活动。", "campaign")


def _open_to(assignment: Assignment, by: User, version: int) -> Assignment:
    if not may(by, Right.ASSIGN, assignment.branch_path):
        raise AssignmentError(f"只有{assignment.issuer.short_name}的工作人员可以修改或撤回。")
    current = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if current.is_withdrawn:
        raise AssignmentError("已撤回，不能再修改。")
    if current.version != version:
        raise AssignmentError("刚由其他人修改过，请核对现在的内容后再提交。")
    return current


def _issuer(by: User, organisation: Branch) -> Branch:
    """The organisation for which ``by`` sends it: the highest of his that ``organisation`` belongs to."""
    held = [
        grant.branch
        for grant in grants_of(by)
        if grant.branch
        and grant.role in RIGHTS[Right.ASSIGN]
        and organisation.path.startswith(grant.branch.path)
    ]
    return min(held, key=lambda branch: len(branch.path))


def _to_be_asked(assignment: Assignment, picked: set[int]) -> list[Branch]:
    reached = _reached(assignment, picked or None)
    if picked and len(reached) < len(picked):
        raise AssignmentError("选定的党支部里有的已撤销，或者不在发送范围内，请重新选择。", "picked")
    if not reached:
        raise AssignmentError("这个范围内没有符合条件的党支部，请放宽类别或设置形式。", "organisation")
    return reached


def _reached(assignment: Assignment, picked: set[int] | None) -> list[Branch]:
    rows = branches_below(assignment.organisation)
    if picked is not None:
        return list(rows.filter(pk__in=picked))
    if assignment.to_categories:
        rows = rows.filter(category__in=assignment.to_categories.split())
    if assignment.to_forms:
        rows = rows.filter(form__in=assignment.to_forms.split())
    return list(rows.filter(Q(founded_on__isnull=True) | Q(founded_on__lte=assignment.due_on)))


def _heirs(paths: Iterable[str], today: date) -> list[Branch]:
    return list(Branch.objects.filter(path__in=list(paths)).leaves().existing_on(today))


def _ask(assignment: Assignment, asked: Iterable[Branch]) -> None:
    AssignmentReturn.objects.bulk_create(
        AssignmentReturn(assignment=assignment, branch=branch, branch_path=branch.path) for branch in asked
    )


def _kept(chosen: Collection[str]) -> str:
    return " ".join(sorted(set(chosen)))


def _said(assignment: Assignment) -> dict[str, Any]:
    return {"nature": assignment.nature, **dict(zip(LABELS, described(assignment).values(), strict=True))}


def reachable_organisations(user: User) -> BranchQuerySet:
    """The organisations to whose branches ``user`` may send, himself the keeper of all of them."""
    rows = Branch.objects.reachable_by(user, Right.ASSIGN).existing_on(timezone.localdate())
    return rows.exclude(level=Branch.Level.BRANCH)
