"""A restore that is killed as `kill -9` does, after its files were put into place and before the database commits.

Run by test_restore.py in a process of its own: data folder and backup are its arguments.
"""

import os
import signal
import sys
from pathlib import Path

import django

if __name__ == "__main__":
    django.setup()

    from django.conf import settings

    from jobs.backups import restoring

    settings.DATA_DIR = Path(sys.argv[1])
    settings.KEYS_DIR = settings.DATA_DIR / "keys"
    place = restoring._place

    def place_and_die(staging: Path, folder: Path) -> None:
        place(staging, folder)
        os.kill(os.getpid(), signal.SIGKILL)

    restoring._place = place_and_die
    restoring.restore(Path(sys.argv[2]))
