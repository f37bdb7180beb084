"""How a political birthday was marked: any of six ways, all optional, recorded by the branch."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import CharField, DateField, Value
from django.utils import timezone

from accounts import audit
from accounts.models import User
from lib.among import among

from .birthdays import Birthday, birthday_in, reckoning
from .models import Celebration, Greeting, Member

GREETED: Final = "greeting"
#: How far from the birthday a way of marking it is believed to belong to it.
NEAR = timedelta(days=183)


class CelebrationError(ValueError):
    """It cannot be recorded like that; the message is for the user."""


@dataclass
class Deeds:
    """What was done about one birthday: greeted or not, and the ways with their days."""

    is_greeted: bool = False
    ways: dict[str, date] = field(default_factory=dict)

    @property
    def labels(self) -> list[str]:
        return [str(way.label) for way in Celebration.Way if way in self.ways]

    @property
    def is_settled(self) -> bool:
        return self.is_greeted or bool(self.ways)


Done = dict[tuple[str, int], Deeds]


@dataclass(frozen=True)
class Figures:
    """How many birthdays there are, of how many something is on record, and how many wait; the others want nothing or
    have left.
    """

    total: int
    settled: int
    open: int


def done(years: Collection[int], numbers: Collection[str]) -> Done:
    """What is on record for members (by number) in ``years``, by :attr:`Birthday.key`. One query."""
    theirs = among("member__number", numbers)
    greetings = Greeting.objects.filter(theirs, year__in=years).values_list(
        "member__number",
        "year",
        Value(GREETED, output_field=CharField()),
        Value(None, output_field=DateField()),
    )
    ways = Celebration.objects.filter(theirs, year__in=years).values_list(
        "member__number", "year", "way", "held_on"
    )
    found: Done = defaultdict(Deeds)
    for number, year, way, held_on in greetings.order_by().union(ways.order_by(), all=True):
        if way == GREETED:
            found[number, year].is_greeted = True
        else:
            found[number, year].ways[way] = held_on
    return found


def done_about(birthdays: Collection[Birthday]) -> Done:
    """:func:`done` for these birthdays."""
    return done({one.day.year for one in birthdays}, {one.member_number for one in birthdays})


def is_open(birthday: Birthday, deeds: Deeds) -> bool:
    """Whether it waits for the branch: nothing is on record of somebody who is still there and wants to be greeted."""
    return birthday.stays and not birthday.is_opted_out and not deeds.is_settled


def figures(birthdays: Collection[Birthday], found: Done) -> Figures:
    return Figures(
        total=len(birthdays),
        settled=sum(found[one.key].is_settled for one in birthdays),
        open=sum(is_open(one, found[one.key]) for one in birthdays),
    )


def mark(
    member: Member, year: int, ways: Collection[str], *, on: date, note: str = "", by: User | None
) -> list[Celebration]:
    """Record that ``member``'s political birthday in ``year`` was marked in ``ways`` on one day. Audited.

    Each way is recorded once a year: one that is there already refuses the whole.
    """
    with transaction.atomic():
        member = Member.objects.select_for_update(of=("self",)).select_related("branch").get(pk=member.pk)
        _check(member, year, on)
        known = Celebration.objects.filter(member=member, year=year, way__in=ways)
        if already := [str(one.get_way_display()) for one in known]:
            raise CelebrationError(f"{year}年的“{'、'.join(already)}”已经登记过，要改的请先撤回原来的登记。")
        rows = Celebration.objects.bulk_create(
            Celebration(
                member=member,
                branch=member.branch,
                branch_path=member.branch_path,
                year=year,
                way=way,
                held_on=on,
                note=note,
                recorded_by=by,
            )
            for way in dict.fromkeys(ways)
        )
        after = {
            "year": year,
            "ways": [row.way for row in rows],
            "on": on.isoformat(),
            "note": audit.hashed(note),
        }
        audit.record("birthday.mark", by=by, on=member, after=after)
    return rows


def take_back(member: Member, year: int, way: str, *, by: User | None) -> str:
    """Remove a way that was recorded by mistake; returns its label. The trail keeps what stood there."""
    with transaction.atomic():
        row = Celebration.objects.select_for_update().filter(member=member, year=year, way=way).first()
        if row is None:
            raise CelebrationError("这条登记已经撤回。")
        before = {
            "year": year,
            "way": way,
            "on": row.held_on.isoformat(),
            "note": audit.hashed(row.note),
        }
        row.delete()
        audit.record("birthday.withdraw", by=by, on=member, before=before)
    return str(row.get_way_display())


def _check(member: Member, year: int, on: date) -> None:
    day = birthday_in(member, year, reckoning())
    if day is None:
        raise CelebrationError(
            f"{member.name}在{year}年没有政治生日：没有填写日期，或者还不满一周年。请先核对入党日期。"
        )
    if on > timezone.localdate():
        raise CelebrationError("日期不能晚于今天：请在办完以后再登记。")
    if abs(on - day) > NEAR:
        raise CelebrationError(f"日期离{day:%Y-%m-%d}的政治生日超过半年，请核对日期和年度。")
