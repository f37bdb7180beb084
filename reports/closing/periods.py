"""The verbs of locked periods: close a quarter or a year that is over, and reopen it for a reason."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch, Placement
from branches.reach import whole_tree
from branches.roles import Right
from branches.scope import has_right
from jobs import running
from jobs.models import Job, Upload
from lib import reasons
from lib.periods import Period
from members.imports import staging, undoing
from reports.asked import SECOND_LEVEL, Asked
from reports.figures.base import Table
from reports.figures.catalogue import STATISTICS, is_kept
from reports.models import ClosedFile, ClosedPeriod, ClosedTable

from . import checking, corrections, files, tables

KIND: Final = "closing"
#: The kinds of job that write what figures count.
IMPORTS: Final = (staging.WRITE, undoing.KIND)
#: So often the figures are counted when somebody corrects the period meanwhile.
TRIES: Final = 3
#: The characters of a reason.
MOST: Final = 300
ONLY_STAFF: Final = "锁定和解除锁定由学校党委组织部办理。"

Say = Callable[[str, int, int], None]


class ClosingError(ValueError):
    """It cannot be closed or reopened; the message is for the user."""


def period_of(code: str) -> Period:
    """The quarter or the year of that code; ClosingError for anything else."""
    try:
        period = Period.parse(code)
    except ValueError as error:
        raise ClosingError(str(error)) from None
    if period.kind not in ("quarter", "year"):
        raise ClosingError(f"只能锁定季度或年度，{period.label}不是。请写如 2026Q3 或 2026。")
    return period


def check(period: Period, *, by: User | None, today: date) -> None:
    """ClosingError when ``period`` cannot be closed now; ``by`` is None for the command."""
    if by and not has_right(by, Right.CLOSE_PERIODS):
        raise ClosingError(ONLY_STAFF)
    if not period.is_over(today):
        raise ClosingError(f"{period.label}还没有结束，{period.end + timedelta(days=1)} 起才能锁定。")
    if standing := ClosedPeriod.objects.standing().with_names().filter(period=period.code).first():
        day = timezone.localdate(standing.closed_at)
        raise ClosingError(f"{period.label}已由{standing.closed_by_name}于 {day} 锁定，不用再锁。")
    if busy := _import_that_runs():
        raise ClosingError(f"{busy}正在进行，完成以后再锁定。")
    if not scopes(period):
        raise ClosingError(f"{period.label}没有党组织，没有可以锁定的统计。")


def _import_that_runs() -> str:
    job = Job.objects.filter(kind__in=IMPORTS, state__in=(Job.State.QUEUED, Job.State.RUNNING)).first()
    if job:
        return f"任务“{job.label}”"
    upload = Upload.objects.filter(state=Upload.State.WRITING).first()
    return f"“{upload.name}”的导入" if upload else ""


def scopes(period: Period) -> list[Branch]:
    """Of whom tables are kept: the university, and what stood right below it, in official order. Two queries.

    Of what was dissolved before there is nothing to keep, though its place stays as it was.
    """
    placed = Placement.objects.during(period.start, period.end).order_by()
    stood = {pk for pk, path in placed.values_list("branch", "path") if len(path) <= SECOND_LEVEL}
    there = Branch.objects.filter(pk__in=stood).exclude(dissolved_on__lte=period.start)
    return list(there.order_by("order_key"))


def start(period: Period, *, by: User, today: date) -> Job:
    """Queue the closing; ClosingError when nothing would come of it."""
    check(period, by=by, today=today)
    with transaction.atomic():
        return running.start(KIND, by, f"锁定{period.label}", {"period": period.code})


def may_fetch(user: User, job: Job) -> bool:
    return has_right(user, Right.CLOSE_PERIODS)


@running.register(KIND, may_fetch)
def work(progress: running.Progress) -> None:
    period = Period.parse(progress.parameters["period"])
    try:
        closing = close(period, by=progress.owner, today=timezone.localdate(), say=progress.at)
    except ClosingError as refusal:
        raise running.JobRefused(str(refusal)) from None
    progress.job.message = f"{period.label}已锁定。校验值 {closing.sha256[:16]}…"


def close(period: Period, *, by: User | None, today: date, say: Say | None = None) -> ClosedPeriod:
    """Keep every statistic of ``period`` as it stands, of the university and of each organisation below it, with files.

    Counted first, written in one transaction; when somebody corrects the period meanwhile it is counted again. Audited
    with the SHA-256 of the whole. ClosingError when it cannot be.
    """
    check(period, by=by, today=today)
    for _ in range(TRIES):
        closing = _draft(period, by)
        counted = _counted(period, today, say or _silent)
        made = [file for branch, found in counted.items() for file in files.made_of(branch, found, closing)]
        with transaction.atomic():
            check(period, by=by, today=today)
            if not corrections.is_touched(period, closing.closed_at):
                return _written(closing, counted, made)
    raise ClosingError(f"统计时一直有人在更正{period.label}的记录，没有锁定。请稍后再试。")


def _silent(stage: str, done: int, total: int) -> None:
    pass


def _draft(period: Period, by: User | None) -> ClosedPeriod:
    last = ClosedPeriod.objects.filter(period=period.code).aggregate(last=Max("version"))["last"] or 0
    return ClosedPeriod(period=period.code, version=last + 1, closed_by=by, closed_at=timezone.now())


def _counted(period: Period, today: date, say: Say) -> Mapping[Branch, list[Table]]:
    whole = whole_tree(period.start, period.end)
    everything = Asked(period, today, whole, whole)
    found = scopes(period)
    counted = {}
    for number, branch in enumerate(found):
        say("统计", number, len(found))
        asked = tables.asked_of(everything, branch)
        counted[branch] = [one.tabulate(asked) for one in STATISTICS.values() if is_kept(one, period)]
    say("生成文件", 0, 0)
    return counted


def _written(
    closing: ClosedPeriod, counted: Mapping[Branch, list[Table]], made: list[files.Made]
) -> ClosedPeriod:
    kept = [_table(closing, branch, table) for branch, found in counted.items() for table in found]
    rows = [_file(closing, file) for file in made]
    closing.sha256 = checking.root_of(
        closing.period,
        closing.version,
        [(row.branch.code, row.statistic, row.sha256) for row in kept],
        [(row.branch.code, row.name, row.sha256) for row in rows],
    )
    try:
        for row, file in zip(rows, made, strict=True):
            files.write(row.stored, file.content)
        with transaction.atomic():
            closing.save(force_insert=True)
            ClosedTable.objects.bulk_create(kept, batch_size=100)
            ClosedFile.objects.bulk_create(rows)
            facts = {"period": closing.period, "version": closing.version, "sha256": closing.sha256}
            audit.record("closing.lock", by=closing.closed_by, on=closing, after=facts)
    except BaseException as fault:
        for row in rows:
            files.discard(row.stored)
        if isinstance(fault, IntegrityError):
            raise ClosingError(f"{closing.span.label}刚刚已由别人锁定。") from fault
        raise
    return closing


def _table(closing: ClosedPeriod, branch: Branch, table: Table) -> ClosedTable:
    body = tables.canonical(tables.kept(table))
    return ClosedTable(
        closing=closing,
        branch=branch,
        branch_path=branch.path,
        statistic=table.statistic.name,
        body=body,
        sha256=tables.sha256_of(body),
    )


def _file(closing: ClosedPeriod, file: files.Made) -> ClosedFile:
    return ClosedFile(
        closing=closing,
        branch=file.branch,
        branch_path=file.branch.path,
        name=file.name,
        stored=files.new_name(),
        size=len(file.content),
        sha256=file.sha256,
    )


def reopen(closing: ClosedPeriod, reason: str, *, by: User | None) -> None:
    """Let the period's figures move again. What was kept stays readable; the next closing is another version.

    Audited, with the reason.
    """
    if by and not has_right(by, Right.CLOSE_PERIODS):
        raise ClosingError(ONLY_STAFF)
    reason = reason.strip()
    if fault := reasons.fault(reason, "解除锁定的原因", most=MOST):
        raise ClosingError(fault)
    with transaction.atomic():
        facts = {"reason": reason, "reopened_at": timezone.now(), "reopened_by": by}
        held = ClosedPeriod.objects.standing().filter(pk=closing.pk)
        if not held.update(state=ClosedPeriod.State.REOPENED, **facts):
            raise ClosingError(f"{closing.span.label}的这次锁定已经解除。")
        closing.refresh_from_db()
        audit.record("closing.unlock", by=by, on=closing, after={"period": closing.period, "reason": reason})
