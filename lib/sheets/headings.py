"""Which row of a sheet is its head, and which column is which field, whatever the organisation calls it."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest

from lib.sheets.extent import column_letter

SEARCHED_ROWS = 30
LEAST_HEADINGS = 3
_NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>")
_ORNAMENT = re.compile("[\\s\u200b-\u200f\u2060\ufeff*※★☆#:：;；,，、。.()\\[\\]【】\"'“”]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``index`` counts from 0, ``heading`` is the sheet's own text, ``field`` what it was taken for."""

    index: int
    letter: str
    heading: str
    field: str | None


@dataclass(frozen=True, slots=True)
class Header:
    """The head of a sheet: ``row_number`` as the sheet counts, data begins in the next row.

    A field stands in one column only: a second column with the same meaning is in ``repeated`` and has no field.
    """

    row_number: int
    columns: list[Column]
    repeated: list[Column] = field(default_factory=list)

    def index_of(self, name: str) -> int | None:
        """The index of the column for a field, None when the sheet has none."""
        return next((column.index for column in self.columns if column.field == name), None)

    @property
    def fields(self) -> dict[str, int]:
        """The recognised fields and their column indexes, left to right."""
        return {column.field: column.index for column in self.columns if column.field}


@lru_cache(maxsize=4096)
def normalise_heading(text: str) -> str:
    """What is left to compare: half-width, lower-case, without blanks, line ends, marks or notes in parentheses.

    "*姓 名（必填）：" is "姓名". A heading that is only a note keeps the note.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    return _ORNAMENT.sub("", _NOTE.sub("", plain)) or _ORNAMENT.sub("", plain)


def find_header(
    rows: Sequence[Sequence[object]],
    synonyms: Mapping[str, Collection[str]],
    need: Collection[str],
    *,
    least: int = LEAST_HEADINGS,
) -> Header | None:
    """The row among the first 30 with the most recognised headings; None when none has ``least`` with all of ``need``.

    ``synonyms`` gives for each field the headings that mean it, its own name included. Two-row heads work both ways:
    the lower row may be the real one, or a heading may stand above it in a cell merged downwards.
    """
    meanings = {normalise_heading(word): name for name, words in synonyms.items() for word in words}
    best: Header | None = None
    above: Sequence[object] = ()
    for number, row in enumerate(rows[:SEARCHED_ROWS], start=1):
        merged = [own if _text(own) else upper for own, upper in zip_longest(row, above)]
        for cells in (row, merged):
            header = _header(number, cells, meanings)
            found = header.fields
            if len(found) < least or not found.keys() >= set(need):
                continue
            if best is None or len(found) > len(best.fields):
                best = header
        above = row
    return best


def _header(number: int, cells: Sequence[object], meanings: Mapping[str, str]) -> Header:
    header = Header(number, [])
    taken: set[str] = set()
    for index, cell in enumerate(cells):
        heading = _text(cell)
        name = meanings.get(normalise_heading(heading)) if heading else None
        column = Column(index, column_letter(index), heading, None if name in taken else name)
        header.columns.append(column)
        if name in taken:
            header.repeated.append(column)
        elif name:
            taken.add(name)
    return header


def _text(cell: object) -> str:
    """A heading is a text, or a whole number such as a year."""
    return cell.strip() if isinstance(cell, str) else str(cell) if type(cell) is int else ""
