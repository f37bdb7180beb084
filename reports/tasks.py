import logging

from celery import shared_task

from .subscriptions import sending

logger = logging.getLogger(__name__)


@shared_task(name="reports.tasks.send_subscriptions")
def send_subscriptions() -> None:
    logger.info("subscriptions sent: %s", sending.deliver())
