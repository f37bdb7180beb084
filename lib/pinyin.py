"""Pinyin of personal names for searching, and the order of surnames by strokes (姓氏笔画) for lists.

Surnames are read as surnames: pypinyin alone reads 单 as dan and 曾 as ceng.
"""

from functools import lru_cache
from pathlib import Path

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT

# Readings as a surname, where pypinyin's first reading is another one (《现代汉语词典》, the entries marked 姓).
SURNAMES: dict[str, str] = dict(
    pair.split("=")
    for pair in (
        "单=shan 曾=zeng 仇=qiu 解=xie 区=ou 查=zha 朴=piao 盖=ge 翟=zhai 乐=yue 覃=qin 缪=miao 员=yun 秘=bi 折=she "
        "召=shao 种=chong 繁=po 祭=zhai 句=gou 佴=nai 能=nai 洗=xian 阚=kan 薄=bo 么=yao 都=du 卜=bu"
    ).split()
)
COMPOUND_SURNAMES: dict[str, tuple[str, str]] = {
    "尉迟": ("yu", "chi"),
    "长孙": ("zhang", "sun"),
    "万俟": ("mo", "qi"),
    "单于": ("chan", "yu"),
    "澹台": ("tan", "tai"),
    "令狐": ("ling", "hu"),
    "皇甫": ("huang", "fu"),
    "乐正": ("yue", "zheng"),
}
_DOTS = str.maketrans("", "", "·•・‧∙⋅.．")
STROKE_KEY_LENGTH = 60
_PLACES = 5
_UNKNOWN = "9" * _PLACES


def pinyin(name: str) -> str:
    """Lower-case letters and digits without tones or blanks: "张三" is "zhangsan", "吕" is "lv", "" is ""."""
    return "".join(_syllables(name))


def initials(name: str) -> str:
    """The first letter of each character, or of each word in a Latin name: "张三" is "zs"."""
    return "".join(syllable[0] for syllable in _syllables(name))


@lru_cache(maxsize=4096)
def _syllables(name: str) -> tuple[str, ...]:
    text = name.translate(_DOTS).strip()
    surname = list(COMPOUND_SURNAMES.get(text[:2], ()))
    if not surname and text[:1] in SURNAMES:
        surname = [SURNAMES[text[0]]]
    given = text[len(surname) :]
    phrases = (given[:2], given[1:], given)
    if given.isascii() or len(given) > 3 or any(phrase in PHRASES_DICT for phrase in phrases):
        read = _read(given)
    else:
        read = [part for character in given for part in _read(character)]
    return tuple(filter(None, map(_plain, (*surname, *read))))


@lru_cache(maxsize=32_768)
def _read(text: str) -> list[str]:
    """What pypinyin reads, 80 µs for a text not met before. What it does not know it gives back, here word by word.

    A short name in which it knows no phrase it reads character by character: then its answers are kept for each.
    """
    return [word for run in lazy_pinyin(text, style=Style.NORMAL) for word in run.split()]


def _plain(syllable: str) -> str:
    return "".join(c for c in syllable.lower() if c.isascii() and c.isalnum())


def stroke_key(name: str) -> str:
    """A text to sort names by: 姓氏笔画, that is number of strokes, then 横竖撇点折, character by character.

    Five digits for each character, its place in ``stroke_order.txt`` (which names its sources), so that every database
    collation sorts it alike; at most `STROKE_KEY_LENGTH` characters. Letters and characters not in the list come last.
    """
    places = _stroke_order()
    text = "".join(name.translate(_DOTS).split())
    return "".join(places.get(character, _UNKNOWN) for character in text)[:STROKE_KEY_LENGTH]


@lru_cache(maxsize=1)
def _stroke_order() -> dict[str, str]:
    """The place of each of some 21,000 characters, as five digits; read once, in about 10 ms."""
    lines = (Path(__file__).parent / "stroke_order.txt").read_text(encoding="utf-8").splitlines()
    ordered = "".join(line.partition(" ")[2] for line in lines if not line.startswith("#"))
    return {character: f"{place:0{_PLACES}}" for place, character in enumerate(ordered)}
