"""Sending requests that leave nothing behind, and noticing what they wrote."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db import connection, transaction
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.test import Client

from accounts.models import AuditEntry
from accounts.refusals import MISSING, OUT_OF_REACH
from tests.access.table import ANONYMOUS
from tests.access.world import World

WRITES = re.compile(
    r'^\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)"?', re.IGNORECASE
)
#: Written by whoever is signed in, whatever is asked.
SESSIONS = "django_session"
AUDIT = AuditEntry._meta.db_table
TOKEN = re.compile(r'name="(csrfmiddlewaretoken|token)" value="[^"]+"')
NONCE = re.compile(r"'nonce-[^']+'")
NUMBERS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+")
#: An id longer than another makes a longer page.
LENGTH = "Content-Length"


@dataclass(frozen=True)
class Answer:
    """What came back, the tables that were written meanwhile, in order, and what the audit trail says of it."""

    status: int
    headers: dict[str, str]
    body: bytes
    wrote: tuple[str, ...]
    audited: tuple[str, ...]
    response: HttpResponseBase
    #: What ``look`` returned after the request, before it was rolled back.
    seen: Any = None

    @property
    def outcome(self) -> str:
        """The status, and of a crash what it was."""
        error = getattr(self.response, "exc_info", None)
        return f"{self.status} ({error[0].__name__}: {error[1]})" if error else str(self.status)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Asker:
    """One user's browser. Each request runs in a savepoint that is rolled back, its files too."""

    def __init__(self, world: World, role: str) -> None:
        self.client = Client(raise_request_exception=False)
        if role != ANONYMOUS:
            self.client.force_login(world.users[role], backend="django.contrib.auth.backends.ModelBackend")
        self.cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}
        kept = [path for path in Path(settings.DATA_DIR).rglob("*") if path.is_file()]
        self.files = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in kept}

    def ask(
        self,
        method: str,
        url: str,
        data: Mapping[str, Any] | None = None,
        *,
        look: Callable[[], Any] | None = None,
        **headers: str,
    ) -> Answer:
        with transaction.atomic():
            answer = self._send(method, url, data, headers, look)
            transaction.set_rollback(True)
        self.client.cookies.clear()
        self.client.cookies.load(self.cookies)
        self._restore_files()
        return answer

    def _restore_files(self) -> None:
        for path, (changed, content) in self.files.items():
            if _changed_at(path) != changed:
                path.write_bytes(content)
                self.files[path] = (path.stat().st_mtime_ns, content)

    def _send(
        self,
        method: str,
        url: str,
        data: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        look: Callable[[], Any] | None,
    ) -> Answer:
        send = getattr(self.client, method.lower())
        more = {"data": data} if data is not None else {}
        for value in (data or {}).values():
            if hasattr(value, "seek"):
                value.seek(0)
        with written() as tables:
            response = send(url, headers=headers, **more)
            body = b"".join(response.streaming_content) if response.streaming else response.content
        audited = _trail(tables.count(AUDIT))
        return Answer(
            response.status_code,
            dict(response.headers),
            body,
            tuple(tables),
            audited,
            response,
            look and look(),
        )


def _changed_at(path: Path) -> int | None:
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - asked for each file after each request
    except FileNotFoundError:
        return None


def _trail(count: int) -> tuple[str, ...]:
    """The ``count`` latest audit entries, without what differs between any two."""
    fields = (
        "action",
        "object_type",
        "object_id",
        "object_label",
        "branch_path",
        "outcome",
        "before",
        "after",
    )
    rows = AuditEntry.objects.order_by("-at", "-pk").values_list(*fields)[:count] if count else ()
    return tuple(sorted(map(str, rows)))


def same(one: Answer, other: Answer, ids: Iterable[object]) -> bool:
    """Do both say the same, but for tokens, nonces and the ``ids`` that were asked for?"""
    return _comparable(one, ids) == _comparable(other, ids)


def _comparable(answer: Answer, ids: Iterable[object]) -> tuple[object, ...]:
    parts = [
        answer.text,
        *(f"{name}: {value}" for name, value in sorted(answer.headers.items()) if name != LENGTH),
    ]
    plain = [NONCE.sub("", TOKEN.sub("", part)) for part in parts]
    named = re.compile("|".join(rf"(?<!\w){re.escape(str(one))}(?!\w)" for one in ids))
    # The trail tells auditors which of the two it was, and nobody else.
    audited = [entry.replace(OUT_OF_REACH, MISSING) for entry in answer.audited]
    said = [named.sub("<id>", part) for part in (*plain, *audited)]
    return (answer.status, *said, *answer.wrote)


@contextmanager
def written() -> Iterator[list[str]]:
    """The tables written to inside the block, sessions left out."""
    tables: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITES.match(sql)
        if found and found[1] != SESSIONS:
            tables.append(found[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield tables


@contextmanager
def keys_read() -> Iterator[set[str]]:
    """The keys of queries and forms that are looked for inside the block; numbers and ids in them read ``*``."""
    keys: set[str] = set()

    def noting(method: Any) -> Any:
        @wraps(method)
        def note(self: QueryDict, key: Any, *rest: Any, **more: Any) -> Any:
            keys.add(NUMBERS.sub("*", str(key)))
            return method(self, key, *rest, **more)

        return note

    with ExitStack() as stack:
        for name in ("__getitem__", "__contains__", "get", "getlist", "pop"):
            stack.enter_context(patch.object(QueryDict, name, noting(getattr(QueryDict, name))))
        yield keys
