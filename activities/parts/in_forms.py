"""The fields of a record's kinds in its form: those of its primary kind, and of each that it is said to be too."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.forms.boundfield import BoundField

from activities.kinds import Kind
from activities.models import Activity

from .base import Part, as_it_is
from .registry import parts_of
from .writing import row_of, words_of

if TYPE_CHECKING:
    from activities.attendance_form import AttendanceForm


@dataclass(frozen=True)
class Shown:
    """A part on the page; ``is_open`` where it is what the record is about, or where something is wrong."""

    title: str
    fields: list[BoundField]
    is_open: bool


class OfferedParts:
    """The parts of one form. Their fields are the form's own, so that its errors and its draft hold them too."""

    def __init__(self, form: "AttendanceForm", kinds: Iterable[str]) -> None:
        activity = form.occasion.activity
        offered = parts_of(Kind(kind) for kind in kinds)
        self.form = form
        self.parts = [
            part(form.occasion, form.day, row_of(activity, part) if activity else None) for part in offered
        ]
        for part in self.parts:
            form.fields.update({part.name(name): field for name, field in part.made.items()})

    def check(self, cleaned: dict[str, Any]) -> None:
        for part in self.parts:
            for name, sentence in part.faults(cleaned):
                self.form.add_error(name, sentence)

    @property
    def details(self) -> dict[str, Mapping[str, Any]]:
        """What the record's verb takes."""
        return {part.kind: part.values(self.form.cleaned_data) for part in self.parts}

    @property
    def shown(self) -> list[Shown]:
        return [self._shown(part) for part in self.parts if part.made]

    def _shown(self, part: Part) -> Shown:
        bound = [self.form[name] for name in part.shown_names]
        is_open = part.is_point or any(field.errors for field in bound)
        return Shown(part.title, bound, is_open)

    def words(self, stored: Activity) -> dict[str, str]:
        """The details as this form would leave them: what it does not ask stays as it is stored."""
        words = words_of(stored)
        for part in self.parts:
            words |= part.words(part.model(**self._typed(part, stored, _kept(part, stored))), as_it_is)
        return words

    def would_change(self, stored: Activity) -> bool:
        """Whether a detail is another than it is stored, also one that the words do not tell. A query a part."""
        return any(self._changes(part, stored, _kept(part, stored)) for part in self.parts)

    def _changes(self, part: Part, stored: Activity, kept: Any) -> bool:
        return any(getattr(kept, name) != value for name, value in self._typed(part, stored, kept).items())

    def _typed(self, part: Part, stored: Activity, kept: Any) -> dict[str, Any]:
        columns = [field.attname for field in part.model._meta.concrete_fields]
        typed = {name: getattr(kept, name) for name in columns}
        return {**typed, **part.settle(stored, kept, part.values(self.form.cleaned_data), None)}


def _kept(part: Part, stored: Activity) -> Any:
    return row_of(stored, type(part)) or part.model(activity=stored)
