"""What rooms above this one have waiting for a person himself: lines of his own page and of a secretary's first page.

A room registers a source when it is ready; the pages ask all of them and know none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from accounts.models import User


@dataclass(frozen=True)
class OwnLine:
    """A line that opens ``url``. ``is_open``: something is to be done, so the first page tells of it, too."""

    label: str
    note: str
    end: str
    url: str
    is_open: bool


Source = Callable[[User, date], list[OwnLine]]
_SOURCES: list[Source] = []
_NEWS: list[Source] = []


def register(source: Source, *, is_news: bool = False) -> None:
    """``is_news``: nothing is ever to be done about its lines, so the first page does not ask it."""
    (_NEWS if is_news else _SOURCES).append(source)


def lines_of(user: User, today: date) -> list[OwnLine]:
    return [line for source in (*_SOURCES, *_NEWS) for line in source(user, today)]


def open_lines_of(user: User, today: date) -> list[OwnLine]:
    """Those on which something is to be done."""
    return [line for source in _SOURCES for line in source(user, today) if line.is_open]
