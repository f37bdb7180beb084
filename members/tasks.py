import logging

from celery import shared_task

from . import batches, merging

logger = logging.getLogger(__name__)


@shared_task(name="members.tasks.expire")
def expire() -> None:
    logger.info("old values deleted: %s imports, %s merges", batches.expire(), merging.expire())
