"""What pages about a branch are asked for."""

from collections.abc import Iterable
from typing import Any

from django import forms


class YearFilter(forms.Form):
    """Which of the offered years a page is about."""

    year = forms.TypedChoiceField(label="年份", required=False, coerce=int, empty_value=None)

    def __init__(self, data: Any, *, years: Iterable[int]) -> None:
        super().__init__(data)
        field: Any = self.fields["year"]
        field.choices = [(year, str(year)) for year in years]

    def wanted(self) -> int | None:
        """The year that is asked for; None for nothing and for nonsense."""
        self.is_valid()
        year: int | None = self.cleaned_data.get("year")
        return year
