"""T39: what was backed up comes back, all of it. T40: a restore never lies, and refuses without touching anything."""

import os
import re
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, User
from jobs.backups import making, restoring, tables
from lib.encryption import ensure_keys, forget_keys
from lib.strongbox import MAGIC
from members.models import Member
from tests import cast

from .conftest import ID_NUMBER


@pytest.fixture
def backup(school, tmp_path):
    path = tmp_path / "one.backup"
    making.back_up(path)
    return path


def sums():
    return [tables.sum_of(name, model) for name, model in tables.backed_up().items()]


def files_of(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "sqlite3" not in path.name
    }


def refuse(path):
    """The sentence of a refusal, after which nothing is otherwise."""
    with pytest.raises(CommandError) as refused:
        call_command("restore", path)
    return str(refused.value)


def test_the_drill(backup, data, elsewhere, capsys):
    expected = restoring.inspect(backup)
    call_command("restore", backup)
    assert "行数和 SHA-256 全部一致" in capsys.readouterr().out
    changed = {"accounts_auditentry"}  # the restore itself stands there too
    assert [each for each in sums() if each.name not in changed] == [
        each for each in expected.tables if each.name not in changed
    ]
    kept = {
        name: content
        for name, content in files_of(data).items()
        if name.split("/")[0] in ("audit", "closings", "evidence")
    }
    assert {
        name: content for name, content in files_of(elsewhere).items() if not name.startswith("keys")
    } == kept
    assert Member.objects.get(name="林见微").id_number == ID_NUMBER
    audit.seal()
    assert list(audit.verify()) == []
    assert AuditEntry.objects.get(action="backup.restored").after == {
        "file": "one.backup",
        **expected.counts(),
    }
    answer = Client().post(reverse("login"), {"username": "shuji", "password": cast.PASSWORD})
    assert answer.status_code == 302
    assert cast.a_user().pk > User.objects.get(username="shuji").pk  # new rows go on behind the old ones


@pytest.fixture
def unsealed(school):
    """What came in during the last minute before a backup, which comes back an hour later."""
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        audit.record("session.sign_in", by=None)


def test_the_trail_is_whole_after_what_it_says_is_to_be_done(unsealed, backup, elsewhere, capsys):
    call_command("restore", backup)
    command = re.search(r"请运行 (verify_audit[ \w-]*) 和", capsys.readouterr().out)[1]
    call_command(*command.split())
    assert capsys.readouterr().out == "审计链完整。\n"
    assert f"branchbook {command}\n" in (settings.BASE_DIR / "docs/operations.md").read_text()


def test_over_a_database_with_rows_it_refuses(backup):
    before = sums()
    assert refuse(backup).startswith("目标数据库不是空的（表 ")
    assert sums() == before


def test_rows_of_another_program_count_too(backup, elsewhere):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE theirs (name text)")
        cursor.execute("INSERT INTO theirs VALUES ('x')")
    assert refuse(backup).startswith("目标数据库不是空的（表 theirs 里有数据）")


def test_over_a_folder_with_files_it_refuses(backup, elsewhere):
    (elsewhere / "evidence").mkdir()
    (elsewhere / "evidence" / "mine.jpg").write_bytes(b"mine")
    assert refuse(backup).startswith("目标数据文件夹不是空的（已有 evidence/mine.jpg）")
    assert connection.introspection.table_names() == []


def test_damage_is_refused_before_anything_is_touched(backup, elsewhere, tmp_path):
    whole, bad = backup.read_bytes(), tmp_path / "bad.backup"
    step = len(whole) // 40
    for place in range(len(MAGIC), len(whole), step):
        bad.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        refuse(bad)
        bad.write_bytes(whole[:place])
        refuse(bad)
    bad.write_bytes(whole + b"\n")
    assert refuse(bad).startswith("“bad.backup”：文件已损坏")
    bad.write_bytes(b"")
    assert refuse(bad).startswith("“bad.backup”：这不是支部簿的备份文件")
    assert connection.introspection.table_names() == []
    assert sorted(path.name for path in elsewhere.iterdir() if "sqlite3" not in path.name) == ["keys"]


