"""Political birthdays (政治生日) of this and the next month."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedRequest
from branches.roles import Right
from branches.scope import covers, has_right, ranges_of
from lib.masking import mask_name
from lib.periods import Period, month_of
from members.birthdays import Birthday, between

PER_PAGE = 100


@dataclass(frozen=True)
class Line:
    """One birthday; ``when`` stands beside the day when it is near."""

    day: date
    when: str
    is_soon: bool
    name: str
    years: int
    joined_on: date
    branch: str


@dataclass(frozen=True)
class Month:
    """``number`` counts the whole month, ``lines`` are those of the page shown."""

    period: Period
    number: int
    lines: list[Line]


@require_safe
def birthdays(request: AuthenticatedRequest) -> HttpResponse:
    if not has_right(request.user, Right.SEE_MEMBERS):
        raise PermissionDenied("政治生日名单由党支部书记和上级工作人员查看。")
    today = timezone.localdate()
    this = month_of(today)
    ranges = ranges_of(request.user, Right.SEE_MEMBERS)
    names = ranges_of(request.user, Right.SEE_NAMES)
    found = between(this.start, this.next().end, ranges)
    clear = all(covers(names, start) for start, _ in ranges)
    lines = [line(birthday, today, in_clear=clear) for birthday in found]
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "months": [_month(period, lines, list(page)) for period in (this, this.next())],
        "page": page,
        "several": len({birthday.branch_id for birthday in found}) > 1,
    }
    return render(request, "activities/birthdays.html", context)


def _month(period: Period, lines: list[Line], shown: list[Line]) -> Month:
    number = sum(period.contains(one.day) for one in lines)
    return Month(period, number, [one for one in shown if period.contains(one.day)])


def line(birthday: Birthday, today: date, *, in_clear: bool = True) -> Line:
    days = (birthday.day - today).days
    near = {0: "今天", 1: "明天"}.get(days, f"{birthday.day.month}月")
    return Line(
        day=birthday.day,
        when=near,
        is_soon=0 <= days <= 7,
        name=birthday.name if in_clear else mask_name(birthday.name),
        years=birthday.years,
        joined_on=birthday.joined_on,
        branch=birthday.branch_name,
    )
