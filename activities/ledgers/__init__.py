"""A branch's paper ledger of the year, taken in: one row is one record, with heads counted where nobody is named."""

from .reading import open_ledger
from .writing import Review, review, write

__all__ = ["Review", "open_ledger", "review", "write"]
