"""Study hours of a year: everybody of the branches one keeps, and one person's with what they are made of."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from activities import hours
from activities.filters import YearFilter
from branches.models import Branch
from branches.roles import Right
from branches.scope import covering_ranges, get_visible_or_404, has_right, may, ranges_of
from lib.periods import Period
from members import exemptions, rosters
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


@require_safe
def study_hours(request: AuthenticatedRequest) -> HttpResponse:
    """In the order of the roster: nobody is compared with anybody."""
    if not has_right(request.user, Right.RECORD):
        raise PermissionDenied(REFUSAL)
    today = timezone.localdate()
    form = HoursFilter(request.GET, user=request.user, today=today)
    reach = ranges_of(request.user, Right.RECORD)
    ranges = covering_ranges([form.chosen.path]) if form.chosen else reach
    people = rosters.members_on(min(Period.year(form.asked_year).end, today), ranges)
    order = ("branch__order_key", "name_order", "number")
    page = Paginator(people.select_related("branch").order_by(*order), PER_PAGE).get_page(
        request.GET.get("page")
    )
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
    }
    return render(request, "activities/hours.html", context)


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
