"""Rows whose cells slid into neighbouring columns: a name under 性别, an ID number under 民族."""

import re
from collections.abc import Callable, Mapping, Sequence

from branches import names
from branches.index import BranchIndex
from lib.sheets.reading import Cell, repair_text
from members.codes import nation_code

from .cells import DATES, is_date
from .words import EDUCATION_WORDS, SEXES, STANDINGS, STATUSES, YES_NO

OFFSETS = (1, -1, 2, -2)
#: How many cells must fit a neighbouring column, and no cell of their own, before a row counts as shifted.
ENOUGH = 3
_IDENTITY = re.compile(r"[0-9]{15,17}[0-9Xx]?")
_MOBILE = re.compile(r"1[0-9]{10}")

Test = Callable[[str], bool]
_TESTS: dict[str, Test] = {
    "sex": lambda text: text in SEXES,
    "nation": lambda text: nation_code(text) is not None,
    "id_number": lambda text: _IDENTITY.fullmatch(text) is not None,
    "education": lambda text: text in EDUCATION_WORDS and not text.isdigit(),
    "status": lambda text: text in STATUSES,
    "political": lambda text: text in STATUSES,
    "standing": lambda text: text in STANDINGS,
    "phone": lambda text: _MOBILE.fullmatch(text) is not None,
    "is_lost": lambda text: text in YES_NO,
    "is_floating": lambda text: text in YES_NO,
    **dict.fromkeys(DATES, is_date),
}


def is_shifted(line: Sequence[Cell], fields: Mapping[str, int], index: BranchIndex) -> bool:
    """Whether at least three cells fit the column beside their own (or the one after that) and not their own."""
    tests = {**_TESTS, "branch": lambda text: bool(index.find(text) or names.level_of(text))}
    strangers = [
        (test, fields[name])
        for name, test in tests.items()
        if name in fields and line[fields[name]] is not None and not _fits(test, line[fields[name]])
    ]
    if len(strangers) < ENOUGH:
        return False
    return any(
        sum(
            _fits(test, line[column + offset])
            for test, column in strangers
            if 0 <= column + offset < len(line)
        )
        >= ENOUGH
        for offset in OFFSETS
    )


def _fits(test: Test, cell: Cell) -> bool:
    return cell is not None and test(repair_text(cell))
