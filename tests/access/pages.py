"""Every page of the project, as the URL resolver knows it, the admin's included."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Page:
    """One pattern. ``key`` is its name, or its route when it has none; ``admin_model`` what an admin page is about."""

    key: str
    route: str
    parameters: tuple[str, ...]
    admin_model: type[Model] | None

    def url(self, values: Mapping[str, Any]) -> str:
        if self.key == self.route:
            return "/" + re.sub(r"\(\?P<(\w+)>.*?\)\$?", lambda found: str(values[found[1]]), self.route)
        return reverse(self.key, kwargs={name: values[name] for name in self.parameters})


def pages() -> list[Page]:
    return sorted(_walk(get_resolver(), "", "", ()), key=lambda page: page.key)


def _walk(resolver: URLResolver, namespace: str, route: str, parameters: tuple[str, ...]) -> Iterator[Page]:
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        inside = (*parameters, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            prefix = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern, prefix, here, inside)
        elif isinstance(pattern, URLPattern):
            name = f"{namespace}{pattern.name}" if pattern.name else here
            yield Page(name, here, inside, _admin_model(name))


def _admin_model(name: str) -> type[Model] | None:
    """``admin:members_member_change`` is about a member."""
    if not name.startswith("admin:"):
        return None
    words = name.removeprefix("admin:").split("_")
    models = apps.all_models.get(words[0], {})
    return models.get(words[1]) if len(words) > 2 else None
