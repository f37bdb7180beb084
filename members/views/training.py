"""Trainings and competence of secretaries and committee members: who lacks what, and each person's page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from members import competence
from members.competence import BY_CODE, TITLES, TrainingError
from members.models import Post, Training
from members.training_forms import TrainingFilter, TrainingForm, TrainingWanted

PER_PAGE = 50


@require_safe
def training_list(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.KEEP_BRANCHES):
        raise PermissionDenied("书记和委员的培训由组织部和二级党组织工作人员登记。")
    today = timezone.localdate()
    posts = list(competence.holders(request.user, today))
    form = TrainingFilter(request.GET, posts=posts)
    wanted = form.wanted()
    found = [line for line in competence.lines(posts, today) if wanted.takes(line)]
    context = {
        "form": form,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "lacking": sum(bool(line.lacks) for line in found),
        "items": len(competence.ITEMS),
        "year": today.year,
        "is_filtered": wanted != TrainingWanted(),
    }
    return render(request, "members/training_list.html", context)


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
