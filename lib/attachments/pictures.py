"""Photos drawn anew: only what is seen goes over, upright and no larger than needed, and nothing that was hidden."""

from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import ExifTags, Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from .kinds import Kind, Refused

MOST_PIXELS: Final = 40_000_000
#: A progressive JPEG has about ten passes over the picture; a phone's film behind one holds the same bytes by chance.
MOST_SCANS: Final = 1_000
LONG_SIDE: Final = 2560
THUMBNAIL: Final = 320
QUALITY: Final = 85
BITS: Final = 64
#: A picture with less contrast than this resembles every other such one: a wall, a sheet of paper.
LEAST_CONTRAST: Final = 6

#: What the EXIF orientation asks for.
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Picture:
    """A photo as it is kept; ``dhash`` tells pictures that look alike, None where it would tell nothing."""

    content: bytes
    thumbnail: bytes
    width: int
    height: int
    dhash: int | None


def redraw(content: bytes, kind: Kind) -> Picture:
    """Decode and encode anew. Refused when the picture is broken or has too many pixels: that is known before decoding.

    Nothing but pixels is carried over: no EXIF with its place and serial numbers, no XMP, comment, colour profile or
    embedded preview, nothing that stood behind the picture.
    """
    if kind is Kind.JPEG and content.count(b"\xff\xda") > MOST_SCANS:
        raise Refused("图片的编码方式异常，请用看图软件另存为 JPG 后再添加。")
    try:
        # Not Image.open: it would try formats by itself, and its limit on pixels is one for the whole process.
        with (JpegImageFile if kind is Kind.JPEG else PngImageFile)(BytesIO(content)) as image:
            _check_pixels(image)
            plain = _upright(image)
        return Picture(
            content=_encoded(plain, kind),
            thumbnail=_thumbnail(plain),
            width=plain.width,
            height=plain.height,
            dhash=dhash(plain),
        )
    except Refused:
        raise
    except Exception:  # noqa: BLE001  a broken picture makes the decoder stumble in any way
        raise Refused("图片已损坏或不完整，请重新拍摄，或用看图软件另存后再添加。") from None


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise Refused(
            f"图片有 {image.width}×{image.height} 像素，超过 {MOST_PIXELS // 10_000} 万像素，请缩小后再添加。"
        )


def _upright(image: Image.Image) -> Image.Image:
    # A large JPEG is decoded at half its size or less, which takes a fraction of time and memory.
    image.draft(None, (LONG_SIDE, LONG_SIDE))
    image.load()
    turn = _turn(image)
    if image.mode.startswith("I"):  # 16 bits for each pixel, which Pillow would cut off instead of scaling
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    plain.info = {}
    plain.thumbnail((LONG_SIDE, LONG_SIDE))
    return plain.transpose(turn) if turn is not None else plain


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001  what a camera wrote wrong is no reason to refuse its picture
        return None


def _encoded(plain: Image.Image, kind: Kind) -> bytes:
    target = BytesIO()
    if kind is Kind.JPEG:
        plain.save(target, "JPEG", quality=QUALITY, optimize=True)
    else:
        plain.save(target, "PNG")
    return target.getvalue()


def _thumbnail(plain: Image.Image) -> bytes:
    small = plain.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    return _encoded(_on_white(small), Kind.JPEG)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    sheet = Image.new("RGB", image.size, "white")
    sheet.paste(image, mask=image.getchannel("A"))
    return sheet


def dhash(image: Image.Image) -> int | None:
    """Which of 8 × 8 places are lighter than the next to the right: nearly the same after scaling and saving anew."""
    small = _on_white(image.resize((9, 8), Image.Resampling.BOX)).convert("L")
    values = small.tobytes()
    found = 0
    for row in range(8):
        for left, right in zip(values[row * 9 : row * 9 + 8], values[row * 9 + 1 : row * 9 + 9], strict=True):
            found = found << 1 | (left > right)
    return found if LEAST_CONTRAST <= found.bit_count() <= BITS - LEAST_CONTRAST else None
