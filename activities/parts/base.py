"""What the fields of one kind are, for forms, verbs and words."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

from django import forms

from accounts.models import User
from activities.kinds import Kind
from activities.models import Activity, Details

if TYPE_CHECKING:
    from activities.occasions import Occasion

Name = Callable[[str], str]


def as_it_is(name: str) -> str:
    return name


class Part:
    """The fields of one kind in one form; ``row`` is what the record says already.

    A field's name in the form is ``<code>_<name>``; its record's verb takes what was sent, as columns of ``model``.
    """

    kind: ClassVar[Kind]
    code: ClassVar[str]
    title: ClassVar[str]
    model: ClassVar[type[Details]]
    #: Where the fields are what the record is about, they stand open.
    is_point: ClassVar[bool] = False
    #: Labels of what no paper may say.
    unprinted: ClassVar[frozenset[str]] = frozenset()
    #: Labels of what is for those who keep the record, like its notes.
    for_keepers: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, occasion: "Occasion", day: date, row: Any) -> None:
        self.occasion = occasion
        self.day = day
        self.row = row
        self.made = self.fields()

    def fields(self) -> dict[str, forms.Field]:
        """By their names without the code, each with what the record says as its initial value."""
        raise NotImplementedError

    def faults(self, cleaned: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """Name of a field of the form, and what is wrong with it."""
        yield from ()

    def values(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """Columns of ``model``; what the form did not offer stays away."""
        return {name: self.sent(cleaned, name) for name in self.made}

    def sent(self, cleaned: Mapping[str, Any], name: str) -> Any:
        return cleaned.get(self.name(name))

    def name(self, field: str) -> str:
        return f"{self.code}_{field}"

    @property
    def names(self) -> list[str]:
        return [self.name(field) for field in self.made]

    @property
    def shown_names(self) -> list[str]:
        """The fields that the page shows together."""
        return self.names

    @classmethod
    def guard(cls, activity: Activity, came: Collection[UUID], by: User | None) -> None:
        """Called before a correction, ``came`` are those who are then present; RecordError refuses it."""

    @classmethod
    def settle(cls, activity: Activity, row: Any, values: dict[str, Any], by: User | None) -> dict[str, Any]:
        """What is written for ``values``, once record and attendance are; RecordError refuses. ``row``: as it was."""
        return values

    @classmethod
    def words(cls, row: Any, name: Name) -> dict[str, str]:
        """Label → words of a row or of one of its versions, every label; ``name`` masks names where it must."""
        raise NotImplementedError


def plain(label: str, length: int, initial: Any = "", **attributes: str) -> forms.CharField:
    """An optional line of text."""
    widget = forms.TextInput(attrs=attributes)
    return forms.CharField(label=label, required=False, max_length=length, initial=initial, widget=widget)


UNSAID: Final = ("", "未填写")
