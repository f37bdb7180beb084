"""Political birthdays (政治生日)."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.urls import reverse

from members import birthdays, celebrations

from .due import LEAD, Due
from .recipients import Recipients

KEPT = timedelta(days=7)


def due(on: date, told: Recipients) -> Iterator[Due]:
    """Political birthdays of the next seven days and of the last seven, about which nothing was done yet."""
    addresses = told.of()
    found = birthdays.between(on - KEPT, on + LEAD)
    done = celebrations.done_about(found)
    months = {f"{birthday.day:%Y-%m}" for birthday in found}
    pages = {month: reverse("birthdays_month", args=[month]) for month in months}
    for birthday in found:
        settled = done[birthday.key].is_settled or birthday.is_opted_out or not birthday.stays
        if settled or birthday.branch_id not in addresses:
            continue
        address = addresses[birthday.branch_id]
        for user_id in address.users:
            yield Due(
                kind="political_birthday",
                subject=f"{birthday.member_number}:{birthday.day.year}",
                named=f"{address.code}:{birthday.member_number}:{birthday.day.year}",
                due_on=birthday.day,
                recipient_id=user_id,
                title=f"{birthday.name}政治生日",
                detail=f"{birthday.branch_name}：{birthday.day.month}月{birthday.day.day}日，{birthday.title}",
                url=f"{pages[f'{birthday.day:%Y-%m}']}?branch={birthday.branch_id}",
                branch_path=address.path,
            )


def met(subjects: set[str], on: date) -> set[str]:
    """Political birthdays among ``subjects`` of which a greeting or a way of marking them is on record."""
    parted = [subject.split(":") for subject in subjects]
    asked = {(parts[0], int(parts[1])) for parts in parted if len(parts) == 2 and parts[1].isdecimal()}
    if not asked:
        return set()
    done = celebrations.done({year for _, year in asked}, {number for number, _ in asked})
    return {f"{number}:{year}" for number, year in asked if done[number, year].is_settled}
