"""Political birthdays (政治生日) of a month: the list, the greetings, the cards; 党龄 milestones; missing dates."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedRequest
from accounts.models import User
from branches.list_exports import offered
from branches.models import Branch
from branches.roles import Right
from branches.scope import Range, covering_ranges, get_visible_or_404, has_right, may, ranges_of
from lib.masking import mask_name
from lib.media_types import PDF
from lib.periods import Period, month_of
from lib.typesetting import CannotTypeset
from members import birthdays, cards, celebrations, greetings
from members.birthday_forms import BirthdayFilter, GreetForm, YearForm
from members.birthdays import Almanac, Birthday, Milestone, almanac
from members.celebrations import Deeds
from members.local_rules import FROM_FULL
from members.models import Member

PER_PAGE = 100
REFUSAL = "政治生日名单由党支部书记和上级工作人员查看。"
SENDING = "祝贺由本支部书记、记录员或上级工作人员发送。"


class Dated:
    """How its days are written: beside a masked name the year alone, and of the day in question the month."""

    named: bool

    @property
    def format(self) -> str:
        return "Y-m-d" if self.named else "Y年"

    @property
    def day_format(self) -> str:
        return "Y-m-d" if self.named else "Y-m"


@dataclass(frozen=True)
class Line(Dated):
    """One birthday as a list shows it; ``when`` stands beside the day when it is near, ``url`` is the person's page."""

    birthday: Birthday
    name: str
    named: bool
    when: str
    is_soon: bool
    deeds: Deeds
    may_greet: bool
    url: str


@dataclass(frozen=True)
class Told(Dated):
    """A milestone as a list shows it."""

    milestone: Milestone
    name: str
    named: bool


@dataclass(frozen=True)
class Asked:
    """Which part of the tree a page is about, as far as the user sees it; ``branch`` where it is a single one."""

    user: User
    part: Branch | None
    ranges: tuple[Range, ...]
    today: date

    @property
    def branch(self) -> Branch | None:
        return self.part if self.part and self.part.is_leaf else None

    def reads_name(self, path: str) -> bool:
        return may(self.user, Right.SEE_NAMES, path)

    def name(self, name: str, path: str) -> str:
        return name if self.reads_name(path) else mask_name(name)

    @property
    def may_record(self) -> bool:
        return self.branch is not None and may(self.user, Right.RECORD, self.branch.path)


def asked_about(user: User, part: Branch | None) -> Asked:
    ranges = covering_ranges([part.path]) if part else ranges_of(user, Right.SEE_MEMBERS)
    return Asked(user, part, ranges, timezone.localdate())


def month_asked(code: str) -> Period:
    """The month of an address such as ``2026-11``; anything else is no page."""
    try:
        period = Period.parse(code)
    except ValueError:
        raise Http404 from None
    if period.kind != "month" or not 1950 <= period.start.year <= 2100 or period.code != code:
        raise Http404
    return period


def line(birthday: Birthday, deeds: Deeds, user: User, today: date) -> Line:
    """As ``user`` may see it: whoever records for the branch greets, and opens the person's page."""
    days = (birthday.day - today).days
    near = {0: "今天", 1: "明天"}.get(days, f"{birthday.day.month}月")
    records = may(user, Right.RECORD, birthday.branch_path)
    named = may(user, Right.SEE_NAMES, birthday.branch_path)
    free = birthday.has_account and birthday.stays and not birthday.is_opted_out and not deeds.is_greeted
    address = reverse("birthday_person", args=[birthday.member_id, birthday.day.year])
    return Line(
        birthday=birthday,
        name=birthday.name if named else mask_name(birthday.name),
        named=named,
        when=near,
        is_soon=named and 0 <= days <= 7,
        deeds=deeds,
        may_greet=records and free,
        url=address if records and birthday.stays else "",
    )


@require_safe
def birthdays_now(request: AuthenticatedRequest) -> HttpResponse:
    return _month(request, month_of(timezone.localdate()))


@require_safe
def birthdays_month(request: AuthenticatedRequest, code: str) -> HttpResponse:
    return _month(request, month_asked(code))


