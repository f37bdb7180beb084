"""What rooms above this one made of a record: links of the record's page.

A room registers a source when it is ready; the page asks all of them and knows none.
"""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User

from .models import Activity


@dataclass(frozen=True)
class RecordLink:
    label: str
    note: str
    url: str


Source = Callable[[User, Activity], list[RecordLink]]
_SOURCES: list[Source] = []


def register(source: Source) -> None:
    _SOURCES.append(source)


def of(user: User, activity: Activity) -> list[RecordLink]:
    return [link for source in _SOURCES for link in source(user, activity)]
