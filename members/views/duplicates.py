"""Likely duplicates: the list, two side by side, merging, telling apart, and taking a merge back."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right
from members import duplicates, merging
from members.forms_duplicates import ApartForm, PairForm
from members.models import Member, Merge
from members.side_by_side import lines

PER_PAGE = 50
RECENT = 10


@require_safe
def duplicate_list(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.KEEP_MEMBERS):
        raise PermissionDenied
    page = Paginator(duplicates.likely(request.user), PER_PAGE).get_page(request.GET.get("page"))
    merges = Merge.objects.visible_to(request.user).select_related("kept", "merged_by")[:RECENT]
    return render(request, "members/duplicate_list.html", {"page": page, "merges": merges})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def duplicate_merge(request: AuthenticatedRequest) -> HttpResponse:
    """Two records side by side; the posted ``one`` is kept, ``other`` becomes part of it."""
    if not has_right(request.user, Right.KEEP_MEMBERS):
        raise PermissionDenied
    form = PairForm(request.POST if request.method == "POST" else request.GET, user=request.user)
    if form.names_a_stranger:
        raise Http404
    if not form.is_valid():
        messages.error(request, "请在名单中选择要核对的两份记录。")
        return redirect("duplicate_list")
    one, other = form.cleaned_data["one"], form.cleaned_data["other"]
    if request.method == "POST":
        return _merge(request, one, other)
    context = {
        "one": one,
        "other": other,
        "lines": lines(one, other),
        "faults": merging.faults(one, other),
        "apart": ApartForm(user=request.user, initial={"one": one.pk, "other": other.pk}),
    }
    return render(request, "members/duplicate_merge.html", context)


def _merge(request: AuthenticatedRequest, kept: Member, source: Member) -> HttpResponse:
    try:
        merging.merge(kept, source, by=request.user)
    except merging.MergeError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已把 {source.number} {source.name} 并入 {kept.number}，30 天内可以撤销。")
    return redirect("duplicate_list")


@require_POST
def duplicate_apart(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.KEEP_MEMBERS):
        raise PermissionDenied
    form = ApartForm(request.POST, user=request.user)
    if form.names_a_stranger:
        raise Http404
    if form.is_valid():
        values = form.cleaned_data
        try:
            duplicates.tell_apart(values["one"], values["other"], values["reason"], by=request.user)
            messages.success(request, "已记为不是同一人，不再列出。")
        except duplicates.DuplicateError as refusal:
            messages.error(request, str(refusal))
    else:
        messages.error(request, "没有保存：请选择两份记录，并写明依据（至少 4 个字）。")
    return redirect("duplicate_list")


@require_POST
def merge_undo(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    if not has_right(request.user, Right.KEEP_MEMBERS):
        raise PermissionDenied
    done = get_visible_or_404(Merge.objects.select_related("kept"), request.user, pk=pk)
    try:
        source = merging.undo(done, by=request.user)
    except merging.MergeError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已撤销合并，{source.number} {source.name} 恢复为单独的记录。")
    return redirect("duplicate_list")
