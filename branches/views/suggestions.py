"""意见建议: one's own with the form, reached from the foot of every page; all of them; one of them, to be answered."""

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import AuthenticatedRequest
from branches import suggestions
from branches.models import Suggestion
from branches.roles import Right
from branches.scope import get_visible_or_404, has_right
from branches.suggestion_forms import SuggestionAnswerForm, SuggestionFilter, SuggestionForm

PER_PAGE = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_suggestions(request: AuthenticatedRequest) -> HttpResponse:
    page = _page_before(request)
    form = SuggestionForm(request.POST or None, initial={"page": page})
    if request.method == "POST" and form.is_valid():
        try:
            suggestions.make(form.cleaned_data["text"], form.cleaned_data["page"], by=request.user)
        except suggestions.SuggestionError as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, "已提交，谢谢。答复会显示在本页。")
            return redirect("own_suggestions")
    rows = Suggestion.objects.filter(user=request.user)
    context = {
        "form": form,
        "from": page,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "answers": has_right(request.user, Right.ANSWER_SUGGESTIONS),
    }
    return render(request, "branches/own_suggestions.html", context, status=422 if form.errors else 200)


def _page_before(request: AuthenticatedRequest) -> str:
    """Whose foot led here. A link that said so would let a page that is not there tell of the address asked for."""
    before = urlsplit(request.headers.get("Referer", ""))
    return suggestions.page_of(before.path) if before.netloc == request.get_host() else ""


@never_cache
@require_safe
def suggestion_list(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.ANSWER_SUGGESTIONS):
        raise PermissionDenied(suggestions.REFUSAL)
    form = SuggestionFilter(request.GET)
    every = form.is_valid() and form.cleaned_data["all"]
    rows = Suggestion.objects.visible_to(request.user).select_related("user")
    rows = rows if every else rows.waiting().order_by("at", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "branches/suggestion_list.html", {"page": page, "every": every})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def suggestion(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """For its sender and for whoever answers; POST answers."""
    rows = Suggestion.objects.select_related("user", "answered_by")
    row: Suggestion = get_visible_or_404(rows, request.user, pk=pk)
    answers = has_right(request.user, Right.ANSWER_SUGGESTIONS)
    if request.method == "POST" and not answers:
        raise PermissionDenied(suggestions.REFUSAL)
    form = SuggestionAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            suggestions.answer(row, form.cleaned_data["answer"], by=request.user)
        except suggestions.SuggestionError as refusal:
            form.add_error("answer", str(refusal))
        else:
            messages.success(request, f"已答复{row.user.name}。")
            return redirect("suggestion_list")
    context = {"row": row, "form": form if answers and row.is_open else None, "answers": answers}
    return render(request, "branches/suggestion.html", context, status=422 if form.errors else 200)
