"""Choose what to record: the five quick kinds with what is due beside them, the others folded."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from activities import agenda
from activities.duties import OPEN, Duty, State
from activities.kinds import QUICK_KINDS, Kind, held_by
from activities.models import Activity
from activities.views.matrix import CELL_STATES
from activities.views.places import asked_branch, choose_branch
from branches.models import Branch
from lib.templatetags.ui import chinese_date


@dataclass(frozen=True)
class KindRow:
    label: str
    url: str
    note: str
    state: str = ""
    word: str = ""


@require_safe
def activity_choose(request: AuthenticatedRequest) -> HttpResponse:
    branch = asked_branch(request, above=True)
    if branch is None:
        return choose_branch(request, "为哪个党组织记录", above=True)
    today = timezone.localdate()
    kinds = held_by(is_leaf=branch.is_leaf)
    quick = QUICK_KINDS if branch.is_leaf else kinds
    held = last_held(branch)
    due = _running(agenda.recent_duties(branch, today), today)
    context = {
        "branch": branch,
        "quick": [_row(branch, kind, held.get(kind), due[kind]) for kind in quick],
        "others": [_row(branch, kind, held.get(kind), due[kind]) for kind in kinds if kind not in quick],
    }
    return render(request, "activities/choose.html", context)


def last_held(branch: Branch) -> dict[str, date]:
    """Kind → the day it was last held."""
    rows = Activity.objects.valid().filter(branch=branch).order_by().values("kind")
    return dict(rows.annotate(last=Max("held_on")).values_list("kind", "last"))


def _running(recent: list[Duty], today: date) -> dict[str, list[Duty]]:
    """Kind → its duties of the running period."""
    found: dict[str, list[Duty]] = defaultdict(list)
    for duty in recent:
        if duty.period.contains(today):
            found[duty.rule.name].append(duty)
    return found


def _row(branch: Branch, kind: Kind, held: date | None, due: list[Duty]) -> KindRow:
    state = agenda.taken_together(due) if due else None
    return KindRow(
        label=str(kind.label),
        url=f"{reverse('activity_log', args=[kind.value])}?branch={branch.pk}",
        note=f"上次 {chinese_date(held)}" if held else "还没有记录",
        state=CELL_STATES[state] if state else "",
        word=_word(state, due) if state else "",
    )


def _word(state: State, due: list[Duty]) -> str:
    if state in OPEN:
        left = sum(not duty.is_met and duty.is_required for duty in due)
        return f"还差 {left} 个小组" if due[0].group_id else f"{chinese_date(due[0].due_on)}截止"
    return "不作要求" if state is State.NOT_APPLICABLE else f"{due[0].period.short_label}已开"
