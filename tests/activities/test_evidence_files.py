"""T23–T25: what a handed-in file is by its content, what of it is taken, and what is left of what it hid."""

import time
from io import BytesIO

import pytest
from PIL import ExifTags, Image
from pypdf import PdfReader, PdfWriter

from lib.attachments import pdf, pictures, word
from lib.attachments.accepting import accept
from lib.attachments.kinds import ARCHIVE, FILM, HEIC, OLD_OFFICE, OTHERS, PAGE, Kind, Refused
from tests.activities.files import (
    SCRIPT,
    a_docx,
    a_pdf,
    a_photo,
    a_picture,
    a_png_of_900_megapixels,
    an_action,
    in_annotation,
    opened,
    packed,
    polyglots,
    with_relation,
    with_stream,
)

#: What only the original may hold.
SECRETS = (
    b"GPSLat",
    b"SN-4711-0815",
    b"adobe:ns:meta",
    b"maker note",
    b"Exif",
    b"ICC_PROFILE",
    b"iCCP",
    b"eXIf",
)


def refusal(content):
    with pytest.raises(Refused) as refused:
        accept(content)
    return str(refused.value)


class TestKinds:
    @pytest.mark.parametrize(
        ("content", "kind"),
        [(a_photo(), Kind.JPEG), (a_photo(kind="PNG"), Kind.PNG), (a_pdf(), Kind.PDF), (a_docx(), Kind.WORD)],
        ids=Kind.values,
    )
    def test_four_are_taken(self, content, kind):
        assert accept(content).kind is kind

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "文件是空的（0 字节），请重新选择。"),
            (b"\0\0\0\x18ftypheic\0\0\0\0", HEIC),
            (b"\0\0\0\x18ftypmp42\0\0\0\0", FILM),
            (b"GIF89a/*\0*/=1;alert(1)", "这是 GIF 图片，请另存为 JPG 或 PNG 后再添加。"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "这是 WebP 图片，请另存为 JPG 或 PNG 后再添加。"),
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", PAGE),
            (b"\xef\xbb\xbf\r\n <!DOCTYPE html>" + SCRIPT, PAGE),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
            (b"Rar!\x1a\x07", ARCHIVE),
            (b"MZ\x90\0", OTHERS),
            (b"GIF", OTHERS),
            (SCRIPT[:0] + b" %PDF-1.7", OTHERS),
        ],
    )
    def test_others_say_what_to_do(self, content, sentence):
        assert refusal(content) == sentence


