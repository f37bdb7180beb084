"""What the columns of 发展党员 leave open: a step left out, too few or too many names, a review that is not done.

The past is what it was: all are warnings, each with the rule as its code.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from lib.dates import written
from lib.sheets.reading import Cell
from members.development import history
from members.development.rules import RULES, order_of
from members.development.steps import TABLE
from members.development.vocabulary import Step

from . import cells, steps
from .checks import Finding
from .rows import Row, RowReader

REVIEW: Final = "political_review"
#: Field → step of every column that is one; who never applied is said elsewhere.
_COLUMNS: Final[dict[str, Step]] = {
    **{name: step for name, step in steps.STEPS.items() if step != Step.APPLICATION},
    **{name: step for name, (step, _) in steps.NAMED.items()},
    REVIEW: Step.POLITICAL_REVIEW,
}
#: Step → those that may only follow it, in the order of the table.
_FOLLOWING: Final = {
    step: tuple(each for each in TABLE if step in history.all_needs(each)) for step in _COLUMNS.values()
}
#: How many may be named, by which rule.
_NUMBERS: Final = {"contacts": ("FZ-04", (1, 2), "一至两名"), "introducers": ("FZ-09", (2, 2), "两名")}


def findings(
    row: Row, values: Mapping[str, Any], taken: Mapping[str, date], reader: RowReader
) -> Iterator[Finding]:
    """``values`` is what holds after the import, ``taken`` what is recorded of the steps already. No query."""
    yield from _numbers(values)
    if _cell(row, "trained_here", reader) in ("否", "不是") or not any(map(values.get, steps.OWN)):
        return  # Filed where the person was admitted, or so long ago that no step is told but joining.
    dates = steps.dates_of(values)
    for name, step in _COLUMNS.items():
        later = next((each for each in _FOLLOWING[step] if each in dates), None)
        if later is None or step in taken or reader.column_of(name) is None:
            continue
        if said := _gap(row, name, values, reader):
            rule = order_of(TABLE[step].rule)
            ahead = f"而“{TABLE[later].title}”已在{written(dates[later])}"
            yield Finding(
                name, rule.code, f"{said}，{ahead}，请核对。（{rule.article}，{rule.code}）", is_warning=True
            )


def _numbers(values: Mapping[str, Any]) -> Iterator[Finding]:
    named = steps.names_of(values)
    for name, (code, (fewest, most), said) in _NUMBERS.items():
        people = named.get(steps.NAMED[name][0], [])
        if people and not fewest <= len(people) <= most:
            title = TABLE[steps.NAMED[name][0]].title
            sentence = f"“{title}”应为{said}，表中写了{len(people)}名。（{RULES[code].article}，{code}）"
            yield Finding(name, code, sentence, is_warning=True)


def _gap(row: Row, name: str, values: Mapping[str, Any], reader: RowReader) -> str:
    """What a cell leaves open; empty when it leaves nothing open."""
    title = TABLE[_COLUMNS[name]].title
    if name == REVIEW and (said := _cell(row, name, reader)).startswith(("未", "不", "否")):
        return f"“{title}”填的是“{said}”"
    if values.get(name) or name in row.masked or not _is_blank(name, _raw(row, name, reader)):
        return ""
    return f"“{title}”没有填写"


def _raw(row: Row, name: str, reader: RowReader) -> Cell:
    index = reader.column_of(name)
    return row.cells[index] if index is not None and index < len(row.cells) else None


def _cell(row: Row, name: str, reader: RowReader) -> str:
    return str(_raw(row, name, reader) or "").strip()


def _is_blank(name: str, cell: Cell) -> bool:
    """Nothing is written there; what cannot be read is no gap but an error of its own."""
    try:
        return cells.clean(name, cell) is None
    except cells.Fault:
        return False
