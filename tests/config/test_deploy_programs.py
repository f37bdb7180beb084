"""The small programs of deploy/: what reads a settings file, and what asks whether the web server answers."""

import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from django.conf import settings

DEPLOY = settings.BASE_DIR / "deploy"
HOST = "branchbook.example.edu.cn"
SETTINGS = """# a remark
; another=one
MAIL_FROM=支部簿 <branchbook@example.edu.cn>
EMAIL_URL=smtp+tls://a:$b`c;d&e@smtp.example.edu.cn:587
QUOTED="two  words"
APART = 'it is'
EMPTY=

no line of ours
"""


def test_a_settings_file_says_the_same_to_commands_as_to_services(tmp_path):
    """As systemd reads it: no value is a command, whatever stands in it."""
    function = re.search(
        r"^take_settings\(\) {.*?^}", (DEPLOY / "install.sh").read_text(), re.MULTILINE | re.DOTALL
    )[0]
    (tmp_path / "branchbook.env").write_text(SETTINGS)
    done = subprocess.run(
        ["sh", "-ec", f"{function}\ntake_settings branchbook.env\nenv -0"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    told = dict(each.split("=", 1) for each in done.stdout.rstrip("\0").split("\0"))
    assert {name: told[name] for name in set(told) - {"PATH", "PWD", "OLDPWD", "SHLVL", "_"}} == {
        "MAIL_FROM": "支部簿 <branchbook@example.edu.cn>",
        "EMAIL_URL": "smtp+tls://a:$b`c;d&e@smtp.example.edu.cn:587",
        "QUOTED": "two  words",
        "APART": "it is",
        "EMPTY": "",
    }


def test_whether_it_answers_is_asked_through_no_proxy():
    """The one in the environment is for the way out, as Docker and administrators set it."""

    class Red(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(503)

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Red) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        asked = [sys.executable, DEPLOY / "alive.py", f"http://127.0.0.1:{server.server_port}"]
        nowhere = "http://127.0.0.1:9"
        environment = {"ALLOWED_HOSTS": HOST, "http_proxy": nowhere, "https_proxy": nowhere}
        assert subprocess.run(asked, env=environment, check=False).returncode == 0
        server.shutdown()
