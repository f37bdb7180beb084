"""T27: a save that PostgreSQL acknowledged is there after its every process was killed."""

import os
import random
import secrets
import signal
import subprocess
import threading
import time
from contextlib import contextmanager

import psycopg
import pytest

from tests.services import (
    HOST,
    find_postgresql,
    find_spare_port,
    find_unprivileged_user,
    temporary_folder,
    wait_until_it_answers,
)

pytestmark = pytest.mark.services
KILLS, SECONDS_TO_START = 20, 10


@contextmanager
def killable():
    """A server that may be killed: with fsync, in a folder of its own."""
    owner = find_unprivileged_user()
    with temporary_folder(owner) as folder:
        made = Killable(folder, owner)
        yield made
        made.kill()


@pytest.fixture
def server():
    with killable() as made:
        yield made


class Killable:
    def __init__(self, folder, owner):
        self.folder, self.owner, self.password = folder, owner, secrets.token_hex(16)
        self.port = find_spare_port()
        (folder / "password").write_text(self.password)
        initdb = [
            *(find_postgresql() / "initdb", "--pgdata", folder / "data", "--username", "branchbook"),
            *("--auth", "scram-sha-256", "--pwfile", folder / "password", "--locale", "C.UTF-8"),
        ]
        subprocess.run(initdb, user=owner, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        self.start()

    def start(self, within=SECONDS_TO_START):
        program = find_postgresql() / "postgres"
        places = ["-D", self.folder / "data", "-k", self.folder, "-p", str(self.port), "-h", HOST]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [program, *places],
                user=self.owner,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        began = time.monotonic()
        wait_until_it_answers(self.process, self.port, self.folder / "server.log")
        while not self.is_ready():
            assert time.monotonic() - began < within
            time.sleep(0.05)
        return time.monotonic() - began

    def is_ready(self):
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def connect(self):
        return psycopg.connect(
            f"postgres://branchbook:{self.password}@{HOST}:{self.port}/postgres", autocommit=True
        )

    def kill(self):
        """The server and all its children: each backend leads a group of its own, all are of one session."""
        self.process.send_signal(signal.SIGSTOP)
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        for pid in [*map(int, listed.stdout.split()), self.process.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()


def test_nothing_acknowledged_is_lost(server, record_property):
    with server.connect() as one:
        one.execute("CREATE TABLE saved (id bigserial PRIMARY KEY, text text)")
    told, waits, chance = set(), [], random.Random(11)
    for _ in range(KILLS):
        writers = [threading.Thread(target=write, args=(server, told)) for _ in range(4)]
        for writer in writers:
            writer.start()
        time.sleep(chance.uniform(0.1, 1))
        server.kill()
        for writer in writers:
            writer.join()
        waits.append(server.start())
    with server.connect() as one:
        kept = {number for [number] in one.execute("SELECT id FROM saved")}
    assert (told - kept, len(told) > KILLS) == (set(), True)
    record_property(
        "figure", f"{KILLS} kills, {len(told)} acknowledged, 0 lost, again after {max(waits):.1f} s at most"
    )


def write(server, told):
    try:
        with server.connect() as one:
            while True:
                [number] = one.execute("INSERT INTO saved (text) VALUES ('x') RETURNING id").fetchone()
                told.add(number)
    except psycopg.OperationalError:
        pass
