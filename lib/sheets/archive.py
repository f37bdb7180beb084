"""Whether an uploaded .xlsx may be parsed at all: kind, caps and declarations, checked while unpacking as a stream.

The parser keeps every cell between the first and the last, so two cells far apart would take all memory and end the
process: no exception could be caught. Everything is refused here before it sees the file.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from lzma import LZMAError
from typing import IO

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from lib.sheets.extent import Extent, Limits, WorkbookError

CHUNK = 4 << 20
_DECLARATION = re.compile(rb"<!(?!--|\[CDATA\[)")
_COUNT = re.compile(rb"""ount\s*=\s*["']\s*\+?([0-9]+)""")
_MAIN_PART = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_TEMPLATE_PART = b"application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml"
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    KeyError,
    ParseError,
    DefusedXmlException,
)
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


#: By part of the archive: what `Extent.unread` found there.
Unread = dict[str, dict[tuple[int, int], str]]


def is_zip(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def refuse_other_kinds(content: bytes) -> None:
    """Raise the WorkbookError that names what the file is instead, as far as its first bytes tell."""
    if not content:
        raise WorkbookError("empty_file", "文件是空的（0 字节），请重新导出后再上传。")
    if content.startswith(_OLE2):
        if _ENCRYPTED_STREAM in content:
            raise WorkbookError("encrypted", "工作簿设有打开密码，请在 Excel 或 WPS 中取消密码后再上传。")
        raise WorkbookError("old_xls", "这是旧版 .xls 文件，请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。")
    if content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf")):
        raise WorkbookError("not_workbook", "这不是表格文件，请上传 .xlsx 或 .csv 文件。")
    if (
        content[:2000]
        .lstrip(b"\xef\xbb\xbf \t\r\n")
        .lower()
        .startswith((b"<html", b"<!doctype", b"<table", b"<?xml"))
    ):
        raise WorkbookError(
            "not_workbook", "这是改了扩展名的网页，请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"
        )


def refuse_false_name(name: str, content: bytes) -> None:
    """Raise the WorkbookError for a file that is called a workbook and is none, nor anything else that is known."""
    if name.lower().endswith((".xlsx", ".xlsm")) and not is_zip(content):
        raise WorkbookError(
            "not_workbook",
            "这不是 Excel 工作簿，或文件已损坏。请重新导出，或用 Excel、WPS 另存为 .xlsx 后再上传。",
        )


def check_archive(content: bytes, limits: Limits) -> Unread:
    """Check a zipped workbook against the caps; WorkbookError names the first thing that is wrong."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries, len(content), limits)
            _check_kind(archive, {entry.filename for entry in entries})
            found = {entry.filename: _check_entry(archive, entry, limits) for entry in entries}
            unread = {part: cells for part, cells in found.items() if cells}
            return (
                {name: unread[part] for name, part in sheet_parts(archive).items() if part in unread}
                if unread
                else {}
            )
    except WorkbookError:
        raise
    except BROKEN:
        raise WorkbookError("broken", "文件已损坏，请用 Excel 或 WPS 打开并另存后再上传。") from None


def _check_entries(entries: list[zipfile.ZipInfo], packed: int, limits: Limits) -> None:
    names = [entry.filename.replace("\\", "/").lower() for entry in entries]
    if len(set(names)) < len(names):
        raise WorkbookError(
            "duplicate_entry", "文件结构不正常（内部有重名部分），请用 Excel 或 WPS 另存后再上传。"
        )
    if any(name.startswith("/") or ".." in name.split("/") or "\0" in name for name in names):
        raise WorkbookError(
            "unsafe_entry", "文件结构不正常（内部路径可疑），请用 Excel 或 WPS 另存后再上传。"
        )
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise WorkbookError("encrypted", "文件设有密码，请取消密码后再上传。")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise WorkbookError(
            "unpacked_too_large", f"文件解压后超过 {limits.unpacked_bytes >> 20} MB，请拆成几个文件上传。"
        )
    large = [(entry.file_size, entry.compress_size) for entry in entries if entry.file_size > 1 << 20]
    if any(size > limits.ratio * max(1, small) for size, small in [*large, (unpacked, packed)]):
        raise WorkbookError("ratio", "文件压缩得异常（多为大片空行），请删除多余的空行空列，另存后再上传。")


def _check_kind(archive: zipfile.ZipFile, names: set[str]) -> None:
    if "[Content_Types].xml" not in names:
        if "mimetype" in names:
            raise WorkbookError("ods", "这是 .ods 文件，请另存为 .xlsx 后再上传。")
        raise WorkbookError("not_workbook", "这不是表格文件，请上传 .xlsx 或 .csv 文件。")
    types = archive.read("[Content_Types].xml")
    if b"macroEnabled" in types and b"binary" not in types:
        raise WorkbookError("macro", "文件带有宏（.xlsm），请另存为不带宏的 .xlsx 后再上传。")
    if b"ms-excel.sheet.binary" in types:
        raise WorkbookError("binary", "这是 .xlsb 文件，请另存为 .xlsx 后再上传。")
    if _MAIN_PART not in types and _TEMPLATE_PART not in types:
        raise WorkbookError("not_workbook", "这不是 Excel 工作簿，请上传 .xlsx 或 .csv 文件。")


def _check_entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits
) -> dict[tuple[int, int], str]:
    """Unpack one part, its check sum included, look at it if it is XML, and return its unread cells."""
    named_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    extent = Extent(limits)
    with archive.open(entry) as part:
        for number, piece in enumerate(_pieces(part)):
            if number == 0 and not named_xml and not piece.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                break
            if b"\0" in piece:
                raise WorkbookError(
                    "bad_encoding", "文件内部编码不是 UTF-8，请用 Excel 或 WPS 另存后再上传。"
                )
            # A declaration stands before the root element.
            if number == 0 and _DECLARATION.search(piece):
                raise WorkbookError(
                    "entity", "文件内部含有不允许的声明（DOCTYPE 或 ENTITY），请另存后再上传。"
                )
            # The parser reserves memory for as many shared strings as the file says it has.
            if (
                b"u" in piece
                and b"ount" in piece
                and any(int(count[:19]) > limits.cells for count in _COUNT.findall(piece))
            ):
                raise WorkbookError("broken", "文件内部的计数不正常，请用 Excel 或 WPS 打开并另存后再上传。")
            extent.read(piece)
        while part.read(CHUNK):
            pass
    return extent.unread


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of the archive that holds each sheet, by the sheet's name."""
    workbook = fromstring(archive.read("xl/workbook.xml"))
    relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    found = {}
    for sheet in workbook.iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
            target = targets.get(relation, "")
            found[sheet.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return found


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    """The part in pieces that end between two cells, so that no tag is cut in two."""
    rest = b""
    while chunk := part.read(CHUNK):
        rest += chunk
        cut = rest.rfind(b"<c ")
        if cut <= 0:
            cut = rest.rfind(b"<")
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > 2 * CHUNK:
            raise WorkbookError("broken", "文件内部有异常长的内容，请用 Excel 或 WPS 另存后再上传。")
    yield rest
