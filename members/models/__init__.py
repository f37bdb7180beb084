"""The rows of the room, by what they are about."""

from .batches import ImportBatch, ImportedRow
from .development import Development, DevelopmentPerson, DevelopmentPlan, DevelopmentStep
from .duplicates import DistinctPair, Merge
from .mappings import ColumnMapping
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
    "ColumnMapping",
    "Counter",
    "Development",
    "DevelopmentPerson",
    "DevelopmentPlan",
    "DevelopmentStep",
    "DistinctPair",
    "GroupMembership",
    "ImportBatch",
    "ImportedRow",
    "Member",
    "MemberQuerySet",
    "MemberRowQuerySet",
    "MembershipSpell",
    "Merge",
    "Post",
    "StationAssignment",
    "StatusPeriod",
    "id_last4_index",
    "id_number_index",
    "phone_last4_index",
]
