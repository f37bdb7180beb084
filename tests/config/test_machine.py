"""deploy/install.sh on a bare Debian 12 with systemd, nginx, PostgreSQL and Redis of its own: T43."""

import json
import re
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from tests.config.test_deploy import STEP
from tests.machine import Machine, packages_of, what_is_missing

BASE = Path(settings.BASE_DIR)
HOST = "branchbook.example.edu.cn"
UNITS = ("branchbook-web", "branchbook-worker", "branchbook-beat")
SERVERS = ("postgresql", "redis-server", "nginx")
SOURCE = "/srv/branchbook"
#: systemd's own measure, from 0 (shut) to 10 (open).
MOST_EXPOSED = 1.5
#: Of a release that goes wrong: the first step works, the second does not.
STEPS = {"9001_first": "CREATE TABLE half_way (id int)", "9002_second": "SELECT 1/0"}


class Server(Machine):
    """A machine with Branchbook on it, or on the way there."""

    def make(self):
        super().make(packages_of(BASE / "deploy/install.sh"), BASE / "requirements.txt")
        ignored = shutil.ignore_patterns(
            ".git", ".venv", "data", "staticfiles", "tests", ".*_cache", "__pycache__"
        )
        self.source = self.root / SOURCE[1:]
        shutil.copytree(BASE, self.source, ignore=ignored)
        shutil.copy(BASE / "tests/visitor.py", self.root / "srv")

    def install(self, *arguments):
        return self.run(f"{SOURCE}/deploy/install.sh", *arguments)

    def manage(self, *arguments):
        done = self.run("branchbook", *arguments)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    def states(self, units=UNITS):
        return self.run("systemctl", "is-active", *units).stdout.split()

    def health(self):
        """What /healthz says through nginx, and None while nothing answers."""
        asked = f"""
import json, ssl, urllib.error, urllib.request
trust = ssl.create_default_context(cafile="/etc/branchbook/certificates/branchbook.crt")
trust.check_hostname = False
request = urllib.request.Request("https://127.0.0.1/healthz", headers={{"Host": "{HOST}"}})
try:
    answer = urllib.request.urlopen(request, context=trust, timeout=5)
except urllib.error.HTTPError as other:
    answer = other
print(answer.read().decode() if answer.status in (200, 503) else "null")
"""
        told = self.run("python3", "-c", asked).stdout
        return json.loads(told) if told else None

    def wait(self, until, seconds):
        """How many seconds it takes until ``until`` holds of /healthz."""
        begin = time.monotonic()
        while not (found := self.health()) or not until(found):
            assert time.monotonic() - begin < seconds, (found, self.run("journalctl", "-n", "60").stdout)
            time.sleep(1)
        return time.monotonic() - begin

    def enter(self, name, password):
        certificate = "/etc/branchbook/certificates/branchbook.crt"
        done = self.run("python3", "/srv/visitor.py", HOST, "443", certificate, name, said=password)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def release(self):
        return self.run("readlink", "/opt/branchbook/current").stdout.strip()

    def backups(self):
        return sorted(path.name for path in (self.root / "var/backups/branchbook").glob("*.backup"))


@pytest.mark.nightly
def test_a_bare_machine_becomes_a_server_and_stays_one(tmp_path, record_property):
    """One rehearsal: each part goes on where the one before ended."""
    if missing := what_is_missing():
        pytest.skip(missing)

    def timed(what, part, *arguments):
        begin = time.monotonic()
        part(*arguments)
        record_property("figure", f"{what} {time.monotonic() - begin:.0f} s")

    server = Server(tmp_path / "root")
    timed("root folder", server.make)
    with server.running():
        timed("installed", _installs, server)
        timed("signed in", _is_entered, server)
        _is_shut(server, record_property)
        timed("all jobs on their way", _works, server)
        _comes_back(server, record_property)
        timed("run again", _leaves_alone, server)
        timed("upgraded", _upgrades, server)
        timed("upgrade failed, and the way back", _goes_back, server)


def _installs(server):
    done = server.install("--host", HOST)
    assert done.returncode == 0, done.stderr
    assert f"支部簿已就绪：https://{HOST}/" in done.stdout
    assert server.states(UNITS + SERVERS) == ["active"] * 6
    assert server.run("systemctl", "--failed", "--quiet").stdout == ""


