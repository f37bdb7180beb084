"""The forms of the ballot: the code, the marks on a phone or from paper, who votes, and how many ballots go out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.forms import BoundField

from .ballots import MOST, STRANGER
from .models import RaterGroup, Subject
from .schemes import HUNDRED, Scale, Scheme

_MARK: Final = "mark-"
BLANK: Final = "不评"


class CodeForm(forms.Form):
    code = forms.CharField(
        label="测评码",
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "class": "input code-entry",
                "autocapitalize": "characters",
                "autocomplete": "off",
                "spellcheck": "false",
                "placeholder": "XXXX-XXXX",
            }
        ),
        error_messages={"required": "请输入纸条上的测评码。"},
    )


class BallotForm(forms.Form):
    """One field for everybody on the ballot, as ``make`` makes it of his name; any may stay blank."""

    are_points = False

    def __init__(
        self,
        data: Any,
        *,
        people: Sequence[Any],
        make: Callable[[str], forms.Field],
        marks: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, initial={f"{_MARK}{pk}": mark for pk, mark in (marks or {}).items()})
        self.people = people
        for one in people:
            self.fields[f"{_MARK}{one.pk}"] = make(one.member.name)

    @property
    def lines(self) -> list[tuple[Any, BoundField]]:
        return [(one, self[f"{_MARK}{one.pk}"]) for one in self.people]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if any(name.startswith(_MARK) and name not in self.fields for name in self.data):
            raise forms.ValidationError(STRANGER)
        return cleaned

    def marks(self) -> dict[Any, str]:
        given = {one.pk: self.cleaned_data[f"{_MARK}{one.pk}"] for one in self.people}
        return {pk: "" if mark is None else str(mark) for pk, mark in given.items()}


class MarksForm(BallotForm):
    """For the secretaries of a round, in speaking order, by the scale of its scheme."""

    def __init__(
        self,
        data: Any,
        *,
        scheme: Scheme,
        subjects: Sequence[Subject],
        marks: Mapping[str, str] | None = None,
    ) -> None:
        self.are_points = scheme.scale is Scale.POINTS
        super().__init__(data, people=subjects, make=lambda name: _field(scheme, name), marks=marks)


def _field(scheme: Scheme, name: str) -> forms.Field:
    if scheme.scale is Scale.POINTS:
        return forms.IntegerField(
            label=f"{name}的得分",
            required=False,
            min_value=0,
            max_value=int(HUNDRED),
            widget=forms.NumberInput(
                attrs={"class": "input", "inputmode": "numeric", "placeholder": "0—100"}
            ),
        )
    return grade_field(name, [(title, title) for title in scheme.titles])


def grade_field(name: str, grades: Iterable[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=f"{name}的等次", required=False, choices=[*grades, ("", BLANK)], widget=forms.RadioSelect
    )


class SheetForm(MarksForm):
    """A paper as it is typed; ``known`` says that the one typing saw what had been typed before."""

    known = forms.BooleanField(required=False, widget=forms.HiddenInput)


class RatersForm(forms.Form):
    """Who votes: a field for each group, one name a line."""

    def __init__(
        self, data: Any, *, groups: Iterable[RaterGroup], names: Mapping[int, Sequence[str]]
    ) -> None:
        self.groups = list(groups)
        super().__init__(
            data, initial={_names(group): "\n".join(names.get(group.pk, ())) for group in self.groups}
        )
        for group in self.groups:
            self.fields[_names(group)] = forms.CharField(
                label=group.title,
                required=False,
                max_length=MOST * 40,
                widget=forms.Textarea(attrs={"rows": 10}),
            )

    @property
    def lines(self) -> list[tuple[RaterGroup, BoundField]]:
        return [(group, self[_names(group)]) for group in self.groups]

    def names(self) -> dict[str, list[str]]:
        return {group.code: self.cleaned_data[_names(group)].splitlines() for group in self.groups}


def _names(group: RaterGroup) -> str:
    return f"names-{group.pk}"


class IssueForm(forms.Form):
    number = forms.IntegerField(label="测评码个数", min_value=1, max_value=MOST)
    known = forms.IntegerField(widget=forms.HiddenInput)


class PapersForm(forms.Form):
    papers = forms.IntegerField(label="共发纸质票", min_value=0, max_value=MOST)
