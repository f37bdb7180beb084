"""The university's sign-on service: set up and tried out by the system administrator."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from accounts.sign_on import keeping
from accounts.sign_on.fetching import SignOnError
from branches.forms import SignOnForm
from branches.roles import Right
from branches.scope import has_right


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_on_set_up(request: AuthenticatedRequest) -> HttpResponse:
    """Saved either way; with ``try`` the service is asked at once, and its answer told."""
    if not has_right(request.user, Right.KEEP_CHANNELS):
        raise PermissionDenied("统一身份认证由系统管理员设置。")
    form = SignOnForm(request.POST or None, instance=keeping.of())
    if request.method == "POST" and form.is_valid():
        try:
            service = keeping.set_up(**form.cleaned_data, by=request.user)
        except SignOnError as refusal:
            form.add_error("server", str(refusal))
        else:
            messages.success(request, "已保存。")
            if "try" in request.POST:
                try:
                    messages.success(request, keeping.try_out(service))
                except SignOnError as error:
                    messages.error(request, f"测试没有通过：{error}")
            return redirect("sign_on_set_up")
    return render(request, "branches/sign_on.html", {"form": form}, status=422 if form.errors else 200)
