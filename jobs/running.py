"""Starting, doing and ending a job.

A kind of job registers a function that does the work and a checker that says who may fetch the result. The database
row is the truth: a lost message or a killed worker leaves a row that :func:`sweep` queues again.
"""

import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from lib.outages import Outage, outage_of

from .models import Job

logger = logging.getLogger(__name__)

SILENT_FOR = timedelta(minutes=5)
QUEUED_FOR = timedelta(minutes=1)
KEEP = timedelta(days=7)
ATTEMPTS = 3
#: Seconds between two looks at a job that is waited for.
LOOKED_AT_EVERY = 0.2
#: For so long a job whose database went away waits to be queued again, and so long between two tries.
SECONDS_TO_RETURN, BETWEEN_RETURNS = 120, 1
INTERRUPTED = "多次中断，没有写入任何内容。请重新发起。"
WENT_WRONG = "处理时出错，没有写入任何内容。请重试，仍不行请联系系统管理员并告知任务编号。"
NO_ROOM = "服务器磁盘已满，没有写入任何内容。请系统管理员腾出空间后重试。"


class Cancelled(Exception):
    """The owner asked the job to stop, before it began to write."""


class JobRefused(Exception):
    """The work cannot be done; the message is for the user."""


@dataclass(frozen=True)
class Kind:
    """``work(progress)`` does the job; ``may_fetch(user, job)`` is asked at every download.

    A repeatable one may be done again with the same parameters, when its result has gone. Of nobody is a result in
    which no people stand: fetching it does not ask for the password again.
    """

    name: str
    work: Callable[["Progress"], None]
    may_fetch: Callable[[User, Job], bool]
    is_repeatable: bool = False
    is_of_nobody: bool = False


_kinds: dict[str, Kind] = {}


def register(
    name: str, may_fetch: Callable[[User, Job], bool], *, repeatable: bool = False, of_nobody: bool = False
) -> Callable[[Callable[["Progress"], None]], None]:
    def keep(work: Callable[[Progress], None]) -> None:
        _kinds[name] = Kind(name, work, may_fetch, repeatable, of_nobody)

    return keep


def may_fetch(user: User, job: Job) -> bool:
    """Owner and scope are checked at download, not only when the job began."""
    kind = _kinds.get(job.kind)
    return job.owner_id == user.pk and kind is not None and kind.may_fetch(user, job)


def may_repeat(user: User, job: Job) -> bool:
    """Whether ``user`` may have the same done again: it is over, of a repeatable kind, and still in scope."""
    kind = _kinds.get(job.kind)
    return job.is_over and kind is not None and kind.is_repeatable and may_fetch(user, job)


def is_of_nobody(job: Job) -> bool:
    """Whether no people stand in the result."""
    return job.kind in _kinds and _kinds[job.kind].is_of_nobody


def repeat(job: Job, *, by: User) -> Job:
    """Queue a new job like ``job``; the caller has asked :func:`may_repeat`."""
    return start(job.kind, by, job.label, job.parameters)


