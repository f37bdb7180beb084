"""The documents a branch studied in a year as 第一议题."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from activities.filters import YearFilter
from activities.kinds import Kind
from activities.models import Activity, StudiedDocument
from activities.sight import Sight
from branches.models import Branch
from branches.scope import get_visible_or_404
from lib.periods import Period


@dataclass(frozen=True)
class Line:
    """A record and its document; without one the record's topic stands for it."""

    record: Activity
    document: StudiedDocument | None
    lead_reader: str


@require_safe
def document_list(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    branch: Branch = get_visible_or_404(Branch.objects.all(), request.user, pk=pk)
    today = timezone.localdate()
    form = YearFilter(request.GET, today=today)
    records = Activity.objects.visible_to(request.user).valid().of_kind(Kind.FIRST_AGENDA)
    held = (
        records.kept_by(branch)
        .held_in(Period.year(form.asked_year))
        .select_related("branch", "studieddocument")
    )
    context = {
        "branch": branch,
        "form": form,
        "year": form.asked_year,
        "is_filtered": form.asked_year != today.year,
        "lines": [_line(record, Sight(request.user, record.branch_path)) for record in held],
    }
    return render(request, "activities/documents.html", context)


def _line(record: Activity, sight: Sight) -> Line:
    document: StudiedDocument | None = getattr(record, "studieddocument", None)
    return Line(record, document, sight.name(document.lead_reader) if document else "")
