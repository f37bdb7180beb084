"""Ballot codes as slips of paper: printed once, cut, mixed and drawn."""

from collections.abc import Sequence
from typing import Final

from django.utils.safestring import SafeString

from lib import qr

from .codes import printed

ON_A_SHEET: Final = 8

Slip = tuple[str, SafeString]


def sheets(codes: Sequence[str], address: str) -> list[list[Slip]]:
    """Each code with its QR picture, which opens ``address`` with the code behind #, by sheets of paper."""
    slips = [(printed(code), qr.picture(f"{address}#{code}")) for code in codes]
    return [slips[start : start + ON_A_SHEET] for start in range(0, len(slips), ON_A_SHEET)]
