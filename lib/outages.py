"""What the program stands on and may be away: a database, a queue, room on a disk. Which fault is such an outage?"""

import errno
import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum

from django.db import InterfaceError, OperationalError, connections
from redis.exceptions import RedisError

FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
#: PostgreSQL's codes (appendix A of its manual) by their first characters. 57014 is a statement over its time, 55P03
#: a lock that was not to be had, 40 two transactions of which one had to give way, 53 too many of them; 53100 no room.
FULL_CODES = ("53100",)
BUSY_CODES = ("57014", "55P03", "40", "53")
#: What SQLite says in words.
FULL_WORDS, BUSY_WORDS, AWAY_WORDS = ("is full",), ("locked",), ("disk I/O", "unable to open")


class Outage(Enum):
    """``AWAY``: not reached, or lost amid the work. ``BUSY``: too slow. ``FULL``: no room to write."""

    AWAY = "away"
    BUSY = "busy"
    FULL = "full"


class Overdue(Exception):
    """An answer took longer than a page may."""


def hang_up() -> None:
    """Cut this thread's lines to databases, so that nobody waits for an answer to whatever is undone now."""
    for each in connections.all(initialized_only=True):
        line = getattr(each.connection, "fileno", None)  # SQLite has none
        if line is None or each.connection.closed:
            continue
        with socket.socket(fileno=os.dup(line())) as own, suppress(OSError):
            own.shutdown(socket.SHUT_RDWR)


def outage_of(fault: BaseException | None) -> Outage | None:
    """The outage behind ``fault``; None for any other fault, such as a table that is not there."""
    if isinstance(fault, Overdue):
        return Outage.BUSY
    if isinstance(fault, RedisError):
        return Outage.AWAY
    if isinstance(fault, OSError) and fault.errno in FULL_DISK:
        return Outage.FULL
    if isinstance(fault, InterfaceError | OperationalError):
        return _of_database(fault)
    return None


def _of_database(fault: InterfaceError | OperationalError) -> Outage | None:
    causes = list(_causes(fault))
    if any(isinstance(one, sqlite3.Error) for one in causes):
        words = ((FULL_WORDS, Outage.FULL), (BUSY_WORDS, Outage.BUSY), (AWAY_WORDS, Outage.AWAY))
        return next((kind for said, kind in words if any(word in str(fault) for word in said)), None)
    code = next(filter(None, (getattr(one, "sqlstate", None) for one in causes)), "")
    if code.startswith(FULL_CODES):
        return Outage.FULL
    return Outage.BUSY if code.startswith(BUSY_CODES) else Outage.AWAY


def _causes(fault: BaseException | None) -> Iterator[BaseException]:
    while fault is not None:
        yield fault
        fault = fault.__cause__
