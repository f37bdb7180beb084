"""Which fault is an outage, by what PostgreSQL, SQLite, Redis and the disk say."""

import errno
import sqlite3

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.utils import DatabaseErrorWrapper, ProgrammingError
from redis.exceptions import ConnectionError as NoQueue

from lib.outages import Outage, Overdue, outage_of


def of_postgresql(code):
    """As Django raises what psycopg raises for this code."""
    cause = psycopg.errors.lookup(code)() if code else psycopg.OperationalError("connection failed")
    fault = OperationalError(str(cause))
    fault.__cause__ = cause
    return fault


def of_sqlite(text):
    fault = OperationalError(text)
    fault.__cause__ = sqlite3.OperationalError(text)
    return fault


@pytest.mark.parametrize(
    ("code", "outage"),
    [
        ("", Outage.AWAY),
        ("08006", Outage.AWAY),
        ("57P01", Outage.AWAY),
        ("57P03", Outage.AWAY),
        ("57014", Outage.BUSY),
        ("55P03", Outage.BUSY),
        ("40P01", Outage.BUSY),
        ("53300", Outage.BUSY),
        ("53100", Outage.FULL),
    ],
)
def test_postgresql(code, outage):
    assert outage_of(of_postgresql(code)) == outage


@pytest.mark.parametrize(
    ("text", "outage"),
    [
        ("database is locked", Outage.BUSY),
        ("database or disk is full", Outage.FULL),
        ("unable to open database file", Outage.AWAY),
        ("disk I/O error", Outage.AWAY),
        ("no such table: members_member", None),
    ],
)
def test_sqlite(text, outage):
    assert outage_of(of_sqlite(text)) == outage


@pytest.mark.parametrize(
    ("fault", "outage"),
    [
        (InterfaceError("connection already closed"), Outage.AWAY),
        (NoQueue("Connection refused"), Outage.AWAY),
        (Overdue(), Outage.BUSY),
        (OSError(errno.ENOSPC, "No space left on device"), Outage.FULL),
        (OSError(errno.EACCES, "Permission denied"), None),
        (ProgrammingError("column does not exist"), None),
        (ValueError("a mistake"), None),
        (None, None),
    ],
)
def test_the_rest(fault, outage):
    assert outage_of(fault) == outage


def test_django_keeps_the_cause():
    """What is told of a fault stands in what it came from."""
    with pytest.raises(OperationalError) as caught, DatabaseErrorWrapper(connection):
        raise connection.Database.OperationalError("database is locked")
    assert isinstance(caught.value.__cause__, connection.Database.OperationalError)
