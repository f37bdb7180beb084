from .appeals import Appeal, AppealQuerySet
from .assignments import Assignment, AssignmentReturn, Nature
from .check_ins import CheckIn, CheckInEntry, CheckInQuerySet
from .details import (
    Details,
    Film,
    Lecture,
    Oath,
    Programme,
    ProgrammeItem,
    SecretaryReport,
    Service,
    StudiedDocument,
    Talk,
)
from .elections import Candidate, Election
from .evidence import Evidence, EvidenceQuerySet
from .invitations import Invitation, InvitationQuerySet
from .leave import LeaveRequest, LeaveRequestQuerySet
from .local_duties import LocalDuty
from .makeup import MakeUp
from .minutes import AgendaItem, Task
from .plans import Plan, PlanChange
from .records import Activity, ActivityQuerySet, Attendance, AttendanceChange, Campaign
from .reports_above import ReportAbove
from .supplements import Supplement, SupplementQuerySet
from .tallies import Tally
from .waivers import Waiver, WaiverQuerySet

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
    "Candidate",
    "CheckIn",
    "CheckInEntry",
    "CheckInQuerySet",
    "Details",
    "Election",
    "Evidence",
    "EvidenceQuerySet",
    "Film",
    "Invitation",
    "InvitationQuerySet",
    "LeaveRequest",
    "LeaveRequestQuerySet",
    "Lecture",
    "LocalDuty",
    "MakeUp",
    "Nature",
    "Oath",
    "Plan",
    "PlanChange",
    "Programme",
    "ProgrammeItem",
    "ReportAbove",
    "SecretaryReport",
    "Service",
    "StudiedDocument",
    "Supplement",
    "SupplementQuerySet",
    "Talk",
    "Tally",
    "Task",
    "Waiver",
    "WaiverQuerySet",
]
