"""Pages of a book of statistics: all its tables of a year one below the other, and as files."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from branches.roles import Right
from branches.scope import has_right
from lib.media_types import PDF
from lib.sheets.sending import download
from lib.typesetting import CannotTypeset

from . import links
from .closing import notices
from .figure_pages import ENDINGS, carried_by
from .figures import paper, sheet
from .figures.base import Table, bands
from .figures.books import BOOKS, Book, Filled
from .filters import StatisticFilter
from .views import check_figures, refuse_export


@dataclass(frozen=True)
class Part:
    """A table of the book as the page shows it."""

    filled: Filled

    @property
    def bands(self) -> Sequence[tuple[str, int]]:
        return bands(self._table.columns)

    @property
    def width(self) -> int:
        return len(self._table.columns) + 1

    @property
    def definitions(self) -> list[tuple[str, str]]:
        return [(sheet.heading(one), one.definition) for one in self._table.columns]

    @property
    def _table(self) -> Table:
        assert self.filled.table is not None
        return self.filled.table


@require_safe
def book_page(request: AuthenticatedRequest, name: str) -> HttpResponse:
    check_figures(request.user)
    book = _book_or_404(name)
    form = StatisticFilter(request.GET, statistic=book, user=request.user, today=timezone.localdate())
    context = {
        "book": book,
        "form": form,
        "asked": form.asked,
        "parts": [Part(one) for one in book.filled(form.asked)],
        "endings": ENDINGS.items(),
        "locked": notices.of(form.asked, book.first),
        "may_export": has_right(request.user, Right.EXPORT),
        "carried": carried_by(form),
    }
    return render(request, "reports/book_page.html", context)


@require_POST
def book_export(request: AuthenticatedRequest, name: str, ending: str) -> HttpResponse | FileResponse:
    """The book as a workbook, a sheet for each table, or as a PDF."""
    check_figures(request.user)
    if not has_right(request.user, Right.EXPORT):
        raise PermissionDenied
    book = _book_or_404(name)
    if ending not in ENDINGS:
        raise Http404
    form = StatisticFilter(request.POST, statistic=book, user=request.user, today=timezone.localdate())
    if form.errors:
        return refuse_export(request, "book", name)
    title = f"{form.asked.title}{book.title}"
    if ending == "xlsx":
        content = BytesIO()
        sheet.write_book(content, book, form.asked, by=request.user)
        return download(content, f"{title}.xlsx")
    try:
        made = paper.book(book, form.asked, by=request.user)
    except CannotTypeset as refusal:
        messages.error(request, str(refusal))
        return redirect(links.with_filters(reverse("book", args=[name]), dict(carried_by(form))))
    return FileResponse(BytesIO(made), filename=f"{title}.pdf", content_type=PDF)


def _book_or_404(name: str) -> Book:
    if name not in BOOKS:
        raise Http404
    return BOOKS[name]
