"""Everything kept about oneself, as a file (PIPL 45): the rows of the register that are about this person.

What others said in confidence, and what is not published yet, is not one's own to take; each with its reason.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO, Final

from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.wording import action_label
from lib.encryption import Encrypted
from lib.sheets.writing import OutColumn, OutSheet, write_workbook
from members import competence
from members.codes import EDUCATIONS, nation_label
from members.models import Member
from reminders.kinds import kind_of
from reminders.models import Reminder

from .register import model_word, registered, word_of

TITLE: Final = "我的个人信息"
#: Model → the way from its row to the account it is about.
ABOUT: Final = {
    "accounts.User": "pk",
    "accounts.SignedIn": "user",
    "accounts.NoticeRead": "user",
    "accounts.SignOnBinding": "user",
    "accounts.AuditEntry": "actor",
    "branches.RoleGrant": "user",
    "branches.Suggestion": "user",
    "reports.Subscription": "user",
    "members.Member": "account",
    "members.MembershipSpell": "member__account",
    "members.StatusPeriod": "member__account",
    "members.GroupMembership": "member__account",
    "members.StationAssignment": "member__account",
    "members.Post": "member__account",
    "members.Transfer": "member__account",
    "members.TransferStep": "transfer__member__account",
    "members.Departure": "member__account",
    "members.Suspension": "member__account",
    "members.Circumstance": "member__account",
    "members.RosterCorrection": "member__account",
    "members.Certificate": "member__account",
    "members.Destination": "member__account",
    "members.Development": "member__account",
    "members.DevelopmentStep": "development__member__account",
    "members.Training": "member__account",
    "members.Trainee": "member__account",
    "members.Competence": "member__account",
    "members.Exemption": "member__account",
    "members.Greeting": "member__account",
    "members.Celebration": "member__account",
    "members.GreetingOptOut": "member__account",
    "members.ReviewResult": "member__account",
    "members.DataRequest": "member__account",
    "activities.Attendance": "member__account",
    "activities.AttendanceChange": "member__account",
    "activities.CheckInEntry": "member__account",
    "activities.MakeUp": "member__account",
    "activities.Lecture": "member__account",
    "activities.Appeal": "member__account",
    "activities.LeaveRequest": "member__account",
    "activities.Task": "owner__account",
    "activities.Candidate": "member__account",
    "activities.ReportAbove": "member__account",
    "reminders.Reminder": "recipient",
    "reminders.NoticeChoice": "user",
    "jobs.Job": "owner",
    "jobs.Upload": "owner",
}
#: Rows with a link to somebody that are not his to take, with the reason.
WITHHELD: Final = {
    "accounts.UsedPassword": "密码只存不可还原的摘要",
    "accounts.SecondFactor": "密钥不再显示，以免被盗用",
    "admin.LogEntry": "系统不写这张表",
    "members.DevelopmentPerson": "是别人的发展步骤；本人任联系人、介绍人的，见该同志的发展记录",
    "members.DistinctPair": "涉及另一人",
    "members.ImportedRow": "导入前的值，30 天内删除",
    "members.ColumnMapping": "只是表格的列名",
    "members.Merge": "合并前的值，30 天内删除",
    "assessments.ReviewEntry": "公布以前须保密；结果见“民主评议结果”",
    "assessments.ReviewCorrection": "见“民主评议结果”",
    "assessments.Subject": "公布以前须保密；公布后见“我的述职”",
    "assessments.Points": "是对另一人的评分",
    "reports.CaseReport": "是党组织的文稿",
    "reminders.Delivery": "内容见“提醒”",
    "reminders.CalendarFeed": "地址只存不可还原的摘要",
}


#: Columns that stand in no file: what signs in, and what only the program reads.
LEFT_OUT: Final = {
    "accounts.User": {"password"},
    "accounts.SignedIn": {"session_key"},
    "accounts.AuditEntry": {"mac"},
    "reminders.Reminder": {"subject"},
}
#: Columns that tell of those whose data one kept, perhaps of a branch that one sees no more: what one did is one's own,
#: to whom it was done is not. Of a reminder only where its kind names people.
OF_OTHERS: Final = {
    "accounts.AuditEntry": {"object_label", "before", "after"},
    "reminders.Reminder": {"title", "detail"},
}


@dataclass(frozen=True)
class Table:
    """``rows`` have a text for each of ``heads``; only what is filled in anywhere has a column."""

    label: str
    name: str
    heads: tuple[str, ...]
    rows: list[list[str]]


def tables(user: User) -> list[Table]:
    """What is kept about ``user``; a query a table. Tables without a row are left out."""
    return [table for label, path in ABOUT.items() if (table := _table(label, path, user)).rows]


def _table(label: str, path: str, user: User) -> Table:
    model = apps.get_model(label)
    left_out = LEFT_OUT.get(label, set())
    names = [
        name
        for owner, name in registered()
        if owner == label and not name.endswith("_hash") and name not in left_out
    ]
    names += [
        field.name for field in model._meta.concrete_fields if field.name not in names and _tells_when(field)
    ]
    links = [name for name in names if model._meta.get_field(name).is_relation]
    found = model._base_manager.filter(**{path: user.pk}).select_related(*links).order_by("pk")
    rows = [[_text(row, name) for name in names] for row in found.iterator(chunk_size=500)]
    return Table(label, str(model._meta.verbose_name), _heads(word_of(label, name) for name in names), rows)


def _heads(words: Iterable[str]) -> tuple[str, ...]:
    """Each its own: 操作人、操作人（2）."""
    met: Counter[str] = Counter()
    heads = []
    for word in words:
        met[word] += 1
        heads.append(word if met[word] == 1 else f"{word}（{met[word]}）")
    return tuple(heads)


def _tells_when(field: Any) -> bool:
    """A link to a record, or a day: without it nobody would know what the row is about."""
    return isinstance(field, models.DateField) or field.is_relation


def _is_of_others(row: models.Model, name: str) -> bool:
    if name not in OF_OTHERS.get(row._meta.label, ()):
        return False
    return not isinstance(row, Reminder) or kind_of(row.kind).names_people


def _table_called(label: str) -> str:
    """The thing an entry is about, by its table; blank for none, or for one of before."""
    return (
        model_word(label) if label and label in {one._meta.label_lower for one in apps.get_models()} else ""
    )


#: Codes that the program keeps, in words.
_IN_WORDS: Final[dict[tuple[str, str], Callable[[Any], str]]] = {
    ("accounts.AuditEntry", "action"): lambda row: action_label(row.action),
    ("accounts.AuditEntry", "object_type"): lambda row: _table_called(row.object_type),
    ("members.Member", "status"): lambda row: row.status_label,
    ("members.Member", "nation"): lambda row: nation_label(row.nation),
    ("members.Member", "education"): lambda row: EDUCATIONS.get(row.education, row.education),
    ("members.Competence", "item"): lambda row: (
        competence.BY_CODE[row.item].title if row.item in competence.BY_CODE else row.item
    ),
}


def _text(row: models.Model, name: str) -> str:
    if in_words := _IN_WORDS.get((row._meta.label, name)):
        return in_words(row)
    if _is_of_others(row, name):
        return kind_of(row.kind).label if isinstance(row, Reminder) and name == "title" else ""
    sealed = next((one for one in vars(type(row)).values() if _opens(one, name)), None)
    if sealed is not None:
        return str(sealed.__get__(row, type(row)))
    shown = getattr(row, f"get_{name}_display", None)
    value = shown() if shown else getattr(row, name)
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str) if value else ""
    return "" if value is None else str(value)


def _opens(one: object, column: str) -> bool:
    return isinstance(one, Encrypted) and one.column == column


def as_json(user: User) -> bytes:
    """Audited with how many rows there were."""
    found = _taken(user, "json")
    told = {table.name: [dict(zip(table.heads, row, strict=True)) for row in table.rows] for table in found}
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def workbook(target: BinaryIO, user: User) -> None:
    """A sheet a table. Audited with how many rows there were."""
    sheets = [
        OutSheet(table.name, [OutColumn(head) for head in table.heads], table.rows)
        for table in _taken(user, "xlsx")
    ]
    write_workbook(target, sheets)


def _taken(user: User, ending: str) -> list[Table]:
    with transaction.atomic():
        found = tables(user)
        rows = sum(len(table.rows) for table in found)
        audit.record("privacy.take", by=user, on=user, after={"as": ending, "rows": rows})
    return found


def linked() -> list[str]:
    """Models with a column that links to whom the row is about: each is told here, or withheld with a reason."""
    found = [label for label, name in registered() if _is_about(label, name)]
    return list(dict.fromkeys(found))


def _is_about(label: str, name: str) -> bool:
    field = apps.get_model(label)._meta.get_field(name)
    return field.related_model is Member or (field.related_model is User and not name.endswith("by"))
