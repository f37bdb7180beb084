"""Workers, schedulers and a Redis of a test's own, which it may kill at any moment."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.services import HOST, find_spare_port

SECONDS_TO_START = 30


class Process:
    """A program in a group of its own, so that a kill takes its children, too."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.command, self.environment = command, environment
        self.log = settings.LOGS_DIR / f"{name}.log"
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdout=output, stderr=output, start_new_session=True
            )

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Worker(Process):
    """A worker on this test's database and queue, whose clock shows a working day."""

    def __init__(
        self,
        mail_port: int,
        ahead: timedelta,
        *,
        concurrency: int = 1,
        lease: int = 120,
        redis_url: str = "",
    ) -> None:
        host = f"{settings.CELERY_TASK_DEFAULT_QUEUE}@localhost"
        command = ["worker", "--hostname", host, "--concurrency", str(concurrency)]
        mail = {
            "DELIVERY_LEASE_SECONDS": str(lease),
            "EMAIL_URL": f"smtp://{HOST}:{mail_port}",
        }
        super().__init__(
            "killed-worker",
            _celery("killed_worker", *command, "--without-mingle", "--without-gossip"),
            {**_environment(ahead, redis_url), **mail},
        )

    def kill_sender(self) -> bool:
        """SIGKILL to the process that does the work; False when there is none right now."""
        with suppress(ProcessLookupError, FileNotFoundError):
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
            for child in children.split():
                os.kill(int(child), signal.SIGKILL)
            return bool(children.split())
        return False


class Beat(Process):
    """A scheduler that sends each second what the real one sends each minute or morning, by the same clock."""

    def __init__(self, name: str, ahead: timedelta, *, redis_url: str = "") -> None:
        own = settings.LOGS_DIR / f"{name}-{settings.CELERY_TASK_DEFAULT_QUEUE}"
        command = ["beat", "--schedule", f"{own}.schedule", "--pidfile", f"{own}.pid", "--loglevel", "INFO"]
        super().__init__(name, _celery("hurried_beat", *command), _environment(ahead, redis_url))

    @property
    def sent(self) -> int:
        """How many tasks it has sent by now."""
        return self.log.read_text(errors="replace").count("Sending due task")


class Redis(Process):
    """One that remembers nothing, always at the same address."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        assert program, "redis-server is missing: apt-get install redis-server"
        self.port = find_spare_port()
        command = [program, "--port", str(self.port), "--bind", HOST, "--save", "", "--appendonly", "no"]
        super().__init__("killed-redis", command, dict(os.environ))

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def start(self) -> None:
        super().start()
        deadline = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                socket.create_connection((HOST, self.port), timeout=1).close()
                return
            except OSError:
                assert self.process.poll() is None, self.log.read_text(errors="replace")
                assert time.monotonic() < deadline
                time.sleep(0.05)


def _celery(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", f"tests.reminders.{module}", "--app", "config", *arguments]


def _environment(ahead: timedelta, redis_url: str) -> dict[str, str]:
    return {
        **os.environ,
        **({"REDIS_URL": redis_url} if redis_url else {}),
        "BRANCHBOOK_TEST_DATABASE": str(connection.settings_dict["NAME"]),
        "BRANCHBOOK_TEST_AHEAD": str(ahead.total_seconds()),
    }
