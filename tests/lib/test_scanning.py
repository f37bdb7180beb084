"""5.4.3: files are shown to clamd before they are kept, against one of the test's own."""

import socketserver
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from branches.roles import Role
from jobs.forms import UploadForm
from lib import scanning
from lib.attachments.kinds import Refused
from tests import cast

CLEAN, HOSTILE = b"harmless " * 20_000, b"EICAR-STANDARD" * 10_000


class Scanner(socketserver.StreamRequestHandler):
    """Says of a stream that it is well unless EICAR stands in it; keeps what came."""

    def handle(self):
        command = self.read_until_null()
        if command == b"zPING":
            self.wfile.write(b"PONG\0")
            return
        content = b""
        while length := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(length)
        self.server.came.append((command, content))
        said = self.server.says or (b"Eicar-Test FOUND" if b"EICAR" in content else b"OK")
        self.wfile.write(b"stream: " + said + b"\0")

    def read_until_null(self):
        found = b""
        while (letter := self.rfile.read(1)) not in (b"", b"\0"):
            found += letter
        return found


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class TcpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True


@pytest.fixture(params=["unix", "tcp"])
def clamd(request, settings, tmp_path):
    if request.param == "unix":
        server = UnixServer(str(tmp_path / "clamd.ctl"), Scanner)
        settings.CLAMD_ADDRESS = f"unix://{tmp_path}/clamd.ctl"
    else:
        server = TcpServer(("127.0.0.1", 0), Scanner)
        settings.CLAMD_ADDRESS = f"tcp://127.0.0.1:{server.server_address[1]}"
    server.came, server.says = [], b""
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_what_is_well_is_taken_whole_as_it_came(clamd):
    scanning.check(CLEAN)
    assert clamd.came == [(b"zINSTREAM", CLEAN)]


def test_what_is_found_is_refused_by_its_name(clamd):
    with pytest.raises(Refused, match=r"查出病毒（Eicar-Test），没有保存"):
        scanning.check(HOSTILE)


@pytest.mark.parametrize("says", [b"INSTREAM size limit exceeded. ERROR", b"OKAY"])
def test_an_answer_that_is_no_yes_is_a_no(clamd, says):
    clamd.says = says
    with pytest.raises(Refused, match="请稍后再试"):
        scanning.check(CLEAN)


def test_a_scanner_that_is_down_takes_nothing(settings, tmp_path):
    settings.CLAMD_ADDRESS = f"unix://{tmp_path}/none.ctl"
    with pytest.raises(Refused, match="请稍后再试"):
        scanning.check(CLEAN)
    assert scanning.in_words().startswith("没有应答")


def test_without_one_nothing_is_asked():
    scanning.check(HOSTILE)
    assert scanning.in_words().startswith("没有设置")


def test_a_workbook_says_so_at_its_field(clamd):
    form = UploadForm({}, {"file": SimpleUploadedFile("名册.csv", "姓名,EICAR\n".encode())})
    assert form.errors["file"] == ["文件里查出病毒（Eicar-Test），没有保存。请先用杀毒软件检查自己的电脑。"]


@pytest.mark.django_db
def test_the_page_of_the_system_shows_it(clamd, monkeypatch):
    monkeypatch.setattr("reminders.health.answers", lambda: True)
    browser = cast.a_browser(cast.a_user(Role.SYSTEM_ADMIN))
    assert "<dt>病毒扫描</dt><dd>有应答</dd>" in browser.get(reverse("system_state")).content.decode()
