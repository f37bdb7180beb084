"""An upload on its way: taken in, checked, decided about, written. Between two requests nothing of it lies open.

What a person decided is kept with the upload and applied at each new check. Long files are checked and written by jobs.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from functools import partial
from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from jobs import running, uploads
from jobs.models import Job, Upload
from lib.sheets.intake import Table
from lib.sheets.pasting import NAME
from members.enrolment import EnrolmentError
from members.models import ImportBatch

from . import mappings
from .analysis import (
    Analysis,
    Decisions,
    Outdated,
    Progress,
    analyse,
    open_pasted,
    open_roster,
    record_foreign,
    write,
)
from .marking import write_wrong_rows
from .preview import counts, preview

KIND = "roster"
CHECK, WRITE = "roster_check", "roster_write"
#: Files with more rows are checked and written by jobs.
AT_ONCE = 1500

logger = logging.getLogger(__name__)


def receive(user: User, name: str, content: bytes) -> Upload:
    """Take a workbook in and check it; WorkbookError when there is no roster in it."""
    table = open_roster(BytesIO(content))
    return _take_in(user, uploads.keep(user, KIND, name, content), table)


def receive_pasted(user: User, text: str) -> Upload:
    """Take cells in that were pasted, and go on as with a workbook; WorkbookError when there are none."""
    table = open_pasted(text)
    name = f"{NAME} {timezone.localtime():%m-%d %H:%M}"
    upload = uploads.keep(user, KIND, name, text.encode())
    _decide(upload, pasted=True)
    return _take_in(user, upload, table)


def _take_in(user: User, upload: Upload, table: Table) -> Upload:
    if recalled := mappings.recall(user, table):
        columns = {str(index): field for index, field in recalled.items()}
        _decide(upload, columns=columns, remembered=[*recalled])
    _check_soon(upload, table)
    return upload


def forget_columns(upload: Upload) -> None:
    """Forget what was recalled for this file, and read its headings as they stand."""
    columns = decisions_of(upload).columns
    recalled = set(upload.decisions.get("remembered", []))
    table = _table(upload)
    mappings.forget(upload.owner, table, {index: columns[index] for index in recalled & columns.keys()})
    kept = {str(index): field for index, field in columns.items() if index not in recalled}
    _decide(upload, columns=kept, remembered=[])
    _check_soon(upload, table)


def decisions_of(upload: Upload) -> Decisions:
    kept = upload.decisions
    return Decisions(
        columns={int(index): name for index, name in kept.get("columns", {}).items()},
        overwritten=frozenset(kept.get("overwritten", [])),
        reasons={int(row): reason for row, reason in kept.get("reasons", {}).items()},
    )


def _decide(upload: Upload, **kept: Any) -> None:
    upload.decisions = {**upload.decisions, **kept}
    Upload.objects.filter(pk=upload.pk).update(decisions=upload.decisions)


def decide_columns(upload: Upload, columns: Mapping[int, str]) -> None:
    """Take columns for what the owner says; remembered once the file is written."""
    _decide(upload, columns={str(index): name for index, name in columns.items()}, remembered=[])
    _check_soon(upload)


def accept_mismatch(upload: Upload, row: int, reason: str) -> None:
    """Take a row although sex or birth disagree with its ID number, for a reason that is kept with the person."""
    _decide(upload, reasons={**upload.decisions.get("reasons", {}), str(row): reason})
    _check_soon(upload)


def decide_dates(upload: Upload, *, offered: Iterable[int], ticked: Iterable[int]) -> None:
    """Of the rows offered, let the file replace the protected dates of the ticked ones only."""
    kept = (set(upload.decisions.get("overwritten", [])) - set(offered)) | (set(ticked) & set(offered))
    _decide(upload, overwritten=sorted(kept))


def review_of(upload: Upload) -> dict[str, Any] | None:
    """What the last check found; None while it is not finished."""
    try:
        found: dict[str, Any] = json.loads(uploads.read(upload, uploads.REVIEW))
    except uploads.Gone:
        return None
    return found


def _table(upload: Upload) -> Table:
    content = uploads.read(upload, uploads.SOURCE)
    return open_pasted(content.decode()) if upload.decisions.get("pasted") else open_roster(BytesIO(content))


def _check_soon(upload: Upload, table: Table | None = None) -> None:
    """Check at once, or by a job when the file is long."""
    uploads.discard(upload, uploads.REVIEW)
    table = table or _table(upload)
    if len(table.sheet.rows) <= AT_ONCE:
        check(upload, table)
        return
    with transaction.atomic():
        _attach(upload, running.start(CHECK, upload.owner, f"核对 {upload.name}", {"upload": str(upload.pk)}))


def _attach(upload: Upload, job: Job) -> None:
    upload.job = job
    Upload.objects.filter(pk=upload.pk).update(job=job)


def check(upload: Upload, table: Table, progress: Progress | None = None) -> None:
    """Analyse the file and keep what was found: the page's lists, and the wrong rows to correct."""
    decisions = decisions_of(upload)
    analysis = analyse(table, upload.owner, decisions, progress)
    record_foreign(analysis, upload.owner)
    review = preview(analysis, decisions, upload.decisions.get("remembered", []))
    _keep_wrong_rows(upload, analysis)
    uploads.store(upload, uploads.REVIEW, json.dumps(review, ensure_ascii=False).encode())
    upload.outcome = counts(review)
    Upload.objects.filter(pk=upload.pk).update(outcome=upload.outcome)


