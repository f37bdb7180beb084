"""Reasons that people give and others read later: long enough to say something."""

from typing import Any, Final

from django import forms

LEAST: Final = 4


def short(what: str = "原因") -> str:
    return f"请写明{what}，至少 {LEAST} 个字。"


def fault(text: str, what: str = "原因", *, most: int = 0) -> str:
    """Why ``text``, without the blanks around it, is no reason; empty when it is one."""
    length = len(text.strip())
    if length >= LEAST and (not most or length <= most):
        return ""
    return f"请写明{what}，{LEAST} 至 {most} 个字。" if most else short(what)


class ReasonField(forms.CharField):
    """Asks for the reason by its label."""

    def __init__(self, label: str = "原因", *, most: int, **options: Any) -> None:
        told = dict.fromkeys(("required", "min_length"), short(label))
        super().__init__(label=label, min_length=LEAST, max_length=most, error_messages=told, **options)
