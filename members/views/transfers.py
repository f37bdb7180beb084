"""Transfers of 组织关系: the list, one of them, its steps, and asking for one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from members import transfers
from members.introductions import may_print_in_full
from members.membership_rules import MovementError
from members.models import Member, Transfer
from members.movement_forms import (
    DayForm,
    InFullForm,
    LeaveForm,
    LetterForm,
    NewcomerForm,
    ReasonForm,
    RefusalForm,
    RegisterForm,
)
from members.transfer_steps import BY_CODE, Step, responsible, steps_from


@dataclass(frozen=True)
class Taking:
    """The form of a step, and the verb that it calls."""

    form: type[forms.Form]
    take: Callable[[Transfer, Any, User], object]


def _day(verb: Callable[..., None]) -> Callable[[Transfer, Any, User], object]:
    return lambda transfer, form, by: verb(transfer, by=by, **form.cleaned_data)


_TAKINGS: dict[str, Taking] = {
    "issue": Taking(LetterForm, lambda one, form, by: transfers.issue(one, form.read(), by=by)),
    "reissue": Taking(LetterForm, lambda one, form, by: transfers.reissue(one, form.read(), by=by)),
    "acknowledge": Taking(DayForm, _day(transfers.acknowledge)),
    "accept": Taking(DayForm, _day(transfers.accept)),
    "return": Taking(RefusalForm, _day(transfers.refuse)),
    "refuse": Taking(RefusalForm, _day(transfers.refuse)),
    "again": Taking(DayForm, _day(transfers.offer_again)),
    "withdraw": Taking(ReasonForm, _day(transfers.withdraw)),
    "drop": Taking(ReasonForm, _day(transfers.withdraw)),
    "arrive": Taking(DayForm, _day(transfers.arrive)),
}
_TAKE_IN = Taking(
    NewcomerForm,
    lambda one, form, by: transfers.take_in(one, form.person(one.branch), on=form.cleaned_data["on"], by=by),
)


def _found(request: AuthenticatedRequest, pk: UUID) -> Transfer:
    rows = Transfer.objects.select_related("branch", "target", "member")
    transfer: Transfer = get_visible_or_404(rows, request.user, pk=pk)
    sides = [transfer.branch, *([transfer.target] if transfer.target else [])]
    if not any(may(request.user, Right.ASK_TRANSFER, side.path) for side in sides):
        raise PermissionDenied("组织关系转接由党支部书记和上级工作人员办理。")
    return transfer


@require_safe
def transfer_detail(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    transfer = _found(request, pk)
    today = timezone.localdate()
    steps = [
        {
            "label": BY_CODE[step.code].label if step.code in BY_CODE else "撤销回执登记",
            "note": "，".join(part for part in (step.by.name if step.by else "系统", step.note) if part),
            "when": step.on,
            "state": "done",
        }
        for step in transfer.steps.select_related("by")
    ]
    has_letter = transfer.kind == Transfer.Kind.OUT and bool(transfer.letter)
    may_print = has_letter and may(request.user, Right.TRANSFER, transfer.branch_path)
    context = {
        "transfer": transfer,
        "facts": [fact for fact in _facts(transfer) if fact[1]],
        "steps": steps,
        "next_steps": transfers.steps_for(request.user, transfer),
        "responsible": responsible(transfer) if transfer.is_open or transfer.accepted_on else "",
        "is_expired": transfer.is_expired(today),
        "may_print": may_print,
        "full_form": InFullForm(1, 1) if may_print and may_print_in_full(request.user, [transfer]) else None,
        "may_open": _may_open(request.user, transfer),
    }
    return render(request, "members/transfer.html", context)


def _may_open(user: User, transfer: Transfer) -> bool:
    """The side that has not taken the person in yet knows the name and no more."""
    member = transfer.member
    return member is not None and Member.objects.visible_to(user).filter(pk=member.pk).exists()


def _facts(transfer: Transfer) -> list[tuple[str, str]]:
    days = {
        "申请日期": transfer.requested_on,
        "开出日期": transfer.issued_on if transfer.letter else None,
        "有效期至": transfer.valid_until,
        "接收日期": transfer.accepted_on,
        "报到日期": transfer.arrived_on,
    }
    return [
        ("方式", transfer.get_kind_display()),
        ("本校党支部", transfer.branch.short_name),
        ("转入党支部", transfer.target.short_name if transfer.target else ""),
        ("校外党组织", transfer.elsewhere),
        ("介绍信编号", transfer.letter),
        *((label, day.isoformat() if day else "") for label, day in days.items()),
        ("说明", transfer.reason),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def transfer_step(request: AuthenticatedRequest, pk: UUID, code: str) -> HttpResponse:
    """One step of the table, with the form that it needs."""
    transfer = _found(request, pk)
    step = _next_step(transfer, code)
    if not transfers.may_take(request.user, transfer, step):
        raise PermissionDenied(f"{step.label}由另一方有权的人员办理。")
    is_new = step.code == "accept" and transfer.kind == Transfer.Kind.IN
    taking = _TAKE_IN if is_new else _TAKINGS[step.code]
    form = taking.form(request.POST or None, initial={"name": transfer.name})
    if request.method == "POST" and form.is_valid():
        try:
            taking.take(transfer, form, request.user)
        except MovementError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{transfer.name}：已{step.label}。")
            return redirect("transfer_detail", pk)
    context = {
        "form": form,
        "title": f"{step.label}：{transfer.name}",
        "note": f"依据：{step.article}",
        "button": step.label,
        "back_url": reverse("transfer_detail", args=[pk]),
        "is_danger": step.needs_reason,
    }
    return render(request, "members/movement_form.html", context, status=422 if form.errors else 200)


def _next_step(transfer: Transfer, code: str) -> Step:
    step = next((one for one in steps_from(transfer) if one.code == code), None)
    if step is None:
        raise Http404
    return step


@require_http_methods(["GET", "HEAD", "POST"])
def member_transfer(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask for a transfer: to another branch of the university, or to an organisation outside."""
    member = get_visible_or_404(Member.objects.select_related("branch"), request.user, pk=pk)
    if not may(request.user, Right.ASK_TRANSFER, member.branch_path):
        raise PermissionDenied("转出由党员所在支部的书记和上级工作人员提出。")
    form = LeaveForm(member, request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        facts = {"on": values["on"], "by": request.user, "note": values["note"]}
        try:
            if target := form.target_branch:
                made = transfers.offer(member, target, **facts)
            else:
                made = transfers.request(member, values["elsewhere"], **facts)
        except MovementError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已提出{member.name}的转接。接收以前，仍由原支部负责。")
            return redirect("transfer_detail", made.pk)
    context = {
        "form": form,
        "title": f"转出组织关系：{member.name}",
        "note": f"现在{member.branch.short_name}。接收以前由原支部负责（教育管理条例第二十五条）。",
        "button": "提出转接",
        "back_url": reverse("member_detail", args=[pk]),
    }
    return render(request, "members/movement_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def transfer_register(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.TRANSFER):
        raise PermissionDenied("来信由组织部和二级党组织工作人员登记。")
    form = RegisterForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = transfers.register(
                values["name"],
                values["elsewhere"],
                values["target"],
                form.read(),
                on=timezone.localdate(),
                by=request.user,
            )
        except MovementError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记{made.name}的来信。")
            return redirect("transfer_detail", made.pk)
    context = {
        "form": form,
        "title": "登记校外来信",
        "note": "收到介绍信时登记，接收时再填写党员信息。",
        "button": "登记",
        "back_url": reverse("transfer_list"),
    }
    return render(request, "members/movement_form.html", context, status=422 if form.errors else 200)
