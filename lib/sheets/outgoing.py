"""Lists on their way out: as a workbook or as a PDF, as whoever takes them along asked."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from lib import typesetting

from . import printing
from .writing import OutSheet, write_workbook

#: The name of the button that asks for the ending.
FIELD: Final = "as"
XLSX: Final = "xlsx"
PDF: Final = "pdf"
ENDINGS: Final = (XLSX, PDF)


class Outgoing(BytesIO):
    """The file in memory, and its ending: what ``sent`` asks for, a workbook when nothing is said."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        super().__init__()
        self.ending = sent.get(FIELD, XLSX)

    def check(self, number: int) -> None:
        check(self.ending, number)


def check(ending: str, number: int) -> None:
    """TooLong or CannotTypeset when so many rows cannot leave with that ending, before anything is gathered."""
    if ending == PDF:
        printing.check(number)
        typesetting.check()


def write_list(target: Path | BinaryIO, sheets: Iterable[OutSheet]) -> None:
    """Write the sheets as ``target`` says: a PDF for an :class:`Outgoing` or a path of that ending, else a workbook.

    TooLong and CannotTypeset for a PDF; see ``write_workbook`` for the rest.
    """
    if isinstance(target, Path):
        if target.suffix == f".{PDF}":
            target.write_bytes(printing.pdf(sheets))
            return
    elif isinstance(target, Outgoing) and target.ending == PDF:
        target.write(printing.pdf(sheets))
        return
    write_workbook(target, sheets)
