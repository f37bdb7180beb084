import logging
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError

from lib.encryption import KeysMissing

from . import running, uploads
from .backups import making
from .backups.archive import BackupError

logger = logging.getLogger(__name__)


# Before a job is claimed nothing is lost by trying again; while it runs, it is given back by itself.
@shared_task(
    name="jobs.tasks.run_job",
    autoretry_for=(OperationalError, InterfaceError),
    default_retry_delay=5,
    max_retries=12,
)
def run_job(job_id: str) -> None:
    running.run(job_id)


@shared_task(name="jobs.tasks.sweep")
def sweep() -> int:
    return running.sweep() + uploads.sweep()


@shared_task(name="jobs.tasks.back_up")
def back_up() -> None:
    """The nightly backup, where there is a place for it. Why there is none stands in the log, as exceptions do not."""
    if not settings.BACKUP_DIR:
        return
    try:
        making.back_up_into(Path(settings.BACKUP_DIR), keep=settings.BACKUP_KEEP)
    except making.UnderWay as fault:
        # The queue hands out again what takes longer than its visibility timeout, an hour.
        logger.warning("no second backup: %s", fault)
    except (BackupError, KeysMissing) as fault:
        logger.error("no backup was made: %s", fault)
        raise
