"""Who is told through which channels besides the to-do list, which everybody has."""

from collections import defaultdict
from collections.abc import Collection

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.models import User

from .models import Delivery, NoticeChoice, WeComApp

Channel = Delivery.Channel


def open_channels() -> set[str]:
    """What the university has set up."""
    found = {Channel.MAIL.value} if settings.MAIL_IS_ON else set()
    return found | ({Channel.WECOM.value} if WeComApp.objects.filter(is_on=True).exists() else set())


def choice_of(user: User) -> NoticeChoice:
    """The user's row, or one that is not written yet."""
    return NoticeChoice.objects.filter(user=user).first() or NoticeChoice(user=user)


def channels_of(users: Collection[int]) -> dict[int, set[str]]:
    """The channels on which each of ``users`` is told. Three queries."""
    is_open = open_channels()
    found: dict[int, set[str]] = defaultdict(set)
    rows = User.objects.filter(pk__in=users, is_active=True).select_related("notice_choice")
    for user in rows if is_open else ():
        choice = getattr(user, "notice_choice", None) or NoticeChoice(user=user)
        wanted = {Channel.MAIL.value: choice.mail and bool(user.email), Channel.WECOM.value: choice.wecom}
        found[user.pk] = {channel for channel, is_wanted in wanted.items() if is_wanted} & is_open
    return found


def choose(user: User, *, mail: bool, wecom: bool) -> None:
    """Write the user's own choice."""
    choice = choice_of(user)
    before = {"mail": choice.mail, "wecom": choice.wecom}
    after = {"mail": mail, "wecom": wecom}
    with transaction.atomic():
        choice.mail, choice.wecom = mail, wecom
        choice.save()
        if before != after:
            audit.record("notice.choose", by=user, on=choice, before=before, after=after)
