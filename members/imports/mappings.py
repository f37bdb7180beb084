"""Columns decided once and recalled: for a file with the very same headings all of them, else heading by heading.

The signature of a file is the set of its headings, compared as everywhere without blanks, marks and notes; their order
does not count.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping

from django.utils import timezone

from accounts.models import User
from lib.sheets.intake import Table
from lib.sheets.reading import normalise_heading
from members.models import ColumnMapping

from .columns import CHOICES, IGNORE

#: So many of somebody's last heads are searched for a single heading.
SEARCHED = 20


def headings_of(table: Table) -> dict[int, str]:
    """Column index → what tells the column in another file of the same head; the second 日期 is "日期#2"."""
    seen: Counter[str] = Counter()
    found = {}
    for column in table.header.columns:
        if table.header.row_number and (heading := normalise_heading(column.heading)):
            seen[heading] += 1
            found[column.index] = heading if seen[heading] == 1 else f"{heading}#{seen[heading]}"
    return found


def signature_of(table: Table) -> str:
    """Equal for files with the same headings; empty when there are none."""
    headings = sorted(headings_of(table).values())
    return hashlib.sha256("\n".join(headings).encode()).hexdigest() if headings else ""


def recall(user: User, table: Table) -> dict[int, str]:
    """What the user decided for a file of this head; else what unrecognised headings meant in others. Two queries."""
    headings = headings_of(table)
    mine = ColumnMapping.objects.visible_to(user)
    same = mine.filter(signature=signature_of(table)).first() if headings else None
    if same:
        return {index: field for index, key in headings.items() if (field := _known(same.columns, key))}
    columns: dict[str, str] = {}
    for each in reversed(list(mine[:SEARCHED])):
        columns |= each.columns
    unread = {column.index for column in table.header.columns if not column.field}
    return {
        index: field for index, key in headings.items() if index in unread and (field := _known(columns, key))
    }


def _known(columns: Mapping[str, str], heading: str) -> str:
    field = columns.get(heading, "")
    return field if field in CHOICES or field == IGNORE else ""


def remember(user: User, table: Table, decided: Mapping[int, str]) -> None:
    """Keep what was decided about a file that is written; nothing when nothing was."""
    headings = headings_of(table)
    columns = {headings[index]: field for index, field in decided.items() if index in headings}
    if columns:
        ColumnMapping.objects.update_or_create(
            owner=user,
            signature=signature_of(table),
            defaults={"columns": columns, "used_at": timezone.now()},
        )


def forget(user: User, table: Table, columns: Mapping[int, str]) -> None:
    """Recall these columns of this head no more, nor their headings in another."""
    headings = headings_of(table)
    gone = {headings[index] for index in columns if index in headings}
    mine = ColumnMapping.objects.visible_to(user)
    mine.filter(signature=signature_of(table)).delete()
    for each in mine:
        if gone & each.columns.keys():
            each.columns = {key: field for key, field in each.columns.items() if key not in gone}
            each.save(update_fields=["columns"])
