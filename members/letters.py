"""Numbers of letters of introduction (组织关系介绍信): year and a number that is given once."""

from datetime import date

from django.db import transaction
from django.db.models import F

from .models import Counter


def allocate(count: int, issued_on: date) -> list[str]:
    """The next ``count`` numbers of the year; whoever asks at the same time waits and gets the following."""
    name = f"letter-{issued_on.year}"
    with transaction.atomic():
        Counter.objects.get_or_create(name=name)
        Counter.objects.select_for_update().get(name=name)
        Counter.objects.filter(name=name).update(last=F("last") + count)
        last = Counter.objects.get(name=name).last
    return [f"〔{issued_on.year}〕第{number:04d}号" for number in range(last - count + 1, last + 1)]
