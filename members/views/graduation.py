"""Graduation: filter, batch, letters; and the destinations of those who are no members."""

from io import BytesIO
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from accounts.models import User
from accounts.proof import confirmed
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from lib.media_types import PDF
from lib.typesetting import CannotTypeset
from members import graduation, introductions
from members.graduation_forms import GraduateFilter, OthersForm, SettleForm, place_key
from members.membership_rules import MovementError
from members.models import Member, Transfer
from members.movement_forms import InFullForm


def _require(user: User) -> None:
    if not has_right(user, Right.TRANSFER):
        raise PermissionDenied("毕业生组织关系由组织部和二级党组织工作人员办理。")


@require_http_methods(["GET", "HEAD", "POST"])
def graduates(request: AuthenticatedRequest) -> HttpResponse:
    """Who graduates, all ticked; one form settles them: destinations, letters, who is kept."""
    user, sent = request.user, request.POST
    _require(user)
    query = GraduateFilter(request.GET, user=user)
    day, branch, education = query.wanted()
    members = list(graduation.candidates(user, day, branch, education)[: graduation.AT_ONCE]) if day else []
    form = SettleForm(sent or None)
    if request.method == "POST" and form.is_valid() and (batch := _settle(request, form, members)):
        return redirect("graduation_batch", batch)
    ticked = set(sent.getlist("member")) if form.is_bound else {str(one.pk) for one in members}
    context = {
        "query": query,
        "rows": [
            (one, str(one.pk) in ticked, place_key(one), sent.get(place_key(one), "")) for one in members
        ],
        "day": day,
        "members": members,
        "form": form,
        "most": graduation.AT_ONCE,
    }
    return render(request, "members/graduates.html", context, status=422 if form.errors else 200)


def _settle(request: AuthenticatedRequest, form: SettleForm, members: list[Member]) -> UUID | None:
    """The batch; None when the verb refused, with its reason over the form."""
    leavers, values = form.leavers(members, request.POST), form.cleaned_data
    try:
        batch = graduation.settle(
            leavers, values["kind"], form.letter(), by=request.user, keep_until=values["due_on"]
        )
    except MovementError as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, f"已登记 {len(leavers)} 人的毕业去向。")
    return batch


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def graduation_batch(request: AuthenticatedRequest, batch: UUID) -> HttpResponseBase:
    """The letters of a batch; POST sets them as one PDF, at once or as a job, with a reason in full."""
    user = request.user
    _require(user)
    letters = introductions.of_batch(user, batch)
    if request.method == "POST":
        if not letters:
            raise Http404
        if "reason" in request.POST:
            return _in_full(request, letters, reverse("graduation_batch", args=[batch]))
        if len(letters) > introductions.AT_ONCE:
            return redirect("job_detail", introductions.start(user, batch, len(letters)).pk)
        return _paper(request, letters, reverse("graduation_batch", args=[batch]))
    may_in_full = introductions.may_print_in_full(user, letters)
    form = InFullForm(len(letters), introductions.AT_ONCE) if may_in_full else None
    return render(
        request, "members/graduation_batch.html", {"letters": letters, "batch": batch, "form": form}
    )


@never_cache
@require_http_methods(["POST"])
def transfer_letter(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """One letter on paper, with a reason in full."""
    rows = Transfer.objects.select_related("branch", "member")
    transfer = get_visible_or_404(rows, request.user, pk=pk)
    if not may(request.user, Right.TRANSFER, transfer.branch_path):
        raise PermissionDenied("介绍信由转出一方的工作人员打印。")
    if transfer.kind != Transfer.Kind.OUT or not transfer.letter:
        raise Http404
    back_url = reverse("transfer_detail", args=[pk])
    if "reason" in request.POST:
        return _in_full(request, [transfer], back_url)
    return _paper(request, [transfer], back_url)


@confirmed
def _in_full(request: AuthenticatedRequest, letters: list[Transfer], back_url: str) -> HttpResponseBase:
    """One portion with whole identity numbers, after the password was typed again."""
    if not introductions.may_print_in_full(request.user, letters):
        raise PermissionDenied
    form = InFullForm(len(letters), introductions.AT_ONCE, request.POST)
    if not form.is_valid():
        messages.error(request, "没有打印：印完整身份证号须写明用途（至少 4 个字）。")
        return redirect(back_url)
    portion = letters[form.start : form.start + introductions.AT_ONCE]
    if names := introductions.restricted(portion):
        said = "申请了限制处理，不能印完整身份证号。请先与本人联系，或者遮盖打印。"
        messages.error(request, f"没有打印：{'、'.join(names)}{said}")
        return redirect(back_url)
    return _paper(request, portion, back_url, form.cleaned_data["reason"])


def _paper(
    request: AuthenticatedRequest, letters: list[Transfer], back_url: str, reason: str = ""
) -> HttpResponseBase:
    try:
        made = introductions.pdf(letters, by=request.user, reason=reason)
    except CannotTypeset as fault:
        messages.error(request, str(fault))
        return redirect(back_url)
    name = f"组织关系介绍信-{len(letters)}份.pdf"
    return FileResponse(BytesIO(made), as_attachment=True, filename=name, content_type=PDF)


@require_http_methods(["GET", "HEAD", "POST"])
def destination_add(request: AuthenticatedRequest) -> HttpResponse:
    _require(request.user)
    form = OthersForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            number = graduation.record_others(
                values["people"],
                values["branch"],
                values["kind"],
                values["graduates_on"],
                values["education"],
                by=request.user,
            )
        except MovementError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记 {number} 名非党员毕业生的去向。")
            return redirect("destination_list")
    context = {
        "form": form,
        "title": "登记非党员去向",
        "note": "党员的去向在“毕业生”里办理。",
        "button": "登记",
        "back_url": reverse("destination_list"),
    }
    return render(request, "members/movement_form.html", context, status=422 if form.errors else 200)
