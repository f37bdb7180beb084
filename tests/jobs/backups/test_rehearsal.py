"""The rehearsal proves a backup, touches nothing, and leaves a record for the assessor."""

import json

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from jobs.backups import history, making, rehearsing, restoring, tables


def test_it_restores_beside_compares_and_keeps_a_record(school, data, quick_tables, tmp_path, capsys):
    path = tmp_path / "one.backup"
    made = making.back_up(path)
    before = [tables.sum_of(name, model) for name, model in tables.backed_up().items()]
    call_command("verify_restore", path, json=True)
    told = json.loads(capsys.readouterr().out)
    assert {name: told[name] for name in made.counts()} == made.counts()
    assert (told["sha256"], told["accounts"], sorted(told["seconds"])) == (
        made.checksum(),
        1,
        ["prove", "restore"],
    )
    after = [tables.sum_of(name, model) for name, model in tables.backed_up().items()]
    assert {each.name for each in set(after) - set(before)} == {"accounts_auditentry"}
    kept = sorted(file.name for file in (data / "rehearsals").iterdir())
    assert [name[-4:] for name in kept] == ["json", ".txt"]
    text = history.report(kept[1]).read_text()
    assert text.startswith("支部簿备份恢复演练记录\n\n演练时间：20")
    assert f"总校验值：{made.checksum()}" in text
    assert [each.facts["report"] for each in history.rehearsals()] == [kept[1]]
    assert [path.name for path in data.iterdir() if path.name.startswith(".")] == []


def test_it_takes_nobody_the_room_to_work(school, data, tmp_path, monkeypatch):
    path = tmp_path / "one.backup"
    making.back_up(path)
    monkeypatch.setattr(making, "ROOM_LEFT", 1 << 60)
    with pytest.raises(CommandError, match="数据所在的磁盘剩余不够"):
        call_command("verify_restore", path)
    assert [path.name for path in data.iterdir() if path.name.startswith(".")] == []


def test_a_backup_that_does_not_restore_leaves_no_record(school, data, quick_tables, tmp_path, monkeypatch):
    path = tmp_path / "one.backup"
    making.back_up(path)
    monkeypatch.setattr(restoring, "prove_readable", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        rehearsing.rehearse(path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CommandError, match="文件已损坏"):
        call_command("verify_restore", path)
    assert not AuditEntry.objects.filter(action="backup.rehearsed").exists()
    assert not (data / "rehearsals").exists()
    assert [path.name for path in data.iterdir() if path.name.startswith(".")] == []


@pytest.mark.slow
def test_the_empty_database_is_migrated_as_that_of_a_new_machine(school, tmp_path):
    path = tmp_path / "one.backup"
    made = making.back_up(path)
    report, _ = rehearsing.rehearse(path)
    assert (report.contents, report.accounts) == (made, 1)
