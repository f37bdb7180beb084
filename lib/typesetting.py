"""Papers for print: typst documents in ``templates/paper``, filled with data, as PDF or as pictures.

A document reads its data with ``json(bytes(sys.inputs.data))``, so that nothing a person typed is ever markup. Fonts
are the machine's own: typst ships none for Chinese.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import typst
from django.conf import settings

FOLDER = "templates/paper"
#: Any of these will do; the documents name them in this order.
FONTS = (
    "Noto Serif CJK SC",
    "Noto Sans CJK SC",
    "Source Han Serif SC",
    "Source Han Sans SC",
    "SimSun",
    "FangSong",
)
NO_FONT = (
    "服务器上没有中文字体，暂时不能生成 PDF。"
    "请系统管理员安装 Noto CJK 字体（fonts-noto-cjk），或先下载 Word、Excel。"
)
SCREEN_PPI = 144


class CannotTypeset(Exception):
    """The machine lacks what a paper needs; the message is for the user."""


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    fonts = typst.Fonts()
    if not set(FONTS) & set(fonts.families()):
        raise CannotTypeset(NO_FONT)
    return fonts


def check() -> None:
    """CannotTypeset without a Chinese font."""
    _fonts()


def can_typeset() -> bool:
    """Whether the machine has a Chinese font."""
    try:
        check()
    except CannotTypeset:
        return False
    return True


def pdf(document: str, data: Mapping[str, Any], *, tagged: bool = True) -> bytes:
    """The pages of ``document`` (such as "card.typ") as one PDF; CannotTypeset without a Chinese font.

    Tags tell a screen reader what is a table and what a heading; a long table is faster and smaller without.
    """
    made = _compiler(document, data).compile(format="pdf", pdf_tags=tagged)
    assert isinstance(made, bytes)
    return made


def pictures(document: str, data: Mapping[str, Any]) -> list[bytes]:
    """The pages of ``document`` as PNG, one each, sharp on a phone's screen."""
    made = _compiler(document, data).compile(format="png", ppi=SCREEN_PPI)
    return [made] if isinstance(made, bytes) else [page for page in made or [] if isinstance(page, bytes)]


def _compiler(document: str, data: Mapping[str, Any]) -> typst.Compiler:
    folder = settings.BASE_DIR / FOLDER
    return typst.Compiler(
        folder / document,
        root=folder,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps({"fonts": FONTS, **data}, ensure_ascii=False)},
    )
