from .check_ins import CheckIn, CheckInEntry, CheckInQuerySet
from .evidence import Evidence, EvidenceQuerySet
from .invitations import Invitation, InvitationQuerySet
from .leave import LeaveRequest, LeaveRequestQuerySet
from .makeup import MakeUp
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
    "CheckIn",
    "CheckInEntry",
    "CheckInQuerySet",
    "Evidence",
    "EvidenceQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "LeaveRequest",
    "LeaveRequestQuerySet",
    "MakeUp",
    "Tally",
    "Task",
]
