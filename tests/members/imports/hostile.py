"""Hostile workbooks (T16), drawn from a seed: each breaks a good roster in one of the ways that are known."""

import random
import warnings
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO

from tests.lib.workbooks import MAIN_TYPE, packed, parts

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BILLION = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
ODD = (
    "\u200b",
    "\u202e",
    "\ufeff",
    "&#xD800;",
    "&#0;",
    "𠮷",
    "=1+1",
    "'",
    "\t",
    "㐂" * 400,
    "&lt;script&gt;",
)
SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
Content = dict[str, str]


def _cells(draw: random.Random, content: Content, cell: str) -> Content:
    """A cell put into a place drawn."""
    return content | {SHEET: content[SHEET].replace("</row>", f"{cell}</row>", draw.randint(1, 2))}


def odd_texts(draw: random.Random, content: Content) -> Content:
    said = "".join(draw.choices(ODD, k=3))
    return _cells(draw, content, f'<c t="inlineStr"><is><t>{said}</t></is></c>')


def odd_numbers(draw: random.Random, content: Content) -> Content:
    number = draw.choice(["Infinity", "NaN", "1.10101E+17", "-1", "9" * 400, "2958466", "1e999", ""])
    return _cells(draw, content, f'<c s="{draw.randint(0, 9)}"><v>{number}</v></c>')


def formulas(draw: random.Random, content: Content) -> Content:
    return _cells(draw, content, f"<c><f>{draw.choice(['1/0', 'A1', 'WEBSERVICE(A1)'])}</f></c>")


def far_cells(draw: random.Random, content: Content) -> Content:
    return _cells(
        draw, content, f'<c r="{draw.choice(["XFD1", "A1048576", "ZZZZ9", "A0", "1A"])}"><v>1</v></c>'
    )


def claims(draw: random.Random, content: Content) -> Content:
    return content | {
        SHEET: content[SHEET].replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    }


def entities(draw: random.Random, content: Content) -> Content:
    where = draw.choice([SHEET, BOOK, "[Content_Types].xml", "xl/styles.xml"])
    external = '<!DOCTYPE x [<!ENTITY e SYSTEM "http://127.0.0.1:9/x">]>'
    return content | {where: draw.choice([BILLION, external]) + content[where]}


def dates_of_1904(draw: random.Random, content: Content) -> Content:
    return content | {BOOK: content[BOOK].replace("<sheets>", '<workbookPr date1904="1"/><sheets>')}


def merged_heads(draw: random.Random, content: Content) -> Content:
    merged = f'</sheetData><mergeCells><mergeCell ref="A1:{draw.choice("CZ")}2"/></mergeCells>'
    return content | {SHEET: content[SHEET].replace("</sheetData>", merged)}


def hidden_sheets(draw: random.Random, content: Content) -> Content:
    state = draw.choice(["hidden", "veryHidden", "nonsense"])
    return content | {BOOK: content[BOOK].replace('sheetId="1"', f'sheetId="1" state="{state}"')}


def other_kinds(draw: random.Random, content: Content) -> Content:
    kind = draw.choice(["macroEnabled.main+xml", "binary.macroEnabled.main", "template.main+xml", "x"])
    types = content["[Content_Types].xml"].replace(MAIN_TYPE, f"application/vnd.ms-excel.sheet.{kind}")
    return content | {"[Content_Types].xml": types}


def ways_out(draw: random.Random, content: Content) -> Content:
    name = draw.choice(
        ["../x.xml", "/etc/passwd", "xl/../../x", "C:\\x", "xl/externalLinks/externalLink1.xml"]
    )
    return content | {name: "<x/>"}


def lost_parts(draw: random.Random, content: Content) -> Content:
    lost = draw.choice(sorted(content))
    return {name: part for name, part in content.items() if name != lost}


def broken_xml(draw: random.Random, content: Content) -> Content:
    where = draw.choice(sorted(content))
    place = draw.randrange(len(content[where]))
    return content | {where: content[where][:place] + draw.choice(["<", "&", "]]>", "\x00", ""])}


def no_such_strings(draw: random.Random, content: Content) -> Content:
    return _cells(draw, content, f'<c t="s"><v>{draw.choice(["7", "-1", "x", "99999999999"])}</v></c>')


def truncated(draw: random.Random, whole: bytes) -> bytes:
    return whole[: draw.randrange(len(whole))]


def bytes_changed(draw: random.Random, whole: bytes) -> bytes:
    changed = bytearray(whole)
    for _ in range(draw.randint(1, 20)):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def doubled(draw: random.Random, whole: bytes) -> bytes:
    target = BytesIO(whole)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(target, "a") as archive:
            archive.writestr(draw.choice([SHEET, BOOK, "xl\\workbook.xml"]), "<x/>")
    return target.getvalue()


def bombs(draw: random.Random, whole: bytes) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts("<row/>" * draw.randint(200_000, 400_000)).items():
            archive.writestr(name, part)
    return target.getvalue()


def no_workbooks(draw: random.Random, whole: bytes) -> bytes:
    encrypted = OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    return draw.choice(
        [b"", OLE + b"\0" * 600, encrypted, b"%PDF-1.7", b"<html><table>", b"\xff\xfe\x00", b"PK"]
    )


def texts(draw: random.Random, whole: bytes) -> bytes:
    line = ",".join(draw.choices(["姓名", '"', "=1", "\x00", "张明", "，", "\ud7ff"], k=6))
    return (line + "\r\n").encode(draw.choice(["utf-8", "gb18030", "utf-16"])) * draw.randint(1, 40)


ON_PARTS: tuple[Callable[[random.Random, Content], Content], ...] = (
    odd_texts,
    odd_numbers,
    formulas,
    far_cells,
    claims,
    entities,
    dates_of_1904,
    merged_heads,
    hidden_sheets,
    other_kinds,
    ways_out,
    lost_parts,
    broken_xml,
    no_such_strings,
)
ON_BYTES: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    truncated,
    bytes_changed,
    doubled,
    bombs,
    no_workbooks,
    texts,
)


def hostile(number: int, good: bytes) -> Iterator[tuple[str, bytes]]:
    """``number`` of them, each way as often as the others: what was done, and the file."""
    with zipfile.ZipFile(BytesIO(good)) as archive:
        content = {name: archive.read(name).decode() for name in archive.namelist()}
    ways = (*ON_PARTS, *ON_BYTES)
    for count in range(number):
        draw, way = random.Random(count), ways[count % len(ways)]
        yield f"{count} {way.__name__}", _made(way, draw, content, good)


def _made(way: Callable[..., object], draw: random.Random, content: Content, good: bytes) -> bytes:
    made = way(draw, content if way in ON_PARTS else good)
    return made if isinstance(made, bytes) else packed(made).getvalue()
