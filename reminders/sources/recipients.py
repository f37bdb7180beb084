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


def whom_to_tell(on: date, right: Right = Right.RECORD) -> dict[int, Address]:
    """Every organisation that stands on ``on``, and the accounts that are told for it: of those who have ``right``,
    which what is due asks for. Two queries.
    """
    roles = [role for role in TOLD if role in RIGHTS[right]]
    granted: dict[tuple[str, str], set[int]] = defaultdict(set)
    grants = RoleGrant.objects.on(on).filter(role__in=roles, user__is_active=True)
    for role, path, user_id in grants.values_list("role", "branch_path", "user"):
        granted[role, path].add(user_id)
    standing = Branch.objects.existing_on(on).values_list("pk", "code", "path")
    return {pk: Address(code, path, *_told(granted, roles, path)) for pk, code, path in standing}


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
