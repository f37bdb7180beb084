"""Files as people hand them in, the hostile ones included, all made here."""

import struct
import zipfile
import zlib
from io import BytesIO
from random import Random

from docx import Document
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

SCRIPT = b"<script>window.name='executed';alert(1)</script>"


def a_picture(seed=0, size=(640, 480)):
    """Patches of colour, other ones for each seed."""
    random = Random(seed)
    patches = Image.frombytes("RGB", (12, 9), random.randbytes(12 * 9 * 3))
    return patches.resize(size, Image.Resampling.BICUBIC)


def a_photo(seed=0, size=(640, 480), kind="JPEG", **options):
    target = BytesIO()
    a_picture(seed, size).save(target, kind, **options)
    return target.getvalue()


def opened(content):
    return Image.open(BytesIO(content))


def a_pdf(change=lambda writer: None):
    """A page without anything; ``change`` is given the writer first."""
    writer, target = PdfWriter(), BytesIO()
    writer.add_blank_page(200, 200)
    change(writer)
    writer.write(target)
    return target.getvalue()


def an_action(kind, **more):
    """An entry of the catalogue that acts when the file is opened."""
    entries = {NameObject(f"/{name}"): TextStringObject(text) for name, text in more.items()}
    action = DictionaryObject({NameObject("/S"): NameObject(kind), **entries})

    def change(writer):
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)

    return change


def in_annotation(kind, **more):
    """The same action behind a place of the page, inside an object stream of its own."""

    def change(writer):
        an_action(kind, **more)(writer)
        action = writer.root_object.pop(NameObject("/OpenAction"))
        link = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action})
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(link)])

    return change


def packed(plain):
    """The same objects in one compressed stream (PDF 1.5), with a table that is a stream too."""
    reader = PdfReader(BytesIO(plain))
    numbers = sorted(reader.xref[0])
    bodies = []
    for number in numbers:
        target = BytesIO()
        reader.get_object(number).write_to_stream(target)
        bodies.append(target.getvalue())
    offsets, at = [], 0
    for body in bodies:
        offsets.append(at)
        at += len(body) + 1
    head = (
        " ".join(f"{number} {offset}" for number, offset in zip(numbers, offsets, strict=True)).encode()
        + b" "
    )
    stream, count = zlib.compress(head + b" ".join(bodies)), max(numbers) + 1
    out = b"%PDF-1.5\n"
    place = len(out)
    first = (
        f"<< /Type /ObjStm /N {len(numbers)} /First {len(head)} /Length {len(stream)} /Filter /FlateDecode >>"
    )
    out += f"{count} 0 obj\n{first}\nstream\n".encode() + stream + b"\nendstream\nendobj\n"
    rows = [(0, 0, 65535)] + [(0, 0, 0)] * (count - 1) + [(1, place, 0), (1, len(out), 0)]
    for index, number in enumerate(numbers):
        rows[number] = (2, count, index)
    table = zlib.compress(b"".join(struct.pack(">BIH", *row) for row in rows))
    root = reader.trailer.raw_get("/Root").idnum
    entries = (
        f"/Type /XRef /Size {len(rows)} /W [1 4 2] /Root {root} 0 R /Length {len(table)} /Filter /FlateDecode"
    )
    start = len(out)
    out += f"{count + 1} 0 obj\n<< {entries} >>\nstream\n".encode() + table + b"\nendstream\nendobj\n"
    return out + f"startxref\n{start}\n%%EOF\n".encode()


def with_stream(name):
    """A stream that says what it is by the name of its type."""

    def change(writer):
        stream = DecodedStreamObject()
        stream.set_data(b"x")
        stream[NameObject("/Type")] = NameObject(name)
        writer._add_object(stream)

    return change


def a_docx(**more):
    """A paragraph; ``more`` are further parts, whose content replaces what is there."""
    plain, target = BytesIO(), BytesIO()
    document = Document()
    document.add_paragraph("活动方案")
    document.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            if name not in more:
                archive.writestr(name, source.read(name))
        for name, content in more.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_relation(kind, target):
    relation = f'<Relationship Id="r1" Type="t/{kind}" TargetMode="External" Target="{target}"/>'
    return a_docx(**{"word/_rels/settings.xml.rels": f"<Relationships>{relation}</Relationships>"})


def a_png_of_900_megapixels():
    """30,000 × 30,000 black dots in 109 KB."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(3751 * 100)) for _ in range(300)) + packer.flush()
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def polyglots():
    """Pictures that are something else, too: all of them show, none may run."""
    photo, png = a_photo(), a_photo(kind="PNG")
    return {
        "comment.jpg": a_photo(comment=SCRIPT),
        "behind.html": photo + SCRIPT,
        "behind.js": photo + b"\n*/=1;window.name='executed';alert(1)//",
        "segment.jpg": photo[:2] + b"\xff\xef" + struct.pack(">H", len(SCRIPT) + 2) + SCRIPT + photo[2:],
        "zip.jpg": photo + a_docx(),
        "text.png": png[:33] + _chunk(b"tEXt", b"Comment\0" + SCRIPT) + png[33:],
        "behind.svg": png + b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    }
