"""Kinds that have no more than a line or two of their own: oaths, films, volunteering."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from activities.kinds import Kind
from activities.models import Film, Oath, Service

from .base import Name, Part, plain


class LinesPart(Part):
    """Optional lines, each a column; ``people`` of them are names."""

    lines: ClassVar[Mapping[str, str]]
    people: ClassVar[frozenset[str]] = frozenset()
    length: ClassVar[int] = 64

    def fields(self) -> dict[str, forms.Field]:
        return {
            column: plain(label, self.length, getattr(self.row, column) if self.row else "")
            for column, label in self.lines.items()
        }

    def values(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        return {column: self.sent(cleaned, column) or "" for column in self.made}

    @classmethod
    def words(cls, row: Any, name: Name) -> dict[str, str]:
        said = {column: getattr(row, column) for column in cls.lines}
        return {
            label: name(said[column]) if column in cls.people else said[column]
            for column, label in cls.lines.items()
        }


class OathPart(LinesPart):
    """发展党员细则 30: 预备党员面向党旗宣誓. Those who swore are chosen on the roll."""

    kind = Kind.OATH
    code = "oath"
    title = "领誓和监誓"
    model = Oath
    lines: ClassVar[Mapping[str, str]] = {"led_by": "领誓人", "witness": "监誓人"}
    people = frozenset(lines)
    is_point = True


class FilmPart(LinesPart):
    kind = Kind.FILM
    code = "film"
    title = "影片"
    model = Film
    lines: ClassVar[Mapping[str, str]] = {"name": "片名"}
    length = 80


class ServicePart(LinesPart):
    """Hours follow from the record's length and who was there."""

    kind = Kind.VOLUNTEERING
    code = "service"
    title = "服务对象"
    model = Service
    lines: ClassVar[Mapping[str, str]] = {"served": "服务对象", "organiser": "组织单位"}
    length = 80
