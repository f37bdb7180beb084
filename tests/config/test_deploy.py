"""What deploy/ ships: the containers' file, and an installation rehearsed in a folder."""

import os
import re
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
import yaml
from django.conf import settings

from tests.services import find_spare_port, postgresql, redis

BASE = Path(settings.BASE_DIR)
DEPLOY = BASE / "deploy"
HOST = "branchbook.example.edu.cn"
OURS = ("migrate", "web", "worker", "beat")
#: Where an administrator moves the backups to.
BACKUPS = "mnt/a disk"
STEP = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("jobs", "{before}")]
    operations = [migrations.RunSQL("{sql}")]
"""


@pytest.fixture
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


class TestContainers:
    def test_nothing_runs_as_root_writes_its_image_or_gains_rights(self, compose):
        for name, service in compose["services"].items():
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name
            assert service["user"].partition(":")[0] not in ("", "0", "root"), name

    def test_everything_that_stays_up_is_looked_after(self, compose):
        image = (DEPLOY / "Dockerfile").read_text()
        for name, service in compose["services"].items():
            if name != "migrate":
                assert "healthcheck" in service or (name == "web" and "HEALTHCHECK" in image), name
                assert service["restart"] == "unless-stopped", name

    def test_only_the_proxy_is_reached_and_the_stores_reach_nobody(self, compose):
        services = compose["services"]
        assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
        assert compose["networks"]["inside"] == {"internal": True}
        for name in ("database", "redis"):
            assert services[name]["networks"] == ["inside"]

    def test_all_volumes_networks_and_secrets_are_declared(self, compose):
        for service in compose["services"].values():
            named = {volume.partition(":")[0] for volume in service.get("volumes", []) if volume[0] != "."}
            assert named <= set(compose["volumes"])
            assert set(service["networks"]) <= set(compose["networks"])
            assert set(service.get("secrets", [])) <= set(compose["secrets"])
            assert set(service.get("depends_on", {})) <= set(compose["services"])

    def test_web_worker_and_beat_are_one_image_after_the_migration(self, compose):
        services = compose["services"]
        assert len({services[name]["image"] for name in OURS}) == 1
        for name in OURS[1:]:
            assert services[name]["depends_on"] == {
                "migrate": {"condition": "service_completed_successfully"}
            }

    def test_only_migrating_knows_the_owner_of_the_database(self, compose):
        files = {name: compose["services"][name]["env_file"] for name in OURS}
        assert files == dict.fromkeys(OURS, "branchbook.env") | {"migrate": ["branchbook.env", "owner.env"]}
        assert (
            "migrate --noinput && python manage.py grant_rights --create"
            in (compose["services"]["migrate"]["command"][-1])
        )

    def test_the_proxy_is_told_all_that_its_site_asks_for(self, compose):
        asked = set(re.findall(r"\${(\w+)}", (DEPLOY / "nginx.conf.template").read_text()))
        told = compose["services"]["proxy"]["environment"]
        assert set(told) == asked | {"NGINX_ENVSUBST_FILTER"}
        assert set(re.findall(r"[A-Z_]+", told["NGINX_ENVSUBST_FILTER"])) == asked

    def test_the_proxy_answers_with_tls_of_today_alone(self):
        """In clear it leads on or refuses; which ciphers is OpenSSL's to say."""
        clear, sealed = (DEPLOY / "nginx.conf.template").read_text().split("\nserver {\n")[1:]
        assert re.findall(r"ssl_(protocols|ciphers) (.+);", sealed) == [("protocols", "TLSv1.2 TLSv1.3")]
        assert set(re.findall(r"return (\d+)", clear)) == {"301", "403"}
        assert "proxy_pass" not in clear

    def test_compose_itself_understands_it(self, compose, tmp_path):
        """Version 2, or Debian's version 1, which knows all of it but its name."""
        command = next(filter(None, map(_found, (["docker", "compose"], ["docker-compose"]))), None)
        if command is None:
            pytest.skip("no docker compose here")
        if len(command) == 1:
            del compose["name"]
        (tmp_path / "compose.yaml").write_text(yaml.safe_dump(compose))
        for name in ("branchbook.env", "owner.env", "database_password"):
            (tmp_path / name).touch()
        command += ["--file", str(tmp_path / "compose.yaml"), "config"]
        environment = {**os.environ, "BRANCHBOOK_HOST": HOST}
        told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        resolved = yaml.safe_load(told)["services"]
        assert resolved.keys() == compose["services"].keys()
        assert resolved["proxy"]["environment"]["HOST"] == HOST
        unnamed = {name: each for name, each in environment.items() if name != "BRANCHBOOK_HOST"}
        refused = subprocess.run(command, env=unnamed, check=False, capture_output=True, text=True)
        assert refused.returncode != 0
        assert "the host name, as in ALLOWED_HOSTS" in refused.stderr

    def test_the_image_ends_as_another_user_than_root(self):
        lines = (DEPLOY / "Dockerfile").read_text().splitlines()
        assert [line for line in lines if line.startswith("USER")] == ["USER branchbook"]

    def test_no_keys_data_or_settings_get_into_the_image(self):
        ignored = (BASE / ".dockerignore").read_text().split()
        kept_out = {
            "deploy/branchbook.env",
            "deploy/owner.env",
            "deploy/database_password",
            "deploy/certificates",
        }
        assert {".env", ".git", "data"} | kept_out <= set(ignored)
        assert kept_out <= set((BASE / ".gitignore").read_text().split())


