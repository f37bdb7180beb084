"""What the figures of a closed period are now, beside what was locked, and what each difference comes from."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.models import User
from branches.models import Branch
from reports.asked import Asked
from reports.figures.catalogue import STATISTICS
from reports.models import ClosedTable

from . import corrections, tables
from .corrections import DEEDS, RECORDS, ROSTER, Correction
from .tables import Kept

#: Causes that a page tells of one row; of more it says how many.
SHOWN = 5
#: What the rows of a statistic are about, by its section; of others nothing has a day of its own.
CERTAIN: Mapping[str, tuple[str, ...]] = {
    "组织生活": (RECORDS, ROSTER),
    "党员": (ROSTER,),
    "党内统计年报": (ROSTER,),
    "教育部年度报表": (ROSTER,),
    "党组织": (ROSTER,),
}


@dataclass(frozen=True)
class Change:
    """One figure of a row that is another now. ``redefined`` is why the two cannot be compared, where they cannot."""

    heading: str
    locked: str
    now: str
    difference: str
    redefined: str = ""


@dataclass(frozen=True)
class Adjusted:
    """A row with figures that are otherwise now. ``causes`` are certain; where there are none, ``perhaps`` may be."""

    label: str
    changes: tuple[Change, ...]
    causes: tuple[Correction, ...]
    perhaps: tuple[Correction, ...]

    @property
    def shown(self) -> tuple[Correction, ...]:
        return (self.causes or self.perhaps)[:SHOWN]

    @property
    def more(self) -> int:
        return max(0, len(self.causes or self.perhaps) - SHOWN)

    @property
    def is_redefined(self) -> bool:
        """Every difference comes with a new meaning of its figure."""
        return all(change.redefined for change in self.changes)


@dataclass(frozen=True)
class Compared:
    """A statistic with its adjusted rows; ``redefined`` says which figures mean something else now."""

    name: str
    title: str
    head: str
    rows: tuple[Adjusted, ...]
    redefined: tuple[str, ...]


def of(
    kept: Sequence[ClosedTable],
    asked: Asked,
    since: datetime,
    reader: User | None,
    only: frozenset[str] | None = None,
) -> list[Compared]:
    """The statistics of which something is otherwise than in ``kept``. Counts each statistic once more.

    ``only`` cuts to the rows of these organisations. Rows of an organisation are explained by what was done there.
    """
    found = [each for table in kept if (each := _differing(json.loads(table.body), asked, only))]
    if not found:
        return []
    explained = _Causes(asked, since, reader, {each.body["section"] for each in found})
    return [each.compared(explained) for each in found]


def redefined(body: Kept) -> dict[str, str]:
    """Of each kept figure that means something else now, in which way, by its code."""
    statistic = STATISTICS.get(body["name"])
    now = {one.code: one for one in statistic.columns} if statistic else {}
    found = {}
    for column in body["columns"]:
        current = now.get(column["code"])
        if current is None:
            found[column["code"]] = "现已不再统计"
        elif current.version != column["version"]:
            found[column["code"]] = f"口径已更新（锁定时第{column['version']}版，现第{current.version}版）"
        elif current.definition != column["definition"]:
            found[column["code"]] = "口径已更新（文字有改动）"
    return found


@dataclass(frozen=True)
class _Differing:
    """A kept table whose rows are otherwise now: by place of the row, code and label, and what changed."""

    body: Kept
    rows: tuple[tuple[Kept, tuple[Change, ...]], ...]
    redefined: Mapping[str, str]

    def compared(self, causes: "_Causes") -> Compared:
        headings = {column["code"]: _heading(column) for column in self.body["columns"]}
        rows = tuple(
            Adjusted(row["label"], changes, *causes.of(self.body, row)) for row, changes in self.rows
        )
        told = tuple(f"{headings[code]}：{why}" for code, why in self.redefined.items())
        return Compared(self.body["name"], self.body["title"], self.body["head"], rows, told)


def _differing(body: Kept, asked: Asked, only: frozenset[str] | None) -> _Differing | None:
    """None when every row says the same."""
    why = redefined(body)
    statistic = STATISTICS.get(body["name"])
    now = tables.kept(statistic.tabulate(asked)) if statistic else {**body, "rows": [], "total": None}
    changed = []
    for locked, present in _pairs(body, now, only):
        if changes := tuple(_changes(body, now, locked, present, why)):
            changed.append((present or locked, changes))
    return _Differing(body, tuple(changed), why) if changed or (why and only is None) else None


def _pairs(body: Kept, now: Kept, only: frozenset[str] | None) -> Iterable[tuple[Any, Any]]:
    """Each row as it was locked and as it is; a row may be missing on one side. The total last."""
    locked, present = ({(row["band"], row["code"]): row for row in each["rows"]} for each in (body, now))
    for key in dict.fromkeys((*locked, *present)):
        if only is None or key[1] in only:
            yield locked.get(key), present.get(key)
    if body["total"] and now["total"] and only is None:
        yield body["total"], now["total"]


def _changes(body: Kept, now: Kept, locked: Any, present: Any, why: Mapping[str, str]) -> Iterable[Change]:
    places = {column["code"]: number for number, column in enumerate(now["columns"])}
    for number, column in enumerate(body["columns"]):
        place = places.get(column["code"])
        if place is None:
            continue
        nothing = [0, 0] if column["kind"] == "percent" else None
        before = locked["cells"][number] if locked else nothing
        after = present["cells"][place] if present else nothing
        # A share that reads the same is no adjustment: what it divides is told beside it.
        if (locked_text := _text(before)) != (text := _text(after)):
            yield Change(
                _heading(column), locked_text, text, difference_of(before, after), why.get(column["code"], "")
            )


def _heading(column: Kept) -> str:
    return f"{column['band']}：{column['heading']}" if column["band"] else str(column["heading"])


def _text(value: Any) -> str:
    return "0" if value is None else tables.cell_of(value).text


def difference_of(locked: Any, now: Any) -> str:
    """Signed, between what is shown; of shares in percentage points, and none where one of them is shown as counts."""
    before, after = _text(locked), _text(now)
    if "/" in before + after:
        return ""
    if "%" in before + after:
        points = _points(after) - _points(before)
        return f"{points:+} 个百分点".replace("-", "−")
    return f"{_points(after) - _points(before):+,}".replace("-", "−")


def _points(text: str) -> Decimal:
    """Of nothing none."""
    return Decimal(text.strip("%—").replace(",", "") or 0)


class _Causes:
    """What was done since, found once for all rows of all tables of one organisation."""

    def __init__(self, asked: Asked, since: datetime, reader: User | None, sections: set[str]) -> None:
        self._asked = asked
        self._certain = corrections.made(asked.period, since, asked.ranges, reader)
        self._perhaps = corrections.deeds(sorted(sections), since, asked.ranges, reader)
        self._codes = self._codes_of(
            [*self._certain, *(one for each in self._perhaps.values() for one in each)]
        )

    def _codes_of(self, found: Sequence[Correction]) -> dict[str, str]:
        """The code of the organisation in whose row each place counts. One query."""
        places = {
            place: self._asked.row_of(place)[0] for one in found for place in one.places if len(place) >= 5
        }
        codes = dict(Branch.objects.filter(pk__in=set(places.values())).values_list("pk", "code"))
        return {place: codes.get(pk, "") for place, pk in places.items()}

    def of(self, body: Kept, row: Kept) -> tuple[tuple[Correction, ...], tuple[Correction, ...]]:
        """Certain ones, and where there are none, what may be one."""
        about = CERTAIN.get(body["section"], ())
        certain = tuple(one for one in self._certain if one.about in about and self._touches(one, body, row))
        if certain:
            return certain, ()
        perhaps = self._perhaps.get(body["section"], [])
        return (), tuple(one for one in perhaps if self._touches(one, body, row))

    def _touches(self, one: Correction, body: Kept, row: Kept) -> bool:
        """Of a row of an organisation what was done there; of a kind or a month its records; of a total all.

        What holds for the whole university is of every row.
        """
        if not row["code"] or row["band"] or corrections.EVERYWHERE in one.places:
            return True
        if body["name"] in ("life_by_kind", "life_by_month"):
            return row["code"] in one.groups or one.about == DEEDS
        return row["code"] in {self._codes.get(place) for place in one.places}
