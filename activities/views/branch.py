"""A branch on one page: its year of duties, who leads it, its people, its last records."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from activities import agenda
from activities.attendance import expected_people
from activities.duties import MET, STATE_LABELS, Duty, State
from activities.filters import YearFilter
from activities.kinds import Kind
from activities.models import Activity
from activities.sight import Sight
from activities.views.assigned import due_items
from activities.views.matrix import CELL_STATES, months_down
from activities.year import BranchYear, Square, branch_year
from branches.models import Branch, Term
from branches.roles import Right
from branches.scope import get_visible_or_404, grants_of, may
from lib.dated import holds_on
from members import overdue
from members.health import findings_of
from members.models import GroupMembership, Post
from members.remedies import shown

YEARS_BACK = 2
RECENT = 8
TITLES = (Post.Title.SECRETARY, Post.Title.DEPUTY, Post.Title.COMMITTEE)


@dataclass(frozen=True)
class Note:
    """Why a square of the matrix is not simply done; ``url`` opens the form that settles it."""

    anchor: str
    label: str
    state: str
    word: str
    reasons: list[str]
    url: str


@require_safe
def branch_own(request: AuthenticatedRequest) -> HttpResponse:
    """The page of the branch one works for; without any grant, one's own page."""
    grants = sorted(
        (grant for grant in grants_of(request.user) if grant.branch), key=lambda g: -len(g.branch_path)
    )
    if not grants:
        return redirect("me")
    return redirect("branch_page", grants[0].branch_id)


@require_safe
def branch_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    branch: Branch = get_visible_or_404(Branch.objects.select_related("parent"), request.user, pk=pk)
    today = timezone.localdate()
    sight = Sight(request.user, branch.path)
    context: dict[str, Any] = {"branch": branch, "sight": sight, **_leadership(branch, sight, today)}
    context["findings"] = [shown(finding, request.user) for finding in findings_of(branch, today)]
    if not branch.is_leaf:
        # Whoever sees an organisation sees all below it.
        below = Branch.objects.filter(parent=branch).existing_on(today)
        return render(request, "activities/branch.html", {**context, "below": below})
    form = YearFilter(request.GET, today=today, years=_offered_years(today))
    context |= {"form": form} | _year(branch, form.asked_year, today, sight) | _people(branch, sight, today)
    context["assigned"] = [item for _, item in due_items(branch, today)]
    if may(request.user, Right.ASK_TRANSFER, branch.path):
        context["movement"] = overdue.waiting(request.user, branch, today)
    return render(request, "activities/branch.html", context)


def _offered_years(today: date) -> range:
    """This year and those before it that the switch offers."""
    return range(today.year - YEARS_BACK, today.year + 1)


def _year(branch: Branch, number: int, today: date, sight: Sight) -> dict[str, Any]:
    year = branch_year(branch, number, today)
    records = list(
        Activity.objects.filter(branch=branch, held_on__year=number).only(
            "kind", "also_kinds", "title", "held_on", "withdrawn_at", "expected", "present", "branch_path"
        )
    )
    return {
        "year": year,
        "years": _offered_years(today),
        "matrix": months_down(year, lambda square: _link(square, branch, records, sight)),
        "notes": _notes(year, sight),
        "recent": records[:RECENT],
        "list_url": _list_url(branch, period=number) if sight.sees_figures else "",
    }


def _list_url(branch: Branch, **asked: object) -> str:
    """The list of the branch's records."""
    return f"{reverse('activity_list')}?{urlencode({'branch': branch.pk, **asked})}"


def _link(square: Square, branch: Branch, records: list[Activity], sight: Sight) -> str:
    """To the one record that met the duty, to the list of several, or to the line that says what is missing."""
    if square.state is State.TODO and square.period.start > timezone.localdate():
        return ""
    if square.state not in MET:
        return f"#{square.anchor}"
    kind = square.rule.kind
    met = [
        record
        for record in records
        if kind in record.kinds and not record.is_withdrawn and square.period.contains(record.held_on)
    ]
    if len(met) == 1:
        return reverse("activity_detail", args=[met[0].pk])
    return _list_url(branch, period=square.period.code, kind=kind.value) if sight.sees_figures else ""


def _notes(year: BranchYear, sight: Sight) -> list[Note]:
    """A line for each square that has begun and is not done, or of which nothing is asked."""
    return [
        Note(
            anchor=square.anchor,
            label=square.label,
            state=CELL_STATES[square.state],
            word=STATE_LABELS[square.state],
            reasons=[_reason(duty) for duty in square.duties if not duty.is_met],
            url=_settle_url(square) if sight.may_mark else "",
        )
        for square in year.squares
        if square.state not in MET and (square.state is not State.TODO or square.period.start <= year.today)
    ]


def _reason(duty: Duty) -> str:
    return f"{duty.group_name}：{duty.reason}" if duty.group_name else duty.reason


def _settle_url(square: Square) -> str:
    open_ones = [duty for duty in square.duties if duty.is_required and not duty.is_met]
    return agenda.record_url(open_ones[0]) if open_ones else ""


def _leadership(branch: Branch, sight: Sight, today: date) -> dict[str, Any]:
    posts = Post.objects.on(today).filter(branch=branch, title__in=TITLES).select_related("member")
    ordered = sorted(posts, key=lambda post: TITLES.index(Post.Title(post.title)))
    leaders = [
        (
            f"{post.duty}{post.get_title_display()}" if post.duty else post.get_title_display(),
            sight.name(post.member.name),
        )
        for post in ordered
    ]
    term = Term.objects.filter(branch=branch, ended_on__isnull=True).order_by("-elected_on").first()
    return {"leaders": leaders, "term": term}


def _people(branch: Branch, sight: Sight, today: date) -> dict[str, Any]:
    roster = expected_people(Kind.GENERAL_MEETING, branch, today)
    groups: dict[int, tuple[str, list[str]]] = {
        group.pk: (group.name, []) for group in branch.groups.on(today)
    }
    seats = GroupMembership.objects.filter(holds_on(today), group__in=groups).order_by("member__name_order")
    for group, name in seats.values_list("group", "member__name"):
        groups[group][1].append(sight.name(name))
    return {
        "members": [(one.member_id, sight.name(one.name), not one.may_vote) for one in roster],
        "probationary": sum(not one.may_vote for one in roster),
        "groups": list(groups.values()),
    }