class Progress:
    """What a job's work holds in its hands: its parameters, its progress, its result."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.owner: User = job.owner
        self.parameters: dict[str, Any] = job.parameters

    def at(self, stage: str, done: int = 0, total: int = 0, *, writing: bool = False) -> None:
        """Say where the work is, at least every :data:`SILENT_FOR`.

        Raises :class:`Cancelled` when asked to stop and nothing is written yet, or when another worker took over.
        """
        rows = _held(self.job)
        if not writing:
            rows = rows.filter(cancel_requested=False)
        if not rows.update(
            stage=stage, done=done, total=total, beat_at=timezone.now(), can_cancel=not writing
        ):
            raise Cancelled

    def result_path(self, name: str) -> Path:
        """A fresh file in the results folder that will be offered under ``name``."""
        folder = Path(settings.DATA_DIR) / "results"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.job.result_file = secrets.token_hex(16)
        self.job.result_name = name
        return folder / self.job.result_file


def start(kind: str, owner: User, label: str, parameters: dict[str, Any] | None = None) -> Job:
    """Queue a job; the worker hears of it when the transaction commits."""
    job = Job.objects.create(kind=kind, owner=owner, label=label, parameters=parameters or {})
    audit.record("job.start", by=owner, on=job, after={"kind": kind, **job.parameters})
    transaction.on_commit(lambda: _send(job))
    return job


def _send(job: Job) -> None:
    """The broker may be down: the sweeper will find the row."""
    from .tasks import run_job  # noqa: PLC0415  the task module imports this one

    try:
        run_job.delay(str(job.pk))
    except Exception:  # noqa: BLE001  whatever the broker throws
        logger.warning("job %s could not be sent, the sweeper will", job.pk)


def run(job_id: str) -> None:
    """Do one job once: whoever turns the row from queued to running does it."""
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING,
        started_at=timezone.now(),
        beat_at=timezone.now(),
        attempts=F("attempts") + 1,
        can_cancel=True,
    )
    if not claimed:
        return
    job = Job.objects.select_related("owner").get(pk=job_id)
    progress = Progress(job)
    try:
        _kinds[job.kind].work(progress)
    except Cancelled:
        _end(job, Job.State.CANCELLED, "已取消，没有写入任何内容。")
    except JobRefused as refusal:
        _end(job, Job.State.FAILED, str(refusal))
    except Exception as fault:
        logger.exception("job %s failed", job.pk)
        outage = outage_of(fault)
        if outage is Outage.AWAY:
            _give_back(job)
        else:
            _end(job, Job.State.FAILED, NO_ROOM if outage is Outage.FULL else WENT_WRONG)
    else:
        _end(job, Job.State.DONE, job.message)


def _give_back(job: Job) -> None:
    """The database went away under the work, whose transaction is undone: do it again once the database answers.

    When it does not within :data:`SECONDS_TO_RETURN`, the sweeper finds the silent row.
    """
    until = time.monotonic() + SECONDS_TO_RETURN
    while time.monotonic() < until:
        time.sleep(BETWEEN_RETURNS)
        connection.close()  # it is broken; the next question opens another
        try:
            if job.attempts >= ATTEMPTS:
                _end(job, Job.State.FAILED, INTERRUPTED)
            elif _held(job).update(state=Job.State.QUEUED, started_at=None):
                _discard_result(job)
                _send(job)
        except (OperationalError, InterfaceError):
            continue
        return


def wait_for(job: Job, *, seconds: float) -> bool:
    """Whether ``job`` was done within ``seconds``: a short one is fetched at once, a long one from the job centre.

    Within a transaction no worker has heard of it yet, so nothing is waited for.
    """
    until = time.monotonic() + (0 if connection.in_atomic_block else seconds)
    while True:
        state = Job.objects.values_list("state", flat=True).get(pk=job.pk)
        if state not in (Job.State.QUEUED, Job.State.RUNNING) or time.monotonic() >= until:
            return bool(state == Job.State.DONE)
        time.sleep(LOOKED_AT_EVERY)


def _held(job: Job) -> QuerySet[Job]:
    """The job's row as long as this claim of it stands: a silent job may have been taken over."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


def _end(job: Job, state: str, message: str) -> None:
    ended: dict[str, Any] = {
        "state": state,
        "message": message[:300],
        "outcome": job.outcome,
        "finished_at": timezone.now(),
    }
    if state == Job.State.DONE and job.result_file:
        path = result_path_of(job)
        path.chmod(0o600)
        ended["result_file"], ended["result_name"] = job.result_file, job.result_name
        ended["result_sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    if not _held(job).update(**ended) or state != Job.State.DONE:
        _discard_result(job)


def _discard_result(job: Job) -> None:
    if job.result_file:
        result_path_of(job).unlink(missing_ok=True)


def result_path_of(job: Job) -> Path:
    return Path(settings.DATA_DIR) / "results" / job.result_file


def has_result(job: Job) -> bool:
    """Whether there is a file to fetch; it goes after :data:`KEEP`."""
    return job.state == Job.State.DONE and bool(job.result_file) and result_path_of(job).is_file()


def cancel(job: Job, *, by: User) -> bool:
    """Ask a job to stop; a queued one ends at once. False when it already writes or is over."""
    with transaction.atomic():
        waiting = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(
            state=Job.State.CANCELLED, finished_at=timezone.now(), message="已取消，没有写入任何内容。"
        )
        asked = waiting or Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, can_cancel=True).update(
            cancel_requested=True
        )
        if asked:
            audit.record("job.cancel", by=by, on=job)
    return bool(asked)


def sweep() -> int:
    """Queue again what a lost message or a killed worker left; give up after three tries; drop old results."""
    now = timezone.now()
    silent = Q(state=Job.State.RUNNING, beat_at__lt=now - SILENT_FOR)
    Job.objects.filter(silent, attempts__gte=ATTEMPTS).update(
        state=Job.State.FAILED, finished_at=now, message=INTERRUPTED
    )
    Job.objects.filter(silent).update(state=Job.State.QUEUED, started_at=None)
    lost = Job.objects.filter(state=Job.State.QUEUED, created_at__lt=now - QUEUED_FOR)
    for job in lost:
        _send(job)
    _drop_old_results(now)
    return len(lost)


def _drop_old_results(now: datetime) -> None:
    """By age, so that what a killed worker left half written goes too."""
    Job.objects.filter(finished_at__lt=now - KEEP).exclude(result_file="").update(result_file="")
    kept = set(Job.objects.exclude(result_file="").values_list("result_file", flat=True))
    oldest = (now - KEEP).timestamp()
    for path in (Path(settings.DATA_DIR) / "results").glob("*"):
        if path.name not in kept and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
