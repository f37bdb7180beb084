import logging

from celery import shared_task
from django.utils import timezone

from . import delivery, ledger, pulses

logger = logging.getLogger(__name__)


@shared_task(name="reminders.tasks.collect")
def collect() -> None:
    written, settled = ledger.collect(timezone.localdate())
    logger.info("reminders: %s written, %s settled", written, settled)


@shared_task(name="reminders.tasks.deliver")
def deliver() -> None:
    pulses.beat("worker", timezone.now())
    delivery.deliver()
