import pytest
import time_machine

from tests.access.world import TODAY, World, a_world


@pytest.fixture
def world(db) -> World:
    with time_machine.travel(TODAY, tick=False):
        yield a_world()
