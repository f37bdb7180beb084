"""支部党员大会: whether the secretary reported to it and was appraised (支部条例 27)."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django import forms

from activities.kinds import Kind
from activities.models import SecretaryReport

from .base import Name, Part

#: A report is given in the last quarter, or soon after the year.
_USUAL: Final = frozenset({10, 11, 12, 1, 2, 3})


class SecretaryReportPart(Part):
    kind = Kind.GENERAL_MEETING
    code = "report"
    title = "书记述职"
    model = SecretaryReport
    is_point = True

    def fields(self) -> dict[str, forms.Field]:
        """Nothing in the months in which nobody reports, unless the record says so; its minutes ask at any time."""
        is_given = bool(self.row and self.row.is_given)
        if not (is_given or is_usual(self.day)):
            return {}
        return {
            "is_given": forms.BooleanField(
                label="会上书记向党员大会述职，并接受评议",
                required=False,
                initial=is_given,
                help_text="没有述职的不勾。每年至少1次。",
            )
        }

    def values(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        return {name: bool(self.sent(cleaned, name)) for name in self.made}

    @classmethod
    def words(cls, row: Any, name: Name) -> dict[str, str]:
        return {"书记述职": "已向党员大会述职" if row.is_given else ""}


def is_usual(day: date) -> bool:
    return day.month in _USUAL
