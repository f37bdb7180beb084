"""The list of a page as a workbook: what the page shows under the same filter, at once, or by a job when it is long.

The module of the page says what its list is (:class:`ListExport`), :func:`export_view` makes the page that hands it
out, and :func:`offered` the button that asks for it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from accounts import audit
from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from accounts.models import User
from accounts.proof import View, confirmed
from jobs import running
from jobs.models import Job
from lib.sheets.outgoing import Outgoing, write_list
from lib.sheets.sending import send
from lib.sheets.writing import Kind, OutColumn, OutSheet

from .models import Branch
from .roles import Right
from .scope import covering_ranges, covers, has_right, ranges_of

#: More rows than this are written by a job.
AT_ONCE: Final = 5000
KIND: Final = "page_list"


@dataclass(frozen=True)
class Found:
    """What was asked for: ``number`` rows, one value for each column, made when they are written.

    ``form`` is the filter as it was understood; ``branch`` and ``about``, such as the year, say what else the list is
    about, ``note`` what is to be known of it.
    """

    rows: Iterable[Sequence[object]]
    number: int
    form: forms.Form | None = None
    branch: Branch | None = None
    about: str = ""
    note: str = ""


@dataclass(frozen=True)
class ListExport:
    """A list that can be taken along.

    ``find(user, data, **place)`` asks for ``right`` and finds what the page finds, refusing as the page refuses;
    ``place`` is what the address names. ``thing`` is what the audit trail calls it.
    """

    thing: str
    title: str
    right: Right
    columns: tuple[OutColumn, ...]
    find: Callable[..., Found]

    def write(self, target: Path | BinaryIO, found: Found, user: User) -> None:
        """Audited with the filter and the number of rows."""
        said = filter_words(found.form, leave_out=("year",) if found.about else ()) if found.form else []
        where = [found.branch.short_name] if found.branch else []
        facts = {"list": self.title, "filter": "，".join([*where, found.about, *said]).strip("，")}
        after = {**facts, "rows": found.number}
        entry = audit.record(f"{self.thing}.export", by=user, on=found.branch, after=after)
        scope = facts["filter"] or "权限内全部"
        banner = [
            self.title,
            f"范围：{scope}；共 {found.number} 行。",
            *filter(None, [found.note]),
            audit.export_line(entry, user),
        ]
        write_list(target, [OutSheet(self.title, self.columns, found.rows, banner)])

    @property
    def stem(self) -> str:
        """The name of the file without its ending."""
        return f"{self.title}-{timezone.localdate():%Y%m%d}"


def columns(*headings: str | tuple[str, Kind] | tuple[str, Kind, float]) -> tuple[OutColumn, ...]:
    """Headings of texts; a tuple names the kind of the column, and its width where it is not that of the heading."""
    return tuple(OutColumn(one) if isinstance(one, str) else OutColumn(*one) for one in headings)


def filter_words(form: forms.Form, *, leave_out: Sequence[str] = ()) -> list[str]:
    """The filter as it was understood, in words: 状态：整改中."""
    asked = [name for name in form.fields if name not in leave_out and form.cleaned_data.get(name)]
    return [f"{form.fields[name].label}：{_word(form, name)}" for name in asked]


def _word(form: forms.Form, name: str) -> str:
    value: Any = form.cleaned_data[name]
    if isinstance(value, Model):
        return str(getattr(value, "short_name", value))
    choices = getattr(form.fields[name], "choices", ())
    return str(dict(choices).get(value, value) if isinstance(value, str | int) else value)


def export_view(listed: ListExport) -> View:
    """The page that hands out ``listed``.

    What was not understood is not left out, as on the page: the workbook would pass for what was asked for.
    """

    @confirmed
    @require_POST
    @leaving
    def hand_out(request: AuthenticatedRequest, **place: Any) -> HttpResponseBase:
        user = request.user
        found = listed.find(user, request.POST, **place)
        if not has_right(user, Right.EXPORT):
            raise PermissionDenied
        if found.form and found.form.errors:
            raise Http404
        content = Outgoing(request.POST)
        content.check(found.number)
        if found.number > AT_ONCE:
            asked = {"path": request.path_info, "filter": _sent(found.form, request.POST)}
            return redirect("job_detail", running.start(KIND, user, f"导出{listed.title}", asked).pk)
        listed.write(content, found, user)
        return send(content, listed.stem)

    hand_out.listed = listed  # type: ignore[attr-defined]
    return hand_out


def _sent(form: forms.Form | None, data: QueryDict) -> str:
    """What of ``data`` the filter reads, as a query."""
    return urlencode({name: str(data[name]) for name in (form.fields if form else ()) if data.get(name)})


def _may_fetch(user: User, job: Job) -> bool:
    """Every place the workbook is about must still be within the user's reach."""
    reach = ranges_of(user, Right.EXPORT)
    return bool(reach) and all(covers(reach, start) for start, _ in job.outcome.get("ranges", []))


@running.register(KIND, _may_fetch, repeatable=True)
def work(progress: running.Progress) -> None:
    """Asks again what the owner may see, when it runs."""
    page, user = resolve(progress.parameters["path"]), progress.owner
    listed: ListExport = page.func.listed  # type: ignore[attr-defined]
    try:
        found = listed.find(user, QueryDict(progress.parameters["filter"]), **page.kwargs)
    except (PermissionDenied, Http404):
        found = None
    if found is None or (found.form and found.form.errors) or not has_right(user, Right.EXPORT):
        raise running.JobRefused("您现在的权限已不包括这个名单，没有生成工作簿。")
    seen = covering_ranges([found.branch.path]) if found.branch else ranges_of(user, listed.right)
    progress.job.outcome = {"ranges": [list(one) for one in seen]}
    progress.at("写入", 0, found.number)
    listed.write(progress.result_path(f"{listed.stem}.xlsx"), found, user)


@dataclass(frozen=True)
class Offer:
    """The button under a list: where it sends, and the filter it sends along."""

    url: str
    asked: list[tuple[str, str]]


def offered(
    request: HttpRequest, user: User, name: str, form: forms.Form | None = None, *args: object
) -> Offer | None:
    """What ``components/list_export.html`` shows; nothing to whoever may not export."""
    if not has_right(user, Right.EXPORT):
        return None
    asked = [(one, request.GET[one]) for one in (form.fields if form else ()) if request.GET.get(one)]
    return Offer(reverse(name, args=args), asked)
