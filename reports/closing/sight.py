"""Of which organisations a user may read what was locked, and which rows of theirs."""

from dataclasses import dataclass

from django.http import Http404

from accounts.models import User
from branches.models import Branch, Placement
from branches.roles import Right
from branches.scope import ranges_of, within
from reports.asked import SECOND_LEVEL, organisation_at
from reports.models import ClosedFile, ClosedPeriod, ClosedTable


@dataclass(frozen=True)
class Seen:
    """``branch`` is the one looked at, of ``choices``; ``only`` cuts its tables to the rows of these organisations."""

    choices: tuple[Branch, ...]
    branch: Branch | None
    only: frozenset[str] | None = None

    @property
    def is_cut(self) -> bool:
        return self.only is not None


def seen(closing: ClosedPeriod, user: User, pk: int | None) -> Seen:
    """What ``user`` may read of a closing, of the organisation ``pk`` when one is asked for. At most three queries.

    Whoever holds the university or a whole organisation right below it reads its tables; whoever holds less, the rows
    of his own branches, under whichever organisation they stood then. An organisation that is none of these is a 404.
    """
    whole = ClosedTable.objects.visible_to(user).filter(closing=closing).order_by().values("branch")
    choices = tuple(Branch.objects.filter(pk__in=whole).order_by("order_key"))
    only = None
    if not choices:
        span = closing.span
        placed = Placement.objects.during(span.start, span.end)
        mine = placed.filter(within("branch__path", ranges_of(user, Right.SEE_FIGURES)))
        held = list(mine.values_list("branch__code", "path"))
        above = {organisation_at(path[:SECOND_LEVEL]) for _, path in held}
        choices = tuple(Branch.objects.filter(pk__in=above).order_by("order_key"))
        only = frozenset(code for code, _ in held)
    if pk is None:
        return Seen(choices, choices[0] if choices else None, only)
    chosen = next((one for one in choices if one.pk == pk), None)
    if chosen is None:
        raise Http404
    return Seen(choices, chosen, only)


def tables_of(closing: ClosedPeriod, looked: Seen) -> list[ClosedTable]:
    """The tables of the organisation looked at; cut ones only where a row is an organisation. One query."""
    if looked.branch is None:
        return []
    return list(closing.tables.filter(branch=looked.branch).select_related("branch").order_by("pk"))


def files_of(closing: ClosedPeriod, user: User, looked: Seen) -> list[ClosedFile]:
    """The files of the organisation looked at that ``user`` may take along. One query."""
    mine = ClosedFile.objects.reachable_by(user, Right.EXPORT).filter(closing=closing, branch=looked.branch)
    return list(mine.order_by("pk"))
