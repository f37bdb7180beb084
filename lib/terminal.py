"""Tables in a terminal, where a Chinese character takes two columns."""

from collections.abc import Sequence
from unicodedata import east_asian_width


def places(text: str) -> int:
    """Columns of a terminal that ``text`` takes."""
    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)


def columns(lines: Sequence[Sequence[str]]) -> list[str]:
    """The lines with their cells below each other."""
    widths = [max(map(places, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(_padded(line, widths)).rstrip() for line in lines]


def _padded(line: Sequence[str], widths: Sequence[int]) -> list[str]:
    return [text + " " * (width - places(text)) for text, width in zip(line, widths, strict=True)]
