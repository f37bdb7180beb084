"""Branchbook on this machine for a look: `make run`. Web server, worker and beat run as in production.

A production is started by its service manager instead (see `deploy/`), so a set SECRET_KEY is refused here.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TextIO

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.db import connections

from config.folders import make_folders
from config.keys import read_or_make

HOST = "127.0.0.1"
PORTS_TO_TRY = 50
SECONDS_TO_START = 60
SECONDS_TO_STOP = 10
LOG_LINES_SHOWN = 20


@dataclass(frozen=True)
class Part:
    """One of the three programs, in a process group of its own."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def has_ended(self) -> bool:
        return self.process.poll() is not None


def main() -> int:
    if not settings.TRIAL:
        return refuse("已设置 SECRET_KEY，这是正式环境：请把 gunicorn、worker、beat 作为系统服务启动。")
    os.umask(0o077)
    make_folders()
    with (settings.DATA_DIR / "trial.lock").open("a+", encoding="ascii") as lock:
        if not take(lock):
            lock.seek(0)
            return refuse(f"支部簿已在使用 {settings.DATA_DIR}（进程 {lock.read()}），请先停止它。")
        accounts = prepare()
        return run(accounts, lock)


def refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def take(lock: TextIO) -> bool:
    """Lock the data folder. The parts inherit the lock, so one that outlived its parent still keeps it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def prepare() -> str:
    """Bring key, database and static files up to date; return what there is to say about the accounts."""
    read_or_make(settings.KEYS_DIR / "secret_key")
    print("正在准备数据库和静态文件 …", flush=True)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    accounts = load_demo()
    connections.close_all()
    return accounts


def load_demo() -> str:
    """Fill an empty database with the demo university; of a filled one, only ask for its accounts.

    The command's standard output is the list of accounts, shown once the address is known; its progress goes to
    standard error.
    """
    if "demo" not in get_commands():
        return ""
    output = StringIO()
    if get_user_model()._default_manager.exists():
        call_command("demo", accounts=True, stdout=output)
    else:
        call_command("demo", scale="small", stdout=output)
    return output.getvalue()


def run(accounts: str, lock: TextIO) -> int:
    """Start the parts, wait for a signal or for one of them to end, and leave nothing running."""
    asked_to_stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: asked_to_stop.set())
    port = find_port(int(os.environ.get("PORT") or 8000))
    with running_parts(port, lock) as parts:
        if wait_for_web(port, parts, asked_to_stop):
            print(f"\n支部簿：{address_of(port)}/\n\n{accounts}")
            print(f"日志：{settings.LOGS_DIR}    停止：按 Ctrl-C", flush=True)
        while not asked_to_stop.wait(0.5):
            if ended := next((part for part in parts if part.has_ended()), None):
                return report_end(ended)
        print("正在停止 …", flush=True)
    return 0


def find_port(wanted: int) -> int:
    """Return the first port from `wanted` on that nobody listens on."""
    for port in range(wanted, wanted + PORTS_TO_TRY):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((HOST, port))
                return port
    sys.exit(f"端口 {wanted} 至 {wanted + PORTS_TO_TRY - 1} 都被占用，请用 PORT=… 另指定一个。")


@contextmanager
def running_parts(port: int, lock: TextIO) -> Iterator[list[Part]]:
    celery = ["celery", "--app", "config"]
    lonely = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    commands = {
        "web": ["gunicorn", "--config", "python:config.gunicorn", "--bind", f"{HOST}:{port}"],
        "worker": [*celery, "worker", "--concurrency", "2", *lonely],
        "beat": [*celery, "beat", "--pidfile", ""],
    }
    parts: list[Part] = []
    try:
        for name, command in commands.items():
            parts.append(start(name, command, lock, address_of(port)))
        note_processes(parts, lock)
        yield parts
    finally:
        stop(parts)


def address_of(port: int) -> str:
    return f"http://{HOST}:{port}"


def start(name: str, command: list[str], lock: TextIO, address: str) -> Part:
    """``address`` goes into what leaves the pages: links that are shared, mail, calendars."""
    log = settings.LOGS_DIR / f"{name}.log"
    # The filesystem broker moves each message to the temporary folder before it reads it: with a folder beside the
    # messages that is one atomic step, and what a message says never lies in the machine's shared /tmp.
    environment = {"SITE_URL": address, **os.environ, "TMPDIR": str(settings.BROKER_FOLDERS["received"])}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(lock.fileno(),),
            start_new_session=True,
        )
    return Part(name, process, log)


def note_processes(parts: list[Part], lock: TextIO) -> None:
    """Name the parts in the lock, for somebody who finds them alive after this process was killed."""
    lock.truncate(0)
    lock.write(" ".join(str(part.process.pid) for part in parts))
    lock.flush()


def wait_for_web(port: int, parts: list[Part], asked_to_stop: threading.Event) -> bool:
    """Return whether the web server answers; give up when a part has ended or somebody asked to stop."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and not any(part.has_ended() for part in parts):
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return True
        if asked_to_stop.wait(0.2):
            break
    return False


def report_end(part: Part) -> int:
    last = part.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES_SHOWN:]
    status = part.process.returncode
    return refuse("\n".join([f"{part.name} 进程意外结束，状态 {status}。日志末尾：", *last]))


def stop(parts: list[Part]) -> None:
    """Ask each part to finish what it does, then kill what is left of its process group."""
    for part in parts:
        part.process.terminate()
    deadline = time.monotonic() + SECONDS_TO_STOP
    for part in parts:
        with suppress(subprocess.TimeoutExpired):
            part.process.wait(max(0.0, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(part.process.pid, signal.SIGKILL)
        part.process.wait()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
