"""Members' own numbers: "M" and six digits, given once and never again."""

from django.db import transaction
from django.db.models import F, IntegerField, Max
from django.db.models.functions import Cast, Substr

from .models import Counter, Member

PREFIX = "M"
DIGITS = 6
_NAME = "member"


def allocate(count: int) -> list[str]:
    """The next ``count`` numbers. Whoever asks at the same time waits for this transaction and gets the following."""
    with transaction.atomic():
        take_turn()
        Counter.objects.filter(name=_NAME).update(last=F("last") + count)
        last = Counter.objects.get(name=_NAME).last
    return [f"{PREFIX}{number:0{DIGITS}d}" for number in range(last - count + 1, last + 1)]


def take_turn() -> None:
    """Wait until nobody else enrols, and let nobody else until this transaction ends."""
    if not Counter.objects.select_for_update().filter(name=_NAME).first():
        Counter.objects.get_or_create(name=_NAME, defaults={"last": _highest()})


def _highest() -> int:
    """The highest number in use when the counter is made; 0 when there is none."""
    given = Member.objects.filter(number__regex=rf"^{PREFIX}[0-9]+$")
    highest: int | None = given.aggregate(top=Max(Cast(Substr("number", len(PREFIX) + 1), IntegerField())))[
        "top"
    ]
    return highest or 0
