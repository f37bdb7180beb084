"""The contact book by post: a list with masked phones, the same in clear for a reason, and as a workbook."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from accounts.proof import confirmed
from branches.roles import Right
from branches.scope import has_right
from lib.sheets.outgoing import Outgoing
from lib.sheets.sending import send
from members import contacts
from members.contacts_forms import ContactFilter, PhonesForm

PER_PAGE = 50


def _asked(request: AuthenticatedRequest, data: Any) -> ContactFilter:
    if not has_right(request.user, Right.SEE_MEMBERS):
        raise PermissionDenied("通讯录由各级党组织使用。")
    return ContactFilter(data, user=request.user, searchable=has_right(request.user, Right.SEE_NAMES))


@require_safe
def contact_list(request: AuthenticatedRequest) -> HttpResponse:
    form = _asked(request, request.GET)
    page = _page(request, form)
    return _shown(request, form, page, contacts.lines(page, request.user), PhonesForm())


@confirmed
@never_cache
@require_POST
def contact_phones(request: AuthenticatedRequest) -> HttpResponse:
    """The page of the list with phones in clear: an answer to this one POST, kept nowhere."""
    form, why = _asked(request, request.POST), PhonesForm(request.POST)
    if not has_right(request.user, Right.SEE_PHONES):
        raise PermissionDenied("完整手机号由组织部和二级党组织工作人员查看。")
    page = _page(request, form)
    if not why.is_valid():
        return _shown(request, form, page, contacts.lines(page, request.user), why)
    found = contacts.show_phones(list(page), form.wanted(), why.cleaned_data["reason"], by=request.user)
    return _shown(request, form, page, found, why, is_clear=True)


@confirmed
@never_cache
@require_POST
@leaving
def contact_export(request: AuthenticatedRequest) -> HttpResponseBase:
    """Masked; with a reason, by whoever may, in clear."""
    form = _asked(request, request.POST)
    if not has_right(request.user, Right.EXPORT):
        raise PermissionDenied
    wanted, reason = form.wanted(), request.POST.get("reason", "").strip()
    if form.errors or (reason and not PhonesForm({"reason": reason}).is_valid()):
        raise Http404
    if reason and not has_right(request.user, Right.SEE_PHONES):
        raise PermissionDenied
    content = Outgoing(request.POST)
    contacts.write(content, request.user, wanted, reason)
    return send(content, f"党务通讯录-{timezone.localdate():%Y%m%d}")


def _page(request: AuthenticatedRequest, form: ContactFilter) -> Any:
    asked = request.POST if request.method == "POST" else request.GET
    return Paginator(contacts.holders(request.user, form.wanted()), PER_PAGE).get_page(asked.get("page"))


def _shown(
    request: AuthenticatedRequest,
    form: ContactFilter,
    page: Any,
    found: list[contacts.Contact],
    why: PhonesForm,
    *,
    is_clear: bool = False,
) -> HttpResponse:
    wanted = form.wanted()
    context = {
        "form": form,
        "why": why,
        "wanted": wanted,
        "page": page,
        "lines": found,
        "is_clear": is_clear,
        "may_see_phones": has_right(request.user, Right.SEE_PHONES),
        "may_export": has_right(request.user, Right.EXPORT),
        "is_filtered": wanted != contacts.Wanted(),
    }
    return render(request, "members/contacts.html", context)
