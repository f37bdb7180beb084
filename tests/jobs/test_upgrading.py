"""T43: an upgrade looks before it leaps, loses no row, and nothing serves a database that is half way."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.core import checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from accounts import audit
from accounts.models import AuditEntry, User
from config import gunicorn
from jobs import upgrading
from jobs.backups import making
from lib.encryption import ensure_keys
from tests import cast

#: The last step of a table that makes nothing.
LAST = ("accounts", "9999_test")


@pytest.fixture(autouse=True)
def _well(db, monkeypatch):
    """Keys, and settings that are a deployment's: the tests' own would not do for one."""
    ensure_keys(django_settings.KEYS_DIR)
    monkeypatch.setattr(upgrading, "run_checks", lambda **options: [])


@pytest.fixture
def behind(monkeypatch):
    """A database that lacks one step, which migrating makes."""
    step = MigrationRecorder(connection).migration_qs.filter(app="reports").latest("name")
    step.delete()
    monkeypatch.setattr(upgrading, "call_command", lambda name, **options: step.save(force_insert=True))
    return f"reports.{step.name}"


def refusal():
    with pytest.raises(CommandError) as refused:
        call_command("upgrade")
    return str(refused.value)


def test_where_nothing_is_to_be_done_it_says_so(capsys):
    call_command("upgrade", check=True)
    assert capsys.readouterr().out == f"可以升级到 {making.version()}，共 0 步。\n"


def test_a_look_names_the_steps_and_changes_nothing(behind, capsys):
    audit.record(making.MADE, by=None)
    call_command("upgrade", check=True, json=True)
    assert json.loads(capsys.readouterr().out) == {
        "version": making.version(),
        "steps": [behind],
        "faults": [],
    }
    assert upgrading.plan().steps == (behind,)


def test_without_a_fresh_backup_it_does_not_begin(behind, capsys):
    assert refusal().startswith("两小时内没有备份")
    with pytest.raises(SystemExit) as ended:
        call_command("upgrade", check=True)
    assert ended.value.code == 1
    assert upgrading.plan().steps == (behind,)


def test_with_one_it_migrates_and_the_trail_says_so(behind, capsys):
    audit.record(making.MADE, by=None)
    call_command("upgrade")
    assert "做了 1 步，没有表少了行" in capsys.readouterr().out
    entry = AuditEntry.objects.get(action=upgrading.UPGRADED)
    assert entry.after == {"to": making.version(), "steps": [behind], "fewer": []}
    assert upgrading.plan().steps == ()


def test_lost_rows_are_told(behind, monkeypatch):
    cast.a_user()
    audit.record(making.MADE, by=None)
    monkeypatch.setattr(upgrading, "call_command", lambda name, **options: User.objects.all().delete())
    assert refusal().startswith("数据库结构已升级，但这些表的行少了：accounts_user（1 → 0）")


def test_a_step_that_fails_tells_the_way_back(behind, monkeypatch):
    audit.record(making.MADE, by=None)
    monkeypatch.setattr(upgrading, "call_command", lambda name, **options: 1 / 0)
    assert "用升级前的程序把备份恢复到一个空的数据库" in refusal()


def test_settings_that_are_refused_stand_in_the_way(monkeypatch):
    found = [checks.Error("没有这样的主机"), checks.Warning("小心")]
    monkeypatch.setattr(upgrading, "run_checks", lambda **options: found)
    assert upgrading.plan().faults == ("没有这样的主机",)


def test_a_newer_database_is_refused():
    MigrationRecorder(connection).record_applied(*LAST)
    assert refusal().startswith("数据库比程序新（有 accounts.9999_test）")


@pytest.mark.parametrize("is_newer", [False, True])
def test_what_does_not_fit_is_not_served(is_newer, monkeypatch):
    monkeypatch.setattr(connection, "close", lambda: None)
    gunicorn.on_starting(None)
    if is_newer:
        MigrationRecorder(connection).record_applied(*LAST)
    else:
        MigrationRecorder(connection).migration_qs.filter(app="reports").latest("name").delete()
    with pytest.raises(SystemExit) as ended:
        gunicorn.on_starting(None)
    assert str(ended.value.code).startswith(
        "数据库比程序新" if is_newer else "数据库还没有升级到本程序（缺 reports."
    )


@pytest.mark.slow
def test_an_empty_database_is_no_upgrade(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "upgrade", "--check"],
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "ENV_FILE": os.devnull},
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "这是一个空的数据库，不是升级" in done.stdout


@pytest.mark.services
def test_a_step_may_take_longer_than_a_page(behind, monkeypatch):
    audit.record(making.MADE, by=None)
    told = []

    def migrate(name, **options):
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            told.append(cursor.fetchone()[0])

    monkeypatch.setattr(upgrading, "call_command", migrate)
    call_command("upgrade")
    assert told == ["0"]
