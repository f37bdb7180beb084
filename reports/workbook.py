"""The statistics of a period as a workbook, made by a job: what was asked for, by whom, and how many rows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from accounts import audit
from accounts.models import AuditEntry, User
from activities.duties import Duty
from activities.regulations import NAMES
from branches.models import Branch
from branches.reach import reach_during
from branches.roles import Right
from branches.scope import covers
from jobs import running
from jobs.models import Job
from lib.memory import uncollected
from lib.periods import Period
from lib.sheets.writing import OutColumn, OutSheet, write_workbook

from . import quarterly, rollup
from .asked import SECOND_LEVEL, Asked, organisation_at
from .closing import notices
from .definitions import definitions
from .filters import FigureFilter
from .measures import Measure, Sums, measures_of, sums_of, whole_of
from .quarterly import Quarterly
from .rollup import Unit, sum_of

KIND = "quarterly_statistics"


@dataclass(frozen=True)
class Contents:
    """The rows of each sheet, ready before anything is written, so that the audit entry can say how many."""

    units: list[list[object]]
    branches: list[list[object]]
    missed: list[list[object]]

    @property
    def number(self) -> int:
        return len(self.units) + len(self.branches) + len(self.missed)


def start(asked: Asked, by: User) -> Job:
    return running.start(KIND, by, f"{asked.title}组织生活统计", asked.as_parameters)


def may_fetch(user: User, job: Job) -> bool:
    """Whether the places the workbook is about are all within the user's scope today."""
    period = Period.parse(job.parameters["period"])
    reach = reach_during(user, Right.EXPORT, period.start, period.end)
    return bool(reach) and all(covers(reach, start) for start, _ in job.outcome.get("ranges", []))


@running.register(KIND, may_fetch, repeatable=True, of_nobody=True)
def work(progress: running.Progress) -> None:
    progress.at("统计", 0, 2)
    values = dict(progress.parameters)
    period, today = Period.parse(values.pop("period")), timezone.localdate()
    try:
        form = FigureFilter(QueryDict(urlencode(values)), user=progress.owner, today=today, period=period)
    except Http404:
        raise running.JobRefused("您现在的权限已不包括这个党组织，没有生成工作簿。") from None
    asked = form.asked
    figures = quarterly.compose_for(asked)
    progress.at("写入", 1, 2)
    progress.job.outcome = {"ranges": [list(one) for one in asked.ranges]}
    write(progress.result_path(f"{asked.title}组织生活统计.xlsx"), figures, asked, by=progress.owner)


@uncollected()
def write(target: Path | BinaryIO, figures: Quarterly, asked: Asked, *, by: User | None) -> None:
    """Write the workbook. The audit entry tells who took what and how many rows; its number is in every sheet."""
    units, names = rollup.units(figures.life, asked, figures.roster), _second_level(figures)
    measures = measures_of(judged=asked.campaign is None)
    contents = Contents(
        units=list(_unit_rows(figures, units, measures)),
        branches=list(_branch_rows(figures, measures, names)),
        missed=list(_missed_rows(figures, names)),
    )
    entry = audit.record(
        "statistics.export", by=by, on=asked.org, after={**asked.as_parameters, "rows": contents.number}
    )
    write_workbook(target, _sheets(contents, measures, asked, banner(figures, asked, entry)))


def banner(figures: Quarterly, asked: Asked, entry: AuditEntry) -> list[str]:
    """What it is, of what and as of when, and who took it: the lines above every table that leaves."""
    where = asked.org.short_name if asked.org else "权限内全部党组织"
    category = Branch.Category(asked.category).label if asked.category else "全部类别"
    campaign = f"，专题活动：{asked.campaign.name}" if asked.campaign else ""
    running_yet = "，期间未结束" if figures.is_running else ""
    guessed = f"（其中 {figures.roster.assumed} 人转入日期系推定）" if figures.roster.assumed else ""
    return [
        f"{asked.title}组织生活统计",
        f"范围：{where}，{category}{campaign}；{asked.period.start} 至 {asked.period.end}{running_yet}",
        f"党员截至 {figures.roster.day}{guessed}",
        *notices.lines(asked),
        f"导出：{entry.actor_label}，{timezone.localtime(entry.at):%Y-%m-%d %H:%M}；导出编号 {entry.pk}",
    ]


