"""Rows that are about somebody: how one is listed, and the roster of the day of which most figures are made."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from branches.roles import Right
from lib.masking import mask_day, mask_name
from lib.periods import anniversary
from members.models import StatusPeriod
from members.statistics import on_roster, people_with
from reports.asked import Asked

from .base import Line
from .things import Rows

Status = StatusPeriod.Status
STANDINGS = dict(Status.choices)


def person(name: str, pk: UUID | None, named: bool) -> tuple[str, str]:
    """What a person is called in a list, and where his page is; who is not on the roster (pk None) has none."""
    return name if named else mask_name(name), reverse("member_detail", args=[pk]) if pk else ""


def listed(*columns: Callable[[Any], object]) -> Callable[[Any, bool], Line]:
    """Lines of rows that have a ``member`` and a ``branch``: the person, the branch, then ``columns``.

    Of a day beside a masked name the year alone.
    """

    def show(row: Any, named: bool) -> Line:
        label, url = person(row.member.name, row.member_id, named)
        return Line(label, url, (row.branch.short_name, *(_text(column(row), named) for column in columns)))

    return show


def _text(value: object, named: bool) -> str:
    if isinstance(value, date) and not named:
        return mask_day(value)
    return "—" if value in (None, "") else str(value)


def _roster(asked: Asked) -> Any:
    return on_roster(asked.ranges, asked.day)


def _on_the_way(asked: Asked) -> Any:
    return people_with(
        (Status.APPLICANT, Status.ACTIVIST, Status.TARGET, Status.PROBATIONARY), asked.ranges, asked.day
    )


IN_ORDER = ("branch__order_key", "member__name_order", "pk")
ROSTER = Rows(
    noun="人",
    find=_roster,
    heads=("姓名", "党支部", "人员类别", "入党日期", "转正日期"),
    show=listed(
        lambda row: STANDINGS[row.standing], lambda row: row.member.joined_on, lambda row: row.member.full_on
    ),
    right=Right.SEE_MEMBERS,
    order=IN_ORDER,
    select=("member", "branch"),
)
ON_THE_WAY = Rows(
    noun="人",
    find=_on_the_way,
    heads=("姓名", "党支部", "人员类别"),
    show=listed(lambda row: STANDINGS[row.standing]),
    right=Right.SEE_DEVELOPMENT,
    order=IN_ORDER,
    select=("member", "branch"),
)

PROBATIONARY = Q(standing=Status.PROBATIONARY)
FULL = Q(standing=Status.FULL)
FEMALE = Q(member__sex="female")


def aged(youngest: int, oldest: int) -> Callable[[Asked], Q]:
    """Whose age in whole years on the day lies from ``youngest`` to ``oldest``, both included."""
    return _years_since("member__birth_date", youngest, oldest)


def standing_for(fewest: int, most: int) -> Callable[[Asked], Q]:
    """Whose 党龄 in whole years on the day lies from ``fewest`` to ``most`` (党章 7: from full membership)."""
    return _years_since("member__full_on", fewest, most)


def _years_since(field: str, fewest: int, most: int) -> Callable[[Asked], Q]:
    def condition(asked: Asked) -> Q:
        latest = anniversary(asked.day, asked.day.year - fewest)
        after = anniversary(asked.day, asked.day.year - most - 1)
        return Q(**{f"{field}__lte": latest, f"{field}__gt": after})

    return condition
