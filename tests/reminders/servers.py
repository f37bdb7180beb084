"""Stub servers on this machine: one for JSON requests, one for mail. Each keeps what it receives."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    body: Any
    host: str


@dataclass
class Robots:
    """``answers`` maps a path to what it answers: a body, or (status, body, headers)."""

    answers: dict[str, Any]
    url: str = ""
    received: list[Request] = field(default_factory=list)


@contextmanager
def a_web_server(answers: dict[str, Any]) -> Iterator[Robots]:
    robots = Robots(answers)

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", 0))
            body = json.loads(self.rfile.read(length)) if length else None
            query = dict(parse_qsl(parts.query))
            robots.received.append(Request(self.command, parts.path, query, body, self.headers["Host"]))
            found = robots.answers[parts.path]
            found = found.pop(0) if isinstance(found, list) else found
            status, answer, headers = found if isinstance(found, tuple) else (200, found, {})
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer  # noqa: N815 - the names are the library's

        def log_message(self, *args):
            pass

    with _served(ThreadingHTTPServer((HOST, 0), Handler)) as port:
        robots.url = f"http://{HOST}:{port}"
        yield robots


@dataclass
class Mails:
    """``refuses`` maps an address to the answer that it gets instead of 250."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    refuses: dict[str, bytes] = field(default_factory=dict)


@contextmanager
def a_mail_server(each: Callable[[EmailMessage], None] = lambda mail: None) -> Iterator[Mails]:
    """The few words of SMTP that Python's client says; ``each`` is told of a mail before it is acknowledged."""
    mails = Mails()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            with suppress(ConnectionError):  # whoever sends may be killed
                self.talk()

        def talk(self):
            self.say(b"220 stub")
            while line := self.rfile.readline():
                word = line.split()[0].upper()
                if word == b"DATA":
                    self.say(b"354 go on")
                    self.keep()
                elif word == b"QUIT":
                    self.say(b"221 bye")
                    return
                else:
                    refused = [
                        answer
                        for address, answer in mails.refuses.items()
                        if word == b"RCPT" and address.encode() in line
                    ]
                    self.say(refused[0] if refused else b"250 ok")

        def say(self, line):
            self.wfile.write(line + b"\r\n")

        def keep(self):
            content = b""
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                content += line[1:] if line.startswith(b"..") else line
            if line:
                mail = message_from_bytes(content, policy=policy.default)
                mails.received.append(mail)
                each(mail)
                self.say(b"250 kept")

    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with _served(socketserver.ThreadingTCPServer((HOST, 0), Handler)) as port:
        mails.port = port
        yield mails


@contextmanager
def _served(server: socketserver.TCPServer) -> Iterator[int]:
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