def test_a_foreign_backup_key_is_told_from_damage(backup, elsewhere):
    _new_keys(elsewhere, "backup")
    assert refuse(backup).startswith("“one.backup”：备份密钥不对")


def test_foreign_field_keys_are_refused_and_nothing_stays(backup, elsewhere):
    _new_keys(elsewhere, "field")
    assert refuse(backup).startswith("字段密钥（field.keys）打不开备份里的数据")
    assert Member.objects.count() == 0
    assert not (elsewhere / "evidence").exists()


def _new_keys(folder, name):
    (folder / "keys" / f"{name}.keys").unlink()
    ensure_keys(folder / "keys")
    forget_keys()


@pytest.mark.parametrize(
    ("ours", "sentence"),
    [
        ({}, "备份来自较新的程序"),
        ({"accounts": ["0001_initial", "9999_later"]}, "备份来自较早的程序"),
    ],
)
def test_another_schema_is_refused(backup, elsewhere, monkeypatch, ours, sentence):
    known = making.known()
    wanted = {**known, "accounts": [*known["accounts"], "9999_later"]} if ours else {**known, "accounts": []}
    monkeypatch.setattr(making, "known", lambda: wanted)
    assert refuse(backup).startswith(sentence)
    assert connection.introspection.table_names() == []


def test_rows_that_come_out_otherwise_undo_it_all(backup, elsewhere, monkeypatch):
    fill = tables.fill

    def lose_one(model, rows):
        fill(model, list(rows)[1:] if model is User else rows)

    monkeypatch.setattr(tables, "fill", lose_one)
    assert "恢复后的表" in refuse(backup) or "放不进目标数据库" in refuse(backup)
    assert (User.objects.count(), (elsewhere / "evidence").exists()) == (0, False)


def test_a_fault_at_the_last_moment_undoes_it_all(backup, elsewhere, monkeypatch):
    place = restoring._place

    def fail_after(staging, folder):
        place(staging, folder)
        raise OSError(28, "no space left")

    monkeypatch.setattr(restoring, "_place", fail_after)
    assert "磁盘已满。没有恢复" in refuse(backup)
    assert (User.objects.count(), (elsewhere / "evidence").exists()) == (0, False)


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the other process finds a file, not a schema")
def test_killed_between_files_and_commit_it_left_nothing_and_the_next_one_goes_through(backup, elsewhere):
    restoring.make_tables(print)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "BRANCHBOOK_TEST_DATABASE": str(connection.settings_dict["NAME"]),
    }
    command = [sys.executable, "-m", "tests.jobs.backups.killed_restore", str(elsewhere), str(backup)]
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert (User.objects.count(), (elsewhere / "evidence" / "2026" / "a.jpg").exists()) == (0, True)
    restoring.restore(backup)
    assert sorted(files_of(elsewhere / "evidence")) == ["2026/a.jpg"]
    assert (User.objects.count(), (elsewhere / ".restoring").exists()) == (1, False)


def test_what_is_not_in_the_backup_is_never_removed(backup, elsewhere):
    """A note was left by a restore that went well, and the folder is in use since."""
    staging = elsewhere / ".restoring"
    (staging / "evidence").mkdir(parents=True)
    restoring._place(staging, elsewhere)
    (elsewhere / "evidence" / "since.jpg").write_bytes(b"since")
    assert refuse(backup).startswith("目标数据文件夹不是空的（已有 evidence/since.jpg）")
    assert (elsewhere / "evidence" / "since.jpg").read_bytes() == b"since"


def test_the_command_says_what_is_not_there(elsewhere, tmp_path):
    assert refuse(tmp_path / "none.backup").startswith("读不到文件“none.backup”：没有这个文件或文件夹")
    (elsewhere / "keys" / "backup.keys").unlink()
    (tmp_path / "some.backup").write_bytes(MAGIC + b"{}\n")
    assert refuse(tmp_path / "some.backup").startswith("没有密钥文件 backup.keys")