def _sheets(
    contents: Contents, measures: Sequence[Measure], asked: Asked, lines: list[str]
) -> Iterator[OutSheet]:
    figures = [OutColumn(one.heading, "percent" if one.is_rate else "integer") for one in measures]
    place = [
        OutColumn("二级党组织", width=22),
        OutColumn("党组织", width=26),
        OutColumn("党组织代码", width=16),
    ]
    numbers = [OutColumn("支部", "integer"), OutColumn("党员", "integer")]
    yield OutSheet("汇总", [*place[1:], *numbers, *figures], contents.units, lines)
    kinds = [OutColumn("类别"), OutColumn("活动类型", width=14)]
    yield OutSheet("各党支部", [*place, *kinds, *figures], contents.branches, lines)
    if asked.campaign is None:
        duty = [OutColumn("义务", width=20), OutColumn("期间", width=16), OutColumn("期限", "date")]
        notes = [OutColumn("说明", width=36), OutColumn("依据", width=36)]
        yield OutSheet("逾期未开", [*place, *duty, *notes], contents.missed, lines)
    yield OutSheet("口径", [OutColumn("项目", width=12), OutColumn("说明", width=90)], definitions(), lines)


def _values(measures: Sequence[Measure], rates: Sequence[int], sums: Sums) -> list[object]:
    values: list[Any] = [measure.value(sums) for measure in measures]
    for place in rates:
        if values[place] is not None:
            # Not float: it asks an abstract kind of number, which takes ten times as long.
            values[place] = values[place].numerator / values[place].denominator
    return values


def _rates(measures: Sequence[Measure]) -> list[int]:
    """Where they stand among all."""
    return [place for place, measure in enumerate(measures) if measure.is_rate]


def _unit_rows(
    figures: Quarterly, units: Sequence[Unit], measures: Sequence[Measure]
) -> Iterator[list[object]]:
    rates = _rates(measures)
    for unit in units:
        sums = sums_of(sum_of(unit.kinds), unit.duties)
        place = [unit.branch.short_name, unit.branch.code, unit.branches, unit.members]
        yield [*place, *_values(measures, rates, sums)]
    whole = whole_of(figures)
    branches = sum(unit.branches for unit in units)
    yield ["合计", "", branches, figures.roster.members, *_values(measures, rates, whole)]


def _branch_rows(
    figures: Quarterly, measures: Sequence[Measure], names: Mapping[str, str]
) -> Iterator[list[object]]:
    judged: dict[tuple[int, str, str], list[Duty]] = defaultdict(list)
    for duty in figures.life.duties:
        judged[(duty.branch_id, duty.org_path, duty.rule.name)].append(duty)
    rates = _rates(measures)
    for part in figures.life.parts:
        category = Branch.Category(part.category).label if part.category else ""
        place = [names[part.org_path[:SECOND_LEVEL]], part.name, part.code, category]
        for name, label in NAMES.items():
            if name in part.kinds:
                duties = judged[(part.branch_id, part.org_path, name)]
                yield [*place, label, *_values(measures, rates, sums_of(part.kinds[name], duties))]


def _missed_rows(figures: Quarterly, names: Mapping[str, str]) -> Iterator[list[object]]:
    for duty in figures.life.duties:
        if duty.is_missed:
            place = [names[duty.org_path[:SECOND_LEVEL]], duty.branch_name, duty.branch_code]
            yield [*place, duty.title, duty.period.label, duty.due_on, duty.reason, duty.rule.article]


def _second_level(figures: Quarterly) -> dict[str, str]:
    """Names of the second-level organisations by path. One query."""
    paths = {part.org_path[:SECOND_LEVEL] for part in figures.life.parts}
    names = Branch.objects.in_bulk({organisation_at(path) for path in paths})
    return {path: names[organisation_at(path)].short_name for path in paths}
