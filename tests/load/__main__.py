"""T44: fifty people at work in 50,000 members on this machine, with an import and an export running beside them.

python -m tests.load [--minutes 5] [--users 50] [--think 10] [--json FILE]

Everything is started here, on the loopback interface alone, and ends with the run: PostgreSQL, Redis, gunicorn, worker
and scheduler as their units start them. The university lies in LOAD_DIR (data/load), made once; a run works on a copy.
Ends with 1 when a limit is passed. How many questions a page asks is the same for one row and for many by its own
tests (`assertNumQueries` in tests/**, bars 7 and 8 of docs/performance.md), and is not measured again.
"""

import argparse
import json
import os
import random
import secrets
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.bench import server
from tests.load import site
from tests.services import redis

MOST_MINUTES, MOST_USERS = 60, 200
#: Seconds in which everybody comes.
ARRIVING = 60.0
#: Import and export are asked for once each so many seconds, the first time soon.
FIRST_JOBS, JOBS_EVERY, MOST_TURNS = 15.0, 600.0, 4


def main(arguments: list[str]) -> int:
    asked = _arguments(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that the servers are stopped
    home = site.folder()
    with server.postgresql(home, site.POSTGRESQL) as address, redis() as queue:
        settings = site.environment(home, server.ensure_database(address, site.TEMPLATE), queue)
        site.prepare(settings)
        _make_university(settings)
        if asked.prepare:
            return 0
        from tests.load.campus import open_accounts

        settings["DATABASE_URL"] = site.copied(address, "branchbook_run")
        _point_django_at(settings["DATABASE_URL"])
        password = secrets.token_urlsafe(18)
        people = open_accounts(asked.users, password)
        with site.running(settings, home / "logs") as running:
            return Run(running, asked).do(people, password)


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load")
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--think", type=float, default=10.0, help="seconds between two pages, on average")
    parser.add_argument("--json", type=Path, help="where the figures go as well")
    parser.add_argument("--prepare", action="store_true", help="only make the university")
    asked = parser.parse_args(arguments)
    if not (0 < asked.minutes <= MOST_MINUTES and 0 < asked.users <= MOST_USERS and asked.think >= 1):
        parser.error(f"at most {MOST_MINUTES} minutes and {MOST_USERS} users, at least 1 s to think")
    return asked


def _make_university(settings: dict[str, str]) -> None:
    """The template, made when it is not there; whoever made half of it makes all of it anew."""
    os.environ |= settings
    import django

    django.setup()
    from tests.load import campus

    campus.make(campus.CROWD, say=_say)


def _point_django_at(database: str) -> None:
    from django.conf import settings
    from django.db import connections

    from config.databases import database_of

    connections["default"].close()
    made = database_of(database, Path(settings.DATA_DIR), statement_timeout=600_000)
    connections["default"].settings_dict.update({name: made[name] for name in ("NAME", "OPTIONS")})


class Run:
    def __init__(self, running: site.Site, asked: argparse.Namespace) -> None:
        self.site, self.asked = running, asked
        self.seen: list = []
        self.failed: Counter[str] = Counter()
        self.jobs: list[str] = []
        self.over = threading.Event()
        self.warm_at = 0.0
        self.cpu: dict[str, float] = {}

    def do(self, people: Sequence, password: str) -> int:
        from tests.load.watching import Watch

        watch = Watch(self.site)
        threads = [
            threading.Thread(target=self._walk, args=(number, person, password), daemon=True)
            for number, person in enumerate(people)
        ]
        staff = next(person for person in people if person.role == "organization_staff")
        threads.append(threading.Thread(target=self._work_alongside, args=(staff, password), daemon=True))
        began, used = time.time(), watch.cpu()
        for thread in threads:
            thread.start()
        self.over.wait(60 * self.asked.minutes)
        self.over.set()
        for thread in threads:
            thread.join(120)
        watch.stop()
        self.cpu = {name: seconds - used[name] for name, seconds in watch.cpu().items()}
        for name in ("import", "export"):
            if not any(one.startswith(name) for one in self.jobs):
                self.failed[f"the {name} did not end"] += 1
        return self._report(watch.samples, time.time() - began)

    def _walk(self, number: int, person, password: str) -> None:
        from tests.load import walks
        from tests.load.browser import Failed

        chance = random.Random(number)
        who = walks.Walker(self._browser(number), chance, _today())
        self.over.wait(chance.uniform(0, ARRIVING))
        is_in = False
        while not self.over.is_set():
            try:
                if not is_in:
                    who.browser.sign_in(person.username, password)
                    is_in = True
                walks.next_step(who, person.role)(who)
            except Failed as fault:
                self.failed[f"{person.role}: {fault}"] += 1
            except Exception as fault:  # noqa: BLE001 - a walker that stumbles is told of, and walks on
                self.failed[f"{person.role}: {type(fault).__name__} {fault}"] += 1
            self.over.wait(chance.uniform(0.5, 1.5) * self.asked.think)

    def _work_alongside(self, person, password: str) -> None:
        """Import and export at once, as two of the staff would ask for them."""
        from tests.load import walks
        from tests.load.alongside import export_roster, import_roster, roster_of

        names = _branch_names()
        self.over.wait(FIRST_JOBS)
        for turn in range(MOST_TURNS):
            due = time.monotonic() + JOBS_EVERY
            content = roster_of(names, turn)
            works = []
            for name, work in (
                ("import", lambda b, c=content: import_roster(b, c)),
                ("export", export_roster),
            ):
                who = walks.Walker(self._browser(200 + len(works)), random.Random(turn), _today())
                works.append(threading.Thread(target=self._job, args=(name, work, who, person, password)))
            for one in works:
                one.start()
            for one in works:
                one.join()
            self.warm_at = self.warm_at or time.time()
            if self.over.wait(max(0.0, due - time.monotonic())):
                return

    def _job(self, name: str, work, who, person, password: str) -> None:
        try:
            who.browser.sign_in(person.username, password)
            self.jobs.append(f"{name} {work(who.browser):.0f} s")
        except Exception as fault:  # noqa: BLE001 - the same
            self.failed[f"{name}: {type(fault).__name__} {fault}"] += 1

    def _browser(self, number: int):
        from tests.load.browser import Browser

        return Browser(self.site.port, f"10.1.0.{number % 250 + 1}", self.seen.append)

    def _report(self, samples: Sequence, seconds: float) -> int:
        from tests.load import verdict

        found = verdict.used(samples, self.warm_at)
        reads, writes = (verdict.p95_of(self.seen, writes=is_so) for is_so in (False, True))
        for line in verdict.by_page(self.seen):
            print(line)
        print(
            f"\n{len(self.seen)} requests in {seconds:.0f} s, {len(self.seen) / seconds:.1f} a second;",
            end=" ",
        )
        print(
            f"p95 {reads:.2f} s of reads, {writes:.2f} s of writes; {', '.join(self.jobs) or 'no job ended'}"
        )
        print("processor: " + ", ".join(f"{name} {value:.0f} s" for name, value in self.cpu.items()))
        for one in found:
            print(f"{one.what}: {one.begin:.1f} after warming up, {one.end:.1f} at the end")
        told = verdict.faults(self.seen, self.failed, found)
        for fault in told:
            print(f"OVER: {fault}")
        if self.asked.json:
            figures = {
                "requests": len(self.seen),
                "seconds": round(seconds),
                "p95_reads": round(reads, 3),
                "p95_writes": round(writes, 3),
                "jobs": self.jobs,
                "cpu": {name: round(value) for name, value in self.cpu.items()},
                "used": {one.what: [round(one.begin, 1), round(one.end, 1)] for one in found},
                "faults": told,
            }
            self.asked.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1))
        return 1 if told else 0


def _today() -> date:
    from django.utils import timezone

    return timezone.localdate()


def _branch_names() -> list[str]:
    from django.db import connection

    from branches.models import Branch

    names = list(Branch.objects.leaves().order_by("path").values_list("short_name", flat=True))
    connection.close()
    return names


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
