from .cases import CaseReport
from .closing import ClosedFile, ClosedPeriod, ClosedPeriodQuerySet, ClosedTable

__all__ = ["CaseReport", "ClosedFile", "ClosedPeriod", "ClosedPeriodQuerySet", "ClosedTable"]
