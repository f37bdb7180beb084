"""书记述职 (支部条例 27): to a general meeting, said on its minutes at any time; to the organisation above, as told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.models import User
from branches.models import Branch

from . import parts
from .kinds import Kind
from .models import Activity, ReportAbove, SecretaryReport
from .records import open_to
from .refusals import RecordError


def is_asked_of(activity: Activity) -> bool:
    """Whether a report may have been given there: to a branch's general meeting, be it another kind too."""
    return Kind.GENERAL_MEETING in activity.kinds


def is_given(activity: Activity) -> bool:
    return SecretaryReport.objects.filter(activity=activity, is_given=True).exists()


def say(activity: Activity, *, given: bool, by: User) -> None:
    """Note whether the secretary reported; the record goes on by a version where that is news. Audited."""
    with transaction.atomic():
        current = open_to(activity, by, "登记书记述职")
        if not is_asked_of(current):
            raise RecordError("书记向支部党员大会述职，请在支部党员大会的记录里登记。")
        if is_given(current) == given:
            return
        current.version += 1
        current.save(update_fields=["version"])
        parts.write(current, {Kind.GENERAL_MEETING: {"is_given": given}}, by=by)
        said = "已述职" if given else "没有述职"
        audit.record("activity.secretary_report", by=by, on=current, after={"report": said})


@dataclass(frozen=True)
class Above:
    """Whose report the organisation above asked for, and when it was given; None while it is not."""

    member: UUID
    branch: Branch
    given_on: date | None


def tell_above(to: Branch, year: int, told: Iterable[Above]) -> None:
    """All that is known of the reports of ``year`` to ``to``: takes the place of what was told before.

    Called by the verbs that hold such a report, in their transaction; these are audited.
    """
    ReportAbove.objects.filter(to=to, year=year).delete()
    ReportAbove.objects.bulk_create(
        ReportAbove(
            to=to,
            year=year,
            member_id=one.member,
            branch=one.branch,
            branch_path=one.branch.path,
            given_on=one.given_on,
        )
        for one in told
    )
