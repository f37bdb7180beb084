"""What the facts of one person must agree on, whether they stand in the file or in the database already."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from lib import id_number
from lib.masking import mask_birth
from lib.periods import anniversary
from members.codes import Sex
from members.models import StatusPeriod

Status = StatusPeriod.Status

#: Between these days people joined without probation (党章 of the 9th and 10th congress), so one date is right.
WITHOUT_PROBATION: Final = (date(1969, 4, 1), date(1977, 8, 11))
#: Probation is a year (发展党员细则 32); the branch decides and the committee approves in the weeks around its end.
#: A month more is left before the import asks whether full membership was forgotten.
PROBATION_MONTHS: Final = 13
AGE_OF_JOINING: Final = 18
OVERRIDABLE: Final = frozenset({"sex_mismatch", "birth_mismatch", "name_mismatch"})
#: Not said of a cell that is there and cannot be read.
NOT_THERE: Final = frozenset({"missing_joined", "missing_full"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the field ``name`` that is wrong, or (a warning) worth a second look."""

    name: str
    code: str
    message: str
    is_warning: bool = False


def identity(number: str, sex: str, birth: date | None) -> Iterator[Finding]:
    """Sex and birth against the ID number, which is right in itself."""
    if not number:
        return
    if sex and id_number.sex_of(number) != sex:
        told = Sex(id_number.sex_of(number)).label
        yield Finding("sex", "sex_mismatch", f"性别与证件号码不一致：证件号码第 17 位表示{told}，请核对。")
    if birth and id_number.birth_of(number) != birth:
        told = mask_birth(id_number.birth_of(number))
        yield Finding(
            "birth_date", "birth_mismatch", f"出生日期与证件号码不一致：证件号码中是 {told}，请核对。"
        )


def dates(facts: dict[str, Any], today: date) -> Iterator[Finding]:
    """Joining, full membership and the status against each other and against today."""
    joined, full, status = facts.get("joined_on"), facts.get("full_on"), facts.get("status")
    if joined and full and full < joined:
        yield Finding(
            "full_on", "joined_after_full", f"转正日期 {full} 早于入党日期 {joined}，请核对两个日期。"
        )
    elif joined and full and full == joined:
        yield _equal(joined)
    if status == Status.PROBATIONARY and full:
        yield Finding("full_on", "status_mismatch", "人员类别是预备党员，却填了转正日期，请更正其中一项。")
    elif status == Status.PROBATIONARY and joined and is_overdue(joined, today):
        sentence = f"{joined} 入党，预备期已过一年零一个月，请核对是否应转正或延长预备期。"
        yield Finding("full_on", "overdue_probation", sentence, is_warning=True)
    for name, day, label in (("joined_on", joined, "入党"), ("full_on", full, "转正")):
        if day and day > today:
            yield Finding(name, "future_date", f"{label}日期 {day} 晚于今天，请核对。", is_warning=True)
    yield from _missing(facts)
    birth = facts.get("birth_date")
    if birth and joined and joined < anniversary(birth, birth.year + AGE_OF_JOINING):
        yield Finding("joined_on", "under_age", f"{joined} 入党时未满 18 周岁，请核对。", is_warning=True)


def _equal(day: date) -> Finding:
    first, last = WITHOUT_PROBATION
    if first <= day <= last:
        return Finding(
            "full_on", "equal_dates", f"入党与转正同为 {day}（当时没有预备期），请确认。", is_warning=True
        )
    return Finding(
        "full_on", "equal_dates", f"入党与转正同为 {day}，只有 {first} 至 {last} 入党的没有预备期，请核对。"
    )


def _missing(facts: dict[str, Any]) -> Iterator[Finding]:
    status = facts.get("status")
    if status in (Status.FULL, Status.PROBATIONARY) and not facts.get("joined_on"):
        yield Finding(
            "joined_on", "missing_joined", "没有入党日期，政治生日和党龄将无法计算。", is_warning=True
        )
    elif status == Status.FULL and not facts.get("full_on"):
        sentence = "正式党员没有转正日期，暂按入党满一年推定。"
        yield Finding("full_on", "missing_full", sentence, is_warning=True)


def is_overdue(joined: date, today: date) -> bool:
    months = 12 * (today.year - joined.year) + today.month - joined.month - (today.day < joined.day)
    return months >= PROBATION_MONTHS


def lost(facts: dict[str, Any], is_lost: bool | None) -> Iterator[Finding]:
    """Being lost and the day since when belong together."""
    if is_lost and not facts.get("lost_on"):
        yield Finding("lost_on", "lost_mismatch", "是失联党员，请填写失去联系日期。")
    elif is_lost is False and facts.get("lost_on"):
        yield Finding("lost_on", "lost_mismatch", "不是失联党员，却填了失去联系日期，请更正其中一项。")
