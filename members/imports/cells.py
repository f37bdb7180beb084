"""One cell at a time: what it says, by rules anybody can check, or what is wrong with it.

Full-width letters and digits become half-width; blanks at the ends and within Chinese names go; dates are read in the
usual styles; 汉 is 汉族. Nothing is guessed: a cell that cannot be read is a fault, named with what to do.
"""

import re
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from lib import id_number
from lib.dates import DateError, parse_date
from lib.masking import is_masked, is_masked_birth
from lib.sheets.reading import Cell, repair_text
from members.codes import nation_code

from .words import BLANKS, EDUCATION_WORDS, JOBS, SEXES, STANDINGS, STATUSES, YES_NO


class Kept(Enum):
    """A masked cell: the value in the database stays."""

    MASKED = "masked"


class Fault(Exception):
    """A cell that cannot be taken (or, as a warning, only partly); ``message`` is for the user."""

    def __init__(self, code: str, message: str, *, is_warning: bool = False, value: Any = None) -> None:
        super().__init__(message)
        self.code, self.message, self.is_warning, self.value = code, message, is_warning, value


MASKED: Final = Kept.MASKED
LONGEST: Final = {
    "name": 64,
    "school_number": 32,
    "job": 40,
    "native_place": 40,
    "major": 60,
    "contacts": 60,
    "introducers": 60,
    "interviewer": 30,
    "floating_to": 100,
    "address": 200,
    "note": 500,
}
NUMBER_TYPED = (
    "证件号码在表格里是数字，Excel 只保留 15 位，后面的已丢失；请把该列设为文本格式，再按身份证重新填写。"
)
DATES: Final = frozenset(
    "birth_date joined_on full_on lost_on transferred_in_on graduates_on applied_on talked_on activist_on discussed_on "
    "target_on trained_on reviewed_on interviewed_on admitted_on sworn_on full_applied_on full_approved_on "
    "archived_on".split()
)
_BETWEEN_CHINESE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")
_DOTS = str.maketrans("•‧・∙⋅", "·····")
_MOBILE = re.compile(r"1[0-9]{10}")
_PHONE_ORNAMENT = re.compile(r"[\s()\-—–]+")
_BLANKS_INSIDE = re.compile(r"\s+")


def clean(name: str, cell: Cell) -> Any:
    """The value of a cell of field ``name``: None when blank, `MASKED` when masked. Raises `Fault`."""
    if cell is None:
        return None
    return _cleaned_once(name, cell) if name in WORDS and isinstance(cell, str) else _cleaned(name, cell)


def _cleaned(name: str, cell: Cell) -> Any:
    text = repair_text(cell)
    if not text or (text.lower() in BLANKS and name != "name"):
        return None
    if is_masked(text):
        return MASKED
    if name in DATES:
        return _date(name, cell, text)
    cleaner = _CLEANERS.get(name)
    value = cleaner(cell, text) if cleaner else text
    longest = LONGEST.get(name)
    if longest and len(value) > longest:
        raise Fault("too_long", f"超过 {longest} 个字，请缩短。")
    return value


# These columns repeat a few words, and none that must not stay in memory.
WORDS: Final = frozenset(
    "branch sex nation education status standing political job is_lost is_floating native_place major "
    "schooling_years is_league_member".split()
)
_cleaned_once = lru_cache(maxsize=4096)(_cleaned)


def _date(name: str, cell: Cell, text: str) -> Any:
    if name == "birth_date" and isinstance(cell, str) and is_masked_birth(text):
        return MASKED
    try:
        return parse_date(cell if not isinstance(cell, str) else text)
    except DateError as fault:
        raise Fault("bad_date", str(fault)) from None


def _name(cell: Cell, text: str) -> str:
    return _BETWEEN_CHINESE.sub("", text).translate(_DOTS)


