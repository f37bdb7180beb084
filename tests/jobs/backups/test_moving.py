"""T43: from a trial's SQLite to PostgreSQL, equal by checksum."""

import fcntl
import os
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from jobs.backups import restoring, tables
from jobs.backups.turning import turned_to
from members.models import Member
from tests import cast

from .conftest import ID_NUMBER


def sums():
    return {name: tables.sum_of(name, model) for name, model in tables.backed_up().items()}


@contextmanager
def an_empty_postgresql(monkeypatch):
    """A database of its own beside the tests' one, in the environment."""
    server = connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE moved")
    monkeypatch.setenv(
        "NEW_DATABASE_URL",
        "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/moved".format(**server),
    )
    try:
        yield {**server, "NAME": "moved"}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE moved")


@pytest.mark.services
def test_all_rows_are_equal_and_the_trial_is_as_it_was(
    transactional_db, data, quick_tables, monkeypatch, tmp_path
):
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "trial.sqlite3")}
    with an_empty_postgresql(monkeypatch) as server:
        with turned_to(sqlite):
            restoring.make_tables(print)
            member = cast.a_member(cast.a_university().teachers, "林见微")
            member.id_number = ID_NUMBER
            member.save()
            before = sums()
            call_command("move_to_postgresql")
            after = sums()
            assert {name for name in before if before[name] != after[name]} == {"accounts_auditentry"}
        with turned_to(server):
            moved = sums()
            assert {name for name in before if before[name] != moved[name]} == {"accounts_auditentry"}
            assert Member.objects.get(name="林见微").id_number == ID_NUMBER
    assert len(list((data / "backups").glob("*.backup"))) == 1


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="a trial is SQLite")
@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "请把新数据库的地址写在环境变量 NEW_DATABASE_URL 里"),
        ("sqlite:///other.sqlite3", "NEW_DATABASE_URL 不是 PostgreSQL 的地址"),
    ],
)
def test_where_to_must_be_said(url, sentence, transactional_db, monkeypatch):
    monkeypatch.setenv("NEW_DATABASE_URL", url)
    with pytest.raises(CommandError, match=sentence):
        call_command("move_to_postgresql")


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="a trial is SQLite")
def test_not_while_the_trial_runs_and_not_to_nowhere(transactional_db, data, monkeypatch):
    monkeypatch.setenv("NEW_DATABASE_URL", "postgres://a:b@127.0.0.1:9/c")
    with (data / "trial.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="支部簿还在运行"):
            call_command("move_to_postgresql")
    with pytest.raises(CommandError, match="连不上 NEW_DATABASE_URL 的数据库"):
        call_command("move_to_postgresql")
    assert connection.vendor == "sqlite"


@pytest.mark.services
def test_not_by_a_role_that_makes_no_tables(transactional_db, data, quick_tables, monkeypatch, tmp_path):
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "trial.sqlite3")}
    with an_empty_postgresql(monkeypatch) as server:
        with connection.cursor() as cursor:
            cursor.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
        try:
            url = "postgres://guest:guest@{HOST}:{PORT}/moved".format(**server)
            monkeypatch.setenv("NEW_DATABASE_URL", url)
            with turned_to(sqlite):
                restoring.make_tables(print)
                with pytest.raises(CommandError, match="请写库的所有者的账号"):
                    call_command("move_to_postgresql")
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DROP ROLE guest")
