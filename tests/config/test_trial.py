"""`make run` as a process of its own, on a data folder of its own."""

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from django.conf import settings

from config.trial import find_port, start

#: As long as `make run` may take, whatever else the machine does.
SECONDS = 180


@pytest.fixture
def trial(tmp_path):
    """Start a trial, yield it with its address, and kill whatever a failed test leaves."""
    environment = {
        key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}
    }
    environment |= {
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PORT": str(find_spare_port()),
    }
    output = tmp_path / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.trial"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=file,
            stderr=file,
        )
    try:
        deadline = time.monotonic() + SECONDS
        while not (found := re.search(r"http://\S+/", output.read_text())):
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < deadline, output.read_text()
            time.sleep(0.2)
        yield process, found[0]
    finally:
        for number in find_parts(tmp_path):
            kill_group(number)
        process.kill()
        process.wait()


def find_spare_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def find_parts(folder):
    return [int(number) for number in (folder / "trial.lock").read_text().split()]


def kill_group(number):
    try:
        os.killpg(number, signal.SIGKILL)
    except ProcessLookupError:
        pass  # the trial stopped it itself


def is_anything_left(folder):
    """Every part inherits the lock, and so does every process that a part starts."""
    with (folder / "trial.lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@pytest.mark.services
def test_trial_serves_pages_and_leaves_nothing_running(trial, tmp_path):
    process, address = trial
    with urllib.request.urlopen(f"{address}login/") as page:
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert len(find_parts(tmp_path)) == 3

    process.terminate()

    assert process.wait(30) == 0
    assert not is_anything_left(tmp_path)


@pytest.mark.services
def test_trial_fails_when_a_part_dies(trial, tmp_path):
    process, _ = trial
    beat = find_parts(tmp_path)[-1]

    os.kill(beat, signal.SIGKILL)

    assert process.wait(30) == 1
    assert not is_anything_left(tmp_path)
    assert "beat 进程意外结束，状态 -9。" in (tmp_path / "output").read_text()


def test_a_taken_port_is_passed_over():
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]

        assert find_port(taken) > taken


def test_what_leaves_the_pages_names_the_address_that_is_listened_on(tmp_path, monkeypatch):
    monkeypatch.setattr("config.trial.settings.LOGS_DIR", tmp_path)
    show = [
        "django",
        "shell",
        "--no-imports",
        "-c",
        "from django.conf import settings; print(settings.SITE_URL)",
    ]
    with (tmp_path / "lock").open("w") as lock:
        part = start("shown", show, lock, "http://127.0.0.1:8123")
        part.process.wait(SECONDS)
    assert part.log.read_text().splitlines()[-1] == "http://127.0.0.1:8123"
