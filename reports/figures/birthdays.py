"""Statistics of political birthdays (政治生日): how many fell in the period, and of how many something is on record."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from branches.models import Branch
from branches.roles import Right
from members import birthdays, celebrations
from reports.asked import Asked

from .base import Figure, Line
from .people import person
from .tables import ByOrganisation
from .things import Items


@dataclass(frozen=True)
class Birthday:
    """One person's birthday of one year, and what was done about it."""

    member_id: UUID
    name: str
    branch_id: int
    branch_path: str
    branch_name: str
    branch_category: str
    day: date
    years: int
    is_milestone: bool
    is_greeted: bool
    ways: str


def _birthdays(asked: Asked) -> list[Birthday]:
    """Four queries for each year the period touches, however many the people."""
    found: list[Birthday] = []
    for year in asked.period.years():
        first, last = max(year.start, asked.period.start), min(year.end, asked.period.end)
        days = birthdays.between(first, last, asked.ranges)
        done = celebrations.done_about(days)
        categories = dict(
            Branch.objects.filter(pk__in={day.branch_id for day in days}).values_list("pk", "category")
        )
        found += [
            Birthday(
                day.member_id,
                day.name,
                day.branch_id,
                day.branch_path,
                day.branch_name,
                categories[day.branch_id],
                day.day,
                day.years,
                day.is_milestone,
                done[day.key].is_greeted,
                "、".join(done[day.key].labels),
            )
            for day in days
        ]
    return found


def _line(row: Birthday, named: bool) -> Line:
    label, url = person(row.name, row.member_id, named)
    done = "、".join(filter(None, ("祝贺" if row.is_greeted else "", row.ways))) or "—"
    return Line(label, url, (row.branch_name, str(row.day), f"{row.years} 周年", done))


BIRTHDAYS = Items(
    noun="人次",
    find=_birthdays,
    heads=("姓名", "党支部", "政治生日", "周年", "已做"),
    show=_line,
    right=Right.SEE_MEMBERS,
)
FALL = "期内政治生日（按学校设定的起算日期）到来、当月在名册上的党员"
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
