"""A process on a SQLite of its own, with the settings of the trial: `write` until killed, `add` at once, or `fill`."""

import sys
import threading
from pathlib import Path

import django
from django.conf import settings

from config.databases import database_of

THREADS, TIMES = 8, 50


def start(folder: Path) -> None:
    settings.configure(DATABASES={"default": database_of("", folder, statement_timeout=0)}, USE_TZ=True)
    django.setup()


def write() -> None:
    """Save row after row; each number is said once its transaction is over."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS saved (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT)")
        while True:
            with transaction.atomic():
                cursor.execute("INSERT INTO saved (text) VALUES (%s)", ["一" * 200])
                number = cursor.lastrowid
            print(number, flush=True)


def add() -> None:
    """Read, add one and write back, in eight threads; says what stands there at the end, and how many failed."""
    from django.db import OperationalError, connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE counted (number INTEGER)")
        cursor.execute("INSERT INTO counted VALUES (0)")
    failed: list[str] = []

    def run() -> None:
        try:
            for _ in range(TIMES):
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SELECT number FROM counted")
                    [number] = cursor.fetchone()
                    cursor.execute("UPDATE counted SET number = %s", [number + 1])
        except OperationalError as error:
            failed.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM counted")
        print(cursor.fetchone()[0], len(failed))


def fill() -> None:
    """Save into a database that may not grow any more; says how many were saved, what was said, and goes on."""
    from django.db import OperationalError, connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE saved (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT)")
        cursor.execute("PRAGMA max_page_count = 50")
        count, said = 0, ""
        while not said:
            try:
                with transaction.atomic():
                    cursor.execute("INSERT INTO saved (text) VALUES (%s)", ["一" * 500])
                count += 1
            except OperationalError as error:
                said = str(error)
        cursor.execute("SELECT count(*) FROM saved")
        [kept] = cursor.fetchone()
        cursor.execute("PRAGMA max_page_count = 5000")
        cursor.execute("INSERT INTO saved (text) VALUES ('there is room again')")
        cursor.execute("PRAGMA integrity_check")
        print(count, kept, cursor.fetchone()[0], said, sep="|")


if __name__ == "__main__":
    start(Path(sys.argv[2]))
    {"write": write, "add": add, "fill": fill}[sys.argv[1]]()
