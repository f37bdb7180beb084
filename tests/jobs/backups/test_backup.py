"""What a backup holds, and what it must not. T42: it tells nobody anything."""

import errno
import json
import os
import stat
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import AuditEntry, User
from jobs import rotation, tasks
from jobs.backups import making, restoring, tables
from jobs.backups.archive import BackupError
from lib.files import alone
from lib.strongbox import SealedReader
from tests import cast

from .conftest import ID_NUMBER

COUNTED = ("tables", "rows", "files", "bytes")


def plain(path, settings):
    """All that stands in a backup, opened."""
    with path.open("rb") as file:
        box = SealedReader(file, making.read_ring(str(settings.KEYS_DIR), "backup"))
        content = bytearray()
        while not (box._is_over and box._unpacker.eof):
            content += box._more()
    return bytes(content)


def test_all_rows_and_the_files_that_belong_are_in_it(school, tmp_path):
    path = tmp_path / "one.backup"
    made = making.back_up(path)
    found = restoring.inspect(path)
    assert found == made
    assert [table.name for table in found.tables] == list(tables.backed_up())
    assert {table.name: table.rows for table in found.tables}["accounts_user"] == User.objects.count()
    names = [file.path for file in found.files]
    assert names[1:] == ["closings/q.xlsx", "evidence/2026/a.jpg"]
    assert names[0].startswith("audit/head-")