def _keep_wrong_rows(upload: Upload, analysis: Analysis) -> None:
    if not analysis.wrong:
        uploads.discard(upload, uploads.WRONG)
        return
    content = BytesIO()
    write_wrong_rows(analysis, content)
    uploads.store(upload, uploads.WRONG, content.getvalue())


class Refused(Exception):
    """The file is not written; the message is for the user."""


OUTDATED = "核对之后系统中的数据有变动，没有写入任何内容。已重新核对，请再看一遍差异。"
TAKEN = "这个文件正在写入或已经写入。"
FAILED = "写入时出错，没有写入任何内容。请重试，仍不行请联系系统管理员。"


def write_soon(upload: Upload) -> None:
    """Write what is right, at once or by a job; Refused when something stands against it."""
    if upload.is_decided:
        raise Refused(TAKEN)
    review = review_of(upload)
    if review is None:
        raise Refused("文件还在核对，请稍候。")
    if review["undecided"]:
        raise Refused(f"还有 {review['undecided']} 列没有对应，请选好或设为忽略。")
    if not review["new"] and not review["changed"]:
        raise Refused("没有需要写入的内容。")
    if not uploads.claim(upload):
        raise Refused(TAKEN)
    if len(review["new"]) + len(review["changed"]) <= AT_ONCE:
        write_now(upload, review["fingerprint"])
        return
    with transaction.atomic():
        parameters = {"upload": str(upload.pk), "fingerprint": review["fingerprint"]}
        _attach(upload, running.start(WRITE, upload.owner, f"导入 {upload.name}", parameters))


def write_now(upload: Upload, fingerprint: str, progress: Progress | None = None) -> None:
    """Write a claimed upload: its rows, and that it is written, in one transaction. Refused when nothing was."""
    try:
        table = _table(upload)
        if progress:
            # What is said within the transaction is not seen before its end, and it cannot be cancelled.
            progress("写入", 0, 0)
        with transaction.atomic():
            analysis = write(
                table, upload.owner, decisions_of(upload), source=upload.name, expected=fingerprint
            )
            if analysis.batch:
                ImportBatch.objects.filter(pk=analysis.batch.pk).update(upload=upload)
            mappings.remember(upload.owner, table, decisions_of(upload).columns)
            uploads.release(upload, Upload.State.WRITTEN, outcome={**upload.outcome, **_written(analysis)})
    except (Outdated, EnrolmentError) as refusal:
        uploads.release(upload, Upload.State.OPEN)
        _check_soon(upload)
        raise Refused(OUTDATED) from refusal
    except (running.Cancelled, uploads.Gone):
        uploads.release(upload, Upload.State.OPEN)
        raise
    except Exception as fault:
        logger.exception("upload %s could not be written", upload.pk)
        uploads.release(upload, Upload.State.FAILED)
        raise Refused(FAILED) from fault
    uploads.discard(upload, uploads.SOURCE, uploads.REVIEW)


def _written(analysis: Analysis) -> dict[str, int]:
    changed = sum(bool(outcome.values()) for outcome in analysis.changed)
    return {"new": len(analysis.new), "changed": changed, "wrong": len(analysis.wrong)}


def _owned_by(user: User, job: Job) -> bool:
    return Upload.objects.visible_to(user).filter(pk=job.parameters["upload"]).exists()


def _upload_of(progress: running.Progress) -> Upload:
    upload = Upload.objects.select_related("owner").filter(pk=progress.parameters["upload"]).first()
    if upload is None or not uploads.has(upload, uploads.SOURCE):
        raise running.JobRefused("文件已放弃、已写入或已过期。")
    return upload


@running.register(CHECK, _owned_by)
def check_roster(progress: running.Progress) -> None:
    upload = _upload_of(progress)
    check(upload, _table(upload), progress.at)
    progress.job.message = f"核对完成：共 {upload.outcome['rows']} 行，{upload.outcome['wrong']} 行有错。"


@running.register(WRITE, _owned_by)
def write_roster(progress: running.Progress) -> None:
    upload = Upload.objects.filter(pk=progress.parameters["upload"]).first()
    if upload and upload.state == Upload.State.WRITTEN:
        # The worker before this one was killed after the commit.
        uploads.discard(upload, uploads.SOURCE, uploads.REVIEW)
    else:
        upload = _upload_of(progress)
        progress.at("读取")
        try:
            write_now(upload, progress.parameters["fingerprint"], partial(progress.at, writing=True))
        except Refused as refusal:
            raise running.JobRefused(str(refusal)) from refusal
    progress.job.message = "已写入，没有错误的行都已导入。"
