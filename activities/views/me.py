"""One's own page: who one is here, and one's own attendance of the year."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from activities import appeals, check_ins, hours, minutes, own_pages
from activities.models import Appeal, Attendance, LeaveRequest, MakeUp
from branches.roles import Role
from branches.scope import grants_of
from lib.periods import year_of
from members import birthdays, greetings
from members.models import ON_ROSTER, Member

State = Attendance.State
#: Attendance → the state of the status tag.
STATES: dict[str, str] = {
    State.PRESENT: "done",
    State.LEAVE: "due",
    State.ABSENT: "late",
    State.EXEMPT: "exempt",
}


@dataclass(frozen=True)
class OwnAttendance:
    """A record one was expected at."""

    day: date
    kind: str
    title: str
    state: str
    label: str
    reason: str
    made_up_on: date | None
    record: UUID
    appeal: Appeal | None


@require_safe
def me(request: AuthenticatedRequest) -> HttpResponse:
    member = Member.objects.select_related("branch").filter(account=request.user).first()
    year = year_of(timezone.localdate())
    context: dict[str, Any] = {"member": member, "roles": _roles(request.user), "year": year}
    if member:
        own = Attendance.objects.filter(
            member=member,
            activity__withdrawn_at__isnull=True,
            activity__held_on__range=(year.start, year.end),
        )
        context |= {
            "figures": _figures(own),
            "attendances": _lines(own, member),
            **_birthday(member, request.user),
        }
        context["open_now"] = check_ins.open_for(member, timezone.now())
        context |= {"tasks": minutes.tasks_of(member), "hours": hours.of_people([member], year.start.year)[0]}
        context |= _leave(member)
        context["more"] = own_pages.lines_of(request.user, timezone.localdate())
        context["exemptions"] = member.exemptions.exclude(until__lt=timezone.localdate())
    return render(request, "activities/me.html", context)


def _leave(member: Member) -> dict[str, Any]:
    """What was asked of the days to come and became of it."""
    coming = member.leave_requests.exclude(state=LeaveRequest.State.WITHDRAWN).order_by("on", "pk")
    return {
        "may_ask_leave": member.status in ON_ROSTER,
        "leaves": coming.filter(on__gte=timezone.localdate()),
    }


def _birthday(member: Member, user: User) -> dict[str, Any]:
    """One's own political birthday of this year, and the greeting for it. Three queries."""
    today = timezone.localdate()
    declined = greetings.wants_none(member)
    rules = birthdays.reckoning()
    return {
        "birthday": birthdays.birthday_of(member, today.year, rules, is_opted_out=declined),
        "greeting": None if declined else greetings.own(user, today),
    }


def _roles(user: User) -> list[tuple[str, str]]:
    """Role and where it holds."""
    return [
        (str(Role(grant.role).label), str(grant.branch or grant.station or "全校"))
        for grant in grants_of(user)
    ]


def _figures(own: QuerySet[Attendance]) -> dict[str, int]:
    return own.aggregate(
        expected=Count("pk", filter=~Q(state=State.EXEMPT)),
        present=Count("pk", filter=Q(state=State.PRESENT)),
        on_leave=Count("pk", filter=Q(state=State.LEAVE)),
        absent=Count("pk", filter=Q(state=State.ABSENT)),
    )


def _lines(own: QuerySet[Attendance], member: Member) -> list[OwnAttendance]:
    made_up = MakeUp.objects.filter(activity=OuterRef("activity"), member=OuterRef("member")).values("on")
    rows = (
        own.annotate(made_up_on=Subquery(made_up)).order_by("-activity__held_on").select_related("activity")
    )
    found = list(rows)
    said = appeals.latest_of(member, [row.activity_id for row in found])
    return [
        OwnAttendance(
            row.activity.held_on,
            str(row.activity.get_kind_display()),
            row.activity.title,
            STATES[row.state],
            str(row.get_state_display()),
            row.reason,
            row.made_up_on,
            row.activity_id,
            said.get(row.activity_id),
        )
        for row in found
    ]
