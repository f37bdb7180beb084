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
    """Write the sheets as an :class:`Outgoing` says, and as a workbook to anything else; see :func:`write_as`."""
    write_as(target.ending if isinstance(target, Outgoing) else XLSX, target, sheets)


def write_as(ending: str, target: Path | BinaryIO, sheets: Iterable[OutSheet]) -> None:
    """Write the sheets with that ending. TooLong and CannotTypeset for a PDF; see ``write_workbook`` for the rest."""
    if ending != PDF:
        write_workbook(target, sheets)
    elif isinstance(target, Path):
        target.write_bytes(printing.pdf(sheets))
    else:
        target.write(printing.pdf(sheets))
