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
from accounts.models import User
from activities import agenda
from activities.attendance import expected_people
from activities.duties import MET, STATE_LABELS, State
from activities.elections import reading as elections
from activities.filters import YearFilter
from activities.kinds import Kind
from activities.models import Activity
from activities.sight import Sight
from activities.views import yearly
from activities.views.assigned import due_items
from activities.views.matrix import CELL_STATES, months_down
from activities.year import BranchYear, Square, branch_year
from branches import temporary
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
    article: str
    url: str
    waive_url: str


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
    context["keeps_papers"] = branch.is_leaf and may(request.user, Right.KEEP_BRANCHES, branch.path)
    context |= _election(branch, request.user)
    context["findings"] = [shown(finding, request.user) for finding in findings_of(branch, today)]
    if not branch.is_leaf:
        # Whoever sees an organisation sees all below it.
        below = Branch.objects.filter(parent=branch).existing_on(today)
        own = Activity.objects.filter(branch=branch)[:RECENT]
        context |= {"below": below, "own": own, "yearly": yearly.section(branch, today.year, sight, today)}
        return render(request, "activities/branch.html", context)
    form = YearFilter(request.GET, today=today, years=_offered_years(today))
    context |= {"form": form} | _year(branch, form.asked_year, today, sight) | _people(branch, sight, today)
    context["yearly"] = yearly.section(branch, form.asked_year, sight, today)
    context["assigned"] = [item for _, item in due_items(branch, today)]
    if may(request.user, Right.ASK_TRANSFER, branch.path):
        context["movement"] = overdue.waiting(request.user, branch, today)
    return render(request, "activities/branch.html", context)


def _offered_years(today: date) -> range:
    """This year and those before it that the switch offers."""
    return range(today.year - YEARS_BACK, today.year + 1)


def _year(branch: Branch, number: int, today: date, sight: Sight) -> dict[str, Any]:
    year = branch_year(branch, number, today)
    return {
        "year": year,
        "years": _offered_years(today),
        "matrix": months_down(year, lambda square: _link(square, branch, today)),
        "notes": _notes(year, sight),
        "recent": Activity.objects.filter(branch=branch, held_on__year=number).select_related("group")[
            :RECENT
        ],
        "list_url": _list_url("activity_list", branch, period=number) if sight.sees_figures else "",
        "met_url": _list_url("duty_list", branch, period=number, state="met") if sight.sees_figures else "",
    }


def _list_url(page: str, branch: Branch, **asked: object) -> str:
    """The list of the branch's records, or of its duties."""
    return f"{reverse(page)}?{urlencode({'branch': branch.pk, **asked})}"


def _link(square: Square, branch: Branch, today: date) -> str:
    """To the line that says what is missing; else to the duty's page, with its reason and the records behind it."""
    if _is_told(square, today):
        return f"#{square.anchor}"
    return reverse("duty_page", args=[branch.pk, square.rule.name, square.period.code])


def _is_told(square: Square, today: date) -> bool:
    """Whether it stands among the notes: it has begun and is not done, or nothing is asked."""
    return square.state not in MET and (square.state is not State.TODO or square.opens_on <= today)


def _notes(year: BranchYear, sight: Sight) -> list[Note]:
    return [
        Note(
            anchor=square.anchor,
            label=square.label,
            state=CELL_STATES[square.state],
            word=STATE_LABELS[square.state],
            reasons=square.reasons,
            article=square.rule.article,
            url=_settle_url(square) if sight.may_mark else "",
            waive_url=_waive_url(square) if sight.may_explain else "",
        )
        for square in year.squares
        if _is_told(square, year.today)
    ]


def _settle_url(square: Square) -> str:
    open_ones = [duty for duty in square.duties if duty.is_required and not duty.is_met]
    return agenda.record_url(open_ones[0]) if open_ones else ""


def _waive_url(square: Square) -> str:
    return next(filter(None, map(agenda.waive_url, square.duties)), "")


def _leadership(branch: Branch, sight: Sight, today: date) -> dict[str, Any]:
    posts = Post.objects.on(today).filter(branch=branch, title__in=TITLES).select_related("member")
    ordered = sorted(posts, key=lambda post: (TITLES.index(Post.Title(post.title)), post.since, post.pk))
    leaders = [
        (
            f"{post.duty}{post.get_title_display()}" if post.duty else post.get_title_display(),
            sight.name(post.member.name),
        )
        for post in ordered
    ]
    term = Term.objects.filter(branch=branch, ended_on__isnull=True).order_by("-elected_on").first()
    return {"leaders": leaders, "term": term}


def _election(branch: Branch, user: User) -> dict[str, str]:
    """Where an election is begun, or the step at which one stands."""
    if not branch.is_leaf or not may(user, Right.RECORD, branch.path) or temporary.refusal(branch, "elect"):
        return {}
    row = branch.elections.unfinished().select_related("meeting").first()
    if row is None:
        return {"election_url": reverse("election_of_branch", args=[branch.pk])}
    return {"election_url": reverse("election", args=[row.pk]), "election_stage": elections.stage_of(row)}


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
