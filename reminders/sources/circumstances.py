"""What is due about people who are away, kept or suspended: a contact, a transfer, a conclusion, what may follow."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from branches.roles import Right
from members import overdue
from members.membership_rules import ABROAD_TOO_LONG, CONTACTED, FLOATING, LOST, LOST_REMOVED
from members.models import Circumstance, Departure, Member, Suspension, Transfer

from .due import LEAD, Due
from .recipients import Recipients

PREFIX = "away:"
#: Who may do it; what is not here is for whoever keeps members.
OF_THE_BRANCH = (overdue.CONTACT, overdue.CONCLUDE, overdue.TRANSFER)


def due(on: date, told: Recipients) -> Iterator[Due]:
    """Duties a week before their day, told to the branch; what has become possible on its day, told to its staff."""
    branch, staff = told.of(Right.ASK_TRANSFER), told.of(Right.KEEP_MEMBERS)
    for found in overdue.of_people(Member.objects.all(), on, Transfer.objects.none()):
        assert found.member
        may_follow = found.deed not in OF_THE_BRANCH
        address = (staff if may_follow else branch).get(found.member.branch_id)
        if address is None or not (found.is_late if may_follow else found.due_on <= on + LEAD):
            continue
        subject = f"{PREFIX}{found.member.pk}:{found.rule.code}:{found.since}"
        for user_id in address.users:
            yield Due(
                kind="standing" if may_follow else "contact",
                subject=subject,
                named=f"{address.code}:{found.member.number}:{found.rule.code}:{found.since}",
                due_on=found.due_on,
                recipient_id=user_id,
                title=f"{found.name}：{found.title}，{found.next_step}",
                detail=f"{found.place}：从{found.since:%Y-%m-%d}算起（{found.rule.article}）",
                url=_url(found),
                branch_path=address.path,
            )


def _url(found: overdue.Due) -> str:
    assert found.member
    if found.deed == overdue.TRANSFER:
        return reverse("member_transfer", args=[found.member.pk])
    if found.circumstance and found.deed in (overdue.CONTACT, overdue.CONCLUDE):
        return reverse(f"circumstance_{found.deed}", args=[found.circumstance.pk])
    return reverse("member_movement", args=[found.member.pk, found.deed])


@dataclass(frozen=True)
class _Known:
    """What has been entered since about the people asked for, each with the day."""

    contacts: set[tuple[str, str]]
    ended: set[tuple[str, str]]
    suspended: set[tuple[str, str]]
    gone: set[tuple[str, str]]


def met(subjects: set[str], on: date) -> set[str]:
    """Contacts that were made, circumstances that ended, people who were suspended or struck off. Four queries."""
    asked = {
        subject: subject.removeprefix(PREFIX).split(":") for subject in subjects if subject.startswith(PREFIX)
    }
    if not asked:
        return set()
    known = _known({UUID(member) for member, _, _ in asked.values()})
    return {
        subject for subject, (member, code, since) in asked.items() if _is_met(known, member, code, since)
    }


def _is_met(known: _Known, member: str, code: str, since: str) -> bool:
    if code in (CONTACTED.code, FLOATING.code):
        return any(who == member and day > since for who, day in known.contacts)
    if code in (LOST.code, ABROAD_TOO_LONG.code):
        return any(who == member and day >= since for who, day in known.suspended)
    if code == LOST_REMOVED.code:
        return any(who == member and day >= since for who, day in known.gone)
    return (member, since) in known.ended


def _known(members: set[UUID]) -> _Known:
    def days(
        rows: QuerySet[Circumstance] | QuerySet[Suspension] | QuerySet[Departure], name: str
    ) -> set[tuple[str, str]]:
        found = rows.filter(member__in=members).order_by().values_list("member", name)
        return {(str(member), str(day)) for member, day in found}

    circumstances = Circumstance.objects.all()
    return _Known(
        contacts=days(circumstances.filter(contacted_on__isnull=False), "contacted_on"),
        ended=days(circumstances.filter(until__isnull=False), "since"),
        suspended=days(Suspension.objects.all(), "since"),
        gone=days(Departure.objects.filter(annulled_at=None), "on"),
    )
