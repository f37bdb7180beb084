"""The organisation register (党组织名册): read, check, compare, write; and handed out, to be changed and read again."""

from pathlib import Path
from typing import BinaryIO

from lib.sheets.intake import Table, open_table

from .columns import NEEDED, SYNONYMS, WANTED
from .comparing import Review, review
from .writing import write

__all__ = ["Review", "open_register", "review", "write"]


def open_register(source: Path | BinaryIO) -> Table:
    """The register's table in a workbook; WorkbookError when there is none."""
    return open_table(source, SYNONYMS, NEEDED, WANTED)
