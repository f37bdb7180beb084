"""The rows of the room, by what they are about."""

from .batches import ImportBatch, ImportedRow
from .birthdays import Celebration, Greeting, GreetingOptOut
from .classes import Trainee, TrainingClass
from .data_requests import DataRequest
from .development import Development, DevelopmentPerson, DevelopmentPlan, DevelopmentStep
from .duplicates import DistinctPair, Merge
from .exemptions import Exemption
from .explanations import Explanation
from .graduation import Destination
from .mappings import ColumnMapping
from .membership_forms import FormDraw, MembershipForm
from .movement import (
    Circumstance,
    Contact,
    Departure,
    RosterCorrection,
    Suspension,
    Transfer,
    TransferStep,
)
from .offices import Certificate, Competence, Training
from .people import (
    ON_ROSTER,
    Counter,
    Member,
    MemberQuerySet,
    MemberRowQuerySet,
    MembershipSpell,
    StatusPeriod,
    id_last4_index,
    id_number_index,
    phone_last4_index,
)
from .posts import GroupMembership, Post, StationAssignment
from .review_results import ReviewGrade, ReviewResult
from .set_up_papers import SetUpPaper

__all__ = [
    "ON_ROSTER",
    "Celebration",
    "Certificate",
    "Circumstance",
    "ColumnMapping",
    "Competence",
    "Contact",
    "Counter",
    "DataRequest",
    "Departure",
    "Destination",
    "Development",
    "DevelopmentPerson",
    "DevelopmentPlan",
    "DevelopmentStep",
    "DistinctPair",
    "Exemption",
    "Explanation",
    "FormDraw",
    "Greeting",
    "GreetingOptOut",
    "GroupMembership",
    "ImportBatch",
    "ImportedRow",
    "Member",
    "MemberQuerySet",
    "MemberRowQuerySet",
    "MembershipForm",
    "MembershipSpell",
    "Merge",
    "Post",
    "ReviewGrade",
    "ReviewResult",
    "RosterCorrection",
    "SetUpPaper",
    "StationAssignment",
    "StatusPeriod",
    "Suspension",
    "Trainee",
    "Training",
    "TrainingClass",
    "Transfer",
    "TransferStep",
    "id_last4_index",
    "id_number_index",
    "phone_last4_index",
]
