"""Everything due, gathered into one ledger: nothing twice, nothing lost, nothing left open that is settled.

Each room below yields :class:`Due` for what is due up to today plus its lead. Due is ``<=``, never ``==``: days
without a running scheduler lose nothing, and the ledger's unique key makes a second run change nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from activities import assignments
from activities.models import Assignment
from lib.memory import uncollected

from . import escalation
from .models import Key, Reminder
from .sources import assignments as returns
from .sources import (
    birthdays,
    circumstances,
    data_requests,
    developments,
    duties,
    duty_reports,
    tasks,
    terms,
    transfers,
)
from .sources.due import Due, unchased
from .sources.recipients import Recipients

COLLECTORS: tuple[Callable[[date, Recipients], Iterable[Due]], ...] = (
    duties.due,
    birthdays.due,
    tasks.due,
    returns.due,
    terms.due,
    transfers.due,
    developments.due,
    circumstances.due,
    duty_reports.due,
    data_requests.due,
    escalation.overdue_below,
)
#: Each tells which of the subjects that are due no more are done.
MET: tuple[Callable[[set[str], date], set[str]], ...] = (
    duties.met,
    birthdays.met,
    tasks.met,
    returns.met,
    terms.met,
    transfers.met,
    developments.met,
    circumstances.met,
    duty_reports.met,
    data_requests.met,
    escalation.over,
)


@dataclass(frozen=True)
class DueRow:
    """One line of ``due --json``: ``subject`` names the branch by its code, ``recipient`` is an account name.

    ``state`` is the ledger's, or ``new``.
    """

    kind: str
    subject: str
    due_on: date
    recipient: str
    state: str


@uncollected()
def gather(on: date) -> list[Due]:
    """Everything due as seen on ``on``; each once, in order of date."""
    told = Recipients(on)
    found = {
        (due.kind, due.subject, due.due_on, due.recipient_id): due
        for source in COLLECTORS
        for due in source(on, told)
    }
    return sorted(found.values(), key=lambda due: (due.due_on, due.kind, due.subject, due.recipient_id))


def collect(on: date) -> tuple[int, int]:
    """Write what is newly due, settle what no longer is. Returns (written, settled). A fixed number of queries.

    An open reminder that is not gathered any more is *done* when what it asked for happened, *cancelled* when it no
    longer applies (the recipient lost the post, the branch was dissolved): :data:`MET` tells.
    """
    dues = gather(on)
    with transaction.atomic():
        written = _write(dues)
        _freshen(dues)
        still_due = {due.key for due in dues}
        settled = _settle(still_due, on)
        _reopen(still_due)
    return written, settled


def _write(dues: Iterable[Due]) -> int:
    """Write those that are not there yet; returns how many."""
    before = Reminder.objects.count()
    Reminder.objects.bulk_create(
        [
            Reminder(
                kind=due.kind,
                subject=due.subject,
                due_on=due.due_on,
                recipient_id=due.recipient_id,
                title=due.title,
                detail=due.detail,
                url=due.url,
                branch_path=due.branch_path,
            )
            for due in dues
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    return Reminder.objects.count() - before


def _freshen(dues: Iterable[Due]) -> None:
    """Let the open ones say what is so today: how much is held by now, until when it may still be."""
    said = {due.key: (due.title, due.detail, due.url) for due in dues}
    stale = []
    for row in Reminder.objects.open():
        if (now := said.get(row.key)) and now != (row.title, row.detail, row.url):
            row.title, row.detail, row.url = now
            stale.append(row)
    Reminder.objects.bulk_update(stale, ["title", "detail", "url"], batch_size=500)


def chase(assignment: Assignment, *, by: User, today: date) -> int:
    """Remind those who have not returned ``assignment`` now, instead of when it is nearly due. Returns how many."""
    with transaction.atomic():
        number = assignments.chase(assignment, by=by, today=today)
        dues = list(returns.due(today, Recipients(today), assignment))
        _write(dues)
        _replace({due.key for due in dues}, {due.url for due in dues})
    return number


def tell_now(subjects: set[str], today: date) -> None:
    """Write the reminders of duties that were chased today, in the place of earlier ones."""
    dues = [due for due in duties.due(today, Recipients(today)) if unchased(due.subject) in subjects]
    _write(dues)
    still_due = {due.key for due in dues}
    rows = Reminder.objects.open().filter(kind="duty")
    _cancel(row for row in rows if unchased(row.subject) in subjects and row.key not in still_due)


def _replace(still_due: set[Key], urls: set[str]) -> None:
    """Cancel earlier reminders of what has a new one."""
    rows = Reminder.objects.open().filter(kind="assignment", url__in=urls)
    _cancel(row for row in rows if row.key not in still_due)


def _cancel(rows: Iterable[Reminder]) -> None:
    keys = [row.pk for row in rows]
    settled = {"state": Reminder.State.CANCELLED, "settled_at": timezone.now()}
    Reminder.objects.filter(pk__in=keys).update(**settled)


def _settle(still_due: set[Key], on: date) -> int:
    """Close the open reminders that are not due any more."""
    gone = [row for row in Reminder.objects.open() if row.key not in still_due]
    subjects = {row.subject for row in gone}
    met = set[str]().union(*(done(subjects, on) for done in MET))
    for row in gone:
        row.state = Reminder.State.DONE if row.subject in met else Reminder.State.CANCELLED
        row.settled_at = timezone.now()
    Reminder.objects.bulk_update(gone, ["state", "settled_at"], batch_size=500)
    return len(gone)


def _reopen(still_due: set[Key]) -> None:
    """Open again what was settled and is due once more: a record withdrawn, a post given back."""
    earliest = min((due_on for _, _, due_on, _ in still_due), default=date.max)
    settled = Reminder.objects.exclude(state=Reminder.State.OPEN).filter(due_on__gte=earliest)
    again = [row for row in settled if row.key in still_due]
    for row in again:
        row.state, row.settled_at = Reminder.State.OPEN, None
    Reminder.objects.bulk_update(again, ["state", "settled_at"], batch_size=500)


def due_rows(on: date) -> list[DueRow]:
    """What is due as seen on ``on``, with the state the ledger holds; writes nothing."""
    dues = gather(on)
    names = dict(User.objects.filter(pk__in={due.recipient_id for due in dues}).values_list("pk", "username"))
    known = {
        (row[0], row[1], row[2], row[3]): row[4]
        for row in Reminder.objects.values_list("kind", "subject", "due_on", "recipient", "state")
    }
    return [
        DueRow(
            due.kind,
            due.named,
            due.due_on,
            names[due.recipient_id],
            known.get((due.kind, due.subject, due.due_on, due.recipient_id), "new"),
        )
        for due in dues
    ]
