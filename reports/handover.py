"""Handover of a post on one page: which post, to whom, from when; and what the next holder finds open."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from branches.forms import DateInput
from branches.grants import GrantError
from branches.models import Branch
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right, may
from members import posts, rosters
from members.models import Member, Post
from members.posts import PostError
from members.slips import slips_of

from .openings import open_in

TITLES = [Post.Title.SECRETARY, Post.Title.DEPUTY, Post.Title.COMMITTEE]


class PostChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """The branch, the title and the present holder."""

    def label_from_instance(self, obj: Any) -> str:
        post: Post = obj
        return f"{post.branch.short_name} {post.duty}{post.get_title_display()}（{post.member.name}）"


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.school_number or obj.number}）"


class WhichPost(forms.Form):
    post = PostChoice(Post.objects.none(), label="交接的职务", empty_label="请选择")

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        field: Any = self.fields["post"]
        field.queryset = running_posts(user)


class ToWhom(forms.Form):
    to = PersonChoice(Member.objects.none(), label="接任人", empty_label="请选择")
    on = forms.DateField(label="接任日期", widget=DateInput, help_text="前任任职到前一天为止。")
    reason = forms.CharField(
        label="例外说明",
        max_length=200,
        required=False,
        help_text="书记党龄不满1年等情况，写明理由和批准情况。",
    )

    def __init__(self, post: Post, data: Any = None) -> None:
        super().__init__(data)
        self.post = post
        field: Any = self.fields["to"]
        field.queryset = rosters.branch_members_on(post.branch, timezone.localdate()).exclude(
            pk=post.member_id
        )
        self.fields["on"].initial = timezone.localdate()

    def clean_on(self) -> Any:
        on, today = self.cleaned_data["on"], timezone.localdate()
        if not self.post.since < on <= today:
            raise ValidationError(
                f"须晚于前任的任职日期（{self.post.since:%Y-%m-%d}），不晚于今天（{today:%Y-%m-%d}）。"
            )
        return on


def running_posts(user: User) -> Any:
    """Today's posts of branches that ``user`` keeps; whoever keeps a branch keeps the accounts there, too."""
    leaves = (
        Post.objects.reachable_by(user, Right.KEEP_BRANCHES)
        .on(timezone.localdate())
        .filter(until=None, title__in=TITLES, branch__level=Branch.Level.BRANCH)
    )
    return leaves.select_related("member", "branch", "group").order_by("branch__order_key", "-title", "pk")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: AuthenticatedRequest) -> HttpResponse:
    """GET asks for the post, then for the successor; POST does it and answers with the slip and what is open."""
    user = request.user
    if not has_right(user, Right.KEEP_BRANCHES):
        raise PermissionDenied("职务交接由组织部和二级党组织工作人员办理。")
    asked = request.POST if request.method == "POST" else request.GET
    which = WhichPost(asked if "post" in asked else None, user=user)
    if not which.is_bound or not which.is_valid():
        return render(request, "reports/handover.html", {"which": which})
    post: Post = which.cleaned_data["post"]
    form = ToWhom(post, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            taken, issued = posts.succeed(post, by=user, **form.cleaned_data)
        except (PostError, GrantError, ValidationError) as refusal:
            form.add_error(None, refusal if isinstance(refusal, ValidationError) else str(refusal))
        else:
            context = {
                "slips": slips_of(issued),
                "address": request.build_absolute_uri(reverse("home")),
                "post": taken,
                "before": post,
                "parts": open_in(taken.branch, timezone.localdate()),
            }
            return render(request, "reports/handover_done.html", context)
    return render(request, "reports/handover.html", {"which": which, "post": post, "form": form})


@require_safe
def branch_open(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What is open in a branch, for those who keep its record and for its staff."""
    branch: Branch = get_visible_or_404(Branch.objects.leaves(), request.user, pk=pk)
    if not may(request.user, Right.RECORD, branch.path):
        raise PermissionDenied
    context = {"branch": branch, "parts": open_in(branch, timezone.localdate())}
    return render(request, "reports/branch_open.html", context)
