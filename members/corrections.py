"""The past of the roster is changed by dated corrections only: what was so before, what is so now, since when.

A verb takes a :func:`snapshot` before it writes and calls :func:`note` afterwards; whatever differs on a day before the
running quarter leaves a row. The first entry of a person whose beginning is assumed is none: the spell says so itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from lib.periods import quarter_of

from .models import Member, MembershipSpell, RosterCorrection, StatusPeriod

BATCH = 500
DAY = timedelta(days=1)
#: Before joining nobody is on a roster, so the way there is no part of it.
_BEFORE_JOINING = (StatusPeriod.Status.APPLICANT, StatusPeriod.Status.ACTIVIST, StatusPeriod.Status.TARGET)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody was and what he was on a day; ``branch`` is the code."""

    branch: str
    status: str

    def as_json(self) -> dict[str, str]:
        return {"branch": self.branch, "status": self.status}


@dataclass(frozen=True, slots=True)
class Course:
    """The spells and the status periods of one person, each (since, until, what)."""

    spells: tuple[tuple[date, date | None, str], ...] = ()
    statuses: tuple[tuple[date, date | None, str], ...] = ()

    def on(self, day: date) -> Standing | None:
        """None for whoever belonged to no branch, or was not yet a member."""
        branch, status = _holding(self.spells, day), _holding(self.statuses, day)
        return Standing(branch, status) if branch and status else None

    def turns(self) -> set[date]:
        """Every day on which something may be other than on the day before."""
        spans = (*self.spells, *self.statuses)
        return {since for since, _, _ in spans} | {until + DAY for _, until, _ in spans if until}


def _holding(spans: Iterable[tuple[date, date | None, str]], day: date) -> str:
    return next(
        (what for since, until, what in spans if since <= day and (until is None or day <= until)), ""
    )


def snapshot(members: Sequence[UUID]) -> dict[UUID, Course]:
    """The courses of ``members``. Two queries for each 500."""
    spells: dict[UUID, list[tuple[date, date | None, str]]] = {}
    statuses: dict[UUID, list[tuple[date, date | None, str]]] = {}
    for ids in _batches(members):
        belonging = MembershipSpell.objects.filter(member__in=ids, kind=MembershipSpell.Kind.BELONGING)
        for member, *span in belonging.values_list("member", "since", "until", "branch__code"):
            spells.setdefault(member, []).append((span[0], span[1], span[2]))
        periods = StatusPeriod.objects.filter(member__in=ids).exclude(status__in=_BEFORE_JOINING)
        for member, *span in periods.values_list("member", "since", "until", "status"):
            statuses.setdefault(member, []).append((span[0], span[1], span[2]))
    return {pk: Course(tuple(spells.get(pk, ())), tuple(statuses.get(pk, ()))) for pk in members}


def note(before: Mapping[UUID, Course], *, by: User | None, what: str, reason: str = "") -> int:
    """Write down what the days before the running quarter now say otherwise; returns how many corrections."""
    limit = quarter_of(timezone.localdate()).start
    after = snapshot(list(before))
    changed = {pk: diff for pk in before if (diff := _difference(before[pk], after[pk], limit))}
    paths: dict[UUID, str] = {}
    for ids in _batches(list(changed)):
        paths |= dict(Member.objects.filter(pk__in=ids).values_list("pk", "branch_path"))
    RosterCorrection.objects.bulk_create(
        (
            RosterCorrection(
                member_id=pk, branch_path=paths[pk], by=by, what=what, reason=reason[:300], **diff
            )
            for pk, diff in changed.items()
        ),
        batch_size=BATCH,
    )
    return len(changed)


def _difference(before: Course, after: Course, limit: date) -> dict[str, Any]:
    """First and last day before ``limit`` that differ, and what the first says; empty when none does."""
    if before == after:
        return {}
    turns = [*sorted({day for day in before.turns() | after.turns() if day < limit}), limit]
    spans = [(start, end - DAY) for start, end in pairwise(turns) if before.on(start) != after.on(start)]
    if not spans:
        return {}
    first = spans[0][0]
    old, new = before.on(first), after.on(first)
    return {
        "effective_on": first,
        "effective_until": spans[-1][1],
        "before": old.as_json() if old else {},
        "after": new.as_json() if new else {},
    }


def _batches(keys: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
