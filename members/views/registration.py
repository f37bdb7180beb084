"""登记党员: one person enrolled by hand."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from branches.roles import Right
from branches.scope import has_right
from members import enrolment, imports
from members.registration_form import RegistrationForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def member_register(request: AuthenticatedRequest) -> HttpResponse:
    user = request.user
    if not has_right(user, Right.KEEP_MEMBERS):
        raise PermissionDenied
    form = RegistrationForm(request.POST or None, user=user, initial={"branch": request.GET.get("branch")})
    if request.method == "POST" and form.is_valid():
        try:
            member = enrolment.enrol(form.person, by=user)
        except enrolment.EnrolmentError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记：{member.name}，{member.branch.short_name}。")
            for sentence in form.warnings:
                messages.warning(request, sentence)
            return redirect("member_detail", member.pk)
    if form.examined:
        imports.record_foreign(form.examined.analysis, user)
    return render(request, "members/register.html", {"form": form})
