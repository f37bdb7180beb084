"""Lists that leave as a workbook or as a PDF: which of the two was asked for, and what is said when it cannot be."""

from functools import wraps
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from lib.sheets.outgoing import ENDINGS, FIELD, PDF, XLSX
from lib.sheets.printing import TooLong
from lib.typesetting import CannotTypeset

from . import audit
from .proof import View


def leaving(view: View) -> View:
    """For what hands out a list (``Outgoing(request.POST)``): 404 for an ending that is none.

    The trail says of a PDF that it was one. A PDF that cannot be made leaves no trace there: a page says why, and
    offers the workbook of the same list.
    """

    @wraps(view)
    def handing_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        ending = request.POST.get(FIELD, XLSX)
        if ending not in ENDINGS:
            raise Http404
        if ending != PDF:
            return view(request, *args, **kwargs)
        try:
            with transaction.atomic(), audit.adding(ending=ending):
                return view(request, *args, **kwargs)
        except (TooLong, CannotTypeset) as refusal:
            sent = request.POST.lists()
            kept = [(name, value) for name, values in sent for value in values if name not in _OURS]
            context = {"refusal": refusal, "kept": kept, "field": FIELD, "ending": XLSX}
            return render(request, "accounts/no_pdf.html", context, status=422)

    return handing_out


_OURS = (FIELD, "csrfmiddlewaretoken")
