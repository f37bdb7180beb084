import logging

from celery import shared_task
from django.utils import timezone

from .privacy import retention
from .subscriptions import sending

logger = logging.getLogger(__name__)


@shared_task(name="reports.tasks.send_subscriptions")
def send_subscriptions() -> None:
    logger.info("subscriptions sent: %s", sending.deliver())


@shared_task(name="reports.tasks.retention")
def run_retention() -> None:
    logger.info("personal data whose time is over, deleted: %s", retention.run(timezone.now()))
