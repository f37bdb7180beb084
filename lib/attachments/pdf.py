"""PDF files are kept as they are, so those that could do something when they are opened are not taken."""

import re
from collections.abc import Iterator
from io import BytesIO
from time import monotonic
from typing import Final

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from .kinds import Refused

MOST_OBJECTS: Final = 100_000
SECONDS: Final = 10
PRINT: Final = "请用“打印”功能另存为一份新的 PDF 再添加。"
SCRIPT: Final = f"PDF 里带有脚本或会自动执行的动作，{PRINT}"
ENCLOSED: Final = f"PDF 里夹带了其他文件，{PRINT}"
BROKEN: Final = f"PDF 已损坏或不完整，{PRINT}"
HUGE: Final = f"PDF 的内容过于复杂，{PRINT}"
LOCKED: Final = "PDF 设有密码或限制了权限，请取消密码后再添加。"

#: Names that no plain document needs, wherever they stand.
_NAMES: Final = {
    **dict.fromkeys(("/JavaScript", "/JS", "/Launch", "/ImportData", "/SubmitForm", "/XFA"), SCRIPT),
    **dict.fromkeys(("/Rendition", "/RichMedia", "/RichMediaExecute", "/Movie", "/3D"), SCRIPT),
    **dict.fromkeys(("/EmbeddedFile", "/EmbeddedFiles", "/FileAttachment", "/GoToE"), ENCLOSED),
}
#: The same as plain bytes, for what hides from the table of objects; long enough to be no accident.
_BYTES: Final = re.compile(rb"/(?:JavaScript|Launch|RichMedia|EmbeddedFiles?)(?![A-Za-z0-9])")


def check(content: bytes) -> None:
    """Walk every object of the file; Refused when it is broken, locked, or more than a document to read."""
    try:
        reader = PdfReader(BytesIO(content), xref_stream_maximum_entries=MOST_OBJECTS)
        if reader.is_encrypted:
            raise Refused(LOCKED)
        _look_through(reader)
        if not reader.get_num_pages():
            raise Refused(BROKEN)
    except Refused:
        raise
    except Exception:  # noqa: BLE001  a broken file makes the parser stumble in any way, too deep nesting included
        raise Refused(BROKEN) from None
    if found := _BYTES.search(content):
        raise Refused(_NAMES[found[0].decode()])


def _look_through(reader: PdfReader) -> None:
    numbers = [(number, generation) for generation, row in reader.xref.items() for number in row]
    numbers += [(number, 0) for number in reader.xref_objStm]
    if len(numbers) > MOST_OBJECTS:
        raise Refused(HUGE)
    until = monotonic() + SECONDS
    for name in _names(reader.trailer):
        _refuse(name)
    for number, generation in numbers:
        if monotonic() > until:
            raise Refused(HUGE)
        for name in _names(reader.get_object(IndirectObject(number, generation, reader))):
            _refuse(name)


def _refuse(name: str) -> None:
    if name in _NAMES:
        raise Refused(_NAMES[name])


def _names(top: object) -> Iterator[str]:
    """Every name in an object, keys and values, however written; what it refers to is an object of its own."""
    waiting = [top]
    while waiting:
        value = waiting.pop()
        if isinstance(value, NameObject):
            yield str(value)
        elif isinstance(value, DictionaryObject):
            yield from map(str, value)
            waiting += value.values()
        elif isinstance(value, ArrayObject):
            waiting += value
