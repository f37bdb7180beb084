"""Lists about coming and going, and what is entered about one person: away, suspended, restored, gone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from accounts.models import User
from accounts.proof import confirmed
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from lib.sheets.outgoing import Outgoing
from lib.sheets.sending import send
from members import circumstances, departures, movement_lists, suspensions
from members.graduation import figures
from members.membership_rules import MovementError
from members.models import Circumstance, Departure, Member
from members.movement_forms import (
    AnnulForm,
    AwayForm,
    ContactForm,
    DepartForm,
    EndForm,
    Filter,
    RestoreForm,
    SuspendForm,
)
from members.movement_lists import LISTINGS, Listing, shown, summary

PER_PAGE = 50
#: The pages of the tabs over every list.
TABS = (
    ("transfers", "转接", "transfer_list"),
    ("away", "外出与失联", "away_list"),
    ("departures", "离开", "departure_list"),
    ("corrections", "名册更正", "correction_list"),
    ("destinations", "毕业去向", "destination_list"),
)


def _list(request: AuthenticatedRequest, listing: Listing, **more: Any) -> HttpResponse:
    user = request.user
    if not has_right(user, listing.right):
        raise PermissionDenied("组织关系由党支部书记和上级工作人员办理。")
    form = Filter(request.GET, user=user, listing=listing.code, right=listing.right)
    asked = form.asked()
    found = listing.find(user, asked)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        (row, [shown(cell) for cell in row.cells], summary(listing, row)) for row in listing.rows(user, page)
    ]
    context = {
        "listing": listing,
        "form": form,
        "asked": asked.as_parameters(),
        "page": page,
        "rows": rows,
        "has_deeds": any(row.deeds for row, _, _ in rows),
        "tabs": [
            (label, reverse(name), code == listing.code) for code, label, name in TABS if _may(user, code)
        ],
        "list_url": request.path,
        "may_export": has_right(user, Right.EXPORT),
        "may_register": listing.code == "transfers" and has_right(user, Right.TRANSFER),
        "may_graduate": listing.code in ("transfers", "destinations") and has_right(user, Right.TRANSFER),
        **more,
    }
    return render(request, "members/movement_list.html", context)


def _may(user: User, code: str) -> bool:
    return has_right(user, LISTINGS[code].right)


@require_safe
def transfer_list(request: AuthenticatedRequest) -> HttpResponse:
    return _list(request, LISTINGS["transfers"])


@require_safe
def away_list(request: AuthenticatedRequest) -> HttpResponse:
    return _list(request, LISTINGS["away"])


@require_safe
def departure_list(request: AuthenticatedRequest) -> HttpResponse:
    return _list(request, LISTINGS["departures"])


@require_safe
def correction_list(request: AuthenticatedRequest) -> HttpResponse:
    return _list(request, LISTINGS["corrections"])


@require_safe
def destination_list(request: AuthenticatedRequest) -> HttpResponse:
    """Destinations counted for members and others alike, each number with its list."""
    listing = LISTINGS["destinations"]
    form = Filter(request.GET, user=request.user, listing=listing.code, right=listing.right)
    return _list(request, listing, figures=figures(request.user, form.asked()))


@confirmed
@require_POST
@leaving
def movement_export(request: AuthenticatedRequest, which: str) -> HttpResponseBase:
    """A list as a workbook; what was not understood is not left out, as on the page."""
    user, listing = request.user, LISTINGS.get(which)
    if listing is None:
        raise Http404
    if not (has_right(user, listing.right) and has_right(user, Right.EXPORT)):
        raise PermissionDenied
    form = Filter(request.POST, user=user, listing=listing.code, right=listing.right)
    asked = form.asked()
    if form.errors:
        raise Http404
    content = Outgoing(request.POST)
    movement_lists.write(content, listing, user, asked)
    return send(content, f"{listing.title}-{timezone.localdate():%Y%m%d}")


@dataclass(frozen=True)
class PersonVerb:
    """Something entered about one person: the form, the verb, its words."""

    title: str
    button: str
    note: str
    form: type[forms.Form]
    do: Callable[..., object]


_VERBS: dict[str, PersonVerb] = {
    "away": PersonVerb(
        "登记外出或失联",
        "登记",
        "流动：外出6个月以上未转移组织关系。失去联系满6个月的，可以停止党籍。",
        AwayForm,
        circumstances.begin,
    ),
    "suspend": PersonVerb(
        "停止党籍",
        "停止党籍",
        "从生效日期起不在名册上，职务同时结束（教育管理条例第二十四条）。",
        SuspendForm,
        suspensions.suspend,
    ),
    "restore": PersonVerb(
        "恢复党籍",
        "恢复党籍",
        "按规定程序批准后登记，从生效日期起回到名册（教育管理条例第二十四条）。",
        RestoreForm,
        suspensions.restore,
    ),
    "depart": PersonVerb(
        "登记离开",
        "登记离开",
        "从生效日期起不在名册上，职务、党小组和工作站安排同时结束。转出校外的请办理转接。",
        DepartForm,
        departures.depart,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def member_movement(request: AuthenticatedRequest, pk: UUID, verb: str) -> HttpResponse:
    if verb not in _VERBS:
        raise Http404
    member = get_visible_or_404(Member.objects.select_related("branch"), request.user, pk=pk)
    if not may(request.user, Right.KEEP_MEMBERS, member.branch_path):
        raise PermissionDenied("党籍和离开由组织部和二级党组织工作人员登记。")
    asked = _VERBS[verb]
    return _form_page(
        request,
        asked.form(request.POST or None),
        lambda form: asked.do(member, by=request.user, **form.cleaned_data),
        title=f"{asked.title}：{member.name}",
        note=asked.note,
        button=asked.button,
        done=f"{member.name}：已{asked.button}。",
        back_url=reverse("member_detail", args=[pk]),
        is_danger=verb == "depart",
    )


def _circumstance(request: AuthenticatedRequest, pk: int) -> Circumstance:
    rows = Circumstance.objects.select_related("member")
    row: Circumstance = get_visible_or_404(rows, request.user, pk=pk)
    if not may(request.user, Right.ASK_TRANSFER, row.member.branch_path):
        raise PermissionDenied("由党支部书记和上级工作人员登记。")
    return row


@require_http_methods(["GET", "HEAD", "POST"])
def circumstance_contact(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = _circumstance(request, pk)
    return _form_page(
        request,
        ContactForm(request.POST or None),
        lambda form: circumstances.contact(row, by=request.user, **form.cleaned_data),
        title=f"登记联系：{row.member.name}",
        note="出国（境）党员每半年至少联系1次（教育管理条例第三十四条）。",
        button="登记",
        done=f"{row.member.name}：已登记联系。",
        back_url=reverse("away_list"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def circumstance_end(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = _circumstance(request, pk)
    return _form_page(
        request,
        EndForm(request.POST or None),
        lambda form: circumstances.end(row, by=request.user, **form.cleaned_data),
        title=f"结束{row.get_kind_display()}：{row.member.name}",
        note=f"{row.since} 起{row.get_kind_display()}。",
        button="结束",
        done=f"{row.member.name}：已结束{row.get_kind_display()}。",
        back_url=reverse("away_list"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def departure_annul(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = get_visible_or_404(Departure.objects.select_related("member"), request.user, pk=pk)
    if not may(request.user, Right.TRANSFER, row.branch_path):
        raise PermissionDenied("离开登记由组织部和二级党组织工作人员撤销。")
    return _form_page(
        request,
        AnnulForm(request.POST or None),
        lambda form: departures.annul(row, by=request.user, **form.cleaned_data),
        title=f"撤销登记：{row.member.name}",
        note=f"{row.on} {row.get_kind_display()}。名册恢复原样，职务和党小组须另行安排。",
        button="撤销登记",
        done=f"{row.member.name}：已撤销离开登记。",
        back_url=reverse("departure_list"),
        is_danger=True,
    )


def _form_page(
    request: AuthenticatedRequest,
    form: forms.Form,
    verb: Callable[[forms.Form], object],
    *,
    done: str,
    back_url: str,
    **words: Any,
) -> HttpResponse:
    """A page that is one form: what the verb refuses stands over it."""
    if request.method == "POST" and form.is_valid():
        try:
            verb(form)
        except MovementError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(back_url)
    context = {"form": form, "back_url": back_url, **words}
    return render(request, "members/movement_form.html", context, status=422 if form.errors else 200)
