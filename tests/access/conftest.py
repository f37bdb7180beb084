from datetime import timedelta
from shutil import copytree
from uuid import uuid4

import pytest
import time_machine
import typst
from django.db import transaction
from django.test import override_settings

from lib import typesetting
from tests import scenes
from tests.access.world import TODAY, World, a_world
from tests.fonts import MISSING

LOCAL = "django.core.cache.backends.locmem.LocMemCache"


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker, tmp_path_factory):
    """A world for a whole file of tests, in a transaction around theirs: each finds it as it was made."""
    folder, kept = tmp_path_factory.mktemp("world"), tmp_path_factory.getbasetemp() / "kept"
    if kept.exists():
        copytree(kept, folder, dirs_exist_ok=True)
    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()
        with override_settings(DATA_DIR=folder), time_machine.travel(TODAY, tick=False):
            world = scenes.once("access", a_world)
    if not kept.exists():
        copytree(folder, kept)
    yield world, folder
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def world(made, db, settings, monkeypatch) -> World:
    """Made a minute ago, so that what a request writes is later than all that is there."""
    world, settings.DATA_DIR = made
    # The clock stands still, and so would the windows in which something is counted; a server's is others', too.
    settings.CACHES = {"default": {"BACKEND": LOCAL, "LOCATION": uuid4().hex}}
    if MISSING:  # who may have a paper is asked here, not how it looks
        monkeypatch.setattr(typesetting, "_fonts", typst.Fonts)
    with time_machine.travel(TODAY, tick=False) as clock:
        clock.shift(timedelta(minutes=1))
        yield world
