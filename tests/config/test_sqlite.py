"""T28, T29, T37: on the trial's SQLite a save that was told is there, whoever is killed, waits or has no room."""

import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from django.conf import settings

from config.databases import database_of


def started(how, folder):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.config.on_sqlite", how, str(folder)],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(how, folder):
    with started(how, folder) as process:
        return process.communicate(timeout=120)[0].strip()


@pytest.mark.parametrize("kills", [3, pytest.param(50, marks=pytest.mark.nightly)])
def test_a_killed_writer_lost_nothing_it_had_told(tmp_path, kills, record_property):
    """T28."""
    chance, told = random.Random(7), set()
    for _ in range(kills):
        with started("write", tmp_path) as writer:
            told.add(int(writer.stdout.readline()))
            time.sleep(chance.uniform(0, 0.4))
            writer.send_signal(signal.SIGKILL)
            told |= {int(line) for line in writer.stdout.read().split("\n") if line}
    with sqlite3.connect(database_of("", tmp_path, statement_timeout=0)["NAME"]) as kept:
        numbers = {number for [number] in kept.execute("SELECT id FROM saved")}
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert told - numbers == set()
    record_property(
        "figure", f"{kills} kills, {len(told)} told, 0 lost, {len(numbers - told)} not told but kept"
    )


def test_each_commit_reaches_the_disk():
    """T28: with less than FULL a power cut takes what was told."""
    options = database_of("", settings.DATA_DIR, statement_timeout=0)["OPTIONS"]
    assert options["init_command"] == "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"


def test_eight_writers_wait_for_each_other(tmp_path, record_property):
    """T29."""
    assert said("add", tmp_path) == "400 0"
    record_property("figure", "400 of 400 read-modify-writes, 0 locked")


def test_a_full_disk_loses_nothing_and_needs_no_repair(tmp_path, record_property):
    """T37, as far as a database that may not grow is one."""
    count, kept, whole, why = said("fill", tmp_path).split("|")
    assert (kept, whole, why) == (count, "ok", "database or disk is full")
    record_property("figure", f"{count} saved and kept before it was full")
