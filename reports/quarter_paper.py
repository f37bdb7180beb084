"""The statistics of a period as a PDF, A4 across: organisations, kinds of activity, and what each figure means."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from accounts import audit
from accounts.models import User
from lib import typesetting

from . import rollup, table, workbook
from .asked import Asked
from .definitions import definitions
from .measures import spans
from .quarterly import Quarterly


def pdf(figures: Quarterly, asked: Asked, *, by: User | None) -> bytes:
    """The pages; CannotTypeset without a Chinese font, and then nothing is audited."""
    by_unit = table.by_unit(figures, asked, rollup.units(figures.life, asked, figures.roster))
    by_kind = table.by_kind(figures, asked)
    rows = len(by_unit.rows) + len(by_kind.rows)
    with transaction.atomic():  # without a font nothing leaves, and nothing is written down
        entry = audit.record(
            "statistics.export", by=by, on=asked.org, after={**asked.as_parameters, "rows": rows}
        )
        banner = workbook.banner(figures, asked, entry)
        return typesetting.pdf(
            "closing.typ",
            {
                "title": banner[0],
                "tables": [
                    _contents(by_unit, "党组织", banner[1:], []),
                    _contents(by_kind, "活动类型", banner[1:], definitions()),
                ],
            },
        )


def _contents(
    shown: table.Table, head: str, banner: Sequence[str], meanings: Sequence[Any]
) -> dict[str, Any]:
    """What ``table.typ`` sets."""
    return {
        "title": shown.caption,
        "banner": banner,
        "grouped": False,
        "head": head,
        "columns": [*shown.heads, *(one.heading for one in shown.measures)],
        "bands": spans([*("" for _ in shown.heads), *(one.group for one in shown.measures)]),
        "rows": [
            [row.label, *(cell.text for cell in (*row.heads, *row.cells))]
            for row in (*shown.rows, shown.total)
        ],
        "meanings": meanings,
    }
