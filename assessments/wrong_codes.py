"""Wrong ballot codes from one address: many, since a whole meeting room has one, and not without end.

Kept in the cache alone, under a keyed digest: neither the database nor the trail learns of an address.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

from django.core.cache import cache
from django.utils.crypto import salted_hmac

from .refusals import AssessmentError, UnknownCode

Code = TypeVar("Code")

MOST: Final = 300
WITHIN: Final = timedelta(minutes=10)
_TOO_MANY: Final = "这个网络里输错测评码的次数太多，请 10 分钟后再试，或向会场工作人员领取纸质票。"


def counted(address: str, find: Callable[[], Code]) -> Code:
    """What ``find`` finds; a code that it does not know is counted against ``address``."""
    check(address)
    try:
        return find()
    except UnknownCode:
        note(address)
        raise


def check(address: str) -> None:
    if cache.get(_key(address), 0) >= MOST:
        raise AssessmentError(_TOO_MANY)


def note(address: str) -> None:
    cache.add(_key(address), 0, WITHIN.total_seconds())
    cache.incr(_key(address))


def _key(address: str) -> str:
    return (
        f"ballot-wrong-{salted_hmac('assessments.wrong_codes', address, algorithm='sha256').hexdigest()[:32]}"
    )
