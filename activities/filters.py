"""What pages about a branch or its people are asked for."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

YEARS_BACK = 3


class YearFilter(forms.Form):
    """A year, of the last ones unless said; one that is not offered is an error, and this one holds."""

    year = forms.TypedChoiceField(label="年度", coerce=int, required=False)

    def __init__(self, data: Any, *, today: date, years: Iterable[int] | None = None) -> None:
        super().__init__(data)
        self.today = today
        offered = years or range(today.year, today.year - YEARS_BACK - 1, -1)
        self.fields["year"].choices = [(year, f"{year} 年") for year in offered]  # type: ignore[attr-defined]

    @property
    def asked_year(self) -> int:
        self.is_valid()
        return self.cleaned_data.get("year") or self.today.year
