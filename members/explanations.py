"""Reasons for what is otherwise than normally so: stated by the branch, accepted or returned above, by another person.

What a post's own exception says (:mod:`members.posts`) is settled there and needs no explanation here.
"""

from datetime import timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User

from .health import Finding, findings_of
from .models import Explanation

VALID: Final = timedelta(days=365)


class ExplanationError(ValueError):
    """It cannot be stated or answered; the message is for the user."""


def state(finding: Finding, reason: str, *, by: User) -> Explanation:
    """Let the branch give its reason; it waits for an answer from above. Audited."""
    if not finding.is_explainable:
        raise ExplanationError(f"“{finding.rule.title}”不是“一般”的要求，不能以说明代替办理。")
    if finding.is_explained:
        raise ExplanationError("这一项已经说明并经上级认可。")
    try:
        with transaction.atomic():
            made = Explanation.objects.create(
                branch=finding.branch,
                branch_path=finding.branch.path,
                code=finding.rule.code,
                subject=finding.subject,
                size=finding.size,
                text=finding.text,
                reason=reason,
                by=by,
            )
            after = {"code": made.code, "subject": made.subject, "reason": reason}
            audit.record("finding.explain", by=by, on=made, after=after)
    except IntegrityError as error:
        raise ExplanationError("这一项已经有一份说明在等上级核实。") from error
    return made


def accept(explanation: Explanation, *, by: User) -> None:
    """The reason holds for a year, as long as the branch goes no further. Audited."""
    with transaction.atomic():
        row = _waiting(explanation, by)
        today = timezone.localdate()
        if not any(row.pk == one.explanation.pk for one in findings_of(row.branch, today) if one.explanation):
            raise ExplanationError("情况已经变化，这份说明不再对应，请退回，由支部重新说明。")
        row.valid_until = today + VALID
        _answer(row, by, "finding.accept", {"valid_until": row.valid_until.isoformat()})


def send_back(explanation: Explanation, why: str, *, by: User) -> None:
    """The reason is not enough; the finding stays open and the branch may state another. Audited."""
    with transaction.atomic():
        row = _waiting(explanation, by)
        row.returned_why = why
        _answer(row, by, "finding.send_back", {"returned_why": why})


def _waiting(explanation: Explanation, by: User) -> Explanation:
    row = Explanation.objects.select_for_update(of=("self",)).select_related("branch").get(pk=explanation.pk)
    if not row.is_waiting:
        raise ExplanationError("这份说明已经核实过。")
    if row.by_id == by.pk:
        raise ExplanationError("自己写的说明由另一人核实。")
    return row


def _answer(row: Explanation, by: User, action: str, after: dict[str, str]) -> None:
    row.answered_by, row.answered_at = by, timezone.now()
    row.save(update_fields=["answered_by", "answered_at", "returned_why", "valid_until"])
    audit.record(action, by=by, on=row, after=after)
