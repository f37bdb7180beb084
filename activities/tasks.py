import logging

from celery import shared_task
from django.utils import timezone

from . import assignments, evidence

logger = logging.getLogger(__name__)


@shared_task(name="activities.tasks.sweep_evidence")
def sweep_evidence() -> None:
    logger.info("files of evidence without a row deleted: %s", evidence.sweep())


@shared_task(name="activities.tasks.enlist")
def enlist() -> None:
    logger.info("branches asked that came meanwhile: %s", assignments.enlist(timezone.localdate()))