def _found(command):
    """The command, where it is there and answers."""
    there = shutil.which(command[0])
    if there and not subprocess.run([*command, "version"], capture_output=True, check=False).returncode:
        return command
    return None


class Installed:
    """An installation below a folder, on servers of the test's own."""

    def __init__(self, root, database, queue):
        self.root, self.source = root, root.parent / "source"
        ignored = shutil.ignore_patterns(
            ".git", ".venv", "data", "staticfiles", "tests", ".*_cache", "__pycache__"
        )
        shutil.copytree(BASE, self.source, ignore=ignored)
        for path in self.source.rglob("*"):
            path.chmod(path.stat().st_mode & 0o700)  # as a clone under a strict umask leaves it
        self.ports = {name: find_spare_port() for name in ("port", "http-port", "https-port")}
        self.environment = {
            "PATH": os.environ["PATH"],
            "OWNER_DATABASE_URL": database,
            "DATABASE_URL": as_app(database),
            "REDIS_URL": queue,
            "STATEMENT_TIMEOUT_MS": "120000",
        }

    def install(self, *arguments):
        ports = [word for name, port in self.ports.items() for word in (f"--{name}", str(port))]
        command = [self.source / "deploy" / "install.sh", "--root", self.root, "--venv", sys.prefix, *ports]
        return subprocess.run(
            [*command, *arguments], env=self.environment, capture_output=True, text=True, check=False
        )

    def manage(self, *arguments):
        command = [self.root / "usr/local/bin/branchbook", *arguments]
        return subprocess.run(
            command, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
        )

    def release(self):
        return (self.root / "opt/branchbook/current").resolve()

    def backups(self):
        return sorted((self.root / BACKUPS).glob("*.backup"))

    def raise_version(self, before, after):
        project = self.source / "pyproject.toml"
        project.write_text(project.read_text().replace(f'version = "{before}"', f'version = "{after}"'))

    def files(self):
        """Every file with when it was written, links with where they lead, but for what Python keeps for itself."""
        return {
            str(path): str(path.readlink()) if path.is_symlink() else path.stat().st_mtime_ns
            for path in self.root.rglob("*")
            if (path.is_symlink() or path.is_file()) and "__pycache__" not in path.parts
        }

    def shut_off(self):
        """What of the program the services' user, who does not own it, could not read."""
        release = self.release()
        found = [release, *(path for path in release.rglob("*") if not path.is_symlink())]
        return [path for path in found if path.stat().st_mode & 0o5 < (0o5 if path.is_dir() else 0o4)]

    def mode(self, path):
        return oct((self.root / path).stat().st_mode & 0o777)

    def unit(self, name):
        text = (self.root / f"etc/systemd/system/branchbook-{name}.service").read_text()
        return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))

    @contextmanager
    def web(self):
        """The web server as its unit starts it, behind nginx as it was set up."""
        unit, settings_file = self.unit("web"), self.root / "etc/branchbook/branchbook.env"
        said = dict(line.split("=", 1) for line in settings_file.read_text().splitlines() if "=" in line)
        with ExitStack() as stack:
            command = unit["ExecStart"].split()
            environment = {"PATH": os.environ["PATH"], **said}
            stack.enter_context(_running(command, cwd=unit["WorkingDirectory"], env=environment))
            stack.enter_context(_running(["nginx", "-c", str(self._nginx()), "-e", "stderr"]))
            self.wait()
            yield

    def _nginx(self):
        conf = self.root.parent / "nginx.conf"
        folders = "".join(
            f"{name}_temp_path {self.root.parent}/{name}; "
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root; " if os.geteuid() == 0 else ""
        conf.write_text(
            f"{user}daemon off; pid {self.root.parent}/nginx.pid; events {{}}"
            f" http {{ {folders} include {self.root}/etc/nginx/sites-enabled/*; }}"
        )
        return conf

    def ask(self, path, *, scheme="https"):
        """Status, headers and body; as a browser that trusts the certificate and follows nothing."""
        trust = ssl.create_default_context(cafile=self.root / "etc/branchbook/certificates/branchbook.crt")
        trust.check_hostname = False
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trust), _Stay)
        address = (
            f"{scheme}://127.0.0.1:{self.ports['https-port' if scheme == 'https' else 'http-port']}{path}"
        )
        try:
            answer = opener.open(urllib.request.Request(address, headers={"Host": HOST}), timeout=30)
        except urllib.error.HTTPError as other:
            answer = other
        return answer.status, answer.headers, answer.read().decode()

    def wait(self):
        deadline = time.monotonic() + 60
        while True:
            try:
                if self.ask("/login/")[0] == 200:
                    return
            except OSError:
                pass
            assert time.monotonic() < deadline
            time.sleep(0.3)


