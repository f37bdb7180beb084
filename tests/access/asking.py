"""Sending requests that leave nothing behind, and noticing what they wrote."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import Client

from tests.access.table import ANONYMOUS
from tests.access.world import World

WRITES = re.compile(r'^\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)"?', re.IGNORECASE)
#: Written by whoever is signed in, whatever is asked.
SESSIONS = "django_session"


@dataclass(frozen=True)
class Answer:
    """What came back, and the tables that were written meanwhile, in order."""

    status: int
    headers: dict[str, str]
    body: bytes
    wrote: tuple[str, ...]
    response: HttpResponseBase

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Asker:
    """One user's browser. Each request runs in a savepoint that is rolled back."""

    def __init__(self, world: World, role: str) -> None:
        self.client = Client(raise_request_exception=True)
        if role != ANONYMOUS:
            self.client.force_login(world.users[role], backend="django.contrib.auth.backends.ModelBackend")
        self.cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}

    def ask(self, method: str, url: str, data: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        with transaction.atomic():
            answer = self.ask_and_keep(method, url, data, **headers)
            transaction.set_rollback(True)
        self.client.cookies.clear()
        self.client.cookies.load(self.cookies)
        return answer

    def ask_and_keep(
        self, method: str, url: str, data: Mapping[str, Any] | None = None, **headers: str
    ) -> Answer:
        """The same without the rollback."""
        send = getattr(self.client, method.lower())
        more = {"data": data} if data is not None else {}
        with written() as tables:
            response = send(url, headers=headers, **more)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            response.close()
        return Answer(response.status_code, dict(response.headers), body, tuple(tables), response)


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
