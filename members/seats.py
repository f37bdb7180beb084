"""Who sits in which party group, and the end of a group."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.models import User
from branches.models import PartyGroup

from . import posts, rosters
from .models import GroupMembership, Member, Post


class SeatError(ValueError):
    """The seats cannot be changed like that; the message is for the user."""


def unseated(group: PartyGroup, day: date) -> QuerySet[Member]:
    """Members of the group's branch who do not sit in the group on ``day``."""
    seated = GroupMembership.objects.on(day).filter(group=group).values("member")
    return rosters.branch_members_on(group.branch, day).exclude(pk__in=seated)


def arrange(
    group: PartyGroup, *, join: Iterable[Member], leave: Iterable[Member], on: date, by: User | None
) -> None:
    """Seat people in ``group`` from ``on`` and let others leave it the day before. Audited.

    Who joins leaves the other groups of the branch: nobody is expected at two group meetings.
    """
    joining, leaving = list(join), list(leave)
    if on < group.since or (group.until and on > group.until):
        raise SeatError("日期不在这个党小组存续的时间之内。")
    with transaction.atomic():
        others = GroupMembership.objects.open().filter(group__branch=group.branch, member__in=joining)
        _leave(others, on)
        _leave(GroupMembership.objects.open().filter(group=group, member__in=leaving), on)
        GroupMembership.objects.bulk_create(
            GroupMembership(member=member, group=group, since=on) for member in joining
        )
        after = {
            "join": [m.number for m in joining],
            "leave": [m.number for m in leaving],
            "on": on.isoformat(),
        }
        audit.record("group.seat", by=by, on=group, after=after)


def end(group: PartyGroup, *, on: date, by: User | None) -> None:
    """The group's last day is ``on``: its seats and the post of its leader end with it. Audited."""
    if on < group.since:
        raise SeatError("撤销日期不能早于党小组成立日期。")
    with transaction.atomic():
        _leave(GroupMembership.objects.open().filter(group=group), on + timedelta(days=1))
        for post in Post.objects.open().filter(group=group, since__lte=on):
            posts.end(post, on=on, by=by)
        group.until = on
        group.save(update_fields=["until"])
        audit.record("group.end", by=by, on=group, after={"until": on.isoformat()})


def _leave(seats: QuerySet[GroupMembership], on: date) -> None:
    """End with the day before ``on``; a seat that would never have held is removed."""
    keys = list(seats.values_list("pk", flat=True))
    GroupMembership.objects.filter(pk__in=keys, since__gte=on).delete()
    GroupMembership.objects.filter(pk__in=keys).update(until=on - timedelta(days=1))