def as_app(database):
    """The address for the application's role, which is made as whoever runs PostgreSQL makes it."""
    with psycopg.connect(database, autocommit=True) as one:
        one.execute("CREATE ROLE branchbook_app LOGIN PASSWORD 'of-the-app'")
    return re.sub("//.*@", "//branchbook_app:of-the-app@", database)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


@contextmanager
def _running(command, **options):
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.services
@pytest.mark.slow
def test_a_bare_machine_is_installed_served_left_alone_and_upgraded(tmp_path):
    """One rehearsal, since making the database takes its minute: each part goes on where the one before ended."""
    if not shutil.which("nginx"):
        pytest.skip("no nginx: apt-get install nginx")
    with postgresql() as database, redis() as queue:
        machine = Installed(tmp_path / "root", database, queue)
        _installs(machine)
        _serves(machine)
        _leaves_alone(machine)
        _follows_its_settings(machine)
        _upgrades(machine)
        _goes_on(machine)


def _installs(machine):
    assert machine.install().returncode == 2  # which host?
    done = machine.install("--host", HOST)
    assert (done.returncode, done.stderr) == (0, "")
    assert machine.mode("etc/branchbook/branchbook.env") == "0o640"
    assert machine.mode("etc/branchbook/certificates/branchbook.key") == "0o600"
    assert machine.mode("var/lib/branchbook") == machine.mode("var/backups/branchbook") == "0o700"
    assert len(list((machine.root / "var/backups/branchbook").glob("*.backup"))) == 1
    assert machine.shut_off() == []
    assert machine.manage("verify_audit").stdout == "审计链完整。\n"
    assert machine.mode("etc/branchbook/owner.env") == "0o600"
    assert (
        "W004" not in machine.manage("check", "--deploy").stderr
    )  # it works as a role that may not change the trail
    kept = "张只能添加和查看，不能改、不能删。"
    assert kept in machine.manage("grant_rights").stdout
    [backup] = (machine.root / "var/backups/branchbook").glob("*.backup")
    assert "演练记录" in machine.manage("verify_restore", str(backup)).stdout
    units = [machine.unit(name) for name in ("web", "worker", "beat")]
    if shutil.which("systemd-analyze"):
        files = sorted((machine.root / "etc/systemd/system").glob("*.service"))
        verified = subprocess.run(
            ["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False
        )
        assert (verified.returncode, verified.stderr) == (0, "")
    assert [unit["User"] for unit in units] == ["branchbook"] * 3
    assert {unit["WorkingDirectory"] for unit in units} == {str(machine.root / "opt/branchbook/current")}


def _serves(machine):
    with machine.web():
        status, headers, page = machine.ask("/login/?next=/secret-in-a-query")
        assert (status, "支部簿" in page, headers["Strict-Transport-Security"][:16]) == (
            200,
            True,
            "max-age=31536000",
        )
        assert machine.ask("/healthz")[0] == 503  # no worker has run
        status, headers, _ = machine.ask("/members/?a=1", scheme="http")
        assert (status, headers["Location"]) == (301, f"https://{HOST}/members/?a=1")
        assert machine.ask("/calendar.ics?key=x", scheme="http")[0] == 403
        style = re.search(r'href="(/static/[^"]+\.css)"', page)[1]
        assert machine.ask(style)[0] == 200
    log = (machine.root / "var/log/nginx/branchbook.log").read_text()
    assert ("GET /login/ 200" in log, "secret-in-a-query" in log) == (True, False)


def _leaves_alone(machine):
    before = machine.files()
    done = machine.install()
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert machine.files() == before


def _follows_its_settings(machine):
    """They belong to whoever runs the machine: the services may write where these say, and commands read them alike."""
    folder = machine.root / BACKUPS
    with (machine.root / "etc/branchbook/branchbook.env").open("a") as kept:
        kept.write(f"MAIL_FROM=支部簿 <branchbook@example.edu.cn>\nBACKUP_DIR={folder}\n")
    assert machine.install().returncode == 0
    assert machine.unit("worker")["ReadWritePaths"] == f'"{machine.root}/var/lib/branchbook" "-{folder}"'
    assert (machine.mode(BACKUPS), len(machine.backups())) == ("0o700", 1)
    assert machine.manage("verify_audit", "--seal").stdout == "审计链完整。\n"
    refused = machine.install("--host", "other.example.edu.cn")
    assert (refused.returncode, "请修改" in refused.stderr) == (2, True)


def _upgrades(machine):
    before = machine.release()
    machine.raise_version("0.1.0", "0.1.1")
    looked = machine.install("--check")
    assert (looked.returncode, looked.stdout.splitlines()[-1]) == (0, "可以升级到 0.1.1，共 0 步。")
    assert machine.release() == before
    done = machine.install()
    assert (done.returncode, done.stderr) == (0, "")
    assert "已升级到 0.1.1" in done.stdout
    assert machine.release().name.startswith("0.1.1-")
    assert before.is_dir()
    assert len(machine.backups()) == 2
    with machine.web():
        assert machine.ask("/login/")[0] == 200


def _goes_on(machine):
    """Of an upgrade that was broken off when the data were brought up, and the new program not yet turned to."""
    machine.raise_version("0.1.1", "0.1.2")
    folder = machine.source / "jobs/migrations"
    before = max(path.stem for path in folder.glob("0*.py"))
    (folder / "9001_step.py").write_text(STEP.format(before=before, sql="SELECT 1"))
    assert machine.install("--check").stdout.splitlines()[-1] == "可以升级到 0.1.2，共 1 步。"
    [release] = (machine.root / "opt/branchbook/releases").glob("0.1.2-*")
    current = machine.root / "opt/branchbook/current"
    now = current.readlink()
    current.unlink()
    current.symlink_to(release)
    assert "做了 1 步" in machine.manage("upgrade").stdout
    current.unlink()
    current.symlink_to(now)
    done = machine.install()
    assert (done.returncode, machine.release()) == (0, release)
    assert "数据库和本程序不是同一版" in done.stderr  # said the program before
    assert len(machine.backups()) == 3
