"""Coverage of 集中轮训: a figure for each organisation, the people behind each figure, and both as a workbook."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.leaving import leaving
from accounts.models import User
from accounts.proof import confirmed
from branches.forms import BranchChoiceField
from branches.local_rules import why_unjudged
from branches.models import Branch
from branches.roles import Right
from branches.scope import Range, above_all, covering_ranges, has_right, ranges_of
from lib.sheets.outgoing import Outgoing
from lib.sheets.sending import send
from members import coverage, coverage_sheet
from members.competence import TITLES
from members.coverage import Person, Row, Scope

PER_PAGE = 100
YEARS_BACK = 4
STATES = {"had": "已参加", "lacking": "未参加"}
POSTS = {title.value: str(title.label) for title in TITLES}


class CoverageFilter(forms.Form):
    """A year, an organisation with all below it, and on the list of people one of the posts and of the two states."""

    year = forms.TypedChoiceField(label="年度", required=False, coerce=int)
    branch = BranchChoiceField(Branch.objects.none(), label="党组织", required=False, empty_label="全部")
    post = forms.ChoiceField(label="职务", required=False, choices=[("", "全部"), *POSTS.items()])
    state = forms.ChoiceField(label="集中轮训", required=False, choices=[("", "全部"), *STATES.items()])

    def __init__(self, data: Any, *, user: User, today: date, is_of_people: bool) -> None:
        super().__init__(data)
        self.today = today
        years: Any = self.fields["year"]
        years.choices = [(year, f"{year} 年") for year in range(today.year, today.year - YEARS_BACK - 1, -1)]
        branches: Any = self.fields["branch"]
        branches.queryset = Branch.objects.reachable_by(user, Right.KEEP_BRANCHES).filter(dissolved_on=None)
        if not is_of_people:
            del self.fields["post"], self.fields["state"]
        self.is_valid()

    @property
    def asked_year(self) -> int:
        return self.cleaned_data.get("year") or self.today.year

    @property
    def chosen(self) -> Branch | None:
        return self.cleaned_data.get("branch")


@dataclass(frozen=True)
class Found:
    """What is asked for, and what there is."""

    form: CoverageFilter
    scope: Scope
    people: list[Person]
    above: str

    @property
    def year(self) -> int:
        return self.form.asked_year

    def rows(self) -> list[Row]:
        return coverage.rows_of(self.people, self.above)

    def context(self) -> dict[str, Any]:
        had = sum(person.is_covered for person in self.people)
        return {
            "form": self.form,
            "year": self.year,
            "scope": self.scope,
            "unjudged": why_unjudged(self.year),
            "owed": len(self.people),
            "had": had,
            "lacking": len(self.people) - had,
            "query": urlencode({"year": self.year, **self._branch()}),
            "is_filtered": any(self.form.cleaned_data.values()),
        }

    def _branch(self) -> dict[str, int]:
        return {"branch": self.form.chosen.pk} if self.form.chosen else {}


def _found(request: AuthenticatedRequest, data: Any, *, is_of_people: bool = False) -> Found:
    if not has_right(request.user, Right.KEEP_BRANCHES):
        raise PermissionDenied("培训覆盖情况由组织部和二级党组织工作人员查看。")
    today = timezone.localdate()
    form = CoverageFilter(data, user=request.user, today=today, is_of_people=is_of_people)
    ranges = _ranges(request.user, form.chosen)
    scope = Scope.held()
    people = coverage.people_of(ranges, form.asked_year, today, scope)
    return Found(form, scope, people, above_all(start for start, _ in ranges))


def _ranges(user: User, chosen: Branch | None) -> tuple[Range, ...]:
    return covering_ranges([chosen.path]) if chosen else ranges_of(user, Right.KEEP_BRANCHES)


@require_safe
def training_coverage(request: AuthenticatedRequest) -> HttpResponse:
    """In the order of the organisations, one step down."""
    found = _found(request, request.GET)
    lines = [(row, _people_url(found, row)) for row in found.rows()]
    return render(request, "members/coverage.html", {**found.context(), "lines": lines})


def _people_url(found: Found, row: Row) -> str:
    return f"{reverse('coverage_people')}?{urlencode({'year': found.year, 'branch': row.branch.pk})}"


@require_safe
def coverage_people(request: AuthenticatedRequest) -> HttpResponse:
    """Who had a training and who had not yet."""
    found = _found(request, request.GET, is_of_people=True)
    state, post = (found.form.cleaned_data.get(name, "") for name in ("state", "post"))
    people = [
        one
        for one in found.people
        if (not state or one.is_covered == (state == "had")) and (not post or one.post == POSTS[post])
    ]
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    context = {**found.context(), "page": page, "state": STATES.get(state, "")}
    return render(request, "members/coverage_people.html", context)


@confirmed
@require_POST
@leaving
def coverage_export(request: AuthenticatedRequest) -> HttpResponseBase:
    found = _found(request, request.POST)
    if found.form.errors:
        messages.error(request, "年度或党组织认不出，没有导出。请重新选择后再导出。")
        return redirect("training_coverage")
    content = Outgoing(request.POST)
    coverage_sheet.write(content, request.user, found.year, found.scope, found.rows(), found.people)
    return send(content, f"集中轮训覆盖情况-{found.year}")
