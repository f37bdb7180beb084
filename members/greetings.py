"""Greetings for political birthdays: in the application, once a year for each member, and never against his wish."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import covering_ranges, may
from lib.periods import Period, month_of

from .birthdays import WORDS, Birthday, almanac
from .models import Greeting, GreetingOptOut, Member

#: What a greeting says when the sender adds nothing of his own.
WISH = "愿您初心如磐，步履不停。"
#: How long the first page shows one's own greeting.
SHOWN = timedelta(days=30)


class GreetingError(ValueError):
    """It cannot be sent like that; the message is for the user."""


@dataclass
class Outcome:
    """Names, by what became of their greeting."""

    sent: list[str] = field(default_factory=list)
    opted_out: list[str] = field(default_factory=list)
    without_account: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def words_for(birthday: Birthday, personal: str = "") -> str:
    """The text of a greeting: what the record knows, and ``personal``."""
    word = {"入党": "加入中国共产党", "转正": "转为中国共产党正式党员"}[WORDS[birthday.basis]]
    day = f"{birthday.day.year}年{birthday.day.month}月{birthday.day.day}日"
    lines = [f"{day}是您的政治生日，您{word}已满{birthday.years}年。"]
    if birthday.is_milestone:
        lines.append(f"这一天，您的党龄满{birthday.age}年。")
    lines.append(personal.strip() or WISH)
    return "\n".join(lines)


def is_open(month: Period, today: date) -> bool:
    """Greetings are sent for last month's birthdays, this month's and the next one's."""
    this = month_of(today)
    return month in (this.previous(), this, this.next())


def greet(branch: Branch, month: Period, chosen: Collection[str], *, personal: str = "", by: User) -> Outcome:
    """Greet those of the branch's birthdays of ``month`` whose member numbers are ``chosen``.

    Who was greeted this year, wants none, has no account to find it with or has left is named, not greeted. The
    branch is locked meanwhile: of two that send at once the second finds all greeted. One audit entry a greeting.
    """
    if not may(by, Right.RECORD, branch.path):
        raise PermissionDenied
    if not is_open(month, timezone.localdate()):
        raise GreetingError(f"{month.label}的祝贺现在不能发送：只发送上月、本月和下月的。")
    outcome = Outcome()
    with transaction.atomic():
        branch = Branch.objects.select_for_update(of=("self",)).get(pk=branch.pk)
        found = almanac(month.start, month.end, covering_ranges([branch.path])).birthdays
        wanted = [one for one in found if one.member_number in chosen]
        greeted = Greeting.objects.filter(member__in=[one.member_id for one in wanted], year=month.start.year)
        known = set(greeted.values_list("member", flat=True))
        for birthday in wanted:
            if _sort(birthday, outcome, is_known=birthday.member_id in known):
                _send(birthday, branch, personal, by)
    return outcome


def _sort(birthday: Birthday, outcome: Outcome, *, is_known: bool) -> bool:
    """Name the person where he belongs; True when he is to be greeted."""
    if is_known:
        outcome.already.append(birthday.name)
    elif birthday.is_opted_out:
        outcome.opted_out.append(birthday.name)
    elif not birthday.stays:
        outcome.left.append(birthday.name)
    elif not birthday.has_account:
        outcome.without_account.append(birthday.name)
    else:
        outcome.sent.append(birthday.name)
        return True
    return False


def _send(birthday: Birthday, branch: Branch, personal: str, by: User) -> None:
    greeting = Greeting.objects.create(
        member_id=birthday.member_id,
        branch=branch,
        branch_path=branch.path,
        year=birthday.day.year,
        day=birthday.day,
        title=birthday.title,
        text=words_for(birthday, personal),
        sent_by=by,
    )
    after = {"member": birthday.member_number, "year": greeting.year, "text": audit.hashed(greeting.text)}
    audit.record("birthday.greet", by=by, on=greeting, after=after)


def own(user: User, on: date) -> Greeting | None:
    """The greeting that ``user`` finds on his first page on ``on``: of a birthday of the last 30 days. One query."""
    return (
        Greeting.objects.filter(member__account=user, day__lte=on, day__gt=on - SHOWN)
        .exclude(member__in=GreetingOptOut.objects.open().values("member"))
        .first()
    )


def may_decide(user: User, member: Member) -> bool:
    """Whether a member is greeted is his own decision; staff enter it for those who tell them."""
    return member.account_id == user.pk or may(user, Right.KEEP_MEMBERS, member.branch_path)


def wants_none(member: Member) -> bool:
    return GreetingOptOut.objects.open().filter(member=member).exists()


def decide(member: Member, *, wants: bool, by: User) -> None:
    """Let ``member`` be greeted from now on, or not. Deciding the same again changes nothing. Audited."""
    if not may_decide(by, member):
        raise PermissionDenied
    today = timezone.localdate()
    with transaction.atomic():
        member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
        running = GreetingOptOut.objects.open().filter(member=member).first()
        if wants == (running is None):
            return
        if running is None:
            GreetingOptOut.objects.create(member=member, since=today, set_by=by)
        elif running.since >= today:
            running.delete()
        else:
            running.until = today - timedelta(days=1)
            running.save(update_fields=["until"])
        audit.record("birthday.opt_in" if wants else "birthday.opt_out", by=by, on=member)
