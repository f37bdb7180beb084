from .calendars import CalendarFeed
from .channels import NoticeChoice, Robot, WeComApp
from .chases import Chase
from .deliveries import Delivery, DeliveryLine
from .leased import Leased, LeasedQuerySet
from .ledger import Key, Reminder
from .pulse import Pulse

__all__ = [
    "CalendarFeed",
    "Chase",
    "Delivery",
    "DeliveryLine",
    "Key",
    "Leased",
    "LeasedQuerySet",
    "NoticeChoice",
    "Pulse",
    "Reminder",
    "Robot",
    "WeComApp",
]
