from .cases import CaseReport
from .closing import ClosedFile, ClosedPeriod, ClosedPeriodQuerySet, ClosedTable
from .subscriptions import Sending, SentFile, Subscription

__all__ = [
    "CaseReport",
    "ClosedFile",
    "ClosedPeriod",
    "ClosedPeriodQuerySet",
    "ClosedTable",
    "Sending",
    "SentFile",
    "Subscription",
]
