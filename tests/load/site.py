"""The site as a production runs it, on the loopback interface alone: PostgreSQL, Redis, gunicorn, worker, scheduler.

Everything of it ends with the ``with`` block. gunicorn is asked as the proxy asks it: one connection a request.
"""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
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


@dataclass
class Site:
    """``processes`` by name: web, worker, beat. ``database`` and ``queue`` are addresses."""

    port: int
    database: str
    queue: str
    logs: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)


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
    """gunicorn, worker and scheduler with what their units say."""
    port = find_spare_port()
    site = Site(port, settings["DATABASE_URL"], settings["REDIS_URL"], logs)
    logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        web = ["gunicorn", "--config", "python:config.gunicorn", "--bind", f"{HOST}:{port}", *web_options]
        worker = ["celery", "--app", "config", "worker", "--concurrency", "2"]
        schedule = ["--pidfile", "", "--schedule", str(logs / "beat-schedule")]
        beat = ["celery", "--app", "config", "beat", *schedule]
        for name, command, seconds in (("web", web, 30), ("worker", worker, 600), ("beat", beat, 30)):
            limit = {"STATEMENT_TIMEOUT_MS": str(1000 * seconds)}
            process = _process(command, {**settings, **limit}, logs / f"{name}.log")
            site.processes[name] = stack.enter_context(process)
        wait_until_it_answers(site.processes["web"], port, logs / "web.log")
        yield site


@contextmanager
def _process(command: list[str], settings: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=settings,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(2 * SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
