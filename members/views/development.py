"""发展党员: the list, a new application, one person's way, and the form of each step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit
from accounts.http import AuthenticatedRequest
from accounts.models import User
from branches.list_exports import Found, ListExport, columns, offered
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from lib.dates import written
from members.development import approving, continuing, listing, planning, recording
from members.development.forms import (
    ApplicationForm,
    DevelopmentFilter,
    EndForm,
    HandoverForm,
    ReasonForm,
    StepForm,
)
from members.development.loading import progress_of
from members.development.page import PersonPage
from members.development.recording import Refused
from members.development.steps import TABLE, as_step
from members.development.vocabulary import Spec, Step
from members.enrolment import EnrolmentError
from members.models import Development

PER_PAGE = 50
ELSEWHERE = "该人员无法在此新增，请走组织关系转接；已在本支部名册中的，请从花名册打开本人页面登记。"


@dataclass(frozen=True)
class Asked:
    """Everybody whom the filter's organisation and name leave, and of them whom the rest of it keeps."""

    form: DevelopmentFilter
    everybody: list[listing.Line]
    kept: list[listing.Line]


def _asked(user: User, data: QueryDict, today: date) -> Asked:
    if not has_right(user, Right.SEE_DEVELOPMENT):
        raise PermissionDenied("发展党员由党支部和上级工作人员办理。")
    form = DevelopmentFilter(data, user=user)
    wanted = form.wanted()
    everybody = listing.lines(listing.people_of(user, wanted["branch"], wanted["q"] or ""), today)
    step = as_step(wanted["step"] or "")
    kept = listing.shown(everybody, wanted["show"] or "", step, wanted["stage"] or "", today)
    return Asked(form, everybody, kept)


@require_safe
def development_list(request: AuthenticatedRequest) -> HttpResponse:
    user = request.user
    asked = _asked(user, request.GET, timezone.localdate())
    everybody = asked.everybody
    context = {
        "form": asked.form,
        "page": Paginator(asked.kept, PER_PAGE).get_page(request.GET.get("page")),
        "total": len(everybody),
        "stages": listing.by_stage(everybody),
        "is_filtered": any(asked.form.wanted().values()),
        "export": offered(request, user, "development_export", asked.form),
        "may_develop": has_right(user, Right.DEVELOP),
        "may_approve": has_right(user, Right.APPROVE),
        "several": len({line.member.branch_id for line in everybody}) > 1,
    }
    return render(request, "members/development_list.html", context)


def _found(user: User, data: QueryDict) -> Found:
    asked = _asked(user, data, timezone.localdate())
    return Found((_cells(line) for line in asked.kept), len(asked.kept), asked.form)


def _cells(line: listing.Line) -> list[object]:
    hints = [f"{each.spec.title}逾期" for each in line.late] + ["毕业前来不及"] * bool(line.clash)
    following, branch = line.following, line.member.branch
    return [
        line.member.number,
        line.member.name,
        branch.short_name,
        branch.code,
        line.stage.value,
        f"{line.reached.number}. {line.reached.title}",
        f"{following.spec.number}. {following.spec.title}" if following else "",
        following.earliest if following else None,
        "；".join(hints),
    ]


EXPORT = ListExport(
    "development",
    "发展党员",
    Right.SEE_DEVELOPMENT,
    columns(
        "编号",
        "姓名",
        ("党支部", "text", 26),
        ("党组织代码", "text", 16),
        ("阶段", "text", 14),
        ("已到步骤", "text", 24),
        ("下一步", "text", 24),
        ("最早日期", "date"),
        ("提示", "text", 36),
    ),
    _found,
)


