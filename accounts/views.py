"""Sign in, sign out, change the password."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from . import audit, passwords, proof, refusals, sessions
from .forms import NewPasswordForm, SignInForm
from .http import AuthenticatedRequest
from .models import User
from .sign_on import keeping


class SignIn(LoginView):
    http_method_names = ["get", "head", "post"]
    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ended = "ended" in self.request.GET
        return super().get_context_data(ended=ended, service=keeping.in_use(), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        audit.record("session.sign_in", by=form.get_user(), on=form.get_user())
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        # Hashed: what stands in the field may be a password typed in the wrong place.
        account = audit.hashed(form.data.get("username", ""))
        audit.record("session.sign_in", by=None, denied=True, after={"account": account})
        return super().form_invalid(form)


class SignOut(LogoutView):
    next_page = "login"

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated:
            audit.record("session.sign_out", by=request.user, on=request.user)
        return super().post(request, *args, **kwargs)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password_change(request: AuthenticatedRequest) -> HttpResponse:
    form = NewPasswordForm(request.user, request.POST or None, is_proved=partial(proof.is_proved, request))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            user = form.save()
        old = request.session.session_key
        update_session_auth_hash(request, user)
        sessions.moved(request, old)
        sessions.end_all(user, by=user, but=request.session.session_key or "")
        messages.success(request, "密码已修改。")
        return redirect("home")
    user = request.user
    context = {"form": form, "forced": user.must_change_password, "is_old": passwords.is_due(user)}
    return render(request, "accounts/password_change.html", context)


def locked_out(
    request: HttpRequest, credentials: Any = None, *args: object, **kwargs: object
) -> HttpResponse:
    """Too many wrong passwords for this account from this address (django-axes calls this)."""
    form = SignInForm(request)
    return render(
        request,
        "accounts/login.html",
        {"form": form, "locked": True, "service": keeping.in_use()},
        status=429,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if isinstance(request.user, User):
        refusals.write_some(request, request.user, "access.refuse", refusals.UNSIGNED)
    return render(request, "csrf_failure.html", status=403)
