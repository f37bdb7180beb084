"""Who may get the statistics of an organisation, and whom staff may subscribe."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db.models import QuerySet

from accounts.models import User
from branches.models import RoleGrant
from branches.roles import RIGHTS, STAFF, Right, Role
from branches.scope import Range, covering_ranges, covers, ranges_of, within
from reports.models import Subscription

#: Files of figures leave with it; whoever has it sees the figures.
RIGHT: Final = Right.EXPORT
ADDRESSEES: Final = STAFF | {Role.LEADER}


def people_of(user: User, on: date) -> QuerySet[User]:
    """The leaders and staff within the part of the tree where ``user`` keeps subscriptions. One query."""
    grants = RoleGrant.objects.on(on).filter(role__in=sorted(ADDRESSEES))
    mine = grants.filter(within("branch_path", ranges_of(user, Right.KEEP_SUBSCRIPTIONS)))
    return User.objects.filter(is_active=True, pk__in=mine.values("user")).order_by("name", "pk")


def reaches_of(users: Iterable[User], on: date) -> dict[int, tuple[Range, ...]]:
    """The parts of the tree whose figures each of ``users`` may take along that day. One query."""
    active = [user.pk for user in users if user.is_active]
    paths: dict[int, list[str]] = defaultdict(list)
    held = RoleGrant.objects.on(on).filter(user__in=active, role__in=sorted(RIGHTS[RIGHT]))
    for user_id, path in held.values_list("user", "branch_path"):
        paths[user_id].append(path)
    return {user_id: covering_ranges(found) for user_id, found in paths.items()}


def allowed(subscriptions: Iterable[Subscription], on: date) -> set[int]:
    """Those whose subscribers still may see what they subscribed. One query."""
    found = list(subscriptions)
    reaches = reaches_of([one.user for one in found], on)
    return {one.pk for one in found if covers(reaches.get(one.user_id, ()), one.branch_path)}