@require_http_methods(["GET", "HEAD", "POST"])
def development_new(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.DEVELOP):
        raise PermissionDenied("入党申请由党支部登记。")
    form = ApplicationForm(request.POST or None, user=request.user)
    return _begin(
        request,
        form,
        lambda: recording.apply(form.person(), form.cleaned_data["on"], by=request.user),
        title="登记入党申请",
        done="的入党申请。请在一个月内派人谈话。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def development_continue(request: AuthenticatedRequest) -> HttpResponse:
    """An activist from elsewhere goes on here."""
    if not has_right(request.user, Right.DEVELOP):
        raise PermissionDenied("接续培养由党支部登记。")
    form = HandoverForm(request.POST or None, user=request.user)
    return _begin(
        request,
        form,
        lambda: continuing.take_over(form.person(), form.handed(), by=request.user),
        title="登记外单位转来的积极分子",
        done="的接续培养。请指定培养联系人。",
    )


def _begin(
    request: AuthenticatedRequest,
    form: ApplicationForm,
    verb: Callable[[], Development],
    *,
    title: str,
    done: str,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        person = form.person()
        try:
            development = verb()
        except Refused as refused:
            _show(form, refused)
        except EnrolmentError:
            audit.record(
                "member.foreign",
                by=request.user,
                after={"person": audit.hashed(person.id_number)},
                denied=True,
            )
            form.add_error("id_number", ELSEWHERE)
        else:
            messages.success(request, f"已登记{person.name}{done}")
            return redirect("development_person", development.pk)
    context = {"form": form, "title": title}
    return render(request, "members/development_new.html", context, status=422 if form.errors else 200)


def _development_or_404(request: AuthenticatedRequest, pk: UUID) -> Development:
    found: Development = get_visible_or_404(
        Development.objects.select_related("member__branch"), request.user, pk=pk
    )
    return found


@require_safe
def development_person(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    development = _development_or_404(request, pk)
    page = PersonPage(development, progress_of(development), request.user, timezone.localdate())
    withdrawn = development.steps.filter(withdrawn_at__isnull=False).select_related("withdrawn_by")
    taken_back = [(TABLE[Step(row.step)].title, row) for row in withdrawn]
    context = {
        "development": development,
        "member": development.member,
        "it": page,
        "taken_back": taken_back,
        "may_list": has_right(request.user, Right.SEE_DEVELOPMENT),
        "may_print": may(request.user, Right.EXPORT, development.member.branch_path),
    }
    return render(request, "members/development_person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def development_step(request: AuthenticatedRequest, pk: UUID, step: str) -> HttpResponse:
    development = _development_or_404(request, pk)
    wanted = as_step(step)
    if wanted is None:
        raise Http404
    spec = TABLE[wanted]
    if not approving.may_take(request.user, development, spec.by):
        raise PermissionDenied("这一步不由您的角色办理。")
    form = StepForm(spec, development, progress_of(development), request.POST or None, request.GET)
    if request.method == "POST" and form.is_valid():
        try:
            row = recording.record(
                development, wanted, form.cleaned_data["on"], form.facts(), form.people(), by=request.user
            )
        except Refused as refused:
            _show(form, refused)
        else:
            kept = "" if row.is_effective else "，结论为否，不能进入下一步"
            messages.success(request, f"“{spec.title}”已登记{kept}。")
            return redirect("development_person", pk)
    return _step_page(request, development, spec, form)


def _step_page(
    request: AuthenticatedRequest, development: Development, spec: Spec, form: StepForm
) -> HttpResponse:
    planned = planning.plan(progress_of(development), timezone.localdate())
    found = next((each for each in planned if each.step == spec.step), None)
    cancels = found is not None and form.initial.get("decision") == "cancel"
    context = {
        "development": development,
        "member": development.member,
        "spec": spec,
        "form": form,
        "planned": found,
        "blocks": found.blocked_by if found and not cancels else (),
        "is_done": found is None,
        "is_open": bool(form.errors) or cancels or (found is not None and found.is_possible),
    }
    return render(request, "members/development_step.html", context, status=422 if form.errors else 200)


def _show(form: ApplicationForm | StepForm | ReasonForm, refused: Refused) -> None:
    for each in refused.blocks:
        earliest = (
            f"最早{written(each.earliest)}可以办理。" if each.earliest and "最早" not in each.message else ""
        )
        form.add_error(None, f"{each.message}{earliest}（{each.cited}）")


@require_http_methods(["GET", "HEAD", "POST"])
def development_withdraw(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Take the last step back."""
    development = _development_or_404(request, pk)
    last = development.steps.standing().order_by("on", "id").last()
    if last is None:
        raise Http404
    spec = TABLE[Step(last.step)]
    if not approving.may_take(request.user, development, spec.by):
        raise PermissionDenied("最后一步不由您的角色办理，请由登记的一方撤回。")
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            recording.take_back(development, form.cleaned_data["reason"], by=request.user)
        except Refused as refused:
            _show(form, refused)
        else:
            messages.success(request, f"“{spec.title}”已撤回，原来的登记和原因都保留在记录里。")
            return redirect("development_person", pk)
    context = {
        "development": development,
        "member": development.member,
        "form": form,
        "spec": spec,
        "last": last,
    }
    return render(request, "members/development_withdraw.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def development_end(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """End a development that will not go on."""
    development = _development_or_404(request, pk)
    if not approving.may_take(request.user, development, TABLE[Step.APPLICATION_TALK].by):
        raise PermissionDenied("终止培养由党支部登记。")
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            recording.end(development, values["on"], values["reason"], by=request.user)
        except Refused as refused:
            _show(form, refused)
        else:
            messages.success(request, f"{development.member.name}的培养已终止。")
            return redirect("development_person", pk)
    context = {"development": development, "member": development.member, "form": form}
    return render(request, "members/development_end.html", context, status=422 if form.errors else 200)
