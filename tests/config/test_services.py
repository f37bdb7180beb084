"""The suite's own servers: these fail where `make test-services` did not bring them up."""

import pytest
from django.core.cache import cache
from django.db import connection

from config.celery import app

pytestmark = pytest.mark.services


@pytest.mark.django_db
def test_database_is_postgresql():
    assert connection.vendor == "postgresql"


def test_cache_is_redis():
    cache.set("question", 42)

    assert "redis" in type(cache._connections["default"]).__module__
    assert cache.get("question") == 42


def test_worker_answers_and_knows_the_apps_tasks(worker):
    registered = app.control.inspect(destination=[worker], timeout=5).registered()

    assert set(app.conf.beat_schedule) <= set(registered[worker])
