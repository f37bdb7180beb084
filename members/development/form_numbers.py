"""The numbers printed on membership forms: one way of writing each, and those that follow the first. Pure."""

import re
import unicodedata

MOST_AT_ONCE = 1000
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_BLANK = re.compile(r"\s+")
_COUNTED = re.compile(r"(.*?)([0-9]{1,12})", re.DOTALL)


def tidy(text: str) -> str:
    """The number as it is kept and compared: half-width, capital letters, plain dashes, no blanks."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text)).translate(_DASHES).upper()


def following(first: str, quantity: int) -> list[str]:
    """``quantity`` numbers from ``first`` on, with its prefix and its width: 2026-099, 2026-100.

    ValueError, in words for the reader, when the number does not end in digits or its digits do not suffice.
    """
    counted = _COUNTED.fullmatch(first)
    if counted is None:
        raise ValueError(f"编号“{first}”不是以数字结尾，无法推算后面的编号；请填写第一份封面上的完整编号。")
    prefix, digits = counted.groups()
    start, width = int(digits), len(digits)
    last = start + quantity - 1
    if len(str(last)) > width:
        raise ValueError(
            f"从“{first}”起{quantity}份，末尾编号会多出一位（{prefix}{last}）；请核对起始编号和数量，或分两次登记。"
        )
    return [f"{prefix}{number:0{width}d}" for number in range(start, last + 1)]
