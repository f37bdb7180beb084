"""Trainings and competence of secretaries and committee members: who lacks what, and each person's page."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from branches.list_exports import Found, ListExport, columns, offered
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from members import competence
from members.competence import BY_CODE, TITLES, TrainingError
from members.models import Post, Training
from members.training_forms import TrainingFilter, TrainingForm, TrainingWanted

PER_PAGE = 50


def _lines(user: User, data: QueryDict, today: date) -> tuple[TrainingFilter, list[competence.Line]]:
    if not has_right(user, Right.KEEP_BRANCHES):
        raise PermissionDenied("书记和委员的培训由组织部和二级党组织工作人员登记。")
    posts = list(competence.holders(user, today))
    form = TrainingFilter(data, posts=posts)
    wanted = form.wanted()
    return form, [line for line in competence.lines(posts, today) if wanted.takes(line)]


@require_safe
def training_list(request: AuthenticatedRequest) -> HttpResponse:
    today = timezone.localdate()
    form, found = _lines(request.user, request.GET, today)
    context = {
        "form": form,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "lacking": sum(bool(line.lacks) for line in found),
        "items": len(competence.ITEMS),
        "year": today.year,
        "is_filtered": form.wanted() != TrainingWanted(),
        "export": offered(request, request.user, "training_export", form),
    }
    return render(request, "members/training_list.html", context)


def _found(user: User, data: QueryDict) -> Found:
    form, found = _lines(user, data, timezone.localdate())
    return Found((_cells(line) for line in found), len(found), form)


def _cells(line: competence.Line) -> list[object]:
    post = line.post
    return [
        post.branch.short_name,
        post.branch.code,
        post.member.number,
        post.member.name,
        post.get_title_display(),
        "是" if post.member.is_double_leader else "",
        post.since,
        line.hours,
        line.ticked,
        "；".join(f"{lack.text}（{lack.article}）" if lack.article else lack.text for lack in line.lacks),
    ]


EXPORT = ListExport(
    "training",
    "书记培训与履职",
    Right.KEEP_BRANCHES,
    columns(
        ("党支部", "text", 26),
        ("党组织代码", "text", 16),
        "编号",
        "姓名",
        "职务",
        "双带头人",
        ("任职日期", "date"),
        ("本年学时", "decimal"),
        (f"清单（共 {len(competence.ITEMS)} 条）", "integer"),
        ("还缺", "text", 60),
    ),
    _found,
)


def _post(request: AuthenticatedRequest, pk: int) -> Post:
    rows = Post.objects.filter(title__in=TITLES).select_related("member", "branch")
    post: Post = get_visible_or_404(rows, request.user, pk=pk)
    if not may(request.user, Right.KEEP_BRANCHES, post.branch_path):
        raise PermissionDenied
    return post


@require_http_methods(["GET", "HEAD", "POST"])
def training_page(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """GET shows the person's trainings and checklist; POST notes a training."""
    post, today = _post(request, pk), timezone.localdate()
    form = TrainingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            competence.record_training(post.member, by=request.user, on=today, **form.cleaned_data)
        except ValidationError:
            form.add_error(None, "这次培训已经登记过。")
        except TrainingError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("training_page", pk)
    context = {
        "post": post,
        "form": form,
        "line": competence.lines([post], today)[0],
        "trainings": post.member.trainings.select_related("trainee"),
        "own": set(
            Training.objects.visible_to(request.user).filter(member=post.member).values_list("pk", flat=True)
        ),
        "checklist": competence.checklist(post.member),
        "is_secretary": post.title == Post.Title.SECRETARY,
    }
    return render(request, "members/training_page.html", context)


@require_POST
def training_tick(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """An item of the checklist is fulfilled, or with ``undo`` not any more."""
    post = _post(request, pk)
    item = BY_CODE.get(request.POST.get("item", ""))
    if item is None:
        raise Http404
    verb = competence.untick if "undo" in request.POST else competence.tick
    verb(post.member, item, by=request.user)
    return redirect("training_page", pk)


@require_POST
def training_drop(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    post = _post(request, pk)
    mine = Training.objects.filter(member=post.member).select_related("member")
    training = get_visible_or_404(mine, request.user, pk=request.POST.get("training", ""))
    try:
        competence.drop_training(training, by=request.user)
    except TrainingError as refusal:
        messages.error(request, str(refusal))
    return redirect("training_page", pk)
