"""What a file is, by its first bytes and never by its name, and what to do about one that is not taken."""

from typing import Final

from django.db.models import TextChoices

from lib import media_types

JPG_OR_PNG: Final = "请另存为 JPG 或 PNG 后再添加。"
OTHERS: Final = "只收 JPG、PNG 照片和 PDF、Word（.docx）文档，请另存为其中一种后再添加。"
HEIC: Final = (
    "这是 HEIC 照片，请转成 JPG 后再添加。iPhone 可在“设置 › 相机 › 格式”中选“兼容性最佳”再拍；"
    "已经拍好的，可以截图，或发到电脑上另存为 JPG。"
)
OLD_OFFICE: Final = (
    "这是旧版 Office 文件（如 .doc），或设有打开密码。请用 Word 或 WPS 取消密码，另存为 .docx 后再添加。"
)
PAGE: Final = "这是网页或矢量图，不是照片。请打印成 PDF 后再添加。"
ARCHIVE: Final = "这是压缩包，请解压后逐个添加其中的照片或文档。"
FILM: Final = f"这是视频或录音。{OTHERS}"


class Refused(ValueError):
    """The file is not taken; the message says to a person what is wrong and what to do."""


class Kind(TextChoices):
    JPEG = "jpeg", "JPG 照片"
    PNG = "png", "PNG 图片"
    PDF = "pdf", "PDF"
    WORD = "docx", "Word"


#: The endings a file of each kind may have; the first is given to one that has none of them.
ENDINGS: Final[dict[str, tuple[str, ...]]] = {
    Kind.JPEG: (".jpg", ".jpeg"),
    Kind.PNG: (".png",),
    Kind.PDF: (".pdf",),
    Kind.WORD: (".docx",),
}
MEDIA_TYPES: Final[dict[str, str]] = {
    Kind.JPEG: media_types.JPEG,
    Kind.PNG: media_types.PNG,
    Kind.PDF: media_types.PDF,
    Kind.WORD: media_types.DOCX,
}
PICTURES: Final = frozenset({Kind.JPEG, Kind.PNG})

_TAKEN: Final = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"%PDF-", Kind.PDF),
    (b"PK\x03\x04", Kind.WORD),
)
_REFUSED: Final = (
    (b"GIF8", f"这是 GIF 图片，{JPG_OR_PNG}"),
    (b"BM", f"这是 BMP 图片，{JPG_OR_PNG}"),
    (b"II*\0", f"这是 TIFF 图片，{JPG_OR_PNG}"),
    (b"MM\0*", f"这是 TIFF 图片，{JPG_OR_PNG}"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
    (b"Rar!", ARCHIVE),
    (b"7z\xbc\xaf", ARCHIVE),
    (b"ID3", FILM),
)
#: What stands behind "ftyp" in the containers that phones and cameras write.
_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), HEIC),
    **dict.fromkeys((b"avif", b"avis"), f"这是 AVIF 图片，{JPG_OR_PNG}"),
}


def kind_of(content: bytes) -> Kind:
    """The kind of a file that may be taken, as far as its first bytes tell; Refused otherwise."""
    if not content:
        raise Refused("文件是空的（0 字节），请重新选择。")
    if kind := next((kind for start, kind in _TAKEN if content.startswith(start)), None):
        return kind
    raise Refused(_what_else(content))


def _what_else(content: bytes) -> str:
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], FILM)
    if content.startswith(b"RIFF"):
        return f"这是 WebP 图片，{JPG_OR_PNG}" if content[8:12] == b"WEBP" else FILM
    if content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return PAGE
    return next((sentence for start, sentence in _REFUSED if content.startswith(start)), OTHERS)
