"""What every page must answer to every role: the table tests/access.yaml, read."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.db.models import Model

from branches.roles import Role
from tests.access.pages import Page, pages

ANONYMOUS = "anonymous"
MEMBER = "member"
SIGNED_IN = (MEMBER, *(role.value for role in Role))
ROLES = (ANONYMOUS, *SIGNED_IN)
USED = ("GET", "POST")
#: Views that change nothing by these refuse them alike: tried with the services.
UNUSED = ("PUT", "PATCH", "DELETE")
METHODS = USED + UNUSED
REST = "rest"
OTHER_KEYS = {"of", "which", "with", "query", "asks", "see"}
#: Who sees nothing, a branch and the whole; the others go the same ways, and are tried with the services.
FIRST = (ANONYMOUS, "secretary")
FILE = Path(__file__).parent.parent / "access.yaml"


def first_of(roles: Iterable[str], first: Collection[str] = FIRST) -> list[Any]:
    """The roles as parameters of a test: those that are not among the first are slow."""
    return [role if role in first else pytest.param(role, marks=pytest.mark.slow) for role in roles]


@dataclass(frozen=True)
class Row:
    """One page of the table. ``keys`` are all that it may read of a query or a form, ``asks`` those naming objects."""

    answers: Mapping[tuple[str, str], int]
    of: str
    which: Mapping[str, str]
    fixed: Mapping[str, str]
    query: Mapping[str, str]
    asks: Mapping[str, str]
    keys: frozenset[str]

    def expected(self, role: str, method: str) -> int:
        return self.answers[role, method]

    def model_of(self, page: Page) -> type[Model] | None:
        """What the parameter of the page names."""
        return apps.get_model(self.of) if self.of else page.admin_model

    def object_keys(self) -> dict[str, type[Model]]:
        """Keys of a query or a form that name an object."""
        return {key: apps.get_model(label) for key, label in self.asks.items() if label != "-"}


@dataclass(frozen=True)
class Table:
    rows: Mapping[str, Row]
    exempt: Mapping[str, str]


@cache
def table() -> Table:
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    groups: dict[str, list[str]] = {}
    for name, words in document["groups"].items():
        groups[name] = [role for word in words.split() for role in groups.get(word, [word])]
    plain = frozenset(document["plain"].split())
    rows = {key: _row(key, body, groups, plain) for key, body in document["pages"].items()}
    return Table(rows, document["exempt"])


def declared() -> list[tuple[Page, Row]]:
    """The pages that stand in the table, with their rows; that all do is a test of its own."""
    rows = table().rows
    return [(page, rows[page.key]) for page in pages() if page.key in rows]


def _row(key: str, body: dict[str, Any], groups: Mapping[str, list[str]], plain: frozenset[str]) -> Row:
    answers = {(role, method): 302 if role == ANONYMOUS else 405 for role in ROLES for method in METHODS}
    for words, answer in body.items():
        if words in OTHER_KEYS:
            continue
        for word in words.split():
            # A word is a method, for all who signed in, or "anonymous", with its own methods.
            if word == ANONYMOUS:
                answers.update({(ANONYMOUS, method): answer.get(method, 405) for method in METHODS})
            else:
                assert word in METHODS, f"{key}: {word} is no method"
                answers.update({(role, word): code for role, code in _by_role(key, answer, groups).items()})
    which, fixed, query, asks = (body.get(name, {}) for name in ("which", "with", "query", "asks"))
    return Row(answers, body.get("of", ""), which, fixed, query, asks, plain | set(asks))


def _by_role(key: str, answer: Any, groups: Mapping[str, list[str]]) -> dict[str, int]:
    if isinstance(answer, int):
        return dict.fromkeys(SIGNED_IN, answer)
    found: dict[str, int] = {}
    rest = None
    for code, words in answer.items():
        for word in words.split():
            if word == REST:
                rest = code
                continue
            for role in groups.get(word, [word]):
                assert role in SIGNED_IN, f"{key}: {role} is no role"
                assert role not in found, f"{key}: {role} stands twice"
                found[role] = code
    for role in SIGNED_IN:
        if role not in found:
            assert rest is not None, f"{key}: nothing is said of {role}"
            found[role] = rest
    return found
