"""How far a worksheet reaches, read from its XML without parsing it."""

import re
from dataclasses import dataclass
from functools import lru_cache

_PREFIX = rb"""<(?:[^\s<>/:"'=]+:)?"""
_START = re.compile(_PREFIX + rb"(?:row|c)(?=[\s/>])")
_TAG = re.compile(_PREFIX + rb"""(row|c)(?=[\s/>])((?:[^<>"']|"[^"<]*"|'[^'<]*')*+)>""")
_REFERENCE = re.compile(rb"""(?<![\w:.-])r\s*=\s*["']\s*([A-Za-z]*)([0-9]*)""")
_CLAIM = re.compile(
    rb"""<(?:\w+:)?dimension\s[^>]*?ref\s*=\s*["'][^"']*?:?\$?([A-Za-z]{1,9})\$?([0-9]{1,19})["']"""
)
_FORMULA = rb"(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)"
_ERROR_CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]*\bt="e"[^>]*>' + _FORMULA + rb"?<v>([^<]*)</v>")
_NO_RESULT = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]*>' + _FORMULA + rb"(</c>)")
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
    """Reads pieces of a worksheet's XML and raises WorkbookError when a cell lies beyond the caps.

    Nearly every program writes a cell as ``<c r="B3" …>``: then one search finds a cell beyond the caps, at about
    0.3 s for a million cells. Pieces that are written another way are read tag by tag. Cells without content do not
    count: the parser skips them too, and formats reach further than data in many real workbooks.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        #: Cells the parser would give as blank: errors ("#N/A") and formulas without a result, by (row, column) from 0.
        self.unread: dict[tuple[int, int], str] = {}
        self._row = self._column = 0
        self._rows = self._columns = 0
        self._narrow = max(1, limits.cells // limits.rows)

    def read(self, piece: bytes) -> None:
        """Check the next piece, which must begin and end between two tags."""
        claim = _CLAIM.search(piece) if b"dimension" in piece else None
        if claim and column_number(claim[1]) > self.limits.columns and int(claim[2]) > self.limits.rows:
            raise self._too_large(int(claim[2]), column_number(claim[1]))
        narrow = min(self._narrow, self.limits.columns)
        has_cells = b'<c r="' in piece
        if _is_odd(piece, has_cells) or _unusual(self.limits.rows, narrow).search(piece):
            self._read_tags(piece)
        elif has_cells:
            # Where the piece ended is not known: a cell or row that follows without a reference is taken as too far.
            self._row, self._column = self.limits.rows, self.limits.columns
        # Every error begins with "#". One byte is found thirty times as fast as two.
        if b"#" in piece and b't="e"' in piece:
            self._note(_ERROR_CELL, piece)
        if b"f" in piece and b"<f" in piece:
            self._note(_NO_RESULT, piece)

    def _read_tags(self, piece: bytes) -> None:
        seen = 0
        for tag in _TAG.finditer(piece):
            seen += 1
            # The parser takes the last of several references, so each one counts.
            references = _REFERENCE.findall(tag[2]) or [(b"", b"")]
            if tag[1] == b"row":
                self._row = max(int(digits[:19] or self._row + 1) for _letters, digits in references)
                self._column = 0
                continue
            self._row = max(int(digits[:19] or self._row) for _letters, digits in references)
            self._column = max(
                column_number(letters[:9]) or self._column + 1 for letters, _digits in references
            )
            if not tag[2].endswith(b"/") and not piece.startswith(b"</c>", tag.end()):
                self._reach(self._row, self._column)
        if seen < sum(1 for _ in _START.finditer(piece)):
            raise WorkbookError("broken", "文件内部结构不正常，请用 Excel 或 WPS 打开并另存后再上传。")

    def _reach(self, row: int, column: int) -> None:
        self._rows, self._columns = max(self._rows, row), max(self._columns, column)
        limits = self.limits
        if row > limits.rows or column > limits.columns or self._rows * self._columns > limits.cells:
            raise self._too_large(row, column)

    def _too_large(self, row: int, column: int) -> WorkbookError:
        return too_large(row, column, self.limits)

    def _note(self, pattern: re.Pattern[bytes], piece: bytes) -> None:
        for letters, digits, text in pattern.findall(piece):
            shown = NO_RESULT if text == b"</c>" else text.decode("utf-8", "replace")
            self.unread[int(digits) - 1, column_number(letters) - 1] = shown


def too_large(row: int, column: int, limits: Limits) -> WorkbookError:
    """The error for a sheet that reaches to this row and column, both from 1."""
    if row > limits.rows:
        return WorkbookError(
            "too_many_rows",
            f"工作表到第 {row} 行仍有内容，最多 {limits.rows} 行；请删除下方多余的行，或拆成几个文件上传。",
        )
    if column > limits.columns:
        where = f"{column_letter(column - 1)} 列（第 {column} 列）" if column < 20_000 else f"第 {column} 列"
        return WorkbookError(
            "too_many_columns", f"工作表到 {where}仍有内容，最多 {limits.columns} 列；请删除右侧多余的列。"
        )
    return WorkbookError(
        "too_many_cells",
        f"工作表范围过大（行数乘列数超过 {limits.cells}），请删除多余的行列，或拆成几个文件上传。",
    )


def _is_odd(piece: bytes, has_cells: bool) -> bool:
    """Whether the piece has rows without a cell that begins ``<c r="``, or cells with a prefix."""
    if not has_cells and (b"<row" in piece or b":row" in piece):
        return True
    return b":" in piece and b":c" in piece and re.search(rb":c(?=[\s/>])", piece) is not None


@lru_cache(maxsize=8)
def _unusual(rows: int, columns: int) -> re.Pattern[bytes]:
    """Finds a cell that is not written ``<c r="B3" s="1" t="s">`` with a reference surely inside the two bounds.

    It finds some that are inside: columns beyond AZ, and rows as long as ``rows`` that begin with its first digit.
    """
    letters = "A?[A-Z]" if columns >= 52 else f"[A-{column_letter(min(columns, 26) - 1)}]"
    first, more = int(str(rows)[0]), len(str(rows)) - 1
    numbers = f"[0-9]{{1,{more}}}" if more else "(?!)"
    if more and first > 1:
        numbers = f"[1-{first - 1}]?{numbers}"
    elif first > 1:
        numbers = f"[1-{first - 1}]"
    attributes = '(?: s="[0-9]++")?+(?: t="[A-Za-z]++")?+'
    return re.compile(rf'<c(?=[\s/>])(?! r="(?:{letters})(?:{numbers})"{attributes}/?>)'.encode())
