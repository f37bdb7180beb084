from pathlib import Path

from celery import shared_task
from django.conf import settings

from . import running, uploads
from .backups import making


@shared_task(name="jobs.tasks.run_job")
def run_job(job_id: str) -> None:
    running.run(job_id)


@shared_task(name="jobs.tasks.sweep")
def sweep() -> int:
    return running.sweep() + uploads.sweep()


@shared_task(name="jobs.tasks.back_up")
def back_up() -> None:
    """The nightly backup, where there is a place for it."""
    if settings.BACKUP_DIR:
        making.back_up_into(Path(settings.BACKUP_DIR), keep=settings.BACKUP_KEEP)
