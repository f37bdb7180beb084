"""Rotate the field key in a process of its own and die before the so-many-th batch: DATA FOLDER, BATCH."""

import os
import signal
import sys
from pathlib import Path

import django
from django.conf import settings

django.setup()
settings.DATA_DIR = Path(sys.argv[1])
settings.KEYS_DIR = settings.DATA_DIR / "keys"

from jobs import rotation  # noqa: E402  needs the settings

left = [int(sys.argv[2])]
write = rotation._write


def count(*arguments):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    write(*arguments)


rotation._write = count
rotation.rotate_field(lambda *_: None)
