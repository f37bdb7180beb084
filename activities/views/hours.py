"""Study hours of a year: everybody of the branches one keeps, and one person's with what they are made of."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from activities import hours
from activities.filters import YearFilter
from branches.list_exports import Found, ListExport, columns, offered
from branches.local_rules import why_unjudged
from branches.models import Branch
from branches.roles import Right
from branches.scope import covering_ranges, get_visible_or_404, has_right, may, ranges_of
from lib.periods import Period
from members import exemptions, rosters, snapshots
from members.models import Member

PER_PAGE = 50
REFUSAL = "学时由党支部书记、记录员和上级工作人员查看；本人的在“我的”中。"


class HoursFilter(YearFilter):
    """Of which branch, too."""

    branch = forms.ModelChoiceField(Branch.objects.none(), label="党支部", required=False, empty_label="全部")

    def __init__(self, data: Any, *, user: User, today: date) -> None:
        super().__init__(data, today=today)
        mine = Branch.objects.reachable_by(user, Right.RECORD).leaves().existing_on(today)
        self.fields["branch"].queryset = mine  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Branch | None:
        self.is_valid()
        return self.cleaned_data.get("branch")


def _people(user: User, data: QueryDict, today: date) -> tuple[HoursFilter, QuerySet[Member]]:
    """In the order of the roster: nobody is compared with anybody."""
    if not has_right(user, Right.RECORD):
        raise PermissionDenied(REFUSAL)
    form = HoursFilter(data, user=user, today=today)
    reach = ranges_of(user, Right.RECORD)
    ranges = covering_ranges([form.chosen.path]) if form.chosen else reach
    people = rosters.members_on(min(Period.year(form.asked_year).end, today), ranges)
    return form, people.select_related("branch").order_by("branch__order_key", "name_order", "number")


@require_safe
def study_hours(request: AuthenticatedRequest) -> HttpResponse:
    today = timezone.localdate()
    form, people = _people(request.user, request.GET, today)
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    lines = hours.of_people(page.object_list, form.asked_year)
    context = {
        "form": form,
        "page": page,
        "lines": lines,
        "lone": len({line.member.branch_id for line in lines}) == 1,
        "year": form.asked_year,
        "is_filtered": form.chosen is not None or form.asked_year != today.year,
        "rules": hours.Rules.held(),
        "article": hours.ARTICLE,
        "exempt_article": exemptions.ARTICLE,
        "unjudged": why_unjudged(form.asked_year),
        "export": offered(request, request.user, "hours_export", form),
    }
    return render(request, "activities/hours.html", context)


def _found(user: User, data: QueryDict) -> Found:
    form, people = _people(user, data, timezone.localdate())
    year = form.asked_year
    return Found(_rows(people, year), people.count(), form, about=f"{year} 年", note=why_unjudged(year))


def _rows(people: QuerySet[Member], year: int) -> Iterator[list[object]]:
    for some in snapshots.in_batches(list(people)):
        for line in hours.of_people(some, year):
            member = line.member
            names = [member.number, member.name, member.branch.short_name, member.branch.code]
            numbers = [line.studied, line.trained, line.total, line.owed, line.exempt_months or None]
            yield [*names, *numbers, line.without_length or None]


EXPORT = ListExport(
    "hours",
    "学习学时",
    Right.RECORD,
    columns(
        "编号",
        "姓名",
        ("党支部", "text", 26),
        ("党组织代码", "text", 16),
        ("学习", "decimal"),
        ("培训", "decimal"),
        ("合计", "decimal"),
        ("一般不少于", "integer"),
        ("免于要求的月数", "integer"),
        ("没有填写时长的次数", "integer"),
    ),
    _found,
)


@require_safe
def study_hours_person(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """What one person's hours are made of: for himself, and for who keeps the branch's records."""
    rows = Member.objects.select_related("branch")
    member: Member = get_visible_or_404(rows, request.user, pk=pk)
    is_own = member.account_id == request.user.pk
    if not is_own and not may(request.user, Right.RECORD, member.branch_path):
        raise PermissionDenied(REFUSAL)
    form = YearFilter(request.GET, today=timezone.localdate())
    [line] = hours.of_people([member], form.asked_year)
    context = {
        "member": member,
        "line": line,
        "year": form.asked_year,
        "form": form,
        "rules": hours.Rules.held(),
        "opens_records": may(request.user, Right.SEE_RECORDS, member.branch_path),
    }
    return render(request, "activities/hours_person.html", context)
