"""The site as a production runs it, on the loopback interface alone: PostgreSQL, Redis, gunicorn, worker, scheduler.

Everything of it ends with the ``with`` block. gunicorn is asked as the proxy asks it: one connection a request.
"""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from psycopg import sql

from tests.bench import server
from tests.services import HOST, SECONDS_TO_STOP, find_spare_port, wait_until_it_answers

HOSTNAME = "branchbook.example.edu.cn"
TEMPLATE = "branchbook_template"
#: As Debian has it, but for memory: 2 cores have 4 GB beside them.
POSTGRESQL = {"shared_buffers": "1GB", "random_page_cost": "1.1"}


def folder() -> Path:
    return Path(os.environ.get("LOAD_DIR", "data/load")).resolve()


class Site:
    """gunicorn, worker and scheduler with what their units say, on a spare port."""

    def __init__(self, settings: dict[str, str], logs: Path, *web_options: str) -> None:
        self.settings, self.logs, self.port = settings, logs, find_spare_port()
        self.database, self.queue = settings["DATABASE_URL"], settings["REDIS_URL"]
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        celery = ("celery", "--app", "config")
        schedule = ("--pidfile", "", "--schedule", str(logs / "beat-schedule"))
        bind = ("--bind", f"{HOST}:{self.port}")
        #: By name: the command, and how many seconds a statement may take.
        self._services = {
            "web": (("gunicorn", "--config", "python:config.gunicorn", *bind, *web_options), 30),
            "worker": ((*celery, "worker", "--concurrency", "2"), 600),
            "beat": ((*celery, "beat", *schedule), 30),
        }
        logs.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        """All of them; back when the web server answers."""
        for name, (command, seconds) in self._services.items():
            limit = {"STATEMENT_TIMEOUT_MS": str(1000 * seconds)}
            with (self.logs / f"{name}.log").open("ab") as output:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, "-m", *command],
                    env={**self.settings, **limit},
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
        wait_until_it_answers(self.processes["web"], self.port, self.logs / "web.log")

    def kill(self) -> None:
        """Every process of every service, at once and without a word."""
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for process in self.processes.values():
            process.wait()

    def stop(self) -> None:
        """As a service manager does, and what does not end in time is killed."""
        for process in self.processes.values():
            process.terminate()
        with suppress(subprocess.TimeoutExpired):
            for process in self.processes.values():
                process.wait(2 * SECONDS_TO_STOP)
        self.kill()


def environment(home: Path, database: str, queue: str) -> dict[str, str]:
    """The settings of a production; the keys stay with the data."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": os.devnull,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": HOSTNAME,
        "DATABASE_URL": database,
        "REDIS_URL": queue,
        "DATA_DIR": str(home / "files"),
        "TRUSTED_PROXIES": "1",
        # Fifty people without telephones; what they may see is asked for on every page all the same.
        "SECOND_FACTOR": "off",
        "PRIVACY_NOTICE": "false",
        "PYTHONUNBUFFERED": "1",
        # Of the university that is made; the services have limits of their own.
        "STATEMENT_TIMEOUT_MS": "3600000",
    }


def prepare(settings: dict[str, str]) -> None:
    """Folders, keys (those of an earlier run are kept) and static files."""
    commands = [["-m", "config.folders"], ["manage.py", "collectstatic", "--noinput", "--verbosity", "0"]]
    if not (Path(settings["DATA_DIR"]) / "keys" / "field.keys").exists():
        commands.append(["manage.py", "make_keys"])
    for command in commands:
        done = subprocess.run(
            [sys.executable, *command], env=settings, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(done.stdout + done.stderr)


def copied(address: str, name: str) -> str:
    """A fresh database with what the template has; an earlier one of this name goes."""
    with server.connected(f"{address}/postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
    return f"{address}/{name}"


@contextmanager
def running(settings: dict[str, str], logs: Path, *web_options: str) -> Iterator[Site]:
    site = Site(settings, logs, *web_options)
    try:
        site.start()
        yield site
    finally:
        site.stop()
