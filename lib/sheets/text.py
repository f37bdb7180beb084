"""Text in cells: repairing what people typed, and keeping it from ever becoming a formula."""

import re
import unicodedata
from datetime import date, datetime, time

# A spreadsheet takes a text that begins with one of these as a formula (OWASP ASVS 5.0, 1.2.10; the full-width
# forms turn into half-width ones in Chinese input methods and in CSV).
TRIGGERS = "=+-@\t\r＝＋－＠"
_GUARDED = re.compile(rf"'+[{re.escape(TRIGGERS)}]")
# Characters that XML 1.0 does not allow, lone surrogates among them.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
_TO_HALF: dict[int, int | str] = {
    **{ord(full): ord(full) - 0xFEE0 for full in "０１２３４５６７８９"},
    **{full: full - 0xFEE0 for full in range(ord("Ａ"), ord("Ｚ") + 1)},
    **{full: full - 0xFEE0 for full in range(ord("ａ"), ord("ｚ") + 1)},
    **dict.fromkeys(map(ord, "\u3000\u00a0\u2007\u202f"), " "),
}
# Radicals and compatibility ideographs look like the characters they stand for; they come with text copied from PDF.
_LOOKALIKES = re.compile("[\u2f00-\u2fd5\uf900-\ufaff\U0002f800-\U0002fa1f]")


def repair_text(value: object) -> str:
    """The text of a cell as it was meant: half-width letters, digits and blanks, nothing unseen, no blank ends.

    Chinese punctuation and blanks inside stay. One leading apostrophe before a formula character goes (what `guard`
    put there). Dates read "2019-03-05", whole numbers have no decimals, true and false are 是 and 否, None is "".
    """
    if not isinstance(value, str):
        return _written(value)
    if value.isascii() and value.isprintable():
        text = value.strip()
    else:
        text = _UNSEEN.sub("", value.replace("\r\n", "\n")).translate(_TO_HALF).strip()
        text = _LOOKALIKES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return unguard(text).strip() if text[:1] == "'" else text


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def guard(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take as a formula; `unguard` gives it back exactly."""
    if text and text[0] in TRIGGERS:
        return "'" + text
    return "'" + text if text[:1] == "'" and _GUARDED.match(text) else text


def unguard(text: str) -> str:
    """Take away the one apostrophe that `guard` put there; any other text stays."""
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text


def clean_xml(text: str) -> str:
    """Without the characters that no XML file may hold."""
    return text if text.isprintable() else _NOT_XML.sub("", text)
