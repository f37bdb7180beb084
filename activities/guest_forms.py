"""The fields of a record's guests."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .guests import FACTS, MOST_HEADS, fault_of, kept
from .rollcall import RollCall


class GuestFields(forms.Form):
    """Who came as a guest: nobody has to be written down."""

    roll: RollCall

    guests = forms.CharField(
        label="列席人员",
        required=False,
        max_length=2000,
        error_messages={"max_length": "列席人员写得太长，最多 20 行。"},
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "每行一人：姓名 单位"}),
    )
    guest_heads = forms.IntegerField(
        label="另有列席人数",
        required=False,
        min_value=0,
        max_value=MOST_HEADS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "invalid": "列席人数应为整数。",
            "min_value": "列席人数不能小于 0。",
            "max_value": f"列席人数不超过 {MOST_HEADS}。",
        },
    )

    def clean_guests(self) -> str:
        text: str = self.cleaned_data["guests"]
        if fault := fault_of(text, {person.name for person in self.roll.people}):
            raise ValidationError(fault)
        return kept(text)

    @property
    def has_guests(self) -> bool:
        """Whether the fields stand open."""
        return any(self[name].value() or self[name].errors for name in FACTS)

    @property
    def guests_sent(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FACTS}
