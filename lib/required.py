"""What a form says about an empty field: which one, by its label, instead of “这个字段是必填项。”."""

from collections.abc import Mapping

from django.forms import (
    CheckboxInput,
    CheckboxSelectMultiple,
    DateInput,
    Field,
    FileInput,
    RadioSelect,
    Select,
)
from django.forms.utils import pretty_name

CHOSEN = (Select, RadioSelect, CheckboxSelectMultiple, CheckboxInput, DateInput, FileInput)


def message(label: str, field: Field) -> str:
    """请填写姓名。 or, where one does not type, 请选择所在党支部。"""
    return f"请{'选择' if isinstance(field.widget, CHOSEN) else '填写'}{label}。"


def is_plain(field: Field) -> bool:
    """Whether the field has no sentence of its own for being empty."""
    return str(field.error_messages.get("required", "")) == str(Field.default_error_messages["required"])


def name_fields(fields: Mapping[str, Field]) -> None:
    """Give every field without a sentence of its own the one with its label: for forms that Django shows itself."""
    for name, field in fields.items():
        if is_plain(field):
            field.error_messages["required"] = message(str(field.label or pretty_name(name)), field)