class TestPictures:
    @pytest.mark.parametrize("name", list(polyglots()))
    def test_of_a_polyglot_only_the_picture_is_left(self, name):
        content = polyglots()[name]
        assert b"script" in content or b"alert" in content or b"word/document.xml" in content
        taken = accept(content)
        for kept in (taken.content, taken.picture.thumbnail):
            assert not any(word in kept for word in (b"script", b"alert", b"PK\x03\x04", b"<svg"))
        assert opened(taken.content).tobytes() != b""

    @pytest.mark.parametrize("kind", ["JPEG", "PNG"])
    def test_nothing_of_the_camera_is_left(self, kind):
        """T24: place, serial number, maker note, XMP and profile are in the original and in nothing that is kept."""
        exif = Image.Exif()
        exif[ExifTags.Base.CameraSerialNumber] = "SN-4711-0815"
        exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "GPSLat"
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.MakerNote] = b"maker note"
        more = {"xmp": b"adobe:ns:meta"} if kind == "JPEG" else {}
        content = a_photo(kind=kind, exif=exif, icc_profile=b"profile" * 30, **more)
        assert [each for each in (b"SN-4711", b"GPSLat", b"maker note") if each not in content] == []
        taken = accept(content)
        for kept in (taken.content, taken.picture.thumbnail):
            assert [secret for secret in SECRETS if secret in kept] == []
            assert set(opened(kept).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}

    @pytest.mark.parametrize("turn", range(1, 9))
    def test_it_stands_upright(self, turn):
        """Whatever way the camera was held: the light corner is up on the left."""
        picture = Image.new("L", (64, 32))
        picture.paste(255, (0, 0, 16, 16))
        held = pictures._TURNS.get(turn)
        undone = {Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90}
        undone |= {ours: theirs for theirs, ours in undone.items()}
        target, exif = BytesIO(), Image.Exif()
        exif[ExifTags.Base.Orientation] = turn
        (picture.transpose(undone.get(held, held)) if held is not None else picture).save(
            target, "PNG", exif=exif
        )
        kept = opened(accept(target.getvalue()).content).convert("L")
        assert (kept.size, kept.getpixel((4, 4)), kept.getpixel((60, 28))) == ((64, 32), 255, 0)

    @pytest.mark.parametrize(
        ("size", "kept"), [((4000, 3000), (2560, 1920)), ((300, 5000), (154, 2560)), ((8, 8), (8, 8))]
    )
    def test_the_long_side_is_2560_at_most(self, size, kept):
        picture = accept(a_photo(size=size)).picture
        assert (picture.width, picture.height) == kept

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
    def test_every_kind_of_png_keeps_what_is_seen(self, mode):
        plain, target = a_picture(), BytesIO()
        grey = plain.convert("L")
        made = (
            grey.convert("I").point(lambda value: value * 256).convert(mode)
            if mode == "I;16"
            else plain.convert(mode)
        )
        made.save(target, "PNG")
        kept = opened(accept(target.getvalue()).content).convert("L").resize((1, 1), Image.Resampling.BOX)
        mean = grey.resize((1, 1), Image.Resampling.BOX)
        assert abs(kept.getpixel((0, 0)) - mean.getpixel((0, 0))) < 4

    def test_what_was_transparent_is_white_in_the_thumbnail(self):
        target = BytesIO()
        Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(target, "PNG")
        taken = accept(target.getvalue())
        assert opened(taken.content).getpixel((1, 1)) == (0, 0, 0, 0)
        assert min(opened(taken.picture.thumbnail).getpixel((1, 1))) > 250

    def test_too_many_pixels_are_refused_at_once(self):
        """T25: 900 megapixels in 109 KB."""
        content = a_png_of_900_megapixels()
        assert len(content) < 120_000
        began = time.perf_counter()
        sentence = refusal(content)
        assert time.perf_counter() - began < 1
        assert sentence == "图片有 30000×30000 像素，超过 4000 万像素，请缩小后再添加。"

    def test_forty_megapixels_are_the_boundary(self, monkeypatch):
        monkeypatch.setattr(pictures, "MOST_PIXELS", 640 * 480)
        assert accept(a_photo()).picture
        assert "超过" in refusal(a_photo(size=(641, 480)))

    def test_so_are_passes_without_end_over_few_pixels(self):
        assert accept(a_photo(progressive=True)).picture
        assert refusal(a_photo() + b"\xff\xda" * 1001) == (
            "图片的编码方式异常，请用看图软件另存为 JPG 后再添加。"
        )

    @pytest.mark.parametrize("kind", ["JPEG", "PNG"])
    def test_a_broken_one_is_refused(self, kind):
        whole = a_photo(kind=kind)
        for content in (whole[:30], whole[: len(whole) // 2]):
            assert refusal(content) == "图片已损坏或不完整，请重新拍摄，或用看图软件另存后再添加。"

    @pytest.mark.filterwarnings("ignore:Corrupt EXIF")  # what Pillow says of it, an error only in tests
    def test_an_exif_that_nobody_can_read_is_no_reason_to_refuse(self):
        assert accept(a_photo(exif=b"Exif\0\0II*\0\xff\xff\xff\xff")).picture

    def test_saved_anew_and_smaller_it_still_looks_the_same(self):
        hashes = [
            accept(a_photo(seed=7, **more)).picture.dhash
            for more in ({}, {"quality": 30}, {"size": (320, 240)})
        ]
        assert max((hashes[0] ^ other).bit_count() for other in hashes) <= 3
        assert (hashes[0] ^ accept(a_photo(seed=8)).picture.dhash).bit_count() > 10

    def test_a_sheet_of_paper_resembles_nothing(self):
        target = BytesIO()
        Image.new("RGB", (40, 40), "white").save(target, "PNG")
        assert accept(target.getvalue()).picture.dhash is None


class TestPdf:
    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (an_action("/JavaScript", JS="app.alert(1)"), pdf.SCRIPT),
            (in_annotation("/JavaScript", JS="app.alert(1)"), pdf.SCRIPT),
            (an_action("/Launch", F="cmd.exe"), pdf.SCRIPT),
            (an_action("/SubmitForm", F="http://example.com"), pdf.SCRIPT),
            (lambda writer: writer.add_attachment("a.txt", b"x"), pdf.ENCLOSED),
            (with_stream("/EmbeddedFile"), pdf.ENCLOSED),
            (lambda writer: writer.encrypt("geheim"), pdf.LOCKED),
            (lambda writer: writer.encrypt("", "owner"), pdf.LOCKED),
        ],
    )
    def test_what_does_more_than_to_be_read_is_refused(self, change, sentence):
        assert refusal(a_pdf(change)) == sentence

    def test_however_its_name_is_written(self):
        content = a_pdf(in_annotation("/JavaScript", JS="app.alert(1)"))
        hidden = content.replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS ", b"/J#53 ")
        assert b"/JavaScript" not in hidden
        assert refusal(hidden) == pdf.SCRIPT

    def test_also_in_a_packed_stream_of_objects(self):
        writer = PdfWriter(clone_from=PdfReader(BytesIO(a_pdf(in_annotation("/JavaScript", JS="1")))))
        target = BytesIO()
        writer.write(target)
        content = packed(target.getvalue())
        assert b"/JavaScript" not in content
        assert refusal(content) == pdf.SCRIPT

    def test_also_where_no_table_names_it(self):
        content = a_pdf()
        hidden = b"\n99 0 obj\n<< /S /JavaScript /JS (1) >>\nendobj\n"
        assert refusal(content + hidden) == pdf.SCRIPT

    @pytest.mark.parametrize(
        "content",
        [b"%PDF-1.7<html>" + SCRIPT, a_pdf()[:60], b"%PDF-1.7\n1 0 obj\n" + b"[" * 100_000, b"%PDF-"],
        ids=["html", "cut off", "nested", "empty"],
    )
    def test_what_is_none_is_refused(self, content):
        assert refusal(content) == pdf.BROKEN


