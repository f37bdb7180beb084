"""What a form is about: whose record, of which branch and kind."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounts.models import User
from branches.models import Branch, PartyGroup

from . import check_ins, expected, leave, records
from .attendance import ExpectedPerson, Mark
from .kinds import CONFIDENTIAL, LECTURED, Expected, Kind, expected_of, may_also_be
from .models import Activity, Invitation


@dataclass(frozen=True)
class Occasion:
    """``user`` records for ``branch``; ``activity`` is the record being corrected, ``anew`` by the roster as it is now;
    ``invitation`` asks for a record to be.
    """

    user: User
    branch: Branch
    kind: str
    activity: Activity | None = None
    anew: bool = False
    invitation: Invitation | None = None

    @property
    def label(self) -> str:
        return str(Kind(self.kind).label)

    @property
    def may_also_be(self) -> list[Kind]:
        return may_also_be(self.kind, is_leaf=self.branch.is_leaf)

    @property
    def is_chosen(self) -> bool:
        """Whoever the secretary chooses takes part; who is not marked had no part in it."""
        return expected_of(self.kind) is Expected.CHOSEN

    @property
    def is_confidential(self) -> bool:
        """There are no notes that others could read."""
        return self.kind in CONFIDENTIAL

    @property
    def is_lectured(self) -> bool:
        """Somebody lectures, whatever else it is."""
        return self.kind in LECTURED

    def people(self, day: date, group: PartyGroup | None, *, is_part: bool) -> list[ExpectedPerson]:
        if self.activity:
            return expected.for_correction(self.activity, day, anew=self.anew)
        whole = self.invitation.activity_id if self.invitation and is_part else None
        return expected.once(self.kind, self.branch, day, group, whole=whole)

    def groups(self, day: date) -> list[PartyGroup]:
        """The party groups to choose from; a record keeps its own."""
        if self.kind != Kind.GROUP_MEETING or self.activity:
            return []
        return list(self.branch.groups.on(day))

    def leave_asked(self, day: date) -> dict[UUID, str]:
        """Person → reason of the leave asked for; a record that is there says itself what was."""
        return {} if self.activity else leave.asked_for(self.branch, self.kind, day)

    def signed_in(self, day: date, group: PartyGroup | None) -> set[UUID]:
        """Who signed in for the record to be."""
        if self.activity:
            return set()
        lead = self.invitation.activity if self.invitation else None
        return check_ins.signed_in(self.branch, self.kind, day, group, lead)

    def marks(self) -> dict[UUID, Mark]:
        return records.marks_of(self.activity) if self.activity else {}
