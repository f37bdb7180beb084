"""The verbs of what is sent back: a higher organisation asks for more, the branch supplies or answers.

The record stays as it is and counts; what settles the matter is whatever the branch does about it.
"""

from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import may

from .models import Activity, Supplement
from .refusals import RecordError

How = Supplement.How
LENGTH: Final = 200


def ask(activity: Activity, reason: str, *, by: User) -> Supplement:
    """Send a record back, with what it lacks. Audited."""
    if not may(by, Right.ASSIGN, activity.branch_path):
        raise RecordError("由上级党组织的工作人员退回。")
    reason = _checked(reason, "要补充什么")
    try:
        with transaction.atomic():
            if Activity.objects.select_for_update().get(pk=activity.pk).is_withdrawn:
                raise RecordError("这条记录已撤回，不能再退回。")
            made = Supplement.objects.create(
                activity=activity, branch_path=activity.branch_path, reason=reason, asked_by=by
            )
            audit.record("supplement.ask", by=by, on=activity, after={"reason": reason})
    except IntegrityError as error:
        raise RecordError("已经退回，支部还没有补充。") from error
    return made


def answer(row: Supplement, text: str, *, by: User) -> None:
    """The branch says what it did, or why there is nothing to do. Audited."""
    if not may(by, Right.RECORD, row.branch_path):
        raise RecordError("只有本支部书记、记录员或上级工作人员可以答复。")
    text = _checked(text, "答复")
    with transaction.atomic():
        if Activity.objects.select_for_update().get(pk=row.activity_id).is_withdrawn:
            raise RecordError("这条记录已撤回，不用再答复。")
        if not Supplement.objects.filter(pk=row.pk, met_at__isnull=True).update(
            answer=text, **_met(How.ANSWERED, by)
        ):
            raise RecordError("这次退回已经补充过，不用再答复。")
        audit.record("supplement.answer", by=by, on=row.activity, after={"answer": text})


def meet(activity: Activity, how: How, *, by: User | None) -> None:
    """The branch did something about its record: what was asked for is settled. Audited when something was."""
    if Supplement.objects.filter(activity=activity, met_at__isnull=True).update(**_met(how, by)):
        audit.record("supplement.meet", by=by, on=activity, after={"how": str(how.label)})


def _met(how: How, by: User | None) -> dict[str, Any]:
    return {"met_at": timezone.now(), "met_by": by, "how": how}


def _checked(text: str, what: str) -> str:
    text = text.strip()
    if not text or len(text) > LENGTH:
        raise RecordError(refusal(what))
    return text


def refusal(what: str) -> str:
    """What is said of a text that is missing or too long; the forms say the same."""
    return f"请写明{what}，不超过 {LENGTH} 个字。"


def waiting_for(branch: Branch) -> list[Supplement]:
    """What the branch has still to complete, the oldest first. One query."""
    rows = Supplement.objects.waiting().filter(branch_path=branch.path).select_related("activity")
    return list(rows.order_by("asked_at", "pk"))


def latest_of(activity: Activity) -> Supplement | None:
    return activity.supplements.select_related("asked_by", "met_by").first()
