"""Opening and closing accounts. A closed account signs in no more; it is never deleted, the audit trail names it."""

from django.db import transaction

from . import audit, passwords, sessions
from .models import User


class AccessError(ValueError):
    """The account cannot be opened or closed; the message is for the user."""


def open_account(username: str, name: str, *, by: User | None, email: str = "") -> tuple[User, str]:
    """A new account and its one-time password, which is returned this once."""
    with transaction.atomic():
        user = User.objects.create_user(username, name, email=email)
        audit.record("account.open", by=by, on=user)
        return user, passwords.issue(user, by=by)


def close(user: User, *, by: User) -> None:
    """From now on the account opens no page; its grants stay as they are, should it be reopened, its sessions end."""
    if user.pk == by.pk:
        raise AccessError("不能停用自己的账号，请由另一位有权的人员办理。")
    with transaction.atomic():
        user.is_active = False
        user.save(update_fields=["is_active"])
        audit.record("account.close", by=by, on=user)
        sessions.end_all(user, by=by)


def reopen(user: User, *, by: User) -> None:
    with transaction.atomic():
        user.is_active = True
        user.save(update_fields=["is_active"])
        audit.record("account.reopen", by=by, on=user)