def _id_number(cell: Cell, text: str) -> str:
    """A number is refused by the cell's type: every 18-digit number has lost digits, whether or not they show."""
    if not isinstance(cell, str):
        raise Fault("numeric_id", NUMBER_TYPED)
    number = id_number.normalise(text)
    if found := id_number.faults(number):
        code = "bad_checksum" if "bad_checksum" in found else found[0]
        raise Fault(code, id_number.fault_message(code, number))
    return number


def _without_blanks(cell: Cell, text: str) -> str:
    return _BLANKS_INSIDE.sub("", text)


def _phone(cell: Cell, text: str) -> str:
    number = _PHONE_ORNAMENT.sub("", text).removeprefix("+")
    if len(number) == 13:
        number = number.removeprefix("86")
    if not _MOBILE.fullmatch(number):
        raise Fault("odd_phone", "手机号不是 11 位，请核对；暂按原样保留。", is_warning=True, value=text[:40])
    return number


def _word(
    words: dict[str, Any], code: str, sentence: str, *, is_warning: bool = False
) -> Callable[[Cell, str], Any]:
    def find(cell: Cell, text: str) -> Any:
        found = words.get(_BLANKS_INSIDE.sub("", text).lower())
        if found is None:
            raise Fault(code, sentence.format(text[:20]), is_warning=is_warning)
        return found

    return find


def _nation(cell: Cell, text: str) -> str:
    code = nation_code(_BLANKS_INSIDE.sub("", text))
    if code is None:
        raise Fault("unknown_nation", f"民族“{text[:20]}”不在国家标准中，没有导入这一项。", is_warning=True)
    return code


def _job(cell: Cell, text: str) -> str:
    if text not in JOBS and not (len(text) == 4 and text.isdigit()):
        sentence = f"工作岗位“{text[:20]}”不在常用岗位中，已按原样保留，请核对。"
        raise Fault("unknown_job", sentence, is_warning=True, value=text[: LONGEST["job"]])
    return text


_YEARS = {word: number for number, word in enumerate("一二三四五六七八九十", start=1)}


def _schooling_years(cell: Cell, text: str) -> int:
    plain = _BLANKS_INSIDE.sub("", text).removesuffix("制").removesuffix("年").removesuffix(".0")
    years = _YEARS.get(plain) or (int(plain) if plain.isdecimal() and len(plain) < 3 else 0)
    if not 1 <= years <= 10:
        raise Fault("bad_number", f"学制“{text[:20]}”应为 1 至 10 年，没有导入这一项。", is_warning=True)
    return years


_YES_OR_NO = _word(YES_NO, "unknown_word", "“{}”认不出，应为是或否。")
_CLEANERS: Final[dict[str, Callable[[Cell, str], Any]]] = {
    "number": _without_blanks,
    "name": _name,
    "id_number": _id_number,
    "school_number": _without_blanks,
    "sex": _word(SEXES, "unknown_sex", "性别“{}”认不出，应为男或女。"),
    "nation": _nation,
    "education": _word(
        dict(EDUCATION_WORDS),
        "unknown_education",
        "学历“{}”不在国家标准中，没有导入这一项。",
        is_warning=True,
    ),
    "status": _word(STATUSES, "unknown_status", "人员类别“{}”认不出，应为正式党员、预备党员等。"),
    "political": _word(
        STATUSES, "unknown_political", "政治面貌“{}”不是党员，没有导入这一项。", is_warning=True
    ),
    "standing": _word(
        STANDINGS | dict(STATUSES),
        "unknown_standing",
        "党籍状态“{}”认不出，没有导入这一项。",
        is_warning=True,
    ),
    "phone": _phone,
    "job": _job,
    "is_lost": _YES_OR_NO,
    "is_floating": _YES_OR_NO,
    "is_league_member": _YES_OR_NO,
    "schooling_years": _schooling_years,
}


def is_date(text: str) -> bool:
    """Whether a text reads as a date."""
    try:
        return parse_date(text) is not None
    except DateError:
        return False
