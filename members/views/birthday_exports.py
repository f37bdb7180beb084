"""The lists of the political birthdays as workbooks: of a month, of the full tens of a year, of missing dates."""

from datetime import date

from django.http import Http404, QueryDict
from django.utils import timezone

from accounts.models import User
from branches.list_exports import Found, ListExport, columns
from branches.roles import Right
from lib.masking import mask_day
from members import birthdays
from members.birthday_forms import YearForm
from members.models import Member

from .birthdays import (
    Asked,
    Dated,
    Line,
    Told,
    asked_about,
    birthdays_of,
    milestones_of,
    month_asked,
    undated_of,
)


def _of_month(user: User, data: QueryDict, code: str) -> Found:
    month = month_asked(code)
    found = birthdays_of(user, data, month)
    if data.get("branch") and "branch" not in found.query.fields:
        raise Http404  # whoever sees a single branch is asked for none
    return Found((_birthday(line) for line in found.shown), len(found.shown), found.query, about=month.label)


def _birthday(line: Line) -> list[object]:
    born = line.birthday
    return [
        *_whose(line, born.day, born.member_number),
        line.name,
        born.branch_name,
        born.branch_code,
        born.title,
        _day(born.joined_on, line.named),
        _day(born.full_on, line.named),
        born.age,
        _state(line),
    ]


def _state(line: Line) -> str:
    if line.deeds.is_settled:
        return "、".join(line.deeds.labels or ["祝贺"])
    if line.birthday.is_opted_out:
        return "本人关闭"
    return "待办" if line.birthday.stays else "已不在该支部"


def _milestones(user: User, data: QueryDict) -> Found:
    form = YearForm(data)
    year, told = milestones_of(user, form)
    return Found(map(_milestone, told), len(told), form, about=f"{year} 年")


def _milestone(told: Told) -> list[object]:
    one = told.milestone
    whose = _whose(told, one.day, one.member_number)
    return [*whose, told.name, one.branch_name, _day(one.full_on, told.named), one.years]


def _whose(line: Dated, day: date, number: str) -> tuple[object, str]:
    """The day and the number of the person."""
    return (day, number) if line.named else (f"{day:%Y-%m}", "")


def _day(day: date | None, named: bool) -> object:
    return day if named else mask_day(day)


def _undated(user: User, data: QueryDict) -> Found:
    asked = asked_about(user, None)
    rows = undated_of(asked, birthdays.reckoning())
    return Found((_member(one, asked) for one in rows), rows.count(), about=f"{timezone.localdate()} 在册")


def _member(one: Member, asked: Asked) -> list[object]:
    named = asked.reads_name(one.branch_path)
    return [
        one.number if named else "",
        asked.name(one.name, one.branch_path),
        one.branch.short_name,
        one.branch.code,
        _day(one.joined_on, named),
        _day(one.full_on, named),
    ]


MONTH = ListExport(
    "birthday",
    "政治生日",
    Right.SEE_MEMBERS,
    columns(
        ("日期", "date"),
        "党员编号",
        "姓名",
        ("党支部", "text", 26),
        ("党组织代码", "text", 16),
        ("周年", "text", 14),
        ("入党日期", "date"),
        ("转正日期", "date"),
        ("党龄", "integer"),
        ("办理情况", "text", 20),
    ),
    _of_month,
)
MILESTONES = ListExport(
    "birthday",
    "党龄整年",
    Right.SEE_MEMBERS,
    columns(
        ("日期", "date"),
        "党员编号",
        "姓名",
        ("党支部", "text", 26),
        ("转正日期", "date"),
        ("满年数", "integer"),
    ),
    _milestones,
)
UNDATED = ListExport(
    "birthday",
    "缺日期的党员",
    Right.SEE_MEMBERS,
    columns(
        "党员编号",
        "姓名",
        ("党支部", "text", 26),
        ("党组织代码", "text", 16),
        ("入党日期", "date"),
        ("转正日期", "date"),
    ),
    _undated,
)
