from datetime import timedelta

import pytest
import time_machine

from tests.access.world import TODAY, World, a_world


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    """Made a minute ago, so that what a request writes is later than all that is there."""
    settings.DATA_DIR = tmp_path
    with time_machine.travel(TODAY, tick=False) as clock:
        made = a_world()
        clock.shift(timedelta(minutes=1))
        yield made
