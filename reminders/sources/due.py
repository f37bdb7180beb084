"""One thing due to one person, and how it is called."""

from datetime import date, timedelta
from typing import NamedTuple

from reminders.models import Key

#: How long before its day a thing is told, unless its kind says otherwise.
LEAD = timedelta(days=7)


class Due(NamedTuple):
    """One thing due to one person. ``subject`` is stable from day to day; ``url`` opens the page that settles it.

    ``named`` is the subject for whoever does not know our keys: with the branch's code and the group's name.
    """

    kind: str
    subject: str
    named: str
    due_on: date
    recipient_id: int
    title: str
    detail: str
    url: str
    branch_path: str

    @property
    def key(self) -> Key:
        return (self.kind, self.subject, self.due_on, self.recipient_id)


def chased_subject(subject: str, day: date | None) -> str:
    return f"{subject}@{day}" if day else subject


def unchased(subject: str) -> str:
    """The subject without the day of a chase."""
    return subject.partition("@")[0]
