"""Results of the members' democratic review (支部条例 18), written into the members' records from the room above."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import may

from .models import ReviewResult


class ReviewResultError(ValueError):
    """It cannot be written down; the message is for the user."""


@dataclass(frozen=True)
class Result:
    """What a branch decided about a member: ``grade`` of ``ReviewGrade``, or ``ungraded``, why there is none."""

    member: UUID
    grade: str
    ungraded: str = ""
    opinion: str = ""
    disposal: str = ""


def write_down(
    branch: Branch,
    *,
    year: int,
    held_on: date,
    decided_on: date,
    decided_by: str,
    results: Sequence[Result],
    by: User,
) -> None:
    """Let the year's results of a branch stand in the records of its members, once a year for each. Audited."""
    _check_may(by, branch.path)
    there = ReviewResult.objects.filter(year=year, member__in=[one.member for one in results])
    if names := list(there.order_by("member__name_order").values_list("member__name", flat=True)[:5]):
        raise ReviewResultError(f"{'、'.join(names)} {year} 年度已有民主评议结果，一年只评一次，请核对名单。")
    facts = {"branch": branch, "year": year, "held_on": held_on}
    facts |= {"decided_on": decided_on, "decided_by": decided_by}
    try:
        with transaction.atomic():
            ReviewResult.objects.bulk_create(_made(one, facts) for one in results)
            audit.record("review.write_down", by=by, on=branch, after={"year": year, "people": len(results)})
    except IntegrityError as error:
        raise ReviewResultError("名单上有人刚由别处记入了同一年度的结果，请核对后再试。") from error


def _made(one: Result, facts: dict[str, Any]) -> ReviewResult:
    row = ReviewResult(member_id=one.member, grade=one.grade, ungraded=one.ungraded, **facts)
    row.opinion, row.disposal = one.opinion, one.disposal
    return row


def correct(year: int, result: Result, *, by: User) -> None:
    """Put a result right that was written down already. Audited with both grades, never with what was said."""
    with transaction.atomic():
        rows = ReviewResult.objects.select_for_update(of=("self",)).select_related("branch", "member")
        row = rows.filter(member=result.member, year=year).first()
        if row is None:
            raise ReviewResultError(f"{year} 年度还没有这位党员的民主评议结果。")
        _check_may(by, row.branch.path)
        before = {"grade": row.grade}
        row.grade, row.ungraded = result.grade, result.ungraded
        row.opinion, row.disposal = result.opinion, result.disposal
        row.save()
        audit.record(
            "review.correct_result",
            by=by,
            on=row.member,
            before=before,
            after={"year": year, "grade": row.grade},
        )


def _check_may(by: User, path: str) -> None:
    if not may(by, Right.ASSESS, path):
        raise ReviewResultError("民主评议的结果由上级党组织的工作人员审核后记入。")
