"""The register as a workbook: one row for each organisation of today, in words that the import reads back."""

from collections.abc import Iterable, Iterator
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from branches.list_exports import Found, ListExport, columns
from branches.models import Branch, Term
from branches.roles import Right
from branches.scope import has_right

from .columns import COLUMNS

#: A guess stands in a column that the import leaves alone: reading it back would confirm it.
GUESS: Final = COLUMNS["guess"][0]


def find(user: User, data: QueryDict) -> Found:
    """What ``user`` keeps the register of; two queries."""
    if not has_right(user, Right.IMPORT):
        raise PermissionDenied
    mine = Branch.objects.reachable_by(user, Right.IMPORT).existing_on(timezone.localdate())
    found = list(mine.select_related("parent").order_by("order_key"))
    return Found(_rows(found), len(found))


def _rows(found: Iterable[Branch]) -> Iterator[list[object]]:
    """The last term is the one that the import compares with."""
    terms = {term.branch_id: term for term in Term.objects.filter(branch__in=found).order_by("elected_on")}
    for number, branch in enumerate(found, start=1):
        term, parent = terms.get(branch.pk), branch.parent
        category = branch.get_category_display()
        yield [
            number,
            branch.name,
            branch.short_name,
            branch.code,
            parent.code if parent else "",
            parent.name if parent else "",
            branch.get_level_display(),
            "" if branch.category_is_guess else category,
            category if branch.category_is_guess else "",
            branch.get_form_display(),
            branch.founded_on,
            term.elected_on if term else None,
            term.years if term else None,
        ]


EXPORT = ListExport(
    "register",
    "党组织名册",
    Right.IMPORT,
    columns(
        (COLUMNS["serial"][0], "integer", 6),
        (COLUMNS["name"][0], "text", 40),
        (COLUMNS["short_name"][0], "text", 24),
        (COLUMNS["code"][0], "text", 16),
        (COLUMNS["parent_code"][0], "text", 16),
        (COLUMNS["parent"][0], "text", 40),
        (COLUMNS["type"][0], "text", 10),
        (COLUMNS["category"][0], "text", 12),
        (GUESS, "text", 12),
        (COLUMNS["form"][0], "text", 10),
        (COLUMNS["founded_on"][0], "date", 14),
        (COLUMNS["elected_on"][0], "date", 16),
        (COLUMNS["years"][0], "integer", 6),
    ),
    find,
)
