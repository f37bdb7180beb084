"""Requests of members about their own data: an answer is owed within fifteen working days (PIPL 50)."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.urls import reverse

from branches.roles import Right
from members.models import DataRequest

from .due import Due
from .recipients import Recipients

PREFIX = "data:"


def due(on: date, told: Recipients) -> Iterator[Due]:
    """From the day it was asked; told to whoever keeps the members of the branch, never to oneself."""
    rows = list(DataRequest.objects.waiting().select_related("member"))
    staff = told.of(Right.KEEP_MEMBERS) if rows else {}
    for row in rows:
        address = staff.get(row.member.branch_id)
        for user_id in address.users if address else ():
            if address is None or user_id == row.member.account_id:
                continue
            yield Due(
                kind="data_request",
                subject=f"{PREFIX}{row.pk}",
                named=f"{address.code}:{row.member.number}:{row.kind}",
                due_on=row.due_on,
                recipient_id=user_id,
                title=f"{row.member.name}请求{row.get_kind_display()}本人信息，请答复",
                detail=f"{row.asked_at:%Y-%m-%d}提出，15 个工作日内答复（个人信息保护法第五十条）",
                url=reverse("data_request", args=[row.pk]),
                branch_path=address.path,
            )


def met(subjects: set[str], on: date) -> set[str]:
    """Those that were answered. One query."""
    asked = {one: UUID(one.removeprefix(PREFIX)) for one in subjects if one.startswith(PREFIX)}
    if not asked:
        return set()
    rows = DataRequest.objects.filter(pk__in=asked.values()).exclude(state=DataRequest.State.ASKED)
    answered = set(rows.values_list("pk", flat=True))
    return {subject for subject, pk in asked.items() if pk in answered}
