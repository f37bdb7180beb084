"""The privacy notice (隐私告知, PIPL 17): which wording holds, and who has read it when."""

from typing import Final

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from . import audit
from .models import NoticeRead, User

#: Of the wording. A change of purpose, kinds or retention counts it up, and everybody reads the notice anew.
VERSION: Final = 1
SESSION_KEY: Final = "notice_read"


def acknowledge(user: User) -> None:
    """Once for each wording. Audited."""
    with transaction.atomic():
        _, is_new = NoticeRead.objects.get_or_create(user=user, wording=VERSION)
        if is_new:
            audit.record("privacy.acknowledge", by=user, on=user, after={"version": VERSION})


def row_of(user: User) -> NoticeRead | None:
    """When ``user`` read the wording that holds."""
    return NoticeRead.objects.filter(user=user, wording=VERSION).first()


def is_owed(request: HttpRequest, user: User) -> bool:
    """Whether he still has to read it; asked once a session."""
    if not settings.PRIVACY_NOTICE or request.session.get(SESSION_KEY) == VERSION:
        return False
    if row_of(user) is None:
        return True
    request.session[SESSION_KEY] = VERSION
    return False
