"""How often somebody did something within a window that begins with the first time.

Counted in the cache. Where nothing can be counted, because the cache is gone, everything goes on: what is counted is
overuse, and no page waits for it.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.cache import cache


@dataclass(frozen=True)
class Limit:
    """So often in so many seconds; the number stands in a setting, and 0 switches it off."""

    name: str
    setting: str
    seconds: int


PAGES: Final = Limit("pages", "PAGES_A_MINUTE", 60)
#: A campus is one address: this is for machines, not for a meeting.
STRANGERS: Final = Limit("strangers", "STRANGERS_A_MINUTE", 60)
EXPORTS: Final = Limit("exports", "EXPORTS_IN_TEN_MINUTES", 600)
#: Slower than the former: what a stolen account takes out bit by bit.
EXPORTS_OF_A_DAY: Final = Limit("exports-day", "EXPORTS_A_DAY", 86_400)
REFUSALS: Final = Limit("refusals", "REFUSALS_IN_TEN_MINUTES", 600)


def times(what: str, who: str, seconds: int) -> int:
    """How often it was done within the window, this time included; 0 where it cannot be counted."""
    key = f"{what}-{hashlib.sha256(who.encode()).hexdigest()[:32]}"
    try:
        cache.add(key, 0, seconds)
        return int(cache.incr(key))
    except Exception:  # noqa: BLE001  the window ended between the two, or whatever the cache's server throws
        return 0


def over(limit: Limit, who: str) -> int:
    """0 within the limit, else how often it was gone over."""
    most: int = getattr(settings, limit.setting)
    return max(0, times(limit.name, who, limit.seconds) - most) if most else 0
