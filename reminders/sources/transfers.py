"""Transfers of 组织关系 that wait: to be taken in, for a receipt, or with a letter that is no longer valid."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from branches.roles import Right
from members import overdue
from members.models import Transfer
from members.transfer_steps import BY_CODE, side_of, way

from .due import LEAD, Due
from .recipients import Recipients

PREFIX = "letter:"
State = Transfer.State
#: The other side has answered.
ANSWERED = (State.ACCEPTED, State.ARRIVED, State.REFUSED)


def due(on: date, told: Recipients) -> Iterator[Due]:
    """A week before the receipt is due; what another branch offers at once, for nobody else tells of it."""
    addresses = told.of(Right.TRANSFER)
    for waiting in overdue.of_letters(Transfer.objects.all(), on):
        transfer = waiting.transfer
        assert transfer
        step = BY_CODE[waiting.deed]
        address = addresses.get(side_of(transfer, step).pk)
        is_offered = transfer.kind == Transfer.Kind.INSIDE
        if address is None or not (is_offered or waiting.due_on <= on + LEAD):
            continue
        origin, goal = way(transfer)
        subject = f"{PREFIX}{transfer.pk}:{step.code}:{transfer.issued_on}"
        for user_id in address.users:
            yield Due(
                kind="transfer",
                subject=subject,
                named=f"{address.code}:{subject}",
                due_on=waiting.due_on,
                recipient_id=user_id,
                title=f"{transfer.name}的组织关系转接：{step.label}",
                detail=f"{origin}转往{goal}，{waiting.title}（{waiting.rule.article}）"[:200],
                url=reverse("transfer_step", args=[transfer.pk, step.code]),
                branch_path=address.path,
            )


def met(subjects: set[str], on: date) -> set[str]:
    """Transfers that were answered, whose letter was issued anew, or that were taken back as asked."""
    asked = {
        subject: subject.removeprefix(PREFIX).split(":") for subject in subjects if subject.startswith(PREFIX)
    }
    if not asked:
        return set()
    rows = Transfer.objects.filter(pk__in={key for key, _, _ in asked.values()})
    found = {str(pk): (state, day) for pk, state, day in rows.values_list("pk", "state", "issued_on")}
    return {
        subject
        for subject, (key, code, day) in asked.items()
        if key in found and _is_met(*found[key], code, day)
    }


def _is_met(state: str, issued_on: date | None, code: str, asked_of: str) -> bool:
    if state == State.WITHDRAWN:
        return code == "withdraw"
    return state in ANSWERED or str(issued_on) > asked_of