@dataclass(frozen=True)
class Month:
    """A month as it is asked for; ``shown`` are the lines of its birthdays that the state leaves."""

    query: BirthdayFilter
    asked: Asked
    found: Almanac
    done: celebrations.Done
    shown: list[Line]


def birthdays_of(user: User, data: QueryDict, month: Period) -> Month:
    _admit(user)
    query = BirthdayFilter(data, user=user)
    part, state = query.wanted()
    asked = asked_about(user, part)
    found = almanac(month.start, month.end, asked.ranges)
    done = celebrations.done_about(found.birthdays)
    lines = [line(one, done[one.key], user, asked.today) for one in found.birthdays]
    shown = [one for one in lines if not state or _is_in(one, state)]
    return Month(query, asked, found, done, shown)


def _is_in(one: Line, state: str) -> bool:
    return one.deeds.is_settled if state == "settled" else celebrations.is_open(one.birthday, one.deeds)


def _admit(user: User) -> None:
    if not has_right(user, Right.SEE_MEMBERS):
        raise PermissionDenied(REFUSAL)


def _month(request: AuthenticatedRequest, month: Period, refused: GreetForm | None = None) -> HttpResponse:
    """The month's list. Eight queries at most, the same for one and for a thousand birthdays."""
    user = request.user
    of_month = birthdays_of(user, request.GET if refused is None else request.POST, month)
    query, asked, found, done = of_month.query, of_month.asked, of_month.found, of_month.done
    page = Paginator(of_month.shown, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "month": month,
        "asked": asked,
        "records": has_right(user, Right.RECORD),
        "query": query,
        "state": query.wanted()[1],
        "page": page,
        "export": offered(request, user, "birthday_export", query, month.code),
        "figures": celebrations.figures(found.birthdays, done),
        "milestones": _told(found.milestones, asked),
        "basis": "转正日期" if found.reckoning.basis == FROM_FULL else "入党日期",
        "undated": birthdays.undated(asked.ranges, asked.today, found.reckoning).count(),
        **_sending(month, asked, found, list(page), refused),
    }
    return render(request, "members/birthdays.html", context, status=422 if refused else 200)


def _sending(
    month: Period, asked: Asked, found: Almanac, lines: list[Line], refused: GreetForm | None
) -> dict[str, Any]:
    """The form that greets all of the month, where a single branch is shown to whoever records for it."""
    if not asked.may_record:
        return {"waiting": []}
    waiting = [one for one in lines if one.may_greet] if greetings.is_open(month, asked.today) else []
    return {
        "waiting": waiting,
        "greet_form": refused or GreetForm(None, birthdays=found.birthdays),
        "preview": cards.card_of(waiting[0].birthday, asked.branch) if waiting and asked.branch else None,
        "may_print": any(one.stays and not one.is_opted_out for one in found.birthdays),
    }


def _told(found: list[Milestone], asked: Asked) -> list[Told]:
    return [
        Told(one, asked.name(one.name, one.branch_path), asked.reads_name(one.branch_path)) for one in found
    ]


