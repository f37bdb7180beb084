"""Statistics of political birthdays (政治生日): how many fell in the period, and of how many something is on record."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from branches.models import Placement
from branches.roles import Right
from branches.scope import Range, covering_ranges, covers
from lib.periods import month_of
from members import birthdays, celebrations
from members.statistics import on_roster
from reports.asked import Asked

from .base import Figure, LeftOut, Line
from .people import ROSTER, person
from .tables import ByOrganisation
from .things import Items


@dataclass(frozen=True)
class Birthday:
    """One person's birthday of one year, and what was done about it.

    ``stood_at`` is the place of the branch on the last day of that month, which tells whose roster the person is on;
    ``branch_path`` is its place today.
    """

    member_id: UUID
    name: str
    branch_id: int
    branch_path: str
    branch_name: str
    branch_category: str
    stood_at: str
    day: date
    years: int
    is_milestone: bool
    is_greeted: bool
    ways: str


def _birthdays(asked: Asked) -> list[Birthday]:
    """One query, and four for each year the period touches, however many the people."""
    found: list[Birthday] = []
    ranges = (*asked.ranges, *_moved(asked))
    for year in asked.period.years():
        first, last = max(year.start, asked.period.start), min(year.end, asked.last)
        if last < first:
            break
        days = birthdays.between(first, last, ranges)
        done, places = celebrations.done_about(days), _places({day.branch_id for day in days}, first, last)
        found += [
            Birthday(
                day.member_id,
                day.name,
                day.branch_id,
                day.branch_path,
                day.branch_name,
                place.branch.category,
                place.path,
                day.day,
                day.years,
                day.is_milestone,
                done[day.key].is_greeted,
                "、".join(done[day.key].labels),
            )
            for day in days
            for place in places[day.branch_id]
            if place.holds_on(month_of(day.day).end) and covers(asked.ranges, place.path)
        ]
    return found


def _moved(asked: Asked) -> tuple[Range, ...]:
    """Where those stand today that stood elsewhere within the period: some of them perhaps in the scope."""
    held = Placement.objects.during(asked.period.start, asked.period.end)
    paths = held.exclude(path=F("branch__path")).values_list("branch__path", flat=True)
    return covering_ranges(path for path in paths if not covers(asked.ranges, path))


def _places(branches: Collection[int], first: date, last: date) -> dict[int, list[Placement]]:
    places: dict[int, list[Placement]] = defaultdict(list)
    for row in Placement.objects.during(first, last).filter(branch__in=branches).select_related("branch"):
        places[row.branch_id].append(row)
    return places


def _line(row: Birthday, named: bool) -> Line:
    label, url = person(row.name, row.member_id, named)
    done = "、".join(filter(None, ("祝贺" if row.is_greeted else "", row.ways))) or "—"
    day = str(row.day) if named else f"{row.day:%Y-%m}"
    return Line(label, url, (row.branch_name, day, f"{row.years} 周年", done))


BIRTHDAYS = Items(
    noun="人次",
    find=_birthdays,
    heads=("姓名", "党支部", "政治生日", "周年", "已做"),
    show=_line,
    right=Right.SEE_MEMBERS,
    place="stood_at",
)


def _undated(asked: Asked) -> Any:
    found = birthdays.undated(asked.ranges, asked.day, birthdays.reckoning())
    return on_roster(asked.ranges, asked.day).filter(member__in=found.values("pk"))


UNDATED = LeftOut("起算日期没有填写、算不出政治生日的", replace(ROSTER, find=_undated), Q())
FALL = (
    "期内政治生日（按学校设定的起算日期）到来、当月最后一天在名册上的党员，"
    "记在那一天党支部所属的党组织，期间未结束时含还没有到来的"
)
BIRTHDAY_TABLE = ByOrganisation(
    name="birthdays",
    title="政治生日",
    section="组织生活",
    note="期内到来的政治生日，和已登记祝贺、谈心等的。只列事实，不考核。",
    columns=(
        Figure(
            code="birthdays",
            heading="政治生日",
            definition=f"{FALL}。",
            things=BIRTHDAYS,
            which=bool,
            left_out=(UNDATED,),
        ),
        Figure(
            code="milestones",
            heading="党龄整数年",
            definition=f"{FALL}，其中当天党龄满30、40、50年的。",
            things=BIRTHDAYS,
            which=lambda one: one.is_milestone,
        ),
        Figure(
            code="greeted",
            heading="已祝贺",
            definition=f"{FALL}，其中已发送祝贺的。",
            things=BIRTHDAYS,
            which=lambda one: one.is_greeted,
        ),
        Figure(
            code="marked",
            heading="已登记活动",
            definition=f"{FALL}，其中登记了谈心、重温誓词、贺卡、学习、讲故事、办实事等任一形式的。",
            things=BIRTHDAYS,
            which=lambda one: bool(one.ways),
        ),
    ),
)
