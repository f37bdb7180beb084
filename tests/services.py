"""Run the suite on PostgreSQL and Redis, with a real worker: `make test-services`.

Takes the servers that DATABASE_URL and REDIS_URL name; for what is not set, starts one of its own on a spare port in
a temporary folder, and removes it whatever happens. `--as-app` works as the application's own role, which may not
change what is written once (tests.roles). Other arguments go to pytest.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

HOST = "127.0.0.1"
SECONDS_TO_START = 30
SECONDS_TO_STOP = 10


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that the servers are removed
    environment = dict(os.environ)
    if "--as-app" in arguments:
        environment["BRANCHBOOK_TEST_AS_APP"] = "yes"
        arguments = [each for each in arguments if each != "--as-app"]
    with ExitStack() as stack:
        if not environment.get("DATABASE_URL"):
            environment["DATABASE_URL"] = stack.enter_context(postgresql())
        if not environment.get("REDIS_URL"):
            environment["REDIS_URL"] = stack.enter_context(redis())
        # A machine that is busy is no fault of a statement's.
        environment.setdefault("STATEMENT_TIMEOUT_MS", "120000")
        environment["BRANCHBOOK_TEST_FOLDER"] = str(stack.enter_context(temporary_folder(owner=None)))
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-n",
            "auto",
            "-m",
            "not browser and not nightly",
            *arguments,
        ]
        return run_tests(command, environment)


def run_tests(command: list[str], environment: dict[str, str]) -> int:
    """Run pytest; when somebody stops us, stop it as Ctrl-C does, so that it ends the workers it started."""
    tests = subprocess.Popen(command, env=environment)
    try:
        return tests.wait()
    except BaseException:
        tests.send_signal(signal.SIGINT)
        try:
            tests.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:  # in the middle of a long test; its workers end with it
            tests.kill()
        raise


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the address of a PostgreSQL that forgets: no fsync, a password of its own, loopback only."""
    owner = find_unprivileged_user()
    with temporary_folder(owner) as folder:
        password = make_cluster(folder, owner)
        forgetful = ("fsync=off", "full_page_writes=off", "max_connections=200")
        with cluster(folder, "data", owner, *forgetful) as port:
            yield f"postgres://branchbook:{password}@{HOST}:{port}/postgres"


def make_cluster(folder: Path, owner: str | None) -> str:
    """Make an empty PostgreSQL in ``folder / "data"`` and return its password."""
    password = secrets.token_hex(16)
    (folder / "password").write_text(password)
    initdb = [
        *(find_postgresql() / "initdb", "--pgdata", folder / "data", "--username", "branchbook", "--no-sync"),
        *("--auth", "scram-sha-256", "--pwfile", folder / "password"),
        *("--encoding", "UTF8", "--locale", "C.UTF-8"),
    ]
    subprocess.run(initdb, user=owner, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return password


@contextmanager
def cluster(folder: Path, data: str, owner: str | None, *settings: str) -> Iterator[int]:
    """Run the PostgreSQL in ``folder / data`` and yield its port."""
    port = find_spare_port()
    server = [
        *(find_postgresql() / "postgres", "-D", folder / data, "-k", folder, "-p", str(port), "-h", HOST),
        *(word for setting in settings for word in ("-c", setting)),
    ]
    # SIGINT is PostgreSQL's fast shutdown: it does not wait for its clients.
    with running(server, port, folder, owner, stop_signal=signal.SIGINT):
        yield port


@contextmanager
def redis() -> Iterator[str]:
    """Yield the address of a Redis that writes nothing to disk."""
    program = shutil.which("redis-server") or sys.exit(
        "redis-server is missing: apt-get install redis-server"
    )
    owner = find_unprivileged_user()
    with temporary_folder(owner) as folder:
        port = find_spare_port()
        server = [
            *(program, "--port", str(port), "--bind", HOST, "--dir", folder),
            *("--save", "", "--appendonly", "no"),
        ]
        with running(server, port, folder, owner, stop_signal=signal.SIGTERM):
            yield f"redis://{HOST}:{port}/0"


def find_postgresql() -> Path:
    """Return the folder of the newest PostgreSQL's programs; Debian keeps them out of PATH."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name)
    )
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb") or sys.exit("PostgreSQL is missing: apt-get install postgresql")
    return Path(found).resolve().parent


def find_unprivileged_user() -> str | None:
    """Return whom to run servers as: PostgreSQL refuses root. None means: whoever we are."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def temporary_folder(owner: str | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="branchbook-services-"))
    try:
        if owner:
            shutil.chown(folder, owner)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_spare_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: list[str | Path], port: int, folder: Path, owner: str | None, stop_signal: signal.Signals
) -> Iterator[None]:
    """Run a server in a process group of its own, so that Ctrl-C reaches the tests first and the server last."""
    log = folder / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, user=owner, cwd=folder, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_until_it_answers(server, port, log)
        yield
    finally:
        server.send_signal(stop_signal)
        try:
            server.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def wait_until_it_answers(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"A server did not start:\n{log.read_text(errors='replace')}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