@require_POST
def birthdays_greet(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """Greets everybody who is ticked, and says who was left out and why."""
    month = month_asked(code)
    if not has_right(request.user, Right.RECORD):
        raise PermissionDenied(SENDING)
    branch: Branch = get_visible_or_404(
        Branch.objects.leaves(), request.user, pk=request.POST.get("branch") or 0
    )
    if not may(request.user, Right.RECORD, branch.path):
        raise PermissionDenied(SENDING)
    found = almanac(month.start, month.end, covering_ranges([branch.path])).birthdays
    form = GreetForm(request.POST, birthdays=found)
    if not form.is_valid():
        return _month(request, month, refused=form)
    values = form.cleaned_data
    try:
        outcome = greetings.greet(branch, month, values["to"], personal=values["words"], by=request.user)
    except greetings.GreetingError as refusal:
        messages.error(request, str(refusal))
    else:
        _say(request, outcome)
    return redirect(_address(month, branch))


def _address(month: Period, branch: Branch) -> str:
    return reverse("birthdays_month", args=[month.code], query={"branch": branch.pk})


def _say(request: AuthenticatedRequest, outcome: greetings.Outcome) -> None:
    if outcome.sent:
        messages.success(
            request,
            f"已祝贺 {len(outcome.sent)} 人：{'、'.join(outcome.sent)}。生日当天起，本人在首页和“我的”里看到。",
        )
    for names, sentence in (
        (outcome.opted_out, "本人关闭了祝贺，没有发送"),
        (outcome.without_account, "没有账号，请打印贺卡"),
        (outcome.left, "已不在本支部，没有发送"),
        (outcome.already, "今年已经祝贺过，没有重复发送"),
    ):
        if names:
            messages.warning(request, f"{'、'.join(names)}：{sentence}。")


@require_safe
def birthdays_cards(request: AuthenticatedRequest, code: str) -> HttpResponse:
    """The cards of a branch's month as one PDF."""
    month = month_asked(code)
    if not has_right(request.user, Right.RECORD):
        raise PermissionDenied(SENDING)
    branch: Branch = get_visible_or_404(
        Branch.objects.leaves(), request.user, pk=request.GET.get("branch") or 0
    )
    if not may(request.user, Right.RECORD, branch.path):
        raise PermissionDenied(SENDING)
    try:
        content = cards.pdf(cards.of_month(month, branch))
    except (cards.NoCard, CannotTypeset) as refusal:
        messages.error(request, str(refusal))
        return redirect(_address(month, branch))
    return attached(content, f"政治生日贺卡-{branch.short_name}-{month.code}.pdf", PDF)


def attached(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file that the browser shows, and saves under ``name``."""
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    response.headers["Cache-Control"] = "no-store, private"
    return response


@require_safe
def birthday_milestones(request: AuthenticatedRequest) -> HttpResponse:
    """Whose 党龄 is full 30, 40 or 50 years in a year, by day."""
    form = YearForm(request.GET)
    year, told = milestones_of(request.user, form)
    page = Paginator(told, PER_PAGE).get_page(request.GET.get("page"))
    numbers = [(years, sum(one.milestone.years == years for one in told)) for years in birthdays.MILESTONES]
    export = offered(request, request.user, "milestone_export", form)
    today = timezone.localdate()
    context = {"year": year, "page": page, "numbers": numbers, "today": today, "export": export}
    return render(request, "members/birthday_milestones.html", context)


def milestones_of(user: User, form: YearForm) -> tuple[int, list[Told]]:
    """The year, and its milestones as ``user`` may read them."""
    _admit(user)
    asked = asked_about(user, None)
    year = form.wanted(asked.today)
    return year, _told(almanac(date(year, 1, 1), date(year, 12, 31), asked.ranges).milestones, asked)


@require_safe
def birthday_undated(request: AuthenticatedRequest) -> HttpResponse:
    """Members without the date from which a political birthday counts, and where each date is filled in."""
    asked, rules = asked_about(request.user, None), birthdays.reckoning()
    page = Paginator(undated_of(asked, rules), PER_PAGE).get_page(request.GET.get("page"))
    keeps = has_right(request.user, Right.KEEP_MEMBERS)
    context = {
        "page": page,
        "export": offered(request, request.user, "undated_export"),
        "people": [
            (
                one,
                asked.name(one.name, one.branch_path),
                one.number if asked.reads_name(one.branch_path) else "",
                _mending(one, keeps=keeps),
            )
            for one in page
        ],
        "keeps": keeps,
        "basis": "转正日期" if rules.basis == FROM_FULL else "入党日期",
    }
    return render(request, "members/birthday_undated.html", context)


def undated_of(asked: Asked, rules: birthdays.Reckoning) -> QuerySet[Member]:
    _admit(asked.user)
    found = birthdays.undated(asked.ranges, asked.today, rules)
    return found.select_related("branch").order_by("branch__order_key", "name_order", "number")


def _mending(member: Member, *, keeps: bool) -> str:
    name = "admin:members_member_change" if keeps else "member_detail"
    return reverse(name, args=[member.pk])
