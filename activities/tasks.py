import logging

from celery import shared_task

from . import evidence

logger = logging.getLogger(__name__)


@shared_task(name="activities.tasks.sweep_evidence")
def sweep_evidence() -> None:
    logger.info("files of evidence without a row deleted: %s", evidence.sweep())
