"""Who sees what: the ranges of the organisation tree a user's grants reach, and querysets cut to them.

A branch's path is the sequence of fixed-width steps from the root; everything below branch *a* has a path in
``[a, next_sibling(a))`` in byte order. Ranges are normalised and never overlap, so a scope is a short list of index
ranges, never a ``LIKE``.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.refusals import OutOfReach

from .roles import RIGHTS, Right, Role

if TYPE_CHECKING:
    from accounts.models import User

    from .models import Branch, RoleGrant

STEP = 5
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PATH_LENGTH = 60

Range = tuple[str, str]
M = TypeVar("M", bound=models.Model)


def step(number: int) -> str:
    """``number`` as one fixed-width step (base 36, so that byte order is number order)."""
    digits = ""
    for _ in range(STEP):
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    if number:
        raise OverflowError("branch number does not fit a path step")
    return digits


def next_sibling(path: str) -> str:
    """The smallest path of the same length that is not below ``path``."""
    return path[:-STEP] + step(int(path[-STEP:], 36) + 1)


def line_down_to(path: str) -> list[str]:
    """The paths from the root down to ``path``, itself the last."""
    return [path[:length] for length in range(STEP, len(path) + 1, STEP)]


def covering_ranges(paths: Iterable[str]) -> tuple[Range, ...]:
    """Half-open ranges of everything at or below ``paths``, sorted, without overlap."""
    ranges: list[Range] = []
    for path in sorted({p for p in paths if p}):
        if not ranges or path >= ranges[-1][1]:
            ranges.append((path, next_sibling(path)))
    return tuple(ranges)


def wide_ranges(paths: Iterable[str], most: int) -> tuple[Range, ...]:
    """Ranges that hold all ``paths``, and more where there would be more than ``most`` of them.

    A condition grows by a term a range, and SQLite parses only so many. The caller leaves out the rows of others.
    """
    wanted = {path for path in paths if path}
    while len(ranges := covering_ranges(wanted)) > most:
        longest = max(map(len, wanted))
        if longest == STEP:
            break
        wanted = {path[: longest - STEP] for path in wanted}
    return ranges


def above_all(paths: Iterable[str]) -> str:
    """The path of the lowest branch at or above all ``paths``; empty when they share none."""
    lowest, highest = min(paths := list(paths)), max(paths)
    shared = 0
    while shared < len(lowest) and lowest[shared : shared + STEP] == highest[shared : shared + STEP]:
        shared += STEP
    return lowest[:shared]


def within(field: str, ranges: Iterable[Range]) -> Q:
    """A condition on ``field``; no range means no row."""
    condition = Q(pk__in=[])
    for start, end in ranges:
        condition |= Q(**{f"{field}__gte": start, f"{field}__lt": end})
    return condition


def within_sql(column: str, ranges: Iterable[Range]) -> tuple[str, list[str]]:
    """The same condition in SQL with its parameters, for `lib.rows.fetch`."""
    ends = [end for one in ranges for end in one]
    one_range = f"({column} >= %s AND {column} < %s)"
    return f"({' OR '.join([one_range] * (len(ends) // 2)) or '1 = 0'})", ends


def covers(ranges: Iterable[Range], path: str) -> bool:
    return any(start <= path < end for start, end in ranges)


def grants_of(user: "User") -> list["RoleGrant"]:
    """Today's grants, read once a request: the user object is made anew with every request."""
    if not getattr(user, "is_active", False):
        return []
    today = timezone.localdate()
    cached: tuple[date, list[RoleGrant]] | None = getattr(user, "_grants", None)
    if cached is None or cached[0] != today:
        cached = (today, list(user.grants.on(today).select_related("branch")))
        user._grants = cached  # type: ignore[attr-defined]
    return cached[1]


def headed_stations(user: "User") -> list[int]:
    """Primary keys of the work stations ``user`` heads today."""
    return [
        grant.station_id for grant in grants_of(user) if grant.role == Role.STATION_HEAD and grant.station_id
    ]


def roles_of(user: "User") -> frozenset[Role]:
    return frozenset(Role(grant.role) for grant in grants_of(user))


def has_right(user: "User", right: Right) -> bool:
    return not RIGHTS[right].isdisjoint(roles_of(user))


def ranges_of(user: "User", right: Right) -> tuple[Range, ...]:
    """The parts of the tree in which ``user`` holds ``right``."""
    return covering_ranges(
        grant.branch_path for grant in grants_of(user) if Role(grant.role) in RIGHTS[right]
    )


def are_everything(ranges: Sequence[Range], user: "User") -> bool:
    """Do ``ranges`` of ``user`` hold every organisation there is? Asked of the database once a request, and of whoever
    holds no root not at all."""
    if all(len(start) > STEP for start, _ in ranges):
        return False
    roots: list[str] | None = getattr(user, "_roots", None)
    if roots is None:
        from .models import Branch  # noqa: PLC0415  that module imports this one

        roots = list(Branch.objects.filter(parent=None).order_by().values_list("path", flat=True))
        user._roots = roots  # type: ignore[attr-defined]
    return all(covers(ranges, root) for root in roots)


def may(user: "User", right: Right, path: str) -> bool:
    """Does ``user`` hold ``right`` over the branch at ``path``?"""
    return covers(ranges_of(user, right), path)


def may_restructure(user: "User", path: str) -> bool:
    """Moving, dissolving or reordering a branch is for whoever keeps the branch above it."""
    return may(user, Right.KEEP_BRANCHES, path[:-STEP])


class ScopedQuerySet(models.QuerySet[M]):
    """``visible_to(user)`` is where every list, count, search, export and statistic starts."""

    scope_field = "branch_path"
    right_to_see = Right.SEE_RECORDS

    def visible_to(self, user: "User") -> Self:
        return self.reachable_by(user, self.right_to_see)

    def reachable_by(self, user: "User", right: Right) -> Self:
        """Rows over which ``user`` holds ``right``."""
        return self.filter(within(self.scope_field, ranges_of(user, right)))

    def below(self, path: str) -> Self:
        return self.filter(within(self.scope_field, covering_ranges([path])))


def get_visible_or_404(queryset: Any, user: "User", **lookup: Any) -> Any:
    """The row, or the same 404 whether it is a stranger's or does not exist; the trail knows which."""
    try:
        return queryset.visible_to(user).get(**lookup)
    except queryset.model.DoesNotExist as error:
        raise OutOfReach(is_there=queryset.filter(**lookup).exists()) from error
    except ValueError as error:
        raise OutOfReach(is_there=False) from error


def lone_branch(user: "User") -> "Branch | None":
    """The one branch everything the user sees belongs to: a column that names it says nothing. No query of its own."""
    held = {grant.branch_id: grant.branch for grant in grants_of(user) if grant.branch}
    branch = next(iter(held.values())) if len(held) == 1 else None
    return branch if branch and branch.is_leaf else None
