"""The import of rosters: read, match columns, clean, check, compare, write; for the pages and the command alike."""

from .analysis import Analysis, Decisions, Outdated, analyse, open_roster, record_foreign, write
from .marking import write_wrong_rows

__all__ = [
    "Analysis",
    "Decisions",
    "Outdated",
    "analyse",
    "open_roster",
    "record_foreign",
    "write",
    "write_wrong_rows",
]
