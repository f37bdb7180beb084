"""How points are written on a page."""

from decimal import Decimal
from fractions import Fraction

from django import template

from assessments.figures import shown

register = template.Library()


@register.filter
def points(value: Fraction | Decimal | None) -> str:
    """At most two decimals; — for what is open."""
    return shown(None if value is None else Fraction(value))
