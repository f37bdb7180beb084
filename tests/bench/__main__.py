"""`make bench`: the bars of docs/performance.md, each with both sides in the same run; 1 when one is over.

python -m tests.bench [--scale S|M] [--only 1,3,9] [--prepare]
"""

import argparse
import os
import signal
import sys
from datetime import date
from pathlib import Path

from tests.bench import server

SCALES = ("S", "M")


def main(arguments: list[str]) -> int:
    asked = _arguments(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that the server is stopped
    home = server.folder()
    with server.postgresql(home) as address:
        _set_up(home, server.ensure_database(address, f"branchbook_{asked.scale.lower()}"))
        today = _prepare(asked.scale)
        if asked.prepare:
            return 0
        from lib import memory
        from tests.bench import report

        memory.settle()  # as gunicorn and Celery do in each of their processes
        return report.run(asked.scale, today, only=asked.only)


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--scale", choices=SCALES, default="S")
    parser.add_argument("--only", type=lambda text: set(text.split(",")), default=None, metavar="1,3,9")
    parser.add_argument("--prepare", action="store_true", help="only make the database of the scale")
    return parser.parse_args(arguments)


def _set_up(home: Path, database: str) -> None:
    """Django's settings are read from the environment; the keys stay with the data they belong to."""
    os.environ |= {
        "BRANCHBOOK_TEST_FOLDER": str(home),
        "DATABASE_URL": database,
        "STATEMENT_TIMEOUT_MS": "3600000",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    import django

    django.setup()


def _prepare(scale: str) -> date:
    """Make the scale's data when it is not there; the day as of which it was made."""
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from accounts.models import AuditEntry
    from reports.demo import load

    call_command("migrate", verbosity=0)
    if not load.is_demo():
        load.load(scale, 7, timezone.localdate(), say=_say)
        _say("VACUUM ANALYZE …")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    entry = AuditEntry.objects.get(action=load.LOADED)
    return date.fromisoformat(entry.after["today"])


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
