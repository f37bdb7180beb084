"""A right form for a page that takes one: what a browser would send, and what a person fills in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.access.asking import Answer, Asker
from tests.access.browser_forms import HtmlForm, forms_of
from tests.access.pages import Page, pages
from tests.access.table import table
from tests.access.world import World


@dataclass(frozen=True)
class Task:
    """Who sends the form, the page it stands on (itself unless said), and what is filled in.

    ``writes`` is False where all that is left behind is an entry of the audit trail, or not even that.
    """

    role: str = "committee_staff"
    on: str = ""
    query: Callable[[World], Mapping[str, Any]] = lambda world: {}
    fill: Callable[[World], Mapping[str, Any]] = lambda world: {}
    has_form: bool = True
    writes: bool = True
    #: What the page takes although this form does not show it.
    also: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """A form ready to be sent: the names of all its controls, the values, and the page it was read from."""

    url: str
    names: frozenset[str]
    values: dict[str, Any]
    shown: Answer | None


def filled(page: Page, task: Task, world: World, asker: Asker) -> Sheet:
    """The form of ``page`` as the task's role would send it."""
    rows = table().rows
    url = world.own_url(page, rows[page.key], task.role)
    if not task.has_form:
        return Sheet(url, frozenset(), {"sent": "1"}, None)
    place = next(one for one in pages() if one.key == (task.on or page.key))
    shown = asker.ask("GET", world.own_url(place, rows[place.key], task.role), task.query(world))
    form = _form_at(shown, url, is_own=not task.on)
    return Sheet(url, task.also | form.names, {**form.sent, **task.fill(world)}, shown)


def _form_at(shown: Answer, url: str, *, is_own: bool) -> HtmlForm:
    """The form that goes to ``url``; of several the longest."""
    found = [
        one for one in forms_of(shown) if one.action.partition("?")[0] == url or (is_own and not one.action)
    ]
    assert found, f"{url}: no form ({shown.outcome})"
    return max(found, key=lambda one: len(one.names))
