"""What a leader should look at: organisations with overdue or nearly due meetings, and terms that end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter

from django.db.models.functions import Coalesce
from django.urls import reverse

from activities.duties import Lot, State, numbers
from branches.models import Term
from branches.scope import within

from . import links
from .asked import Asked
from .conclusion import deadline
from .rollup import Unit

SHOWN = 7
FEW = 3
TERMS_AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class Item:
    look: str
    title: str
    text: str
    note: str
    url: str


def attention(units: Sequence[Unit], asked: Asked) -> list[Item]:
    """Overdue first, then nearly due, each in official order."""
    overdue = [_item(unit, asked, State.OVERDUE) for unit in units]
    due = [_item(unit, asked, State.DUE) for unit in units]
    return [item for item in (*overdue, *due) if item]


def _item(unit: Unit, asked: Asked, state: State) -> Item | None:
    found = [lot for lot in unit.duties if lot.state == state]
    if not found:
        return None
    is_late = state is State.OVERDUE
    ends = min(lot.due_on for lot in found)
    required = sum(lot.number for lot in unit.duties if lot.is_required)
    met = sum(lot.number for lot in unit.duties if lot.is_met)
    return Item(
        look="late" if is_late else "due",
        title=unit.branch.short_name,
        text=f"{_listed(found)}{'逾期未开' if is_late else f'未开，{deadline(ends, asked.today)}'}",
        note=f"应开 {required} 项，已开 {met} 项",
        url=links.duties(asked.period, **{**unit.filters, "state": "missed" if is_late else "due"}),
    )


def _listed(found: Sequence[Lot]) -> str:
    """9月主题党日 2 项、8月支委会 1 项; by duty alone when there would be more than a few."""
    counted = numbers(found, lambda lot: f"{lot.period.short_label}{lot.rule.title}")
    if len(counted) > FEW:
        counted = numbers(found, attrgetter("rule.title"))
    return "、".join(f"{what} {number} 项" for what, number in counted.items())


def ending_terms(asked: Asked) -> list[Item]:
    """Terms of office that are over or end soon, of what the user sees today and asks for. One query.

    One that was postponed ends on the day it was postponed to, as in the figures.
    """
    ending = (
        Term.objects.annotate(last_day=Coalesce("postponed_to", "due_on"))
        .filter(
            within("branch_path", asked.visible),
            branch_path__startswith=asked.org.path if asked.org else "",
            ended_on=None,
            last_day__lte=asked.today + TERMS_AHEAD,
            branch__dissolved_on=None,
        )
        .select_related("branch")
        .order_by("last_day", "branch__order_key")
    )
    return [_ending(term, asked) for term in ending]


def _ending(term: Term, asked: Asked) -> Item:
    is_over = term.until < asked.today
    ends = "延期到期" if term.postponed_to else "届满"
    return Item(
        look="late" if is_over else "due",
        title=term.branch.short_name,
        text=f"{term.until} {ends}{'，未换届' if is_over else ''}",
        note="",
        url=reverse("branch_page", args=[term.branch_id]) if term.branch.is_leaf else "",
    )
