"""The second factor: a code of an authenticator app (RFC 6238), or one of ten backup codes. Each verb is audited.

Who needs one is not known in this room: `needed` asks those who registered with `asked_of`. A new password does not
take the factor away, so that no single administrator can enter somebody's account.
"""

import secrets
from base64 import b32decode, b32encode
from collections.abc import Callable
from datetime import timedelta
from hmac import compare_digest
from typing import Final
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from lib import reasons
from lib.encryption import blind_index

from . import audit, sessions
from .models import BackupCode, SecondFactor, User
from .passwords import ALPHABET

STEP_SECONDS: Final = 30
DIGITS: Final = 6
_SECRET_BYTES: Final = 20
#: Steps before and after the present one: clocks of phones differ.
_DRIFT: Final = 1
MOST_FAILURES: Final = 5
CLOSED_FOR: Final = timedelta(minutes=15)
BACKUP_CODES: Final = 10
_HALF: Final = 5
ISSUER: Final = "支部簿"

#: Each says whether a user's roles ask for a second factor.
asked_of: list[Callable[[User], bool]] = []


class FactorError(ValueError):
    """The code cannot be taken, or the factor not be removed; the message is for the user."""


def needed(user: User) -> bool:
    """Whether ``user`` must have one: settings.SECOND_FACTOR is "roles", "all" or, in a trial, "off"."""
    if settings.SECOND_FACTOR == "off":
        return False
    return settings.SECOND_FACTOR == "all" or any(asks(user) for asks in asked_of)


def propose(user: User, *, shown: str | None = None) -> SecondFactor:
    """A secret to be put into the app; the one proposed before stays until it is confirmed.

    ``shown`` is the `digest` of what this session was shown: another secret may be known to whoever saw it
    elsewhere, and gives way to a new one.
    """
    factor = SecondFactor.objects.filter(user=user).first()
    if factor is None or shown not in {None, digest(factor)}:
        factor = factor or SecondFactor(user=user)
        factor.secret = b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()
        factor.save()
    return factor


def digest(factor: SecondFactor) -> str:
    """What a session remembers of a secret that it was shown."""
    return audit.hashed(factor.secret)


def address_of(factor: SecondFactor) -> str:
    """What the QR code says to the app."""
    label = quote(f"{ISSUER}:{factor.user.username}")
    asked = urlencode({"secret": factor.secret, "issuer": ISSUER, "digits": DIGITS, "period": STEP_SECONDS})
    return f"otpauth://totp/{label}?{asked}"


def confirm(user: User, code: str) -> list[str]:
    """The first code shows that the app has it: from now on it is asked for. Returns the backup codes, this once."""
    _take(propose(user), code, by=user)
    with transaction.atomic():
        user.second_factor_at = timezone.now()
        user.save(update_fields=["second_factor_at"])
        audit.record("second_factor.switch_on", by=user, on=user)
        return _backup_codes(user)


def check(user: User, code: str) -> None:
    """A code of the app or a backup code, each good once; FactorError otherwise."""
    factor = SecondFactor.objects.filter(user=user).first()
    if factor is None:
        raise FactorError("这个账号还没有启用动态验证码。")
    _take(factor, code, by=user)


def renew_backup_codes(user: User) -> list[str]:
    """Ten new ones; the old ones end."""
    with transaction.atomic():
        audit.record("second_factor.renew", by=user, on=user)
        return _backup_codes(user)


def remove(user: User, *, by: User | None, why: str) -> None:
    """The phone is lost, and the backup codes with it: set up anew at the next sign-in; what is signed in ends."""
    if by is not None and by.pk == user.pk:
        raise FactorError("自己的动态验证码由另一位安全管理员重置。")
    if fault := reasons.fault(why):
        raise FactorError(fault)
    with transaction.atomic():
        _forget(user)
        audit.record("second_factor.reset_factor", by=by, on=user, after={"reason": why.strip()})
        sessions.end_all(user, by=by)


def switch_off(user: User) -> None:
    """One who set it up of his own will may end it so."""
    if needed(user):
        raise FactorError("您的角色须使用动态验证码，不能停用。")
    with transaction.atomic():
        _forget(user)
        audit.record("second_factor.switch_off", by=user, on=user)


def codes_left(user: User) -> int:
    return BackupCode.objects.filter(factor__user=user).count()


def _forget(user: User) -> None:
    SecondFactor.objects.filter(user=user).delete()
    user.second_factor_at = None
    user.save(update_fields=["second_factor_at"])


def _take(factor: SecondFactor, code: str, *, by: User) -> None:
    now = timezone.now()
    if factor.closed_until and factor.closed_until > now:
        minutes = -(-(factor.closed_until - now).seconds // 60)
        raise FactorError(f"连续输错 {MOST_FAILURES} 次，请 {minutes} 分钟后再试。")
    typed = "".join(code.split()).replace("-", "").lower()
    if _is_of_the_app(factor, typed) or _is_a_backup_code(factor, typed):
        SecondFactor.objects.filter(pk=factor.pk).update(failures=0, closed_until=None)
        return
    # What was tried stays counted whatever becomes of the request.
    SecondFactor.objects.filter(pk=factor.pk).update(failures=F("failures") + 1)
    SecondFactor.objects.filter(pk=factor.pk, failures__gte=MOST_FAILURES).update(
        failures=0, closed_until=now + CLOSED_FOR
    )
    audit.record("second_factor.enter", by=by, on=by, denied=True)
    raise FactorError("验证码不对，或者已经用过。请等应用里出现下一个再输入。")


def _is_of_the_app(factor: SecondFactor, typed: str) -> bool:
    """True for the code of one of the steps around now, if none as late was taken before."""
    if len(typed) != DIGITS or not typed.isascii() or not typed.isdigit():
        return False
    totp = TOTP(b32decode(factor.secret), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - what authenticator apps compute
    now = int(timezone.now().timestamp()) // STEP_SECONDS
    for step in range(now - _DRIFT, now + _DRIFT + 1):
        if compare_digest(totp.generate(step * STEP_SECONDS), typed.encode()):
            return bool(SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step))
    return False


def _is_a_backup_code(factor: SecondFactor, typed: str) -> bool:
    """Slow by purpose, so only for what has the length of one."""
    if len(typed) != 2 * _HALF:
        return False
    for row in BackupCode.objects.filter(factor=factor):
        if _is_hash_of(row.hash, typed):
            # Of two who send it at once, one deletes it.
            return BackupCode.objects.filter(pk=row.pk).delete()[0] > 0
    return False


def _is_hash_of(kept: str, typed: str) -> bool:
    """Older codes are keyed hashes, and stay good until they are used or renewed."""
    if "$" not in kept:
        return compare_digest(kept, blind_index("backup_code", typed))
    return check_password(typed, kept)


def _backup_codes(user: User) -> list[str]:
    factor = SecondFactor.objects.select_for_update().get(user=user)
    factor.backup_codes.all().delete()
    codes = [_a_code() for _ in range(BACKUP_CODES)]
    BackupCode.objects.bulk_create(
        BackupCode(factor=factor, hash=make_password(code.replace("-", ""))) for code in codes
    )
    return codes


def _a_code() -> str:
    """Two groups of five, about 50 bits."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(_HALF)) for _ in range(2))
