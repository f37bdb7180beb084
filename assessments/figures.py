"""How points and shares are rounded and written."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

CENT: Final = Decimal("0.01")


def rounded(value: Fraction) -> Decimal:
    """Two decimals, half up."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(CENT, ROUND_HALF_UP)


def shown(value: Fraction | None) -> str:
    """At most two decimals, none where there are none."""
    return "—" if value is None else str(rounded(value)).rstrip("0").rstrip(".")


def percent(share: Fraction) -> str:
    return f"{shown(share * 100)}%"
