"""The privacy notice, and what one may do about one's own data: take it along, ask for a change."""

from io import BytesIO

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import notice
from accounts.http import AuthenticatedRequest
from accounts.models import User
from accounts.proof import confirmed
from branches import tree
from lib.sheets.sending import download
from members.models import DataRequest, Member

from . import own
from .items import ITEMS


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def privacy_notice(request: HttpRequest) -> HttpResponse:
    """For everybody, also before signing in; POST says that one read it."""
    user = request.user if isinstance(request.user, User) else None
    if request.method == "POST":
        if user is None:
            return redirect("login")
        notice.acknowledge(user)
        messages.success(request, "已记下您读过隐私告知。")
        return redirect("home")
    read = notice.row_of(user) if user else None
    context = {
        "items": ITEMS,
        "school": tree.school_name(),
        "contact": settings.PRIVACY_CONTACT,
        "version": notice.VERSION,
        "read": read,
        "asks": user is not None and read is None,
    }
    return render(request, "reports/privacy_notice.html", context)


@never_cache
@require_safe
def own_data(request: AuthenticatedRequest) -> HttpResponse:
    context = {
        "requests": DataRequest.objects.filter(member__account=request.user),
        "is_member": Member.objects.filter(account=request.user).exists(),
    }
    return render(request, "reports/own_data.html", context)


@confirmed
@require_POST
def own_data_export(request: AuthenticatedRequest, ending: str) -> HttpResponseBase:
    """One's own data as xlsx or json, after the password was typed again."""
    name = f"{own.TITLE} {timezone.localdate():%Y-%m-%d}.{ending}"
    content = BytesIO()
    if ending == "xlsx":
        own.workbook(content, request.user)
        return download(content, name)
    if ending == "json":
        content = BytesIO(own.as_json(request.user))
        return FileResponse(content, as_attachment=True, filename=name, content_type="application/json")
    raise Http404
