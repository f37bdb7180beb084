"""The rows of the room, by what they are about."""

from .development import Development, DevelopmentPerson, DevelopmentPlan, DevelopmentStep
from .graduation import Destination
from .movement import (
    Circumstance,
    Contact,
    Departure,
    RosterCorrection,
    Suspension,
    Transfer,
    TransferStep,
)
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

__all__ = [
    "ON_ROSTER",
    "Circumstance",
    "Contact",
    "Counter",
    "Departure",
    "Destination",
    "Development",
    "DevelopmentPerson",
    "DevelopmentPlan",
    "DevelopmentStep",
    "GroupMembership",
    "Member",
    "MemberQuerySet",
    "MemberRowQuerySet",
    "MembershipSpell",
    "Post",
    "RosterCorrection",
    "StationAssignment",
    "StatusPeriod",
    "Suspension",
    "Transfer",
    "TransferStep",
    "id_last4_index",
    "id_number_index",
    "phone_last4_index",
]
