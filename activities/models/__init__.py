from .appeals import Appeal, AppealQuerySet
from .assignments import Assignment, AssignmentReturn, Nature
from .check_ins import CheckIn, CheckInEntry, CheckInQuerySet
from .details import Details, Film, Lecture, Oath, Programme, ProgrammeItem, Service, StudiedDocument, Talk
from .evidence import Evidence, EvidenceQuerySet
from .invitations import Invitation, InvitationQuerySet
from .leave import LeaveRequest, LeaveRequestQuerySet
from .makeup import MakeUp
from .minutes import AgendaItem, Task
from .plans import Plan, PlanChange
from .records import Activity, ActivityQuerySet, Attendance, AttendanceChange, Campaign
from .supplements import Supplement, SupplementQuerySet
from .tallies import Tally

__all__ = [
    "Activity",
    "ActivityQuerySet",
    "AgendaItem",
    "Appeal",
    "AppealQuerySet",
    "Assignment",
    "AssignmentReturn",
    "Attendance",
    "AttendanceChange",
    "Campaign",
    "CheckIn",
    "CheckInEntry",
    "CheckInQuerySet",
    "Details",
    "Evidence",
    "EvidenceQuerySet",
    "Film",
    "Invitation",
    "InvitationQuerySet",
    "LeaveRequest",
    "LeaveRequestQuerySet",
    "Lecture",
    "MakeUp",
    "Nature",
    "Oath",
    "Plan",
    "PlanChange",
    "Programme",
    "ProgrammeItem",
    "Service",
    "StudiedDocument",
    "Supplement",
    "SupplementQuerySet",
    "Talk",
    "Tally",
    "Task",
]
