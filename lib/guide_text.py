"""The little Markdown of the user guides (docs/guide), as HTML.

Read are headings (``#`` the title, ``##`` a section), paragraphs, lists with ``1.`` and ``*``, a picture on a line of
its own, and ``**bold**`` inside a line. Everything else is text, and escaped. Each entry of a list stands on one line.
"""

import re
from collections.abc import Callable, Sequence
from itertools import groupby

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

BOLD = re.compile(r"\*\*(.+?)\*\*")
PICTURE = re.compile(r"!\[(?P<alt>[^\]]+)\]\(\.\./\.\./static/(?P<path>[\w/.-]+)\)")
#: What a line begins with, and what it is.
MARKS = {
    "heading": re.compile(r"## "),
    "ol": re.compile(r"\d+\. "),
    "ul": re.compile(r"\* "),
    "picture": PICTURE,
}


def title_of(text: str) -> str:
    return text.partition("\n")[0].removeprefix("# ").strip()


def pictures_of(text: str) -> list[str]:
    """The pictures a guide shows, as paths below ``static/``."""
    return [found["path"] for found in PICTURE.finditer(text)]


def as_html(text: str, address_of: Callable[[str], str]) -> SafeString:
    """All but the title. ``address_of`` gives the address of a static file; sections are h3."""
    lines = text.partition("\n")[2].splitlines()
    parts = [_part(kind, list(found), address_of) for kind, found in groupby(lines, key=_kind_of) if kind]
    return format_html_join("\n", "{}", ((part,) for part in parts))


def _kind_of(line: str) -> str:
    if not line.strip():
        return ""
    return next((kind for kind, mark in MARKS.items() if mark.match(line)), "paragraph")


def _part(kind: str, lines: Sequence[str], address_of: Callable[[str], str]) -> SafeString:
    if kind == "heading":
        return format_html_join("\n", "<h3>{}</h3>", ((line[3:],) for line in lines))
    if kind == "picture":
        shown = ((address_of(path), alt) for line in lines for alt, path in PICTURE.findall(line))
        return format_html_join("\n", '<img src="{}" alt="{}" loading="lazy">', shown)
    if kind == "paragraph":
        return format_html("<p>{}</p>", _inside("".join(lines)))
    entries = ((_inside(MARKS[kind].sub("", line, count=1)),) for line in lines)
    return format_html("<{0}>{1}</{0}>", SafeString(kind), format_html_join("", "<li>{}</li>", entries))


def _inside(line: str) -> SafeString:
    return mark_safe(BOLD.sub(r"<b>\1</b>", escape(line)))  # noqa: S308 - escaped before
