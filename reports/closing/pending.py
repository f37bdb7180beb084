"""What may still change the figures of a period: shown before somebody locks it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from activities.models import Appeal, Supplement, Waiver
from activities.waivers import titles
from lib.periods import Period
from reports import drilldown, links
from reports.filters import DutyFilter

#: The state of the list of duties that the number below opens.
MISSED = "missed"


@dataclass(frozen=True)
class Waiting:
    """One request or record, with where it is answered or to be seen."""

    what: str
    branch: str
    text: str
    url: str


def waiting(period: Period, user: User) -> list[Waiting]:
    """Requests about ``period`` not answered, and records of it sent back and not completed. Three queries."""
    return [*_of_records(period, user), *_waivers(period, user)]


def _of_records(period: Period, user: User) -> Iterator[Waiting]:
    for what, model in (("退回补充，支部还没有补充", Supplement), ("到会更正申请，支部还没有答复", Appeal)):
        held = {"activity__held_on__gte": period.start, "activity__held_on__lte": period.end}
        found = model.objects.waiting().visible_to(user).filter(**held).order_by("activity__held_on", "pk")
        for row in found.select_related("activity__branch"):
            one = row.activity
            text = f"{one.held_on:%Y-%m-%d} {one.title}"
            yield Waiting(what, one.branch.short_name, text, reverse("activity_detail", args=[one.pk]))


def _waivers(period: Period, user: User) -> Iterator[Waiting]:
    """Once accepted, what they are about is owed no more."""
    found = Waiver.objects.waiting().visible_to(user).filter(start__lte=period.end, end__gte=period.start)
    for row in found.select_related("branch").order_by("start", "pk"):
        text = f"{row.start:%Y-%m}至{row.end:%Y-%m} {titles(row.codes)}"
        yield Waiting(
            "免开申请，上级还没有答复", row.branch.short_name, text, reverse("waiver", args=[row.pk])
        )


def missed(period: Period, user: User, today: date) -> tuple[int, str]:
    """How many duties are overdue, and the list of them."""
    query = QueryDict(f"period={period.code}&state={MISSED}")
    asked = DutyFilter(query, user=user, today=today).asked
    number = len(drilldown.in_state(drilldown.asked_duties(asked), MISSED))
    return number, links.duties(period, state=MISSED)
