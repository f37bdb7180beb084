"""The fields that single kinds of record have of their own. One list (`registry.PARTS`) that forms, pages, papers and
versions loop over; each kind is a module with its fields and its words.
"""

from .base import Part
from .registry import PARTS, parts_of
from .writing import guard, row_of, rows_of, words_by_version, words_of, write

__all__ = ["PARTS", "Part", "guard", "parts_of", "row_of", "rows_of", "words_by_version", "words_of", "write"]
