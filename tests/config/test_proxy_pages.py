"""What the proxy says by itself, in the users' language: the program does not answer, or what was sent is too large.

And that proxy and program agree where a request ends (T53).
"""

import shutil
import socket
import ssl
import string
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
from django.conf import settings

from tests.services import find_spare_port

pytestmark = pytest.mark.services
HOST = "branchbook.example.edu.cn"


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    """The shipped site before a program that is not there; yields its address and certificate."""
    if not shutil.which("nginx"):
        pytest.skip("no nginx: apt-get install nginx")
    folder = tmp_path_factory.mktemp("proxy")
    certificate = ["-out", folder / "branchbook.crt", "-keyout", folder / "branchbook.key"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}", *certificate]
    subprocess.run(make, check=True, capture_output=True)
    port, upstream = find_spare_port(), find_spare_port()
    template = (settings.BASE_DIR / "deploy" / "nginx.conf.template").read_text()
    site = string.Template(template).safe_substitute(
        HOST=HOST,
        UPSTREAM=f"127.0.0.1:{upstream}",
        CERTIFICATES=folder,
        ACCESS_LOG=folder / "access.log",
        ERROR_LOG=folder / "error.log",
        HTTP_PORT=f"127.0.0.1:{find_spare_port()}",
        HTTPS_PORT=f"127.0.0.1:{port}",
    )
    (folder / "site.conf").write_text(site)
    places = "".join(
        f"{name}_temp_path {folder}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"daemon off; pid {folder}/nginx.pid; events {{}} http {{ {places} include {folder}/site.conf; }}"
    (folder / "nginx.conf").write_text(main)
    nginx = subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-e", folder / "main.log"])
    yield SimpleNamespace(
        folder=folder, port=port, upstream=upstream, trust=_trust(folder / "branchbook.crt")
    )
    nginx.terminate()
    nginx.wait(20)


def _trust(certificate):
    trust = ssl.create_default_context(cafile=certificate)
    trust.check_hostname = False
    return trust


def ask(proxy, path, body=None, **headers):
    address = f"https://127.0.0.1:{proxy.port}{path}"
    request = urllib.request.Request(address, body, {"Host": HOST, **headers})
    deadline = time.monotonic() + 20
    while True:
        try:
            return urllib.request.urlopen(request, context=proxy.trust, timeout=20)
        except urllib.error.HTTPError as answer:
            return answer
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.2)


@pytest.mark.parametrize("body", [None, b"topic=1"])
def test_nobody_answers(proxy, body):
    answer = ask(proxy, "/log/theme_day/?branch=7", body)
    text = answer.read().decode()
    assert (answer.status, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
    assert ("支部簿暂时打不开" in text, "可能已经保存，也可能没有" in text) == (True, True)
    assert (answer.headers["Cache-Control"], answer.headers["Retry-After"]) == ("no-store", "30")


def test_no_log_holds_a_query(proxy):
    """Searches and the key of a calendar stand there, also while nobody answers."""
    assert ask(proxy, "/calendar.ics?key=secret").status == 502
    assert "GET /calendar.ics 502" in (proxy.folder / "access.log").read_text()
    assert [path.name for path in proxy.folder.glob("*.log") if "secret" in path.read_text()] == []


def test_too_large(proxy):
    answer = ask(proxy, "/activities/", b"", **{"Content-Length": str(201 << 20)})
    assert (answer.status, "合计不能超过 200 MB" in answer.read().decode()) == (413, True)


def test_who_sends_slowly_keeps_nobody_waiting(proxy):
    """The program, here one that does one thing at a time, hears of an upload when it is there."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            length = int(self.headers.get("Content-Length", 0))
            self.rfile.read(length)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(str(length).encode())

        do_POST = do_GET  # noqa: N815 - the name is the library's

        def log_message(self, *args):
            pass

    program = HTTPServer(("127.0.0.1", proxy.upstream), Handler)
    threading.Thread(target=program.serve_forever, daemon=True).start()
    with socket.create_connection(("127.0.0.1", proxy.port)) as plain, proxy.trust.wrap_socket(plain) as slow:
        slow.sendall(f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 10\r\n\r\n12345".encode())
        time.sleep(0.5)
        assert ask(proxy, "/").read() == b"0"
        slow.sendall(b"67890")
        assert slow.recv(9000).startswith(b"HTTP/1.1 200")
    program.shutdown()
    program.server_close()


SEEN = """
def app(environ, start_response):
    with open("seen", "a") as seen:
        seen.write(environ["PATH_INFO"] + "\\n")
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]
"""
HIDDEN = f"GET /hidden/ HTTP/1.1\r\nHost: {HOST}\r\nX: "
CHUNKED = f"0\r\n\r\n{HIDDEN}"


@pytest.fixture
def program(proxy, tmp_path):
    """gunicorn behind the proxy, with a program that writes down what it is asked for; yields where."""
    (tmp_path / "seen.py").write_text(SEEN)
    at = ["--chdir", tmp_path, "--bind", f"127.0.0.1:{proxy.upstream}"]
    gunicorn = subprocess.Popen([sys.executable, "-m", "gunicorn", *at, "seen:app"])
    while ask(proxy, "/ready/").status != 200:
        time.sleep(0.2)
    yield tmp_path / "seen"
    gunicorn.terminate()
    gunicorn.wait(20)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (f"Content-Length: {len(CHUNKED)}\r\nTransfer-Encoding: chunked", CHUNKED),
        ("Content-Length: 4\r\nTransfer-Encoding: chunked", f"{len(HIDDEN):x}\r\n{HIDDEN}\r\n0\r\n\r\n"),
        (f"Content-Length: {len(CHUNKED)}\r\nTransfer-Encoding : chunked", CHUNKED),
        (f"Content-Length: {len(CHUNKED)}\r\nTransfer-Encoding: xchunked", CHUNKED),
        (f"Content-Length: {len(CHUNKED)}\r\nTransfer-Encoding: chunked, identity", CHUNKED),
        (f"Content-Length: {len(CHUNKED)}\r\nTransfer_Encoding: chunked", CHUNKED),
        (f"Content-Length: {len(CHUNKED)}\r\nX: x\nTransfer-Encoding: chunked", CHUNKED),
        (f"Content-Length: 0\r\nContent-Length: {len(HIDDEN)}", HIDDEN),
        (f"Content-Length: +{len(HIDDEN)}", HIDDEN),
        ("Transfer-Encoding: chunked", f"0;x=\n\r\n{HIDDEN}"),
        (f"Content-Length: {len(HIDDEN)}", HIDDEN),
    ],
)
def test_no_request_hides_in_another(proxy, program, headers, body):
    """The proxy refuses what may be read in two ways, or hands it on in one."""
    with socket.create_connection(("127.0.0.1", proxy.port)) as plain, proxy.trust.wrap_socket(plain) as line:
        line.settimeout(1)
        line.sendall(f"POST /first/ HTTP/1.1\r\nHost: {HOST}\r\n{headers}\r\n\r\n{body}".encode())
        try:
            while line.recv(9000):
                pass
        except TimeoutError:
            pass
    # Somebody else's request, which the hidden one would stand before.
    assert ask(proxy, "/after/").status == 200
    assert program.read_text().split() in (["/ready/", "/after/"], ["/ready/", "/first/", "/after/"])
