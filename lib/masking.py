"""What a screen or a workbook shows of a person's data to those who may not see all of it.

A masked cell that comes back in an import means "unchanged", so every mask can be told from a real value
(`is_masked`, `is_masked_birth`).
"""

import re
from datetime import date

STAR = "*"
# The official place down to the county is what the branch knows anyway; street and door are not shown. A 小区 or a
# 家属区 is a street's part, not a county.
_COUNTY = re.compile(r".{1,15}?(?:县|旗|(?<![小社园校院厂街舍属活])区)")
_CITY = re.compile(r".{1,12}?(?:市|州|盟)")
_YEAR_MONTH = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")


def mask_id(number: str) -> str:
    """Stars and the last four.

    The area stays hidden: beside the year and month of birth it would leave about three numbers to choose from.
    """
    return _last_four(number)


def mask_phone(number: str) -> str:
    """A mobile number as "138****5678"; any other number as stars and the last four."""
    text = number.strip()
    if len(text) == 11 and text.isdigit():
        return f"{text[:3]}****{text[-4:]}"
    return _last_four(text)


def mask_address(address: str) -> str:
    """The place down to the county or district, then four stars; "" stays ""."""
    text = address.strip()
    if not text:
        return ""
    place = _COUNTY.match(text) or _CITY.match(text)
    return (place[0] if place and len(place[0]) < len(text) else "") + STAR * 4


def mask_name(name: str) -> str:
    """The first character and a star for each further one: "张三" is "张*", "欧阳修" is "欧**"."""
    text = name.strip()
    return text[:1] + STAR * (len(text) - 1)


def mask_birth(day: date | None) -> str:
    """Year and month, "1987-04": a full date beside the last four digits would leave a few hundred candidates."""
    return f"{day:%Y-%m}" if day else ""


def mask_day(day: date | None) -> str:
    """The year alone, "1987年": beside a masked name the day would say whose it is."""
    return f"{day.year}年" if day else ""


def is_masked(text: str) -> bool:
    """Whether a cell of any column but a date of birth holds a mask."""
    return STAR in text or "＊" in text


def is_masked_birth(text: str) -> bool:
    """Whether a cell of a date-of-birth column holds the mask of `mask_birth`, or stars."""
    return is_masked(text) or _YEAR_MONTH.fullmatch(text.strip()) is not None


def _last_four(number: str) -> str:
    """Stars for all but the last four; a text of under eight characters is stars only."""
    text = number.strip()
    shown = text[-4:] if len(text) >= 8 else ""
    return STAR * (len(text) - len(shown)) + shown
