"""What a person hands in and decides about an import."""

import re
from typing import Any, Final

from django import forms

from .columns import CHOICES, IGNORE

#: How a column came to its field: the state and the word beside its select.
HOW: Final = {
    "own": ("done", "已对应"),
    "synonym": ("done", "同义词"),
    "decided": ("done", "已选择"),
    "remembered": ("done", "上次记住"),
    "ignored": ("exempt", "已忽略"),
    "undecided": ("due", "请选择"),
}
_LONG_NUMBER = re.compile(r"[0-9]{11,}")


class PasteForm(forms.Form):
    """Cells copied from a spreadsheet; what is in them is looked at afterwards."""

    pasted = forms.CharField(
        label="粘贴的内容",
        strip=False,
        widget=forms.Textarea(
            attrs={"class": "input", "rows": 6, "spellcheck": "false", "autocomplete": "off"}
        ),
        error_messages={"required": "没有粘贴任何内容。"},
    )


class ColumnsForm(forms.Form):
    """What each column of the file is taken for."""

    def __init__(self, columns: list[dict[str, Any]], data: Any = None) -> None:
        super().__init__(data)
        self.columns = columns
        choices = [("", "请选择"), (IGNORE, "忽略此列"), *CHOICES.items()]
        for column in columns:
            heading = column["heading"] or f"{column['letter']} 列"
            initial = IGNORE if column["how"] == "ignored" else column["field"]
            self.fields[self._name(column)] = forms.ChoiceField(
                label=f"{heading} 对应到",
                choices=choices,
                required=False,
                initial=initial,
                widget=forms.Select(attrs={"class": "input", "aria-label": f"{heading} 对应到"}),
            )

    def _name(self, column: dict[str, Any]) -> str:
        return f"column-{column['index']}"

    def clean(self) -> None:
        taken: dict[str, str] = {}
        for column in self.columns:
            name = self.cleaned_data.get(self._name(column), "")
            if name and name != IGNORE and name in taken:
                sentence = f"“{taken[name]}”和“{column['heading']}”不能都对应到{CHOICES[name]}。"
                self.add_error(self._name(column), sentence)
            taken[name] = column["heading"]
        if "name" not in taken:
            raise forms.ValidationError("请指明哪一列是姓名。")

    def decided(self) -> dict[int, str]:
        """By index, what differs from what the headings say themselves."""
        columns: dict[int, str] = {}
        for column in self.columns:
            chosen, as_read = self.cleaned_data[self._name(column)], column["as_read"]
            if chosen and chosen != (as_read if as_read in CHOICES else IGNORE if as_read else ""):
                columns[column["index"]] = chosen
        return columns

    def lines(self) -> list[dict[str, Any]]:
        """For the page: each column with its select."""
        return [
            {
                **column,
                "control": self[self._name(column)],
                "state": HOW[column["how"]][0],
                "word": HOW[column["how"]][1],
            }
            for column in self.columns
        ]


class AcceptForm(forms.Form):
    """Why a row is right although sex or birth disagree with its ID number."""

    row = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = forms.CharField(label="原因", min_length=4, max_length=200)

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if _LONG_NUMBER.search(reason):
            raise forms.ValidationError("原因中请不要写证件号码或手机号。")
        return reason


class DatesForm(forms.Form):
    """Of the rows shown, those whose dates the file may replace."""

    shown = forms.TypedMultipleChoiceField(coerce=int, choices=(), required=False)
    overwrite = forms.TypedMultipleChoiceField(coerce=int, choices=(), required=False)

    def __init__(self, rows: list[int], data: Any) -> None:
        super().__init__(data)
        choices = [(str(row), str(row)) for row in rows]
        for name in ("shown", "overwrite"):
            field: Any = self.fields[name]
            field.choices = choices
