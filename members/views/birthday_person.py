"""One member's political birthday of a year: one's own greeting and card, and what the branch recorded."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import AuthenticatedRequest
from branches.roles import Right
from branches.scope import get_visible_or_404, may
from lib.media_types import PDF
from lib.typesetting import CannotTypeset
from members import birthdays, cards, celebrations, greetings
from members.birthday_forms import MarkForm
from members.birthdays import Birthday
from members.models import Celebration, Greeting, Member
from members.views.birthdays import attached

REFUSAL = "政治生日的登记和贺卡由本支部书记、记录员或上级工作人员办理。"
CHANGED = {True: "已打开：以后会收到政治生日祝贺。", False: "已关闭：不再收到政治生日祝贺。"}


def _member(request: AuthenticatedRequest, pk: UUID) -> Member:
    member: Member = get_visible_or_404(Member.objects.select_related("branch"), request.user, pk=pk)
    return member


def _records(request: AuthenticatedRequest, member: Member) -> bool:
    return may(request.user, Right.RECORD, member.branch_path)


def _require_record(request: AuthenticatedRequest, member: Member) -> None:
    if not _records(request, member):
        raise PermissionDenied(REFUSAL)


def _year(year: int) -> int:
    if not 1950 <= year <= 2100:
        raise Http404
    return year


@require_http_methods(["GET", "HEAD", "POST"])
def birthday_person(request: AuthenticatedRequest, pk: UUID, year: int) -> HttpResponse:
    """Shows the birthday to its owner and to whoever records for the branch; POST records how it was marked."""
    member, year, today = _member(request, pk), _year(year), timezone.localdate()
    records = _records(request, member)
    if not records and (request.method == "POST" or member.account_id != request.user.pk):
        raise PermissionDenied(REFUSAL)
    marks = list(Celebration.objects.filter(member=member, year=year).select_related("recorded_by"))
    left = {way.value for way in Celebration.Way} - {mark.way for mark in marks}
    form = MarkForm(request.POST or None, left=left, today=today) if records else None
    if request.method == "POST" and form and form.is_valid():
        values = form.cleaned_data
        try:
            celebrations.mark(
                member, year, values["ways"], on=values["held_on"], note=values["note"], by=request.user
            )
        except celebrations.CelebrationError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记{member.name}{year}年的政治生日。")
            return redirect("birthday_person", pk, year)
    context = {"form": form, "left": left, "marks": marks if records else [], **_shown(request, member, year)}
    return render(
        request, "members/birthday_person.html", context, status=422 if form and form.errors else 200
    )


def _shown(request: AuthenticatedRequest, member: Member, year: int) -> dict[str, Any]:
    is_own, records = member.account_id == request.user.pk, _records(request, member)
    birthday, greeting = _birthday(member, year), _greeting(member, year)
    declined = birthday.is_opted_out if birthday else greetings.wants_none(member)
    is_due = greeting is not None and (records or greeting.day <= timezone.localdate())
    card = cards.card_of(birthday, greeting.branch, greeting) if birthday and greeting and is_due else None
    return {
        "member": member,
        "year": year,
        "birthday": birthday,
        "greeting": greeting if records or is_due else None,
        "card": None if declined else card,
        "declined": declined,
        "is_own": is_own,
        "records": records,
        "may_decide": greetings.may_decide(request.user, member),
        "may_print": records and birthday is not None and birthday.stays and not declined,
        "back": reverse("birthdays_month", args=[f"{birthday.day:%Y-%m}"]) if birthday else "",
    }


def _birthday(member: Member, year: int) -> Birthday | None:
    declined = greetings.wants_none(member)
    return birthdays.birthday_of(member, year, birthdays.reckoning(), is_opted_out=declined)


def _greeting(member: Member, year: int) -> Greeting | None:
    return Greeting.objects.filter(member=member, year=year).select_related("branch").first()


@require_POST
def birthday_unmark(request: AuthenticatedRequest, pk: UUID, year: int) -> HttpResponse:
    """Takes back a way that was recorded by mistake."""
    member = _member(request, pk)
    _require_record(request, member)
    try:
        label = celebrations.take_back(member, _year(year), request.POST.get("way", ""), by=request.user)
    except celebrations.CelebrationError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已撤回“{label}”的登记。")
    return redirect("birthday_person", pk, year)


@require_POST
def birthday_opt(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Switches greetings off (``wants=0``) or on for a member."""
    member = _member(request, pk)
    if not greetings.may_decide(request.user, member):
        raise PermissionDenied("是否接收祝贺由本人决定，或由上级工作人员代为办理。")
    wants = request.POST.get("wants") == "1"
    greetings.decide(member, wants=wants, by=request.user)
    messages.success(request, CHANGED[wants])
    return redirect("birthday_person", pk, timezone.localdate().year)


@require_safe
def birthday_card(request: AuthenticatedRequest, pk: UUID, year: int) -> HttpResponse:
    """The card as PDF."""
    return _card(request, pk, year, "pdf")


@require_safe
def birthday_picture(request: AuthenticatedRequest, pk: UUID, year: int) -> HttpResponse:
    """The card as PNG, to be kept by a long press."""
    return _card(request, pk, year, "png")


def _card(request: AuthenticatedRequest, pk: UUID, year: int, kind: str) -> HttpResponse:
    """For whoever records for the branch, and for the member once the greeting is there."""
    member, year = _member(request, pk), _year(year)
    greeting = _greeting(member, year)
    is_mine = member.account_id == request.user.pk and greeting and greeting.day <= timezone.localdate()
    if not is_mine:
        _require_record(request, member)
    try:
        birthday = cards.check(_birthday(member, year), member.name, year)
        card = cards.card_of(birthday, greeting.branch if greeting else member.branch, greeting)
        content = cards.pdf([card]) if kind == "pdf" else cards.picture(card)
    except (cards.NoCard, CannotTypeset) as refusal:
        messages.error(request, str(refusal))
        return redirect("birthday_person", pk, year)
    name = f"政治生日贺卡-{member.name}-{year}.{kind}"
    return attached(content, name, PDF if kind == "pdf" else "image/png")
