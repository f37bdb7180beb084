"""The lists of records and of duties as workbooks, made by a job: as filtered, with names as one may see them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from accounts import audit
from accounts.models import User
from branches.list_exports import filter_words
from branches.roles import Right
from branches.scope import has_right
from jobs import running
from jobs.models import Job
from lib.periods import Period
from lib.sheets import outgoing
from lib.sheets.printing import TooLong
from lib.sheets.writing import OutColumn, OutSheet
from lib.typesetting import CannotTypeset

from . import drilldown, records
from .asked import Asked
from .filters import DutyFilter, FigureFilter, RecordFilter
from .workbook import may_fetch

KIND: Final = "list"
RECORD_COLUMNS: Final = (
    OutColumn("日期", "date"),
    OutColumn("类型", width=20),
    OutColumn("主题", width=40),
    OutColumn("党组织", width=26),
    OutColumn("党组织代码", width=16),
    OutColumn("二级党组织", width=22),
    OutColumn("应到", "integer"),
    OutColumn("实到", "integer"),
    OutColumn("请假", "integer"),
    OutColumn("缺席", "integer"),
    OutColumn("登记", width=10),
    OutColumn("登记日期", "date"),
    OutColumn("编号", width=38),
)
DUTY_COLUMNS: Final = (
    OutColumn("党支部", width=26),
    OutColumn("党组织代码", width=16),
    OutColumn("二级党组织", width=22),
    OutColumn("书记", width=12),
    OutColumn("义务", width=22),
    OutColumn("期间", width=16),
    OutColumn("期限", "date"),
    OutColumn("状态", width=12),
    OutColumn("说明", width=36),
    OutColumn("依据", width=36),
)


@dataclass(frozen=True)
class ListSheet:
    """A list that can be taken along: its page, its filter, its columns, and its rows as a user may see them."""

    code: str
    page: str
    form: type[FigureFilter]
    columns: Sequence[OutColumn]
    heading: Callable[[Asked], str]
    rows: Callable[[FigureFilter, User], Iterator[list[object]]]


def _record_heading(asked: Asked) -> str:
    where = asked.org.short_name if asked.org else ""
    return f"{where}{asked.period.label}活动记录"


def _record_rows(form: FigureFilter, user: User) -> Iterator[list[object]]:
    listed = records.with_branches(records.listed(records.counted(form.asked, user), user))
    for line in records.lines(listed.iterator(), form.units):
        record = line.record
        yield [
            record.held_on,
            record.kinds_in_words,
            record.title,
            record.branch.short_name,
            record.branch.code,
            line.unit,
            record.expected,
            record.present,
            record.on_leave,
            record.absent,
            "已撤回" if record.is_withdrawn else "按时" if record.is_on_time else "补记",
            timezone.localdate(record.entered_at),
            str(record.pk),
        ]


def _duty_rows(form: FigureFilter, user: User) -> Iterator[list[object]]:
    found = drilldown.in_state(drilldown.asked_duties(form.asked), form.asked.state)
    for line in drilldown.lines(found, user):
        duty = line.duty
        yield [
            duty.branch_name,
            duty.branch_code,
            line.unit,
            line.secretary,
            duty.title,
            duty.period.label,
            duty.due_on,
            line.word,
            duty.reason,
            duty.rule.article,
        ]


SHEETS: Final = {
    one.code: one
    for one in (
        ListSheet("records", "activity_list", RecordFilter, RECORD_COLUMNS, _record_heading, _record_rows),
        ListSheet("duties", "duty_list", DutyFilter, DUTY_COLUMNS, drilldown.heading, _duty_rows),
    )
}


def start(code: str, form: FigureFilter, by: User, ending: str = outgoing.XLSX) -> Job:
    """Queue the workbook, or the PDF, of what ``form`` asks for."""
    given = {name: form.data[name] for name in form.fields if form.data.get(name)}
    title = SHEETS[code].heading(form.asked)
    what = {"period": form.asked.period.code, outgoing.FIELD: ending}
    return running.start(KIND, by, title, {**given, **what, "list": code})


@running.register(KIND, may_fetch, repeatable=True)
def work(progress: running.Progress) -> None:
    progress.at("查询", 0, 2)
    values = dict(progress.parameters)
    listed, period = SHEETS[values.pop("list")], Period.parse(values.pop("period"))
    owner, ending = progress.owner, values.pop(outgoing.FIELD, outgoing.XLSX)
    try:
        form = listed.form(
            QueryDict(urlencode(values)), user=owner, today=timezone.localdate(), period=period
        )
    except Http404:
        raise running.JobRefused("您现在的权限已不包括这个党组织，没有生成工作簿。") from None
    if not has_right(owner, Right.EXPORT):
        raise running.JobRefused("您现在没有导出的权限，没有生成工作簿。")
    rows = list(listed.rows(form, owner))
    try:
        outgoing.check(ending, len(rows))
    except (TooLong, CannotTypeset) as refusal:
        raise running.JobRefused(str(refusal)) from None
    progress.at("写入", 1, 2)
    progress.job.outcome = {"ranges": [list(one) for one in form.asked.ranges]}
    title = listed.heading(form.asked)
    facts = {"list": listed.code, "period": period.code, **values, "rows": len(rows)}
    if ending == outgoing.PDF:
        facts["ending"] = ending
    entry = audit.record("statistics.export", by=owner, on=form.asked.org, after=facts)
    banner = [title, _filters(form, len(rows)), audit.export_line(entry, owner)]
    sheet = OutSheet(title, listed.columns, rows, banner)
    outgoing.write_as(ending, progress.result_path(f"{title}.{ending}"), [sheet])


def _filters(form: FigureFilter, number: int) -> str:
    """The filters in words."""
    where = form.asked.org.short_name if form.asked.org else "权限内全部党组织"
    said = filter_words(form, leave_out=("period", "org", "branch"))
    return f"范围：{'，'.join([where, *said])}；共 {number} 行。"
