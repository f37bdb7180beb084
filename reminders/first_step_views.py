"""The pages of the first steps: the system administrator sees how far it is and does what is his."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from branches.roles import Right
from branches.scope import has_right
from branches.tree import TreeError

from . import first_steps
from .channels.posting import Unsent
from .forms import SchoolForm, TestMailForm


@require_safe
def steps_page(request: AuthenticatedRequest) -> HttpResponse:
    _refuse_others(request)
    return _page(request)


@require_POST
def school_found(request: AuthenticatedRequest) -> HttpResponse:
    _refuse_others(request)
    form = SchoolForm(request.POST)
    if form.is_valid():
        try:
            branch = first_steps.found_school(by=request.user, **form.cleaned_data)
        except (TreeError, ValidationError) as refusal:
            form.add_error(None, refusal.messages if isinstance(refusal, ValidationError) else str(refusal))
        else:
            messages.success(request, f"已建立“{branch.name}”。")
            return redirect("first_steps")
    return _page(request, school=form)


@require_POST
def mail_tested(request: AuthenticatedRequest) -> HttpResponse:
    _refuse_others(request)
    form = TestMailForm(request.POST)
    if form.is_valid():
        try:
            first_steps.send_test_mail(form.cleaned_data["email"], by=request.user)
        except Unsent as reason:
            form.add_error("email", str(reason))
        else:
            messages.success(request, "测试邮件已交给邮件服务器，请到收件箱查看。")
            return redirect("first_steps")
    return _page(request, mail=form)


def _refuse_others(request: AuthenticatedRequest) -> None:
    if not has_right(request.user, Right.KEEP_CHANNELS):
        raise PermissionDenied("首次设置由系统管理员完成。")


def _page(
    request: AuthenticatedRequest, *, school: BaseForm | None = None, mail: BaseForm | None = None
) -> HttpResponse:
    steps = first_steps.steps()
    context = {
        "steps": steps,
        "done": sum(step.is_done for step in steps),
        "school": school or SchoolForm(),
        "mail": mail or TestMailForm(initial={"email": request.user.email}),
    }
    return render(request, "reminders/first_steps.html", context)
