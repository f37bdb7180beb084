"""Two records' dated rows as one person's: pure functions over the rows of `members.snapshots`.

Each day is taken whole from one of the two records: from the one that is on the roster that day, and where both are
or neither is, from the record that is kept. So whoever was counted on a day by either record is counted once, and
nobody is counted who was not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from .models import ON_ROSTER, MembershipSpell
from .snapshots import KINDS, Rows

DAY = timedelta(days=1)
BELONGING = MembershipSpell.Kind.BELONGING
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days, both inclusive, taken from one record; no ``until`` means for good."""

    since: date
    until: date | None
    is_kept: bool


def combined(kept: Rows, source: Rows) -> tuple[Rows, bool]:
    """One person's rows of both, and whether it is the kept record that holds today and from now on.

    A row keeps its key where a part of it stays; further parts of it have none.
    """
    stretches = _stretches(kept, source)
    found: Rows = {name: [] for name in KINDS}
    for name in KINDS:
        for rows, is_kept in ((kept[name], True), (source[name], False)):
            mine = [each for each in stretches if each.is_kept == is_kept]
            for row in rows:
                if row.get("kind", BELONGING) == BELONGING:
                    found[name] += _parts(row, mine)
    guests = [row for row in kept["spells"] if row["kind"] != BELONGING]
    others = [row for row in source["spells"] if row["kind"] != BELONGING]
    found["spells"] += [*guests, *without_doubles(others, guests, ("branch_id",))]
    return found, not stretches or stretches[-1].is_kept


def without_doubles(rows: Iterable[Row], others: Iterable[Row], same: tuple[str, ...]) -> list[Row]:
    """``rows`` without the days on which one of ``others`` says the same."""
    taken = list(others)
    found: list[Row] = []
    for row in rows:
        rest = [(_since(row), _until(row))]
        for other in taken:
            if all(row[name] == other[name] for name in same):
                rest = [piece for span in rest for piece in _cut(*span, _since(other), _until(other))]
        found += [_part(row, since, until, is_first=n == 0) for n, (since, until) in enumerate(rest)]
    return found


def _cut(
    since: date, until: date | None, begin: date, end: date | None
) -> Iterator[tuple[date, date | None]]:
    if since < begin:
        yield since, begin - DAY if until is None or until >= begin else until
    if end is not None and (until is None or until > end):
        yield max(since, end + DAY), until


def _stretches(kept: Rows, source: Rows) -> list[Stretch]:
    days = sorted(
        {
            day
            for rows in (kept, source)
            for name in KINDS
            for row in rows[name]
            for day in (_since(row), _after(row))
            if day
        }
    )
    found: list[Stretch] = []
    for since, following in zip_longest(days, days[1:]):
        is_kept = _is_on_roster(kept, since) or not _is_on_roster(source, since)
        if is_kept and not _says_anything(kept, since) and _says_anything(source, since):
            is_kept = False
        until = following - DAY if following else None
        if found and found[-1].is_kept == is_kept:
            found[-1] = Stretch(found[-1].since, until, is_kept)
        else:
            found.append(Stretch(since, until, is_kept))
    return found


def _is_on_roster(rows: Rows, day: date) -> bool:
    belongs = any(row["kind"] == BELONGING and _holds(row, day) for row in rows["spells"])
    return belongs and any(row["status"] in ON_ROSTER and _holds(row, day) for row in rows["statuses"])


def _says_anything(rows: Rows, day: date) -> bool:
    return any(_holds(row, day) for name in ("spells", "statuses") for row in rows[name])


def _parts(row: Row, stretches: Iterable[Stretch]) -> list[Row]:
    parts: list[Row] = []
    for each in stretches:
        since = max(_since(row), each.since)
        ends = [day for day in (_until(row), each.until) if day]
        until = min(ends, default=None)
        if until is None or since <= until:
            parts.append(_part(row, since, until, is_first=not parts))
    return parts


def _part(row: Row, since: date, until: date | None, *, is_first: bool) -> Row:
    days = {"since": since.isoformat(), "until": until.isoformat() if until else None}
    return {**row, **days, "id": row["id"] if is_first else None}


def _holds(row: Row, day: date) -> bool:
    until = _until(row)
    return _since(row) <= day and (until is None or until >= day)


def _since(row: Row) -> date:
    return date.fromisoformat(row["since"])


def _until(row: Row) -> date | None:
    return date.fromisoformat(row["until"]) if row["until"] else None


def _after(row: Row) -> date | None:
    until = _until(row)
    return until + DAY if until else None
