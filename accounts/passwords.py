"""One-time passwords: random, short-lived, to be changed at the first sign-in."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from . import audit, sessions
from .models import User

# No 0/O, 1/l/I: the sheet is read by people and typed on phones.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LENGTH = 4, 4
VALID_FOR = timedelta(hours=72)


def one_time_password() -> str:
    """Four groups of four, about 79 bits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def issue(user: User, *, by: User | None) -> str:
    """Give ``user`` a fresh one-time password, end the old one's sessions, audit; returns the password once."""
    password = one_time_password()
    user.set_password(password)
    user.must_change_password = True
    user.initial_password_until = timezone.now() + VALID_FOR
    user.password_changed_at = timezone.now()
    user.save(
        update_fields=["password", "must_change_password", "initial_password_until", "password_changed_at"]
    )
    audit.record("password.issue", by=by, on=user)
    sessions.end_all(user, by=by)
    return password


def has_run_out(user: User) -> bool:
    """Whether it is a one-time password whose time is over."""
    return user.initial_password_until is not None and user.initial_password_until < timezone.now()


def is_due(user: User) -> bool:
    """Whether the password must be changed before anything else: a one-time one, or one too old for the profile."""
    if user.must_change_password:
        return True
    changed = user.password_changed_at or user.date_joined
    return settings.PASSWORD_DAYS > 0 and timezone.now() - changed > timedelta(days=settings.PASSWORD_DAYS)
