"""The scheme of a round: to be read, and changed while the round is prepared."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedRequest
from assessments import rounds
from assessments.models import Round
from assessments.refusals import AssessmentError, Conflict
from assessments.scheme_forms import SchemeForms

from .rounds import asked_round


@require_http_methods(["GET", "HEAD", "POST"])
def round_scheme(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    row = asked_round(request, pk)
    if row.state != Round.State.DRAFT:
        if request.method == "POST":
            messages.error(request, "述职评议已经开始，方案不能再改。")
            return redirect("round_scheme", pk)
        return render(request, "assessments/round_scheme.html", {"round": row, "scheme": row.rules})
    sent = request.POST if request.method == "POST" else None
    forms = SchemeForms(row.rules, sent)
    status = 200 if sent is None else 422
    if sent is not None and forms.is_valid():
        version = int(sent.get("version") or 0) if str(sent.get("version", "")).isdecimal() else 0
        try:
            rounds.change(
                row,
                version=version,
                scheme=forms.sent,
                name=row.name,
                report_due_on=row.report_due_on,
                by=request.user,
            )
        except AssessmentError as refusal:
            forms.terms.add_error(None, str(refusal))
            status = 409 if isinstance(refusal, Conflict) else 422
            row.refresh_from_db(fields=["version"])
        else:
            messages.success(request, "已保存方案。")
            return redirect("round", pk)
    context = {"round": row, "scheme": row.rules, "forms": forms}
    return render(request, "assessments/round_scheme.html", context, status=status)
