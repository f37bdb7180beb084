"""What published rounds came to, for whom it was published; and the notice of it as Word and PDF."""

from io import BytesIO

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.http import AuthenticatedRequest
from assessments import papers, results
from assessments.views.after import ENDINGS
from lib.typesetting import CannotTypeset

PER_PAGE = 50


@require_safe
def result_list(request: AuthenticatedRequest) -> HttpResponse:
    page = Paginator(results.told_to(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "assessments/result_list.html", {"page": page})


@require_safe
def result(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Everybody with his grade; ``grade`` shows those of one."""
    round_ = get_object_or_404(results.told_to(request.user), pk=pk)
    found = results.lines(round_, request.user)
    counts = results.counted(round_, found)
    grade = request.GET.get("grade", "")
    asked = grade if grade in dict(counts) else ""
    listed = [line for line in found if asked in ("", line.grade)]
    context = {
        "round": round_,
        "page": Paginator(listed, PER_PAGE).get_page(request.GET.get("page")),
        "people": len(found),
        "counts": counts,
        "grade": asked,
    }
    return render(request, "assessments/result.html", context)


@require_safe
@never_cache
def result_notice(request: AuthenticatedRequest, pk: int, ending: str) -> HttpResponseBase:
    """The names on it are those the page shows. Audited."""
    if ending not in ENDINGS:
        raise Http404
    round_ = get_object_or_404(results.told_to(request.user), pk=pk)
    data = papers.notice_data(round_, results.lines(round_, request.user))
    try:
        content = (papers.as_pdf if ending == "pdf" else papers.as_word)(data)
    except CannotTypeset as lack:
        messages.error(request, str(lack))
        return redirect("result", pk)
    audit.record("round.print", by=request.user, on=round_, after={"as": ending})
    name = f"{papers.notice_title(round_)}.{ending}"
    return FileResponse(BytesIO(content), as_attachment=True, filename=name, content_type=ENDINGS[ending])