class TestWord:
    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (a_docx(**{"word/vbaProject.bin": b"x"}), word.MACRO),
            (a_docx(**{"word/VBAPROJECT.BIN": b"x"}), word.MACRO),
            (with_relation("attachedTemplate", "http://example.com/a.dotm"), word.OUTSIDE),
            (with_relation("oleObject", "\\\\\\\\server\\share\\a"), word.OUTSIDE),
            (with_relation("attachedTemplate", "file://server/a.dotm"), word.OUTSIDE),
            (a_docx(**{"word/_rels/x.rels": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}), word.BROKEN),
            (a_docx()[:-300], word.BROKEN),
        ],
    )
    def test_what_does_more_than_to_be_read_is_refused(self, content, sentence):
        assert refusal(content) == sentence

    @pytest.mark.parametrize(
        ("kind", "target"),
        [
            ("hyperlink", "https://www.12371.cn/"),
            ("attachedTemplate", "file:///C:\\Users\\a\\Normal.dotm"),
        ],
    )
    def test_what_only_names_a_place_is_taken(self, kind, target):
        assert accept(with_relation(kind, target)).kind is Kind.WORD

    def test_a_changed_part_is_noticed(self):
        content = a_docx(**{"word/media/a.txt": b"x" * 50})
        with pytest.raises(Refused):
            accept(content.replace(b"PK\x01\x02", b"PK\x01\x03", 1))

    def test_how_far_it_unpacks_is_limited(self, monkeypatch):
        monkeypatch.setattr(word, "MOST_UNPACKED", 1 << 20)
        assert refusal(a_docx(**{"word/media/a.bmp": bytes(1 << 20)})) == word.HUGE

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [("xl/workbook.xml", "Excel"), ("ppt/presentation.xml", "演示文稿"), ("a", "压缩包")],
    )
    def test_another_archive_is_named(self, name, sentence):
        content = a_docx(**{name: b"x"}).replace(b"word/document.xml", b"word/dokument.xml")
        assert sentence in refusal(content)
