"""What everybody keeps of his own sign-in: password, second factor, the places where he is signed in."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib import qr

from . import factors, proof, sessions
from .forms import CodeForm, ConfirmForm
from .http import AuthenticatedRequest, on_this_site
from .models import SignedIn
from .proof import FIELD, proved

#: In the session: the digest of the secret that it was shown.
SHOWN: Final = "shown_secret"


def _next(request: HttpRequest) -> str:
    """Where he was going; never off this site."""
    return on_this_site(request, request.POST.get("next") or request.GET.get("next") or "")


@require_safe
def login_security(request: AuthenticatedRequest) -> HttpResponse:
    user = request.user
    context = {
        "since": user.second_factor_at,
        "is_needed": factors.needed(user),
        "left": factors.codes_left(user) if user.second_factor_at else 0,
        "sessions": sessions.of(user),
        "here": request.session.session_key,
    }
    return render(request, "accounts/security.html", context)


@never_cache
@proved
@require_http_methods(["GET", "HEAD", "POST"])
def factor_set_up(request: AuthenticatedRequest) -> HttpResponse:
    """The secret as QR code and as text, until a code of it was typed; then the backup codes, this once."""
    user = request.user
    if user.second_factor_at:
        return redirect("login_security")
    factor = factors.propose(user, shown=request.session.get(SHOWN, ""))
    request.session[SHOWN] = factors.digest(factor)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            codes = factors.confirm(user, form.cleaned_data["code"])
        except factors.FactorError as refusal:
            form.add_error("code", str(refusal))
        else:
            proof.passed(request, user)
            return render(
                request,
                "accounts/backup_codes.html",
                {"codes": codes, "next": _next(request), "is_new": True},
            )
    context = {
        "form": form,
        "address": factors.address_of(factor),
        "picture": qr.picture(factors.address_of(factor)),
        "secret": [factor.secret[at : at + 4] for at in range(0, len(factor.secret), 4)],
        "next": _next(request),
        "is_needed": factors.needed(user),
    }
    return render(request, "accounts/factor_set_up.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def factor_check(request: AuthenticatedRequest) -> HttpResponse:
    if not request.user.second_factor_at or proof.has_passed(request, request.user):
        return redirect(_next(request))
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            factors.check(request.user, form.cleaned_data["code"])
        except factors.FactorError as refusal:
            form.add_error("code", str(refusal))
        else:
            proof.passed(request, request.user)
            return redirect(_next(request))
    context = {"form": form, "next": _next(request)}
    return render(request, "accounts/factor_check.html", context, status=422 if form.errors else 200)


@never_cache
@proved
@require_POST
def backup_codes_renew(request: AuthenticatedRequest) -> HttpResponse:
    if not request.user.second_factor_at:
        return redirect("login_security")
    codes = factors.renew_backup_codes(request.user)
    return render(
        request, "accounts/backup_codes.html", {"codes": codes, "next": "/security/", "is_new": False}
    )


@proved
@require_POST
def factor_switch_off(request: AuthenticatedRequest) -> HttpResponse:
    """Only where nobody asks for it."""
    try:
        factors.switch_off(request.user)
    except factors.FactorError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已停用动态验证码。")
    return redirect("login_security")


@proved
@require_POST
def session_end(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(SignedIn, pk=pk, user=request.user)
    sessions.end(row, by=request.user)
    messages.success(request, "已结束这处登录。")
    return redirect("login_security")


@proved
@require_POST
def sessions_end(request: AuthenticatedRequest) -> HttpResponse:
    number = sessions.end_all(request.user, by=request.user, but=request.session.session_key or "")
    messages.success(request, f"已结束其他 {number} 处登录。")
    return redirect("login_security")


@never_cache
@sensitive_post_parameters(FIELD)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: AuthenticatedRequest) -> HttpResponseBase:
    """The password again, for a page that takes data out and is opened by a link."""
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if proof.is_proved(request, form.cleaned_data[FIELD]):
            return redirect(_next(request))
        form.add_error(FIELD, proof.WRONG)
    return proof.ask(request, form, [("next", _next(request))])
