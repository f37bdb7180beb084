"""Whom a record expects: the list of its day, frozen at saving, each person once in what several branches hold."""

from datetime import date
from uuid import UUID

from branches.models import Branch, PartyGroup

from . import partners
from .attendance import ExpectedPerson, exempt_on, expected_people
from .kinds import Expected, expected_of
from .models import Activity, Attendance


def for_correction(activity: Activity, held_on: date, *, anew: bool = False) -> list[ExpectedPerson]:
    """The list frozen at saving, as long as the date stands; a new date asks the roster of that date, and so does
    ``anew``, for what the roster says of it now.

    A record that only counts heads has no list yet: the roster is asked, and the names replace the count. Who was
    exempt stays so, and who was made exempt of that day since may be marked so.
    """
    if anew or held_on != activity.held_on or activity.is_heads_only:
        return _anew(activity, held_on)
    frozen = activity.attendances.order_by("member__name_order", "member__number")
    rows = frozen.annotate(exempt=exempt_on(held_on, "member")).values_list(
        "member", "member__name", "may_vote", "exempt", "state"
    )
    is_chosen = expected_of(activity.kind) is Expected.CHOSEN
    people = [
        ExpectedPerson(pk, name, votes, state == Attendance.State.EXEMPT or (exempt and not is_chosen))
        for pk, name, votes, exempt, state in rows
    ]
    if is_chosen:
        known = {person.member_id for person in people}
        others = _anew(activity, held_on)
        people += [person for person in others if person.member_id not in known]
    return people


def _anew(activity: Activity, held_on: date) -> list[ExpectedPerson]:
    what = (activity.kind, activity.branch, held_on, activity.group)
    return once(*what, whole=activity.joint_of_id or activity.pk, own=activity.pk)


def once(
    kind: str,
    branch: Branch,
    held_on: date,
    group: PartyGroup | None,
    *,
    whole: UUID | None,
    own: UUID | None = None,
) -> list[ExpectedPerson]:
    """The expected list of the day; of what ``whole`` leads without those who stand on the roll of another record
    than ``own``: a guest of one branch belongs to another, and nobody is counted twice.
    """
    people = expected_people(kind, branch, held_on, group)
    elsewhere = partners.enrolled(whole, own) if whole and people else set()
    return [person for person in people if person.member_id not in elsewhere]
