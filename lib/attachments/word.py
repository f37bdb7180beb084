"""Word documents are kept as they are, so those with macros or with parts fetched from elsewhere are not taken."""

import re
import zipfile
from io import BytesIO
from typing import Any, Final

from defusedxml.ElementTree import fromstring

from lib.sheets.archive import BROKEN as UNREADABLE

from .kinds import ARCHIVE, Refused

MOST_PARTS: Final = 5_000
MOST_UNPACKED: Final = 200 << 20
MOST_WORDS: Final = 5 << 20
CHUNK: Final = 1 << 20
SAVE_AS: Final = "请用 Word 或 WPS 另存为 .docx 后再添加。"
BROKEN: Final = f"Word 文档已损坏，{SAVE_AS}"
MACRO: Final = "Word 文档带有宏，请另存为不带宏的 .docx 后再添加。"
OUTSIDE: Final = "Word 文档引用了网络上的模板或对象，打开时会自动下载。请去掉引用，或导出为 PDF 后再添加。"
HUGE: Final = f"Word 文档解压后超过 {MOST_UNPACKED >> 20} MB，请压缩其中的图片后再添加。"
LOCKED: Final = "Word 文档设有密码，请取消密码后再添加。"
_OWN_DISK: Final = re.compile(r"file:/{3}[a-z]:")
#: Other documents that are archives, too.
_OTHERS: Final = {
    "xl/workbook.xml": "这是 Excel 工作簿，请导出为 PDF 后再添加。",
    "ppt/presentation.xml": "这是演示文稿，请导出为 PDF 后再添加。",
}


def check(content: bytes) -> None:
    """Refused when the archive is no plain Word document. It is unpacked once, piece by piece, and never written."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            _check_kind({part.filename for part in parts})
            if any(part.flag_bits & 0x1 for part in parts):
                raise Refused(LOCKED)
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise Refused(HUGE)
            for part in parts:
                _check_part(archive, part)
    except Refused:
        raise
    except UNREADABLE:
        raise Refused(BROKEN) from None


def _check_kind(names: set[str]) -> None:
    if "word/document.xml" not in names or "[Content_Types].xml" not in names:
        raise Refused(next((said for name, said in _OTHERS.items() if name in names), ARCHIVE))
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused(MACRO)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpack a part, so that its check sum is compared, and look at those that say what belongs to the document."""
    if part.filename == "[Content_Types].xml" or part.filename.endswith(".rels"):
        if part.file_size > MOST_WORDS:
            raise Refused(HUGE)
        _check_words(archive.read(part))
        return
    with archive.open(part) as packed:
        while packed.read(CHUNK):
            pass


def _check_words(xml: bytes) -> None:
    for element in fromstring(xml).iter():
        if "macroEnabled" in element.get("ContentType", ""):
            raise Refused(MACRO)
        is_outside = element.get("TargetMode") == "External"
        if is_outside and not element.get("Type", "").endswith("/hyperlink") and _is_fetched(element):
            raise Refused(OUTSIDE)


def _is_fetched(element: Any) -> bool:
    """From a network; a template that lies on the author's own disk is only named."""
    target: str = element.get("Target", "").strip().lower().replace("\\", "/")
    if target.startswith("file:"):
        return not _OWN_DISK.match(target)
    return target.startswith(("http:", "https:", "ftp:", "mhtml:", "//"))
