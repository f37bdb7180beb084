"""Who is told what is due to a branch."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from branches.models import Branch, RoleGrant
from branches.roles import RIGHTS, STAFF, Right, Role
from branches.scope import STEP

#: Who is told for a branch: its secretary; where nobody has that account, the next who has one.
TOLD = (Role.SECRETARY, Role.RECORDER, Role.COMMITTEE_STAFF, Role.ORGANIZATION_STAFF)


@dataclass(frozen=True)
class Address:
    """Whom to tell what is due to a branch. ``is_staff``: they work for an organisation above, or for this one."""

    code: str
    path: str
    users: tuple[int, ...]
    is_staff: bool


class Recipients:
    """Whom to tell what is due to the organisations that stand on ``on``. Two queries, whatever is due."""

    def __init__(self, on: date) -> None:
        self._granted: dict[tuple[str, str], set[int]] = defaultdict(set)
        grants = RoleGrant.objects.on(on).filter(role__in=TOLD, user__is_active=True)
        for role, path, user_id in grants.values_list("role", "branch_path", "user"):
            self._granted[role, path].add(user_id)
        self._standing = list(Branch.objects.existing_on(on).order_by().values_list("pk", "code", "path"))
        self._found: dict[tuple[Role, ...], dict[int, Address]] = {}

    @property
    def staff(self) -> dict[str, set[int]]:
        """Those who work for the organisation at each path."""
        found: dict[str, set[int]] = defaultdict(set)
        for (role, path), users in self._granted.items():
            if role in STAFF:
                found[path] |= users
        return found

    def of(self, right: Right = Right.RECORD) -> dict[int, Address]:
        """By organisation, the accounts that are told for it: those with ``right``, which what is due asks for."""
        roles = tuple(role for role in TOLD if role in RIGHTS[right])
        if roles not in self._found:
            self._found[roles] = {
                pk: Address(code, path, *_told(self._granted, roles, path))
                for pk, code, path in self._standing
            }
        return self._found[roles]


def _told(
    granted: Mapping[tuple[str, str], set[int]], roles: Iterable[Role], path: str
) -> tuple[tuple[int, ...], bool]:
    """Those of the first of ``roles`` that anybody holds: staff also for what is above, the nearest first."""
    for role in roles:
        highest = STEP if role in STAFF else len(path)
        for length in range(len(path), highest - 1, -STEP):
            if users := granted.get((role, path[:length])):
                return tuple(sorted(users)), role in STAFF
    return (), False
