"""How gunicorn serves Branchbook: `gunicorn --config python:config.gunicorn`."""

import os
from typing import Any

import django
from django.conf import settings

from config.serving import end_unless_migrated
from lib import memory
from lib.outages import Overdue, hang_up

# Here, because a worker that does not start would be started again and again.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_ = settings.DEBUG

wsgi_app = "config.wsgi:application"
# Each holds a line to PostgreSQL, which takes a hundred unless it is told otherwise, and some 230 MB.
MOST_WORKERS = 33
# Two of a core and one more, as gunicorn advises: a page of a second keeps nobody waiting who asks for a short one.
workers = int(os.environ.get("WEB_CONCURRENCY") or min(2 * (os.cpu_count() or 1) + 1, MOST_WORKERS))
# A page answers within seconds; what takes longer is a job. 60 s leaves room for a slow upload.
timeout = 60
max_requests = 5000
max_requests_jitter = 500
# No management socket: the service manager restarts gunicorn.
control_socket_disable = True
# %(U)s is the path without its query string: searches contain names.
access_log_format = "%(h)s %(m)s %(U)s %(s)s %(B)s %(M)sms"


def on_starting(server: object) -> None:
    """In the master, before it listens."""
    django.setup()
    end_unless_migrated()


def post_worker_init(worker: Any) -> None:
    memory.settle()


def worker_abort(worker: Any) -> None:
    """A page over ``timeout``: it has a second to say so before the process is killed."""
    hang_up()
    raise Overdue
