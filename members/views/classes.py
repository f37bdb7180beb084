"""Classes of a party school: the list, a new one, one with its people and results, and everything done to it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from accounts.models import User
from accounts.proof import confirmed
from branches.list_exports import Found, ListExport, columns, offered
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right
from lib.media_types import PDF
from lib.sheets.outgoing import Outgoing
from lib.sheets.sending import send
from lib.typesetting import CannotTypeset
from members import class_certificates, class_sheet, classes
from members.class_forms import ClassFilter, ClassForm, EnrolFilter, EnrolForm, GradesForm
from members.classes import ClassError
from members.models import Trainee, TrainingClass
from members.views.birthdays import attached

PER_PAGE = 50
OFFERED = 100


def _admit(user: User) -> None:
    if not has_right(user, Right.KEEP_BRANCHES):
        raise PermissionDenied("培训班由组织部和二级党组织工作人员登记。")


def _found(request: AuthenticatedRequest, pk: int) -> TrainingClass:
    rows = TrainingClass.objects.select_related("branch", "opened_by")
    one: TrainingClass = get_visible_or_404(rows, request.user, pk=pk)
    return one


def _listed(user: User, data: QueryDict) -> tuple[ClassFilter, QuerySet[TrainingClass]]:
    _admit(user)
    this = timezone.localdate().year
    form = ClassFilter(data, years=range(this + 1, this - 5, -1))
    rows = form.chosen(TrainingClass.objects.visible_to(user)).select_related("branch")
    rows = rows.annotate(
        people=Count("trainees"), passed=Count("trainees", filter=Q(trainees__result=Trainee.Result.PASSED))
    )
    return form, rows.order_by("-starts_on", "-pk")


@require_safe
def class_list(request: AuthenticatedRequest) -> HttpResponse:
    form, rows = _listed(request.user, request.GET)
    context = {
        "form": form,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "is_filtered": any(form.cleaned_data.values()),
        "export": offered(request, request.user, "class_list_export", form),
    }
    return render(request, "members/class_list.html", context)


def _classes(user: User, data: QueryDict) -> Found:
    form, rows = _listed(user, data)
    return Found((_cells(one) for one in rows), rows.count(), form)


def _cells(one: Any) -> list[object]:
    return [
        one.number,
        one.title,
        one.get_kind_display(),
        one.organizer or one.branch.short_name,
        one.branch.code,
        one.starts_on,
        one.ends_on,
        one.hours,
        one.people,
        one.passed,
        "已结业" if one.is_finished else "未结业",
    ]


EXPORT = ListExport(
    "class",
    "培训班",
    Right.KEEP_BRANCHES,
    columns(
        ("编号", "text", 16),
        ("名称", "text", 36),
        ("类型", "text", 14),
        ("主办", "text", 26),
        ("党组织代码", "text", 16),
        ("开始日期", "date"),
        ("结束日期", "date"),
        ("学时", "decimal"),
        ("报名", "integer"),
        ("合格", "integer"),
        "进度",
    ),
    _classes,
)


@require_http_methods(["GET", "HEAD", "POST"])
def class_new(request: AuthenticatedRequest) -> HttpResponse:
    _admit(request.user)
    form = ClassForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made = classes.open_class(by=request.user, **form.cleaned_data)
        except ClassError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, f"已登记培训班 {made.number}，请报名学员。")
            return redirect("class_enrol", made.pk)
    return render(request, "members/class_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def class_correct(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one = _found(request, pk)
    form = ClassForm(request.POST or None, user=request.user, instance=one)
    if request.method == "POST" and form.is_valid():
        try:
            classes.correct(one, by=request.user, **form.cleaned_data)
        except ClassError as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, "已更正培训班。")
            return redirect("class_detail", pk)
    context = {"form": form, "one": _found(request, pk)}
    return render(request, "members/class_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def class_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The class with everybody on its list; POST notes what became of them."""
    one = _found(request, pk)
    trainees = list(one.trainees.select_related("member__branch").order_by(*classes.ORDER))
    is_sent = request.method == "POST"
    form = GradesForm(request.POST if is_sent else None, one=one, trainees=trainees)
    refusal = ""
    if is_sent and form.is_valid():
        try:
            classes.grade(one, form.grades(), by=request.user)
        except ClassError as fault:
            refusal = str(fault)
        else:
            messages.success(request, "已保存成绩。")
            return redirect("class_detail", pk)
    context = {
        "one": one,
        "form": form,
        "refusal": refusal,
        "trainees": trainees,
        "counts": classes.counted(trainees),
        "is_over": one.ends_on <= timezone.localdate(),
        "gave_certificates": any(each.certificate for each in trainees),
    }
    return render(
        request, "members/class_detail.html", context, status=422 if form.errors or refusal else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def class_enrol(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Whom one keeps and might put on the list; POST puts the ticked and the pasted on it."""
    one = _found(request, pk)
    wanted = EnrolFilter(request.GET, user=request.user, one=one)
    form = EnrolForm(request.POST if request.method == "POST" else None, user=request.user, one=one)
    if request.method == "POST" and form.is_valid():
        try:
            new = classes.enrol(one, form.chosen(), by=request.user)
        except ClassError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已报名 {new} 人。")
            return redirect("class_detail", pk)
    page = Paginator(wanted.offered(), OFFERED).get_page(request.GET.get("page"))
    ticked = set(request.POST.getlist("people"))
    context = {
        "one": one,
        "query": wanted,
        "form": form,
        "page": page,
        "rows": [(person, str(person.pk) in ticked) for person in page],
        "audience": wanted.audience[0],
    }
    return render(request, "members/class_enrol.html", context, status=422 if form.errors else 200)


def _done(request: AuthenticatedRequest, one: TrainingClass, verb: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, verb())
    except ClassError as refusal:
        messages.error(request, str(refusal))
    return redirect("class_detail", one.pk)


@require_POST
def class_strike(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    rows = Trainee.objects.select_related("training_class", "member")
    trainee: Trainee = get_visible_or_404(rows, request.user, pk=pk)

    def strike() -> str:
        classes.strike(trainee, by=request.user)
        return f"已把{trainee.member.name}移出名单。"

    return _done(request, trainee.training_class, strike)


@require_POST
def class_finish(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one = _found(request, pk)

    def finish() -> str:
        passed = classes.finish(one, on=timezone.localdate(), by=request.user)
        return f"已办理结业：{passed} 人合格，证书编号和培训学时已登记。"

    return _done(request, one, finish)


@require_POST
def class_reopen(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one = _found(request, pk)

    def reopen() -> str:
        classes.reopen(one, by=request.user)
        return "已撤销结业，登记的培训学时一并取消；更正后请重新办理结业。"

    return _done(request, one, reopen)


@require_POST
def class_discard(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one = _found(request, pk)
    try:
        classes.discard(one, by=request.user)
    except ClassError as refusal:
        messages.error(request, str(refusal))
        return redirect("class_detail", pk)
    messages.success(request, f"已删除培训班 {one.number}。")
    return redirect("class_list")


@confirmed
@require_POST
@leaving
def class_export(request: AuthenticatedRequest, pk: int) -> HttpResponseBase:
    one = _found(request, pk)
    content = Outgoing(request.POST)
    class_sheet.write(content, request.user, one)
    return send(content, f"{one.number}-学员名单")


@require_POST
def class_certificates_print(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    one = _found(request, pk)
    try:
        content = class_certificates.pdf(one, by=request.user)
    except (ClassError, CannotTypeset) as refusal:
        messages.error(request, str(refusal))
        return redirect("class_detail", pk)
    return attached(content, f"{one.number}-结业证书.pdf", PDF)
