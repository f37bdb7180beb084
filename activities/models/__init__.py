from .evidence import Evidence, EvidenceQuerySet
from .joint import Invitation, InvitationQuerySet
from .minutes import AgendaItem, Task
from .records import Activity, ActivityQuerySet, Attendance, AttendanceChange, Campaign
from .tallies import Tally

__all__ = [
    "Activity",
    "ActivityQuerySet",
    "AgendaItem",
    "Attendance",
    "AttendanceChange",
    "Campaign",
    "Evidence",
    "EvidenceQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "Tally",
    "Task",
]
