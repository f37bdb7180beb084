"""Local rules: what a university decides where the national texts leave it open, each with the document it rests on.

A room declares its rules with :func:`declare`; until the organisation department decides otherwise the ``default``
holds, which is what the national texts ask or nothing at all. A value that departs from it needs a citation.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Subquery

from accounts import audit
from accounts.models import User

from .models import LocalSetting

Value = bool | int | str


class Kind(StrEnum):
    SWITCH = "switch"  # bool
    NUMBER = "number"  # int; 0 switches the rule off, where ``least`` allows it
    CHOICE = "choice"  # one of the choices' values
    DAY = "day"  # ISO date, or "" for none


@dataclass(frozen=True)
class LocalRule:
    """A decision a university may take. ``unit`` stands behind a number, which is from ``least`` to ``most``."""

    code: str
    group: str
    title: str
    explanation: str
    kind: Kind
    default: Value
    unit: str = ""
    most: int = 1000
    choices: tuple[tuple[str, str], ...] = ()
    least: int = 0

    def read(self, text: str) -> Value:
        """The value a stored text stands for."""
        if self.kind is Kind.SWITCH:
            return text == "1"
        return int(text) if self.kind is Kind.NUMBER else text

    def write(self, value: Value) -> str:
        return str(int(value)) if self.kind is Kind.SWITCH else str(value)

    def shown(self, value: Value) -> str:
        """The value as a page says it."""
        if self.kind is Kind.SWITCH:
            return "启用" if value else "不启用"
        if self.kind is Kind.NUMBER:
            return f"{value} {self.unit}" if value else "不启用"
        if self.kind is Kind.DAY:
            return str(value) or "没有设定"
        return dict(self.choices)[str(value)]


@dataclass(frozen=True)
class Decided:
    """A rule with the value that holds and the document it rests on."""

    rule: LocalRule
    value: Value
    citation: str

    @property
    def shown(self) -> str:
        return self.rule.shown(self.value)

    @property
    def is_default(self) -> bool:
        return self.value == self.rule.default


_rules: dict[str, LocalRule] = {}


def declare(*rules: LocalRule) -> None:
    """Make rules known; called once by the app that follows them."""
    _rules.update({rule.code: rule for rule in rules})


def rule_of(code: str) -> LocalRule | None:
    return _rules.get(code)


def decided(codes: Iterable[str] | None = None) -> dict[str, Decided]:
    """The values that hold, of ``codes`` or of every rule, in the order of their declaration. One query."""
    wanted = list(_rules) if codes is None else list(codes)
    rows = {row.code: row for row in LocalSetting.objects.filter(code__in=wanted)}
    found = {}
    for code in wanted:
        rule, row = _rules[code], rows.get(code)
        found[code] = Decided(
            rule, rule.read(row.value) if row else rule.default, row.citation if row else ""
        )
    return found


def value_of(code: str) -> Any:
    """The value that holds: bool, int or str by the rule's kind. One query."""
    return decided([code])[code].value


def stored(code: str) -> Subquery:
    """The text of a decision (see :meth:`LocalRule.read`), None without one: a column for a query that asks for
    something else, which saves one of its own.
    """
    return Subquery(LocalSetting.objects.filter(code=code).values("value")[:1])


def decide(rule: LocalRule, value: Value, citation: str, *, by: User | None) -> None:
    """Let ``value`` hold from now on. Audited with the old one."""
    with transaction.atomic():
        before = decided([rule.code])[rule.code]
        row, _ = LocalSetting.objects.update_or_create(
            code=rule.code, defaults={"value": rule.write(value), "citation": citation}
        )
        audit.record(
            "rule.decide",
            by=by,
            on=row,
            before={"value": rule.write(before.value), "citation": before.citation},
            after={"value": row.value, "citation": citation},
        )
