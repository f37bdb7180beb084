import pytest
import time_machine

from tests.members.development.way import Way


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-10-20 12:00 +0800", tick=False):
        yield


@pytest.fixture
def way(db):
    return Way()
