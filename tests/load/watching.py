"""What a run may not use more and more of: memory of each service, connections of the database, memory of the queue."""

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from tests.load.site import Site

EVERY = 5.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Sample:
    at: float
    figures: dict[str, float]


@dataclass
class Watch:
    """Samples until :meth:`stop`; MB for memory, a number for connections, the machine's load."""

    site: Site
    samples: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join(2 * EVERY)

    def cpu(self) -> dict[str, float]:
        """Seconds of processor that each service has used by now: what does not depend on who else is at work here."""
        trees = {name: process.pid for name, process in self.site.processes.items()}
        with psycopg.connect(self.site.database) as connection:
            status = Path(f"/proc/{connection.info.backend_pid}/stat").read_text()
        trees["database"] = int(status.rpartition(")")[2].split()[1])  # the backend's parent
        return {name: sum(map(_cpu_of, [pid, *_below(pid)])) for name, pid in trees.items()}

    def _run(self) -> None:
        while not self._over.wait(EVERY):
            self.samples.append(Sample(time.time(), self._figures()))

    def _figures(self) -> dict[str, float]:
        found = {
            f"memory of {name}, MB": _memory_of(process.pid) for name, process in self.site.processes.items()
        }
        with redis.Redis.from_url(self.site.queue) as queue:
            found["memory of the queue, MB"] = queue.info("memory")["used_memory"] / 2**20
        with psycopg.connect(self.site.database) as connection:
            count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            row = connection.execute(count).fetchone()
            found["connections of the database"] = float(
                row[0] - 1 if row else 0
            )  # our own is none of theirs
        found["load of the machine"] = float(Path("/proc/loadavg").read_text().split()[0])
        return found


def _memory_of(pid: int) -> float:
    """What a process and all below it hold, shared pages counted by their share."""
    total = 0
    for one in [pid, *_below(pid)]:
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        except (OSError, ProcessLookupError):
            continue  # it has just ended
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


def _cpu_of(pid: int) -> float:
    """Of a process and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def _below(pid: int) -> list[int]:
    try:
        children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [each for child in children for each in (child, *_below(child))]