def _is_entered(server):
    """The made-up university stands in for a real one: the leader's dashboard has something to show."""
    told = server.run("branchbook", "demo", "--accounts-json")
    assert told.returncode == 0, told.stderr
    passwords = {one["username"]: one["password"] for one in json.loads(told.stdout)}
    assert server.enter("lingdao", passwords["lingdao"])["address"] == "/dashboard/"


def _is_shut(server, record_property):
    for unit in UNITS:
        told = server.run("systemd-analyze", "security", "--no-pager", unit).stdout
        exposed = float(re.search(r"exposure level for \S+: ([\d.]+)", told)[1])
        record_property("figure", f"{unit} exposed {exposed}")
        assert exposed <= MOST_EXPOSED
    number = server.run("systemctl", "show", "--property=MainPID", "--value", UNITS[0]).stdout.strip()
    inside = server.run(
        "nsenter", f"--target={number}", "--mount", "touch", "/opt/branchbook/x", "/etc/x", "/usr/x"
    )
    assert inside.stderr.count("Read-only file system") == 3


def _works(server):
    """Worker and scheduler move by themselves; the backup is made by the worker, shut in as it is."""
    server.wait(lambda told: told["ok"], 600)
    before = server.backups()
    python = "/opt/branchbook/current/.venv/bin/python -m celery --app config call jobs.tasks.back_up"
    asked = f"set -a; . /etc/branchbook/branchbook.env; cd /opt/branchbook/current; runuser -u branchbook -- {python}"
    assert server.run("sh", "-c", asked).returncode == 0
    # Told to stop, the worker ends what it has begun.
    deadline = time.monotonic() + 120
    while (
        "back_up"
        not in server.run("journalctl", "--unit=branchbook-worker", "--grep=back_up.* received").stdout
    ):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert server.run("systemctl", "restart", "branchbook-worker").returncode == 0
    assert len(server.backups()) == len(before) + 1


def _comes_back(server, record_property):
    """After a kill, a restart of what it stands on, and a reboot."""
    for unit in UNITS:
        server.run("systemctl", "kill", "--signal=KILL", unit)
    for what, part in (
        ("killed", lambda: None),
        ("servers restarted", lambda: server.run("systemctl", "restart", *SERVERS)),
        ("rebooted", server.reboot),
    ):
        begin, since = time.monotonic(), datetime.now(UTC)
        part()
        server.wait(
            lambda told, since=since: told["ok"] and datetime.fromisoformat(told["last_beat"]) > since, 600
        )
        record_property("figure", f"{what}, back in {time.monotonic() - begin:.0f} s")
        assert server.states(UNITS + SERVERS) == ["active"] * 6
    assert server.manage("verify_audit") == "审计链完整。\n"


def _leaves_alone(server):
    done = server.install()
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1, "")


def _upgrades(server):
    before = server.release()
    project = server.source / "pyproject.toml"
    project.write_text(project.read_text().replace('version = "0.1.0"', 'version = "0.1.1"'))
    done = server.install()
    assert (done.returncode, done.stderr) == (0, "")
    assert "已升级到 0.1.1" in done.stdout
    assert server.release() != before
    server.wait(lambda told: told["ok"], 600)


def _goes_back(server):
    """As docs/operations.md says: the lines of its block, one after the other."""
    release, members = server.release(), server.manage("roster", "--on", "2026-01-01", "--json")
    folder = server.source / "jobs/migrations"
    before = max(path.stem for path in folder.glob("0*.py"))
    for name, sql in STEPS.items():
        (folder / f"{name}.py").write_text(STEP.format(before=before, sql=sql))
        before = name
    done = server.install()
    assert (done.returncode, "升级没有完成，服务已停止。" in done.stderr) == (2, True)
    assert (server.release(), server.states()) == (release, ["inactive"] * 3)
    block = re.search(
        r"\*\*The way back\*\*.*?```\n(.*?)```", (BASE / "docs/operations.md").read_text(), re.DOTALL
    )[1]
    lines = block.splitlines()
    assert [line.partition("=")[0] for line in lines[:2]] == ["release", "backup"]
    chosen = [f"release={Path(release).name}", f"backup=/var/backups/branchbook/{server.backups()[-1]}"]
    gone = server.run("bash", "-e", "-s", said="\n".join([*chosen, *lines[2:]]))
    assert (gone.returncode, "行数和 SHA-256 全部一致" in gone.stdout) == (0, True), gone.stderr
    server.wait(lambda told: told["ok"], 600)
    assert server.states() == ["active"] * 3
    assert server.manage("roster", "--on", "2026-01-01", "--json") == members
