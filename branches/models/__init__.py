"""The rows of the room, by what they are about."""

from .organisation import (
    Branch,
    BranchDatedQuerySet,
    BranchQuerySet,
    FactorExemption,
    LocalSetting,
    PartyGroup,
    PathField,
    Placement,
    RoleGrant,
    RoleGrantQuerySet,
    Scoped,
    Station,
    StationArea,
    StationQuerySet,
    Term,
)
from .suggestions import Suggestion

__all__ = [
    "Branch",
    "BranchDatedQuerySet",
    "BranchQuerySet",
    "FactorExemption",
    "LocalSetting",
    "PartyGroup",
    "PathField",
    "Placement",
    "RoleGrant",
    "RoleGrantQuerySet",
    "Scoped",
    "Station",
    "StationArea",
    "StationQuerySet",
    "Suggestion",
    "Term",
]
