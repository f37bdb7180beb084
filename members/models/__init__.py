"""The rows of the room, by what they are about."""

from .birthdays import Celebration, Greeting, GreetingOptOut
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
    "Celebration",
    "Counter",
    "Greeting",
    "GreetingOptOut",
    "GroupMembership",
    "Member",
    "MemberQuerySet",
    "MemberRowQuerySet",
    "MembershipSpell",
    "Post",
    "StationAssignment",
    "StatusPeriod",
    "id_last4_index",
    "id_number_index",
    "phone_last4_index",
]
