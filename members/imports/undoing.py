"""Undoing a written import: at once, or by a job when it is long."""

from django.db import transaction

from accounts.models import User
from jobs import running
from jobs.models import Job
from members import batches
from members.models import ImportBatch

KIND = "roster_undo"
#: Longer ones are undone by a job.
AT_ONCE = 1500


def undo_soon(batch: ImportBatch, *, by: User) -> Job | None:
    """Undo a batch, or start the job that does; BatchError when it cannot be undone."""
    if batch.created + batch.changed <= AT_ONCE:
        batches.undo(batch, by=by)
        return None
    batches.check(batch, by=by)
    with transaction.atomic():
        return running.start(KIND, by, f"撤销导入 {batch.source}"[:120], {"batch": str(batch.pk)})


def _may_fetch(user: User, job: Job) -> bool:
    return ImportBatch.objects.visible_to(user).filter(pk=job.parameters["batch"]).exists()


@running.register(KIND, _may_fetch)
def undo_import(progress: running.Progress) -> None:
    batch = ImportBatch.objects.visible_to(progress.owner).filter(pk=progress.parameters["batch"]).first()
    if batch is None:
        raise running.JobRefused("这次导入已不在您的管理范围内。")
    # What is said within the transaction is not seen before its end, and it cannot be cancelled.
    progress.at("撤销", writing=True)
    try:
        done = batches.undo(batch, by=progress.owner)
    except batches.BatchError as refusal:
        raise running.JobRefused(str(refusal)) from refusal
    counts = f"移除 {len(done.remove)} 人，恢复 {len(done.restore)} 人，保留 {len(done.kept)} 人"
    progress.job.message = f"已撤销：{counts}。"
