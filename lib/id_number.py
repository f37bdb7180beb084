"""Citizen identity numbers (GB 11643-1999): 6 digits of area, 8 of birth, 3 of sequence, 1 check character.

Area codes are not looked up: they changed often since 1984, and 999999 marks synthetic data.
"""

import re
import unicodedata
from datetime import date
from operator import mul
from typing import Literal

from lib.masking import mask_id

Fault = Literal["truncated_id", "bad_length", "bad_checksum", "bad_birth"]

# GB 11643-1999, 6.1 (ISO 7064 MOD 11-2): the weight of each place and the check character of each remainder.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_WEIGHT = sum(WEIGHTS)
CHECK_CHARACTERS = "10X98765432"
FIRST_YEAR = 1900

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{2}")
_UNSEEN = re.compile("[\\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")
_MESSAGES: dict[str, str] = {
    "truncated_id": "证件号码{shown}被表格当作数字，末几位已丢失；请把该列设为文本格式，再按身份证重新填写。",
    "bad_length": "证件号码{shown}有 {length} 位，应为 18 位，请补全或更正。",
    "bad_checksum": "证件号码{shown}校验不符，至少有一位填错，请对照身份证核对。",
    "bad_birth": "证件号码{shown}第 7 至 14 位不是有效的出生日期，请对照身份证核对。",
}


def normalise(text: str) -> str:
    """Half-width and upper-case, without blanks, unseen characters or a leading apostrophe."""
    if text.isascii() and text.isdigit():
        return text
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).lstrip("'’‘`").upper()


def check_digit(first17: str) -> str:
    """The 18th character of a number whose first 17 digits are given; ValueError when they are not 17 digits."""
    if len(first17) != 17 or not (first17.isascii() and first17.isdigit()):
        raise ValueError("证件号码的前 17 位应全部是数字。")
    # The bytes of digits are 48 more than the digits, which saves turning each into a number.
    return CHECK_CHARACTERS[(sum(map(mul, first17.encode(), WEIGHTS)) - 48 * _WEIGHT) % 11]


def faults(text: str, *, on: date | None = None) -> list[Fault]:
    """What is wrong with the number, after `normalise`; [] when nothing is.

    `truncated_id` stands alone: a spreadsheet that read the number as a number keeps 15 digits and writes 000 (or
    1.10101E+17), so every other fault would only follow from it. About 9 % of those pass the checksum by chance; they
    are accepted here, and the type of the cell shows them (a number, not a text). A birth after ``on`` (today when
    not given) is none.
    """
    number = normalise(text)
    if _SCIENTIFIC.fullmatch(number):
        return ["truncated_id"]
    if not _SHAPE.fullmatch(number):
        return ["bad_length"]
    checks = check_digit(number[:17]) == number[17]
    if not checks and number.endswith("000"):
        return ["truncated_id"]
    found: list[Fault] = []
    birth = _birth(number)
    if birth is None or birth > (on or date.today()):  # noqa: DTZ011 - a day more or less is no matter here
        found.append("bad_birth")
    if not checks:
        found.append("bad_checksum")
    return found


def _birth(number: str) -> date | None:
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return birth if birth.year >= FIRST_YEAR else None


def birth_of(number: str) -> date:
    """The date of birth; ValueError for a number with `faults` in length or birth."""
    text = normalise(number)
    birth = _birth(text) if _SHAPE.fullmatch(text) else None
    if birth is None:
        raise ValueError(fault_message("bad_birth", text))
    return birth


def sex_of(number: str) -> Literal["male", "female"]:
    """By the 17th digit: odd is male; ValueError when the number does not have 18 characters."""
    text = normalise(number)
    if not _SHAPE.fullmatch(text):
        raise ValueError(fault_message("bad_length", text))
    return "male" if int(text[16]) % 2 else "female"


def last_four(number: str) -> str:
    """The last four characters, by which people are looked up; "" when there are fewer."""
    text = normalise(number)
    return text[-4:] if len(text) >= 4 else ""


def fault_message(code: str, text: str) -> str:
    """One sentence for a fault, with the number masked; KeyError for an unknown code."""
    number = normalise(text)
    shown = f"“{mask_id(number)}”" if number else ""
    return _MESSAGES[code].format(shown=shown, length=len(number))
