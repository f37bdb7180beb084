"""How far a worksheet reaches, read from its XML without parsing it."""

import re
from dataclasses import dataclass
from functools import lru_cache

_TAG = re.compile(rb"<(?:\w+:)?(row|c)(?=[\s/>])([^>]*)>")
_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)([0-9]*)["']""")
_CLAIM = re.compile(rb"""<(?:\w+:)?dimension\s[^>]*?ref\s*=\s*["'][^"']*?:?\$?([A-Za-z]+)\$?([0-9]+)["']""")
_ERROR_CELL = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"[^>]*\bt="e"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>([^<]*)</v>'
)
_NO_RESULT = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]*>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)</c>')
NO_RESULT = "#未计算"


class WorkbookError(ValueError):
    """A file that is not read; ``code`` for programs, ``message`` says to a person what is wrong and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on an upload: bytes packed and unpacked, their ratio, rows and columns of a sheet, cells of all sheets.

    ``cells`` counts the rectangle from A1 to the last cell; about 100 bytes of memory each while it is read.
    """

    packed_bytes: int = 20 << 20
    unpacked_bytes: int = 200 << 20
    ratio: int = 100
    rows: int = 50_000
    columns: int = 200
    cells: int = 3_000_000
    sheets: int = 100


def column_letter(index: int) -> str:
    """The letters of a column counted from 0: 0 is "A", 26 is "AA"."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str | bytes) -> int:
    """The number of a column counted from 1, for letters in either case."""
    number = 0
    for letter in letters.encode() if isinstance(letters, str) else letters:
        number = 26 * number + (letter & 0x1F)
    return number


class Extent:
    """Reads pieces of a worksheet's XML, raises WorkbookError when a cell lies too far out.

    Nearly every program writes a cell as ``<c r="B3" …>``: then one search finds a cell beyond the caps, at about
    0.2 s for a million cells. Pieces that are written another way are read tag by tag. Cells without content, and the
    rows under them, do not count: the parser skips them too.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.unread: dict[tuple[int, int], str] = {}
        self._row = 0
        self._column = 0
        self._rows = 0
        self._columns = 0

    def read(self, piece: bytes) -> None:
        """Check the next piece, which begins and ends between two tags."""
        claim = _CLAIM.search(piece) if self._rows == 0 and b"dimension" in piece else None
        if claim and self._is_absurd(column_number(claim[1]), int(claim[2])):
            raise self._too_large()
        tags = piece.count(b"<c ")
        plain = tags == piece.count(b'<c r="') and not re.search(rb":c[ />]|<c[/>]", piece)
        if plain:
            if _beyond(self.limits.rows, self.limits.columns).search(piece):
                self._read_tags(piece)
                raise self._too_large()
            narrow = max(1, self.limits.cells // self.limits.rows)
            if narrow < self.limits.columns and _beyond(self.limits.rows, narrow).search(piece):
                self._read_tags(piece)
        else:
            self._read_tags(piece)
        self._note_unread(piece)
