"""What a form says about a value it cannot take: which field and what is allowed, instead of Django's sentences."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import (
    DecimalValidator,
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
)
from django.forms import BoundField, DateField, DecimalField, Field, FloatField, IntegerField, TimeField
from django.forms.formsets import BaseFormSet

from . import required

#: Something that the page carries for itself is missing or wrong: whoever reads this cannot mend it in a field.
INCOMPLETE: Final = "表单不完整，请返回后重新打开这一页。"
_OF_VALIDATORS: Final[dict[str, Any]] = {
    **DecimalValidator.messages,
    "max_length": MaxLengthValidator.message,
    "min_length": MinLengthValidator.message,
    "max_value": MaxValueValidator.message,
    "min_value": MinValueValidator.message,
}
_TOO_LONG: Final = ("max_digits", "max_whole_digits")


def texts(bound: BoundField) -> list[str]:
    """The errors of a field as a page shows them."""
    return [_text(bound, error) for error in bound.errors.as_data()]


def texts_of_rows(rows: BaseFormSet[Any]) -> list[str]:
    """The errors of a formset itself."""
    crafted = ("missing_management_form", "too_many_forms")
    found = rows.non_form_errors().as_data()
    return [INCOMPLETE if error.code in crafted else error.messages[0] for error in found]


def _text(bound: BoundField, error: ValidationError) -> str:
    own = ""
    if _is_stock(bound.field, error):
        own = INCOMPLETE if bound.is_hidden else _sentence(str(bound.label), bound.field, error)
    return own or error.messages[0]


def _is_stock(field: Field, error: ValidationError) -> bool:
    """Whether it is Django that speaks: a sentence of the form's own stays."""
    code = error.code or ""
    kinds = [kind for kind in type(field).__mro__ if kind.__module__.startswith("django.")]
    stock = [vars(kind).get("default_error_messages", {}).get(code) for kind in kinds]
    return any(error.message is each for each in (*stock, _OF_VALIDATORS.get(code)) if each is not None)


def _sentence(label: str, field: Field, error: ValidationError) -> str:
    """Empty where there is none of ours."""
    limits = error.params or {}
    if error.code == "required":
        return required.message(label, field)
    if error.code == "invalid_choice":
        return f"{label}没有这个选项，请重新选择。"
    if error.code == "max_length":
        return f"{label}不超过 {limits['limit_value']} 个字，现在是 {limits['show_value']} 个。"
    if error.code == "min_length":
        return f"{label}至少 {limits['limit_value']} 个字，现在是 {limits['show_value']} 个。"
    if isinstance(field, IntegerField):
        return _of_number(label, field, error.code or "", limits)
    if error.code == "invalid" and isinstance(field, DateField):
        return f"{label}应为如 2026-03-15。"
    if error.code == "invalid" and isinstance(field, TimeField):
        return f"{label}应为如 14:30。"
    return ""


def _of_number(label: str, field: IntegerField, code: str, limits: dict[str, Any]) -> str:
    is_whole = not isinstance(field, DecimalField | FloatField)
    least = limits["limit_value"] if code == "min_value" else field.min_value
    most = limits["limit_value"] if code == "max_value" else field.max_value
    if code == "max_decimal_places":
        return f"{label}最多 {limits['max']} 位小数，如 12.5。"
    if code == "invalid" and not is_whole:
        return f"{label}应为数字，如 24 或 12.5。"
    if least is not None and most is not None:
        return f"{label}应为 {_shown(least)} 至 {_shown(most)} 的{'整数' if is_whole else '数字'}。"
    if code in _TOO_LONG:
        return f"{label}太大，最多 {limits['max']} 位{'数字' if code == 'max_digits' else '整数'}。"
    if code == "min_value":
        return f"{label}不能小于 {_shown(least)}。" if least else f"{label}不能是负数。"
    return f"{label}不能大于 {_shown(most)}。" if code == "max_value" else f"{label}应为整数。"


def _shown(limit: Any) -> str:
    return f"{Decimal(limit).normalize():f}"
