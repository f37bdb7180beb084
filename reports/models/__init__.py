from .closing import ClosedFile, ClosedPeriod, ClosedPeriodQuerySet, ClosedTable

__all__ = ["ClosedFile", "ClosedPeriod", "ClosedPeriodQuerySet", "ClosedTable"]
