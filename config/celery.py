"""The Celery application: every setting stands in `config.settings` under the prefix CELERY_."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init, worker_process_init

from config.serving import end_unless_migrated
from lib import memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("branchbook")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**kwargs: Any) -> None:
    """Having a receiver stops Celery from replacing Django's LOGGING, whose formatter drops personal data."""


@worker_init.connect
@beat_init.connect
def keep_off_half_migrated(**kwargs: Any) -> None:
    """Before the first task is taken or sent."""
    end_unless_migrated()


@worker_process_init.connect
def settle(**kwargs: Any) -> None:
    memory.settle()
