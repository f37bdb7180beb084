"""The secretary's first page: what is due, whose birthday it is, the year so far."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.http import AuthenticatedRequest
from accounts.models import User
from activities import agenda, appeals, jointly, leave, own_pages, supplements, waivers
from activities.agenda import duties_of
from activities.duties import Duty, State
from activities.views import assigned, resolutions
from activities.views.due import DueItem, near
from activities.views.matrix import months_across
from activities.views.places import Choice, asked_branch, own_branches
from activities.views.planned import coming
from activities.year import laid_out
from branches.models import Branch
from branches.roles import Right
from branches.scope import covering_ranges, may
from lib.periods import month_of, year_of
from members import celebrations, greetings
from members.birthdays import between

SHOWN_BRANCHES = 6

Items = list[tuple[date, DueItem]]


def secretary_home(
    request: AuthenticatedRequest, also_due: Callable[[User, Branch, date], Items]
) -> HttpResponse:
    """For whoever records for a branch; with several branches, the first of them unless the address names one.

    ``also_due`` are the lines that a room above this one adds.
    """
    branches = list(own_branches(request.user, Right.TAKE_ATTENDANCE)[:SHOWN_BRANCHES])
    branch = asked_branch(request) if "branch" in request.GET or not branches else branches[0]
    assert branch is not None, "asked_branch refuses whoever has none"
    today = timezone.localdate()
    writes = may(request.user, Right.RECORD, branch.path)
    may_waive = may(request.user, Right.EXPLAIN, branch.path)
    asked = [*also_due(request.user, branch, today), *(_asked(branch, today) if writes else [])]
    undated: dict[str, list[Any]] = {
        "invitations": jointly.waiting_for(branch),
        "appeals": appeals.waiting_for(branch),
        "supplements": supplements.waiting_for(branch) if writes else [],
        "more": own_pages.open_lines_of(request.user, today),
    }
    context = {
        "branch": branch,
        "greeting": greetings.own(request.user, today),
        "branches": _switch(branches, branch, request.path),
        "writes": writes,
        "coming": coming(branch, today) if writes else [],
        **undated,
        **_duties(branch, today, asked, sum(map(len, undated.values())), may_waive=may_waive),
        "waivers": waivers.news_of(branch, timezone.now()) if may_waive else [],
        "leaves": leave.coming([branch], today),
        **(_birthdays(branch, today) if may(request.user, Right.SEE_MEMBERS, branch.path) else {}),
    }
    return render(request, "activities/home.html", context)


def _switch(branches: list[Branch], shown: Branch, path: str) -> list[Choice]:
    if len(branches) < 2:
        return []
    return [Choice(one.short_name, f"{path}?branch={one.pk}", current=one == shown) for one in branches]


def _asked(branch: Branch, today: date) -> Items:
    """What was asked from above and what the branch decided itself: both are for those who record."""
    return [*assigned.due_items(branch, today), *resolutions.due_items(branch, today)]


def _duties(branch: Branch, today: date, asked: Items, undated: int, *, may_waive: bool) -> dict[str, Any]:
    """Open items and the year, from one evaluation of this year and the last quarter; ``undated`` is how many things
    without a day wait beside them.
    """
    year = year_of(today)
    period, ending_from = agenda.recent(today)
    found = duties_of(branch, period, today)
    due = agenda.open_duties([duty for duty in found if duty.period.end >= ending_from], today)
    laid = laid_out([d for d in found if d.period.start >= year.start], today.year, today)
    items = [(duty.due_on, due_item(duty, today, may_waive=may_waive)) for duty in due]
    days = [*((duty.due_on, duty.is_missed) for duty in due), *_days(asked)]
    return {
        "headline": headline(days, today, undated),
        "items": _in_order([*items, *asked]),
        "year": year,
        "matrix": months_across(laid),
        "matrix_rules": laid.rules,
    }


def _days(asked: Items) -> list[tuple[date, bool]]:
    return [(day, item.is_late) for day, item in asked]


def _in_order(items: Items) -> list[DueItem]:
    return [item for _, item in sorted(items, key=lambda each: each[0])]


def headline(due: list[tuple[date, bool]], today: date, undated: int = 0) -> str:
    """还有 3 件事，1 件逾期，2 件明天截止."""
    number = len(due) + undated
    if not number:
        return "现在没有要办的事"
    overdue = sum(is_missed for _, is_missed in due)
    first = min((day for day, is_missed in due if not is_missed and day >= today), default=None)
    parts = [f"还有 {number} 件事"]
    if overdue:
        parts.append(f"{overdue} 件逾期")
    if first:
        soon = sum(day == first for day, _ in due)
        parts.append(f"{soon} 件{_day_in_words(first, today)}截止")
    return "，".join(parts)


def due_item(duty: Duty, today: date, *, may_waive: bool) -> DueItem:
    held = f"已开 {duty.held} 次" if duty.held else "还没开"
    overdue = duty.state is State.OVERDUE
    return DueItem(
        day=duty.due_on.day,
        when=f"{duty.due_on.month}月 已逾期" if overdue else near(duty.due_on, today),
        is_soon=duty.state is State.DUE,
        is_late=overdue,
        title=duty.title,
        note=f"{duty.period.short_label}应开 {duty.rule.count} 次，{held}"
        + ("，已开展的可补记" if overdue else ""),
        url=agenda.record_url(duty),
        waive_url=agenda.waive_url(duty) if may_waive else "",
        article=duty.rule.article,
    )


def _day_in_words(day: date, today: date) -> str:
    return {0: "今天", 1: "明天"}.get((day - today).days, f"{day.month}月{day.day}日")


def _birthdays(branch: Branch, today: date) -> dict[str, Any]:
    """This month's political birthdays and how many of them are still open."""
    month = month_of(today)
    found = between(month.start, month.end, covering_ranges([branch.path]))
    done = celebrations.done_about(found)
    coming = [birthday for birthday in found if birthday.day >= today]
    return {
        "month": month,
        "born": celebrations.figures(found, done),
        "next_born": [one for one in coming if one.day == coming[0].day],
    }
