"""What runs here: versions, the database, and nothing that is secret."""

import os
import platform
import sqlite3
from datetime import UTC, datetime

import django
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from redis import Redis, RedisError

from accounts import audit
from jobs import installed
from jobs.backups import history, making

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the version of SQLite")
def test_the_versions(settings):
    settings.REDIS_URL = ""
    assert installed.versions() == [
        ("支部簿", making.version()),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        ("数据库", f"SQLite {sqlite3.sqlite_version}"),
        ("Redis", "没有使用（REDIS_URL），后台任务排在 DATA_DIR 的文件里"),
    ]


def test_redis_is_asked_and_may_be_away(settings, monkeypatch):
    settings.REDIS_URL = "redis://:geheim@127.0.0.1:1/0"
    assert dict(installed.versions())["Redis"] == "没有应答，请检查 Redis 是否在运行"
    monkeypatch.setattr(Redis, "info", lambda self, section: {"redis_version": "7.0.15"})
    assert dict(installed.versions())["Redis"] == "7.0.15"
    monkeypatch.setattr(Redis, "info", lambda self, section: (_ for _ in ()).throw(RedisError(":geheim@")))
    assert "geheim" not in dict(installed.versions())["Redis"]


def test_the_database_says_its_size_its_last_migration_and_as_what_it_is_used(django_assert_num_queries):
    at = datetime(2026, 10, 20, tzinfo=UTC)
    MigrationRecorder.Migration.objects.create(app="activities", name="0099_last", applied=at)
    is_sqlite = connection.vendor == "sqlite"
    with django_assert_num_queries(2 if is_sqlite else 3):
        found = installed.database()
    assert (found.migration, found.migrated_at) == ("activities.0099_last", at)
    assert found.bytes > 100_000
    assert bool(found.user) is not is_sqlite
    assert (found.rights == "SQLite 不分账号") is is_sqlite


class TestBackups:
    @pytest.fixture
    def folder(self, settings, tmp_path):
        settings.BACKUP_DIR = str(tmp_path / "backups")
        (tmp_path / "backups").mkdir()
        return tmp_path / "backups"

    def a_backup(self, folder, name, size):
        (folder / name).write_bytes(b"x" * size)
        os.utime(folder / name, (1_790_000_000, 1_790_000_000))
        return name

    def test_the_newest_first_with_size_and_rehearsal(self, folder, django_assert_num_queries):
        old = self.a_backup(folder, "branchbook-20261019-023000.backup", 5)
        new = self.a_backup(folder, "branchbook-20261020-023000.backup", 7)
        self.a_backup(folder, "notes.txt", 1)
        entry = audit.record("backup.rehearsed", by=None, after={"file": old})
        with django_assert_num_queries(1):
            found = history.folder()
        at = datetime.fromtimestamp(1_790_000_000, UTC)
        assert found.found == (history.Found(new, at, 7, None), history.Found(old, at, 5, entry.at))
        assert (found.number, found.fault) == (2, "")

    def test_ten_are_listed_and_all_counted(self, folder):
        for day in range(1, 13):
            self.a_backup(folder, f"branchbook-202610{day:02d}-023000.backup", 1)
        found = history.folder()
        assert (len(found.found), found.number) == (10, 12)
        assert found.found[0].name == "branchbook-20261012-023000.backup"

    def test_why_none_can_be_listed(self, settings, tmp_path, folder):
        assert history.folder() == history.Folder()
        settings.BACKUP_DIR = str(tmp_path / "away")
        assert history.folder().fault == "看不了备份文件夹（BACKUP_DIR）：没有这个文件或文件夹。"
        settings.BACKUP_DIR = ""
        assert history.folder().fault == "没有设置备份文件夹（BACKUP_DIR），不会每天自动备份。"
