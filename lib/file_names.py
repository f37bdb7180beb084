"""Names of files as people gave them, made fit to be shown, logged and offered again."""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

LONGEST: Final = 120
_FORBIDDEN: Final = frozenset(':*?"<>|')
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def clean(name: str, endings: Sequence[str] = ()) -> str:
    """One line without path, hidden or reversing characters, at most LONGEST long; "" when nothing is left.

    A name without one of ``endings`` gets the first of them behind whatever it ends with.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(each for each in last if each.isprintable() and each not in _FORBIDDEN).strip(" .")
    if not plain:
        return ""
    if _DEVICES.match(plain):
        plain = f"_{plain}"
    if endings and not plain.lower().endswith(tuple(endings)):
        plain += endings[0]
    ending = PurePath(plain).suffix
    room = LONGEST - len(ending)
    return f"{plain[: -len(ending)][:room]}{ending}" if 0 < len(ending) < 10 else plain[:LONGEST]
