"""A bare Debian 12 that boots: its own folder, processes, users and network, with systemd as its first process.

It has no way out, like a server on a campus: Debian's packages and Python's are fetched before, by this machine's own
clients and settings, and lie in its caches. Needs root, Debian's mmdebstrap and systemd-container.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SUITE = "bookworm"
SECONDS_TO_BOOT = 300
SECONDS_TO_STOP = 180
#: What systemd-nspawn says where another systemd should start it again.
ENDED_TO_REBOOT = 133
#: What a bare server has, and mmdebstrap's smallest root has not.
BEGINS_WITH = "systemd,systemd-sysv,dbus,ca-certificates"
SOURCES = (Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list"))
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def what_is_missing() -> str:
    """Why no machine can be made here; empty when one can."""
    if os.geteuid() != 0:
        return "a machine takes root"
    for program, package in (("mmdebstrap", "mmdebstrap"), ("systemd-nspawn", "systemd-container")):
        if not shutil.which(program):
            return f"no {program}: apt-get install {package}"
    if 'VERSION_ID="12"' not in Path("/etc/os-release").read_text():
        return "Python's packages are fetched by the Python of Debian 12"
    return "" if any(path.exists() for path in SOURCES) else "this machine has no sources of Debian"


class Machine:
    """The machine in the folder ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._host: subprocess.Popen[bytes] | None = None

    def make(self, packages: list[str], requirements: Path) -> None:
        """Debian's smallest root, with the files of ``packages`` and of ``requirements`` at hand but not installed."""
        source = next(path for path in SOURCES if path.exists())
        make = ["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", f"--include={BEGINS_WITH}"]
        subprocess.run([*make, SUITE, str(self.root), str(source)], check=True)
        # How this machine reaches Debian's packages: proxies, and what its mirror asks for.
        found = subprocess.run(["apt-config", "dump", "Acquire"], check=True, capture_output=True).stdout
        (self.root / "etc/apt/apt.conf.d/00acquire").write_bytes(found)
        for command in (
            ["update", "-q"],
            ["install", "-q", "-y", "--no-install-recommends", "--download-only"],
        ):
            fetched = packages if "install" in command else []
            subprocess.run(
                ["chroot", self.root, "apt-get", *command, *fetched],
                env={"PATH": PATH, "DEBIAN_FRONTEND": "noninteractive"},
                check=True,
                stdout=subprocess.DEVNULL,
            )
        # By the same Python, which asks for packages that a later 3.11 does without.
        python = self.root.parent / "python"
        subprocess.run(["/usr/bin/python3", "-m", "venv", python], check=True)
        download = [python / "bin/python", "-m", "pip", "download", "--quiet", "--require-hashes"]
        wheels = self.root / "srv/packages"
        subprocess.run([*download, "--requirement", requirements, "--dest", wheels], check=True)
        (self.root / "etc/pip.conf").write_text("[global]\nno-index = true\nfind-links = /srv/packages\n")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Boot, and switch off whatever happens."""
        self._switch_on()
        try:
            self.wait_for_boot()
            yield
        finally:
            self._switch_off()

    def _switch_on(self) -> None:
        # Without a systemd of this machine's own there is nobody to register with.
        alone = () if Path("/run/systemd/system").exists() else ("--register=no", "--keep-unit")
        command = [
            "systemd-nspawn",
            "--quiet",
            "--directory",
            self.root,
            "--boot",
            "--private-network",
            *alone,
        ]
        self._host = subprocess.Popen(
            [*command, "--machine=branchbook-rehearsal", "--console=pipe"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def wait_for_boot(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_BOOT
        state = ""
        while state not in ("running", "degraded"):
            assert time.monotonic() < deadline, state
            time.sleep(0.5)
            state = self.run("systemctl", "is-system-running").stdout.strip() if self.first() else ""

    def first(self) -> int | None:
        """The number of the machine's first process, seen from here."""
        assert self._host
        if self._host.poll() is not None:
            return None
        children = Path(f"/proc/{self._host.pid}/task/{self._host.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def run(self, *command: str, said: str = "", timeout: float = 1200) -> subprocess.CompletedProcess[str]:
        """A command as root in the machine, with the environment of a fresh sign-in."""
        inside = ["nsenter", f"--target={self.first()}", *"--mount --uts --ipc --net --pid --cgroup".split()]
        environment = ["env", "--ignore-environment", f"PATH={PATH}", "HOME=/root"]
        return subprocess.run(
            [*inside, *environment, *command],
            input=said,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def reboot(self) -> None:
        assert self._host
        before = self.first()
        self.run("systemctl", "reboot")
        deadline = time.monotonic() + SECONDS_TO_STOP
        while self.first() in (before, None):
            if self._host.poll() == ENDED_TO_REBOOT:
                self._switch_on()
            assert time.monotonic() < deadline
            time.sleep(0.2)
        self.wait_for_boot()

    def _switch_off(self) -> None:
        assert self._host
        if self.first():
            self.run("systemctl", "poweroff")
        try:
            self._host.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._host.terminate()
            self._host.wait()
        for name in ("payload/*", "payload", "supervisor"):
            for group in Path("/sys/fs/cgroup").glob(f"*/{name}/"):
                group.rmdir()


def packages_of(script: Path) -> list[str]:
    """What an installation script asks Debian for."""
    found = re.search(r"needed=\(([^)]*)\)", script.read_text())
    assert found
    return found[1].split()
