"""What a user's figures are asked with: the places one's organisations held in a period, not only where they stand.

A past figure stays with the organisation it belonged to, so whoever sees an organisation's figures sees its past
ones too, and of a branch that left only what it did before it left.
"""

from datetime import date

from django.http import Http404

from accounts.models import User

from .models import Branch, Placement
from .roles import RIGHTS, Right, Role
from .scope import Range, covering_ranges, covers, grants_of
from .tree import depth, ranges_during


def reach_during(user: User, right: Right, start: date, end: date) -> tuple[Range, ...]:
    """The parts of the tree that ``user``'s organisations were between the two days.

    One query, none for a top organisation: nothing becomes one that stood below another.
    """
    now = {
        grant.branch_id: grant.branch_path
        for grant in grants_of(user)
        if grant.branch_id and Role(grant.role) in RIGHTS[right]
    }
    below = [pk for pk, present in now.items() if depth(present)]
    held = Placement.objects.during(start, end).filter(branch__in=below).values_list("branch", "path")
    then: dict[int, list[str]] = {}
    for branch_id, path in held:
        then.setdefault(branch_id, []).append(path)
    return covering_ranges(path for pk, present in now.items() for path in then.get(pk, [present]))


def whole_tree(start: date, end: date) -> tuple[Range, ...]:
    """Everything that stood between the two days, for work that nobody in particular asked for. One query."""
    top = Placement.objects.during(start, end).filter(branch__parent=None).values_list("path", flat=True)
    return covering_ranges(top)


def organisation_within(
    reach: tuple[Range, ...], pk: int, start: date, end: date
) -> tuple[Branch, tuple[Range, ...]]:
    """The organisation ``pk`` and its places within ``reach`` between the two days. Two queries.

    One that was never there raises the same 404 as one that does not exist.
    """
    branch = Branch.objects.filter(pk=pk).first()
    ranges = ranges_during(branch, start, end) if branch else ()
    inside = tuple(one for one in ranges if covers(reach, one[0]))
    if branch is None or not inside:
        raise Http404
    return branch, inside
