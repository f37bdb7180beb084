"""The page of one duty of a branch: how it stands, why, what asks for it, the records behind it, who was reminded."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from activities import agenda
from activities.duties import STATE_LABELS, Duty, State
from activities.models import Activity, ActivityQuerySet
from activities.regulations import Counts, Rule
from activities.sight import Sight
from activities.views.matrix import CELL_STATES
from activities.year import Square, told
from branches.models import Branch
from branches.scope import get_visible_or_404
from lib.periods import Period
from reminders import chasing

from .filters import period_or_404


@require_safe
def duty_page(request: AuthenticatedRequest, pk: int, kind: str, period: str) -> HttpResponse:
    """One query more than the duties, and one for the reminders."""
    branch: Branch = get_visible_or_404(Branch.objects.leaves(), request.user, pk=pk)
    today, asked = timezone.localdate(), period_or_404(period)
    found = [
        duty
        for duty in agenda.duties_of(branch, asked, today)
        if duty.rule.name == kind and duty.period == asked
    ]
    if not found:
        raise Http404
    square = Square(found[0].rule, asked, tuple(found))
    sight = Sight(request.user, branch.path)
    context = {
        "branch": branch,
        "square": square,
        "reasons": [told(duty) for duty in found],
        "state": CELL_STATES[square.state],
        "word": STATE_LABELS[square.state],
        "due_on": found[0].due_on,
        "begins_on": square.opens_on if square.opens_on > today else None,
        "records": _records(square.rule, branch, asked),
        "chased": _chased(found) if chasing.may_chase(request.user) else [],
        **_deeds(found, sight),
    }
    return render(request, "reports/duty.html", context)


def _records(rule: Rule, branch: Branch, asked: Period) -> ActivityQuerySet:
    """Those that the rule counts."""
    held = Activity.objects.valid().of_kind(rule.kind).held_in(asked).filter(branch=branch)
    held = held.select_related("group")
    return held if rule.counts is Counts.HELD else held.filter(secretaryreport__is_given=True)


def _deeds(found: Sequence[Duty], sight: Sight) -> dict[str, Any]:
    """Where it is settled, or asked not to be held, as far as the reader may."""
    open_ones = [duty for duty in found if duty.is_required and not duty.is_met]
    return {
        "record_url": agenda.record_url(open_ones[0]) if open_ones and sight.may_mark else "",
        "waive_url": agenda.waive_url(open_ones[0]) if open_ones and sight.may_explain else "",
        "is_late": any(duty.state is State.OVERDUE for duty in open_ones),
    }


def _chased(found: Sequence[Duty]) -> list[str]:
    rows = chasing.latest([duty.subject for duty in found])
    return [
        f"{duty.group_name} {row.on:%Y-%m-%d} {row.by.name if row.by else ''} 催办".strip()
        for duty in found
        if (row := rows.get(duty.subject))
    ]
