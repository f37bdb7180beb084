"""党课 of a year: the lectures one may see, by series and lecturer; and those of leaders, counted for each person."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
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
from activities import lecture_sheet, lectures
from activities.filters import YearFilter
from activities.lectures import Leader
from activities.models import Activity, ActivityQuerySet, Campaign, Lecture
from activities.sight import Sight
from branches.local_rules import why_unjudged
from branches.roles import Right
from branches.scope import has_right, may, ranges_of
from lib.sheets.outgoing import Outgoing
from lib.sheets.sending import send

PER_PAGE = 50


class LectureFilter(YearFilter):
    """Which series, by whom; ``who`` and ``name`` come from a figure."""

    campaign = forms.ModelChoiceField(
        Campaign.objects.all(), label="系列", required=False, empty_label="全部"
    )
    category = forms.ChoiceField(
        label="主讲人身份", required=False, choices=[("", "全部"), *Lecture.Category.choices]
    )
    who = forms.UUIDField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def found(self, user: User) -> ActivityQuerySet:
        year = self.asked_year
        asked = {
            "campaigns": self.cleaned_data.get("campaign"),
            "lecture__category": self.cleaned_data.get("category"),
            "lecture__member": self.cleaned_data.get("who"),
            # Where names are masked, none can be asked for.
            "lecturer": self.cleaned_data.get("name") if has_right(user, Right.SEE_NAMES) else "",
        }
        records = lectures.held(ranges_of(user, Right.SEE_FIGURES), year)
        return records.filter(**{name: value for name, value in asked.items() if value})


@dataclass(frozen=True)
class Line:
    record: Activity
    lecturer: str
    rank: str
    series: str


@require_safe
def lecture_list(request: AuthenticatedRequest) -> HttpResponse:
    _check(request.user)
    form = LectureFilter(request.GET, today=timezone.localdate())
    records = form.found(request.user).select_related("branch", "lecture").prefetch_related("campaigns")
    page = Paginator(records, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": [_line(record, request.user) for record in page.object_list],
        "year": form.asked_year,
        "series": _series(request.user, form.asked_year),
        "is_filtered": any(form.cleaned_data.values()),
    }
    return render(request, "activities/lectures.html", context)


def _line(record: Activity, user: User) -> Line:
    lecture: Lecture | None = getattr(record, "lecture", None)
    said = (lecture.rank or str(lecture.get_category_display())) if lecture else ""
    name = Sight(user, record.branch_path).name(record.lecturer)
    return Line(record, name, said, "、".join(campaign.name for campaign in record.campaigns.all()))


def _series(user: User, year: int) -> list[tuple[str, int, str]]:
    """The series lectured in the year: name, how many, and the address of their list."""
    held = lectures.held(ranges_of(user, Right.SEE_FIGURES), year).order_by()
    counted: Any = held.filter(campaigns__isnull=False).values("campaigns", "campaigns__name")
    rows = counted.annotate(number=Count("pk")).order_by("campaigns__name")
    return [
        (row["campaigns__name"], row["number"], _list_url(year=year, campaign=row["campaigns"]))
        for row in rows
    ]


def _list_url(**asked: Any) -> str:
    return f"{reverse('lecture_list')}?{urlencode(asked)}"


@dataclass(frozen=True)
class LeaderLine:
    leader: Leader
    name: str
    url: str


@require_safe
def lecture_leaders(request: AuthenticatedRequest) -> HttpResponse:
    """In the order of the organisations: nobody is compared with anybody."""
    _check(request.user)
    form = YearFilter(request.GET, today=timezone.localdate())
    year = form.asked_year
    leaders = lectures.leaders_of(ranges_of(request.user, Right.SEE_FIGURES), year)
    context = {
        "form": form,
        "year": year,
        "is_filtered": year != timezone.localdate().year,
        "lines": [LeaderLine(each, *_named(each, year, request.user)) for each in leaders],
        "article": lectures.ARTICLE,
        "unjudged": why_unjudged(year),
        "may_export": has_right(request.user, Right.EXPORT),
    }
    return render(request, "activities/lecture_leaders.html", context)


def _named(leader: Leader, year: int, user: User) -> tuple[str, str]:
    """His name as the user may read it, and where his lectures stand: the one, or their list."""
    name = lecture_sheet.shown_name(leader, user)
    if len(leader.lectures) < 2:
        return name, reverse("activity_detail", args=[leader.lectures[0].pk]) if leader.lectures else ""
    if leader.member_id:
        return name, _list_url(year=year, who=leader.member_id)
    return name, _list_url(year=year, name=leader.name) if may(user, Right.SEE_NAMES, leader.path) else ""


@confirmed
@require_POST
@leaving
def lecture_export(request: AuthenticatedRequest) -> HttpResponseBase:
    _check(request.user)
    if not has_right(request.user, Right.EXPORT):
        raise PermissionDenied
    form = YearFilter(request.POST, today=timezone.localdate())
    if not form.is_valid():
        messages.error(request, "年度认不出，没有导出。请重新选择后再导出。")
        return redirect("lecture_leaders")
    content = Outgoing(request.POST)
    lecture_sheet.write(content, request.user, form.asked_year)
    return send(content, f"领导干部讲党课-{form.asked_year}")


def _check(user: User) -> None:
    if not has_right(user, Right.SEE_FIGURES):
        raise PermissionDenied("党课统计由党支部书记、记录员、上级工作人员和校领导查看。")
