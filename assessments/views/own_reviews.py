"""The member's own side of the review: his words, and what became of it over the years."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from assessments.refusals import AssessmentError, Conflict
from assessments.reviews import own, writing
from assessments.reviews.forms import SelfForm, beside
from members.models import ReviewResult


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_review(request: AuthenticatedRequest) -> HttpResponse:
    """POST saves his own review; refused, what he wrote stays on the page beside what is kept."""
    entry = own.running(request.user)
    form, elsewhere = None, None
    #: What is typed is kept on the phone under this name until the server has it.
    draft = f"u{request.user.pk}-review{entry.pk}" if entry else ""
    if entry and own.is_writable(entry):
        form = SelfForm(request.POST if request.method == "POST" else None, entry=entry)
    if request.method == "POST" and (entry is None or form is None):
        messages.error(request, "现在没有要写的自评；评议已经开始测评的，请找支部书记补充。")
        return redirect("own_review")
    if entry and form and form.is_bound and form.is_valid():
        try:
            writing.write_own(entry, **form.sent, by=request.user)
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            entry.refresh_from_db()
            elsewhere = beside(form, entry)
        except AssessmentError as refusal:
            form.add_error(None, str(refusal))
        else:
            said = "自评已保存，测评开始以前可以修改。"
            messages.success(request, said, extra_tags=f"draft:{draft}")
            return redirect("own_review")
    results = ReviewResult.objects.filter(member__account=request.user).select_related("branch")
    context = {
        "entry": entry,
        "form": form,
        "elsewhere": elsewhere,
        "draft": draft,
        "reviews": results.order_by("-year"),
    }
    return render(
        request, "assessments/own_review.html", context, status=422 if form and form.errors else 200
    )
