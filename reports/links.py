"""Addresses of the lists behind the figures: whoever shows a number links to exactly the rows it counts."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote_plus

from django.http import QueryDict
from django.urls import reverse

from lib.periods import Period


def duties(period: Period, **filters: object) -> str:
    return _address("duty_list", period, filters)


def records(period: Period, **filters: object) -> str:
    return _address("activity_list", period, filters)


def statistics(period: Period, **filters: object) -> str:
    return with_filters(reverse("quarter_period", args=[period.code]), filters)


def dashboard(period: Period, **filters: object) -> str:
    return _address("dashboard", period, filters)


def trend(period: Period, **filters: object) -> str:
    return _address("trend", period, filters)


def comparison(period: Period, **filters: object) -> str:
    return with_filters(reverse("compare", args=[period.code]), filters)


def projector(period: Period, **filters: object) -> str:
    return with_filters(reverse("projector", args=[1]), {"period": period.code, **filters})


def share(address: str, title: str) -> str:
    """Where the address of a page of figures is taken along. It names only what was understood of the query."""
    return with_filters(reverse("share"), {"address": address, "title": title})


def as_listed(query: QueryDict) -> str:
    """The query of a list, for the address of one of its lines: from there one goes on to the next."""
    kept = query.copy()
    kept.pop("page", None)
    kept["list"] = "1"
    return kept.urlencode()


def _address(name: str, period: Period, filters: Mapping[str, object]) -> str:
    return with_filters(reverse(name), {"period": period.code, **filters})


def with_filters(address: str, filters: Mapping[str, object]) -> str:
    query = "&".join(_pair(name, str(value)) for name, value in filters.items() if value not in (None, ""))
    return f"{address}?{query}" if query else address


@lru_cache(maxsize=2048)
def _pair(name: str, value: str) -> str:
    """As in `urlencode`: a page has hundreds of addresses, and the same few pairs in them."""
    return f"{quote_plus(name)}={quote_plus(value)}"
