"""T41: with a base backup and the archived log PostgreSQL comes back as it was a second before a mistake."""

import gzip
import re
import shutil
import subprocess
import time
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from tests.services import (
    HOST,
    cluster,
    find_postgresql,
    find_unprivileged_user,
    make_cluster,
    temporary_folder,
)

pytestmark = pytest.mark.services
ARCHIVE = "/var/backups/branchbook-wal"


def shipped(folder):
    """The settings of deploy/postgresql.conf, with the archive in ``folder``."""
    text = (Path(settings.BASE_DIR) / "deploy" / "postgresql.conf").read_text()
    return [
        f"{name}={value.strip(chr(39)).replace(ARCHIVE, str(folder / 'wal'))}"
        for name, value in re.findall(r"^(\w+) = (.+)$", text, re.MULTILINE)
    ]


def archive(folder, segment):
    """What PostgreSQL would run for ``segment`` in its folder; whether it may forget it."""
    [command] = [each for each in shipped(folder) if each.startswith("archive_command=")]
    command = command.partition("=")[2].replace("%p", segment).replace("%f", segment)
    return subprocess.run(["sh", "-c", command], cwd=folder, check=False).returncode == 0


def ask(port, password, *statements):
    with psycopg.connect(
        f"postgres://branchbook:{password}@{HOST}:{port}/postgres", autocommit=True
    ) as server:
        for statement in statements:
            answer = server.execute(statement)
        return answer.fetchall() if answer.description else []


def test_a_table_emptied_by_mistake_comes_back():
    owner = find_unprivileged_user()
    with temporary_folder(owner) as folder:
        password = make_cluster(folder, owner)
        (folder / "wal").mkdir()
        if owner:
            shutil.chown(folder / "wal", owner)
        with cluster(folder, "data", owner, *shipped(folder)) as port:
            base_backup(folder, owner, port, password)
            ask(
                port,
                password,
                "CREATE TABLE member (id int)",
                "INSERT INTO member SELECT generate_series(1, 1000)",
            )
            time.sleep(1.1)
            kept = ask(port, password, "SELECT id FROM member ORDER BY id")
            target = ask(port, password, "SELECT now()")[0][0]
            time.sleep(1.1)
            ask(port, password, "DELETE FROM member", "SELECT pg_switch_wal()")
        recovery = [
            f"restore_command=gzip -cd {folder}/wal/%f.gz >%p",
            f"recovery_target_time={target.isoformat()}",
        ]
        (folder / "base" / "recovery.signal").touch()
        with cluster(
            folder, "base", owner, "archive_mode=off", "recovery_target_action=promote", *recovery
        ) as port:
            wait_until_recovered(port, password)
            assert ask(port, password, "SELECT id FROM member ORDER BY id") == kept
            assert len(kept) == 1000


def base_backup(folder, owner, port, password):
    command = [
        *(find_postgresql() / "pg_basebackup", "-h", HOST, "-p", str(port), "-U", "branchbook"),
        *("-D", folder / "base", "--checkpoint=fast"),
    ]
    subprocess.run(command, user=owner, cwd=folder, env={"PGPASSWORD": password}, check=True)


def wait_until_recovered(port, password):
    deadline = time.monotonic() + 60
    while True:
        try:
            if ask(port, password, "SELECT pg_is_in_recovery()") == [(False,)]:
                return
        except psycopg.OperationalError:
            pass  # it takes connections only once it is consistent
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_segment_is_kept_whole_once_and_never_replaced(tmp_path):
    (tmp_path / "wal").mkdir()
    (tmp_path / "0001").write_bytes(b"log" + bytes(16 << 20))
    (tmp_path / "wal" / "0001.part").write_text("half, as a full disk left it")
    assert archive(tmp_path, "0001")
    assert archive(tmp_path, "0001")  # after a crash PostgreSQL may not know that it is kept
    (tmp_path / "0001").write_bytes(b"other")
    assert not archive(tmp_path, "0001")
    [kept] = (tmp_path / "wal").iterdir()
    assert (kept.name, kept.stat().st_size < 100_000) == ("0001.gz", True)
    assert gzip.decompress(kept.read_bytes()) == b"log" + bytes(16 << 20)


def test_where_nothing_can_be_kept_it_is_not_forgotten(tmp_path):
    (tmp_path / "0001").write_bytes(b"log")
    assert not archive(tmp_path, "0001")


def test_postgresql_can_reach_it():
    """The folder of our own backups is shut to all others, and stays so."""
    assert Path(ARCHIVE).parent == Path("/var/backups")
    assert ARCHIVE in (Path(settings.BASE_DIR) / "docs" / "operations.md").read_text()
