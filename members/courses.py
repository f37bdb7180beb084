"""A person's course changed from one day on: what came later is void, and something else begins.

The verbs of :mod:`members.departures`, :mod:`members.suspensions`, :mod:`members.transfers` and
:mod:`members.enrolment` call these in their transaction, save the member and leave the correction.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from branches.models import Branch

from . import posts, stations
from .development import arrivals
from .models import GroupMembership, Member, MembershipSpell, Post, StationAssignment, StatusPeriod
from .standing import DAY, INTERRUPTIONS, STAGES, Status

BELONGING = MembershipSpell.Kind.BELONGING


def cut(rows: QuerySet[Any], on: date) -> None:
    """Rows that began on ``on`` or later never held; those that hold then end the day before."""
    rows.filter(since__gte=on).delete()
    rows.exclude(until__lt=on).update(until=on - DAY)


def settle(member: Member, branch: Branch, *, on: date) -> None:
    """From ``on`` the 隶属 is in ``branch``. The caller saves the member."""
    cut(MembershipSpell.objects.filter(member=member, kind=BELONGING), on)
    held = MembershipSpell.objects.filter(member=member, kind=BELONGING, branch=branch, until=on - DAY)
    if not held.update(until=None):
        MembershipSpell.objects.create(member=member, branch=branch, branch_path=branch.path, since=on)
    member.branch, member.branch_path = branch, branch.path


def uproot(member: Member, *, on: date) -> None:
    """From ``on`` the person belongs to no branch and takes part in none."""
    cut(MembershipSpell.objects.filter(member=member), on)


def turn(member: Member, status: str, *, on: date) -> None:
    """From ``on`` the person is ``status``. The caller saves the member."""
    cut(StatusPeriod.objects.filter(member=member), on)
    if not StatusPeriod.objects.filter(member=member, status=status, until=on - DAY).update(until=None):
        StatusPeriod.objects.create(member=member, status=status, since=on)
    member.status = status
    arrivals.align([member])


def relieve(member: Member, *, on: date, by: User | None) -> None:
    """Posts, seats in party groups and station duties end before ``on``; the roles they brought end with them."""
    for post in Post.objects.open().filter(member=member).select_related("grant"):
        posts.end(post, on=max(post.since, on - DAY), by=by)
    serving = StationAssignment.objects.open().filter(member=member).select_related("grant", "station")
    for assignment in serving:
        stations.release(assignment, on=max(assignment.since, on - DAY), by=by)
    cut(GroupMembership.objects.open().filter(member=member), on)


def underlying(member: Member) -> str:
    """What the person was, last of all, when neither suspended nor gone."""
    held = (
        StatusPeriod.objects.filter(member=member).exclude(status__in=INTERRUPTIONS).order_by("since").last()
    )
    return held.status if held else Status.FULL


def earliest_change(member: Member) -> date | None:
    """No verb reaches back behind the last time the person came (back) to the roster; None: any day will do."""
    gone = StatusPeriod.objects.filter(member=member, status=Status.LEFT, until__isnull=False)
    latest = gone.order_by("until").last()
    first = MembershipSpell.objects.filter(member=member, kind=BELONGING).order_by("since").first()
    days = [day for day in (latest and latest.until and latest.until + DAY, first and first.since) if day]
    return max(days, default=None)


def is_before_joining(member: Member) -> bool:
    return member.status in STAGES


def written(member: Member) -> dict[str, list[list[Any]]]:
    """The whole course as JSON: :func:`rewrite` puts it back."""
    spells = MembershipSpell.objects.filter(member=member).order_by("since")
    statuses = StatusPeriod.objects.filter(member=member).order_by("since")
    return {
        "spells": [
            [row.branch_id, row.kind, row.since.isoformat(), _iso(row.until), row.is_assumed]
            for row in spells
        ],
        "statuses": [
            [row.status, row.since.isoformat(), _iso(row.until), row.is_assumed] for row in statuses
        ],
    }


def rewrite(member: Member, course: dict[str, list[list[Any]]]) -> None:
    """Put a course back as :func:`written` kept it, with the branches' places of today. The caller saves the member."""
    MembershipSpell.objects.filter(member=member).delete()
    StatusPeriod.objects.filter(member=member).delete()
    branches = Branch.objects.in_bulk([row[0] for row in course["spells"]])
    for branch_id, kind, since, until, is_assumed in course["spells"]:
        MembershipSpell.objects.create(
            member=member,
            branch=branches[branch_id],
            branch_path=branches[branch_id].path,
            kind=kind,
            since=date.fromisoformat(since),
            until=_day(until),
            is_assumed=is_assumed,
        )
    for status, since, until, is_assumed in course["statuses"]:
        StatusPeriod.objects.create(
            member=member,
            status=status,
            since=date.fromisoformat(since),
            until=_day(until),
            is_assumed=is_assumed,
        )
        member.status = status


def locked(pk: UUID) -> Member:
    """The member's row, kept from others until the transaction ends."""
    return Member.objects.select_for_update(of=("self",)).select_related("branch").get(pk=pk)


def locked_all(keys: Sequence[UUID]) -> list[Member]:
    rows = Member.objects.select_for_update(of=("self",)).select_related("branch")
    return list(rows.filter(pk__in=keys).order_by("name_order", "number"))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def is_gone(member: Member) -> bool:
    return member.status == Status.LEFT


def since_of(member: Member) -> date:
    """Since when the person is what he is now."""
    period = StatusPeriod.objects.filter(member=member, until=None).first()
    assert period
    since: date = period.since
    return since


def gone_since(member: Member) -> date | None:
    """The first day off the roster of somebody who left; None for everybody else."""
    return since_of(member) if is_gone(member) else None