def test_it_is_for_its_owner_alone_and_shows_nothing_and_holds_no_key(school, settings, tmp_path):
    path = tmp_path / "one.backup"
    making.back_up(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    sealed, opened = path.read_bytes(), plain(path, settings)
    for word in ("林见微", "shuji", "evidence", "accounts_user"):
        assert (word.encode() in sealed, word.encode() in opened) == (False, True)
    for key in settings.KEYS_DIR.iterdir():
        secret = json.loads(key.read_text())["keys"][0]["key"].encode()
        assert (secret in sealed, secret in opened) == (False, False)
    assert ID_NUMBER.encode() not in opened


def test_sessions_are_left_out(school, settings, tmp_path):
    browser = cast.a_browser(cast.a_user())
    path = tmp_path / "one.backup"
    making.back_up(path)
    assert browser.session.session_key.encode() not in plain(path, settings)


def test_nothing_is_written_over_and_nothing_half_is_left(school, tmp_path, monkeypatch):
    path = tmp_path / "one.backup"
    path.write_text("mine")
    with pytest.raises(CommandError, match="已经存在"):
        call_command("backup", path)
    monkeypatch.setattr(tables, "lines", lambda model: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        making.back_up(tmp_path / "two.backup")
    assert (path.read_text(), sorted(tmp_path.glob("*backup*"))) == ("mine", [path])


def test_it_is_one_moment_while_others_write_and_holds_nobody_up(school, tmp_path, monkeypatch):
    seen = []

    def write_meanwhile(line):
        if not seen:
            writer = threading.Thread(target=elsewhere)
            writer.start()
            writer.join(10)
            seen.append(writer.is_alive())

    def elsewhere():
        cast.a_user()
        connection.close()

    before = User.objects.count()
    found = making.back_up(tmp_path / "one.backup", write_meanwhile)
    rows = {table.name: table.rows for table in found.tables}
    assert (seen, rows["accounts_user"], User.objects.count()) == ([False], before, before + 1)


def test_the_trail_says_so(school, tmp_path):
    found = making.back_up(tmp_path / "one.backup")
    entry = AuditEntry.objects.get(action="backup.made")
    assert {name: entry.after[name] for name in COUNTED} == found.counts()
    assert (entry.after["file"], entry.after["key"], entry.after["sha256"]) == (
        "one.backup",
        "1",
        found.checksum(),
    )


def test_an_older_one_opens_after_the_key_was_rotated_and_new_ones_take_the_new_key(school, tmp_path):
    old = making.back_up(tmp_path / "old.backup")
    assert rotation.add_to_ring("backup") == "2"
    making.back_up(tmp_path / "new.backup")
    assert restoring.inspect(tmp_path / "old.backup") == old
    assert b'"key": "2"' in (tmp_path / "new.backup").read_bytes()[:200]


def test_a_folder_keeps_the_newest(school, tmp_path, monkeypatch):
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in range(1, 4):
        (folder / f"branchbook-2020010{day}-023000.backup").write_text("old")
    (folder / "mine.txt").write_text("mine")
    call_command("backup", folder=folder, keep=2, verbosity=0)
    names = sorted(path.name for path in folder.iterdir())
    assert (len(names), names[1], names[-1]) == (4, "branchbook-20200103-023000.backup", "mine.txt")
    assert names[0] == making.LOCK


def test_unless_it_says_otherwise_as_many_as_each_night(school, settings, tmp_path):
    """An upgrade makes one, too, and must not remove what somebody wants kept for longer."""
    settings.BACKUP_KEEP = 3
    for day in range(1, 6):
        (tmp_path / f"branchbook-2020010{day}-023000.backup").write_text("old")
    call_command("backup", folder=tmp_path, verbosity=0)
    assert len(list(tmp_path.glob("*.backup"))) == 3


def test_what_a_killed_run_left_is_removed(school, tmp_path):
    left, fresh = tmp_path / ".backup-left", tmp_path / ".backup-fresh"
    for draft in (left, fresh):
        draft.write_text("half")
    os.utime(left, (0, 0))
    making.back_up_into(tmp_path, keep=1)
    assert (left.exists(), fresh.exists()) == (False, True)


def test_it_leaves_room_for_those_who_work(school, tmp_path, monkeypatch):
    monkeypatch.setattr(making, "ROOM_LEFT", 1 << 60)
    with pytest.raises(CommandError, match="备份所在的磁盘剩余不到 1 GB"):
        call_command("backup", tmp_path / "one.backup")
    assert list(tmp_path.glob("*backup*")) == []


def test_a_file_that_cannot_be_read_is_named(school, tmp_path, monkeypatch):
    """As one that a command of root's left in DATA_DIR: not the backup is what cannot be written."""
    opened = Path.open

    def refuse(path, *arguments, **options):
        if path.name == "a.jpg":
            raise PermissionError(errno.EACCES, "denied")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(CommandError, match=r"读不了文件“.*/evidence/2026/a\.jpg”：没有权限"):
        call_command("backup", tmp_path / "one.backup")


def test_none_is_made_that_no_program_could_restore(school, tmp_path, monkeypatch):
    """An upgrade was broken off, and the database is neither of the program before nor of the one after."""
    monkeypatch.setattr(making, "applied", lambda: {**making.known(), "reports": []})
    with pytest.raises(CommandError, match="数据库和本程序不是同一版"):
        call_command("backup", tmp_path / "one.backup")
    assert list(tmp_path.glob("*backup*")) == []


def test_the_nightly_one_is_made_where_there_is_a_place_for_it(school, settings, tmp_path):
    tasks.back_up()
    settings.BACKUP_DIR = str(tmp_path / "nightly")
    tasks.back_up()
    assert len(list((tmp_path / "nightly").glob("*.backup"))) == 1


def test_one_that_takes_longer_than_the_queue_waits_is_not_made_twice(school, settings, tmp_path, caplog):
    settings.BACKUP_DIR = str(tmp_path)
    with alone(tmp_path / making.LOCK):
        tasks.back_up()
        with pytest.raises(CommandError, match="正在做另一份备份，请等它做完"):
            call_command("backup", folder=tmp_path)
    assert (list(tmp_path.glob("*backup*")), "no second backup" in caplog.text) == ([], True)
    tasks.back_up()
    assert len(list(tmp_path.glob("*.backup"))) == 1


def test_why_there_was_none_stands_in_the_log(school, settings, caplog):
    settings.BACKUP_DIR = "/dev/null/below"
    with pytest.raises(BackupError):
        tasks.back_up()
    assert "建不了文件夹“/dev/null/below”" in caplog.text


def test_backups_do_not_hold_each_other_wherever_they_lie(school, settings, data, tmp_path):
    settings.BACKUP_DIR = str(data / "evidence" / "nightly")
    tasks.back_up()
    made = making.back_up(tmp_path / "one.backup")
    assert [each.path for each in made.files if "nightly" in each.path] == []


def test_the_command_speaks_json(school, tmp_path, capsys):
    call_command("backup", tmp_path / "one.backup", json=True)
    told = json.loads(capsys.readouterr().out)
    found = restoring.inspect(tmp_path / "one.backup")
    assert {name: told[name] for name in COUNTED} == found.counts()
    assert (told["file"], told["sha256"]) == (str(tmp_path / "one.backup"), found.checksum())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "请写出备份文件的名字"),
        (["a.backup", "--folder", "b"], "请写出备份文件的名字"),
        (["--folder", "b", "--keep", "0"], "--keep 至少是 1"),
        (["/nowhere/at/all.backup"], "写不了文件"),
        (["--folder", "/dev/null/below"], "建不了文件夹“/dev/null/below”：路径中有一段不是文件夹"),
    ],
)
def test_wrong_arguments_are_refused(arguments, sentence, db):
    with pytest.raises(CommandError, match=sentence):
        call_command("backup", *arguments)


def test_without_a_backup_key_none_is_made(school, settings, tmp_path):
    (settings.KEYS_DIR / "backup.keys").unlink()
    rotation.forget_keys()
    with pytest.raises(CommandError, match=r"没有密钥文件 backup\.keys"):
        call_command("backup", tmp_path / "one.backup")
