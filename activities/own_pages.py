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


def register(source: Source) -> None:
    _SOURCES.append(source)


def lines_of(user: User, today: date) -> list[OwnLine]:
    return [line for source in _SOURCES for line in source(user, today)]
