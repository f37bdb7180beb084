"""Does a test fail for every scope filter that is taken away? `make mutants` (T14).

In a copy of the project each call of ``visible_to``, ``reachable_by``, ``within`` and ``get_visible_or_404`` becomes
one that can be switched off. ``tests/killers.tsv`` remembers which test failed without which filter: those are asked
first, with the filter, when they must pass, and without it. For filters that are left the suite is run once, in
processes that share its files, to see which tests come past which filter, and these run again without it, the likely
ones first, until one fails; a walk over all pages then goes only to those that come past it. What it is then is written
back, also by a run that was interrupted. Those that survive are listed. Arguments narrow: of files or folders of the
project those whose filters are tried, of ``tests/…`` those that are searched.
"""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass
from itertools import zip_longest
from pathlib import Path
from time import perf_counter
from typing import Any
from zlib import crc32

import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "jobs", "branches", "members", "activities", "assessments", "reminders", "reports")
METHODS = {"visible_to", "reachable_by"}
#: What is called instead, with the same arguments.
FUNCTIONS = {"within": "everything", "within_sql": "every_row", "get_visible_or_404": "any_or_404"}
#: What no test can tell, with the reason: file, function, filter.
EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("branches/views/suggestions.py", "suggestion_list", "visible_to"): (
        "the page is refused before to whoever may not see all"
    ),
    ("activities/duty_facts.py", "facts", "within"): (
        "spares reading the whole tree; `evaluate` asks of each sub-period again where the branch stood at its end"
    ),
    ("activities/views/talks.py", "talk_content", "visible_to"): (
        "the page is refused before to whoever may not read the talk, and its files are for the same readers"
    ),
    ("activities/statistics.py", "_named", "within_sql"): (
        "spares reading the whole tree; only who has figures is named"
    ),
    (
        "assessments/measures.py",
        "read",
        "within",
    ): "reads one part of the tree; the rest is of no post of the year",
    (
        "members/health.py",
        "_count_people",
        "within_sql",
    ): "reads one part of the index; the rest is not `found`",
    ("members/health.py", "_find_papers", "within"): "as in _count_people",
    ("members/health.py", "_count_posts", "within"): "as in _count_people",
    ("members/health.py", "_find_terms", "within"): "as in _count_people",
    ("members/health.py", "_count_away", "within"): "as in _count_people",
    ("members/health.py", "explained", "within"): "reads one part of the index; the rest has no finding",
}
TESTS = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "tests.mutations", "--capture=sys")
#: Tests that are about who sees what.
LOOKS_AT_SCOPE = re.compile(r"scope|foreign|stranger|elsewhere|reach|outside|other|visible|within|own|access")
#: Past so few filters comes only a test of one page.
FEW = 25
ASKED_FIRST = 24
KILLERS = ROOT / "tests" / "killers.tsv"
SITES, KILLED, SEEN = "sites.tsv", "killed", "seen"
UNFIT = "not browser and not services and not nightly"
PROCESSES = os.cpu_count() or 1


@dataclass(frozen=True)
class Site:
    """One filter: where it stands, and which of its name in that function it is."""

    number: int
    file: str
    line: int
    function: str
    name: str
    nth: int

    @property
    def key(self) -> tuple[str, ...]:
        return (self.file, self.function, self.name, str(self.nth))

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}: {self.name}"


# In the copy: what the filters became, and the run of the tests


class Switchboard:
    """Which filter is off, and which tests came past which."""

    off = -1
    test = page = ""
    past: dict[str, set[int]] = defaultdict(set)
    #: Test and filter → the pages that came past it in that test.
    pages: dict[tuple[str, int], set[str]] = defaultdict(set)
    #: The pages to which a walk goes; none means all.
    only: frozenset[str] = frozenset()


def site(number: int, filtered: Callable[[], Any], unfiltered: Callable[[], Any]) -> Any:
    """The filter's own result, or that of none when it is the one switched off."""
    Switchboard.past[Switchboard.test].add(number)
    if Switchboard.page:
        Switchboard.pages[Switchboard.test, number].add(Switchboard.page)
    return unfiltered() if Switchboard.off == number else filtered()


def everything(field: str, ranges: object) -> Any:
    """``within`` as a condition that holds for every row."""
    from django.db.models import Q

    return Q(pk__isnull=False)


def every_row(column: str, ranges: object) -> tuple[str, list[str]]:
    """``within_sql`` as one that does."""
    return "1 = 1", []


def any_or_404(queryset: Any, user: Any, **lookup: Any) -> Any:
    """``get_visible_or_404`` for whoever asks."""
    from django.shortcuts import get_object_or_404

    return get_object_or_404(queryset, **lookup)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """The tests that walk over all pages take their list and their browser from here. Only in the copy."""
    if "MUTANTS" in os.environ:
        watch_walks()


def watch_walks() -> None:
    from django.urls import Resolver404, resolve

    from tests.access import table
    from tests.access.asking import Asker

    declared, send = table.declared, Asker._send

    def some() -> list[tuple[Any, Any]]:
        return [each for each in declared() if not Switchboard.only or each[0].key in Switchboard.only]

    def told(asker: Asker, method: str, url: str, *rest: Any) -> Any:
        with suppress(Resolver404):
            Switchboard.page = resolve(url.partition("?")[0]).view_name
        try:
            return send(asker, method, url, *rest)
        finally:
            Switchboard.page = ""

    table.declared, Asker._send = some, told


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Ask the tests that are known to fail, or search for others. Only in the copy."""
    if "MUTANTS" not in os.environ:
        return None
    share = int(os.environ["MUTANTS_SHARE"])
    wanted = set(map(int, os.environ["MUTANTS"].split()))
    sites = [one for one in read_sites(Path.cwd()) if one.number in wanted]
    if os.environ["MUTANTS_SEARCH"]:
        search(sites[:: -1 if share else 1], [item for item in session.items if share_of(item) == share])
    else:
        ask(sites[share::PROCESSES], {item.nodeid: item for item in session.items})
    return True


def share_of(item: pytest.Item) -> int:
    """Which process runs a test: those of one file are shared too, for a search in a few files."""
    return crc32(item.nodeid.encode()) % PROCESSES


def ask(sites: list[Site], items: dict[str, pytest.Item]) -> None:
    """The test that failed last time, for each filter."""
    known = read_killers()
    for one in sites:
        test, _, pages = known.get(one.key, "").partition(" ")
        if item := items.get(test):
            try_out(one, item, pages.split(","))


def search(sites: list[Site], items: list[pytest.Item]) -> None:
    """All tests of this process once, then for each filter those that come past it."""
    seconds: dict[pytest.Item, float] = {}
    for item, following in zip_longest(items, items[1:]):
        began = perf_counter()
        if passes(item, following):
            seconds[item] = perf_counter() - began
        else:
            say(f"does not pass as it is, and is left out: {item.nodeid}")
    say(f"{len(seconds)} tests in {sum(seconds.values()):.0f} s")
    past = {name: set(numbers) for name, numbers in Switchboard.past.items()}
    for first_round in (True, False):
        for one in sites:
            candidates = [item for item in seconds if one.number in past.get(item.nodeid, ())]
            if candidates:
                mark(SEEN, one, "")
            killers = Counter(file.read_text(encoding="utf-8") for file in Path.cwd().glob(f"{KILLED}-*"))
            candidates.sort(key=lambda item: (*unlikely(one, item, past, killers), seconds[item]))
            chosen = candidates[:ASKED_FIRST] if first_round else candidates[ASKED_FIRST:]
            any(marked(KILLED, one) or try_out(one, item, pages_of(item, one)) for item in chosen)


def unlikely(
    one: Site, item: pytest.Item, past: Mapping[str, Collection[int]], killers: Mapping[str, int]
) -> tuple[int, int]:
    """How unlikely a test is to miss a filter: first those of the room about scope that come past few filters, then
    what missed others, then the walks over all pages, then the room's, then the rest. A walk to few pages comes first.
    """
    name, passed = item.nodeid, len(past[item.nodeid]) // 8
    near = name.startswith(f"tests/{one.file.partition('/')[0]}/")
    about = near and LOOKS_AT_SCOPE.search(name.partition("::")[2])
    if about and len(past[name]) <= FEW:
        return (0, passed)
    if 0 < (pages := len(pages_of(item, one))) <= FEW:
        return (0, pages)
    if name in killers:
        return (1, -killers[name])
    if name.startswith("tests/access/"):
        return (2, 0)
    return (3 if about else 4 if near else 5, passed)


def pages_of(item: pytest.Item, one: Site) -> set[str]:
    return Switchboard.pages.get((item.nodeid, one.number), set())


def try_out(one: Site, item: pytest.Item, pages: Collection[str]) -> bool:
    """Whether a test fails without a filter and passes with it; a walk goes to ``pages`` alone."""
    Switchboard.off, Switchboard.only = one.number, frozenset(filter(None, pages))
    try:
        if passes(item):
            return False
        Switchboard.off = -1
        if not passes(item):
            return False
    finally:
        Switchboard.off, Switchboard.only = -1, frozenset()
    mark(KILLED, one, " ".join(filter(None, (item.nodeid, ",".join(sorted(pages))))))
    return True


def passes(item: Any, following: pytest.Item | None = None) -> bool:
    """Run a test, once more or for the first time; what the following one needs too stays set up."""
    Switchboard.test = item.nodeid
    if hasattr(item, "_initrequest"):
        item._initrequest()
    reports = runtestprotocol(item, nextitem=following or item.session, log=False)
    return not any(report.failed for report in reports)


def mark(kind: str, one: Site, text: str) -> None:
    """For the other processes and for the report: a file of the copy."""
    Path(f"{kind}-{one.number}").write_text(text, encoding="utf-8")


def marked(kind: str, one: Site) -> bool:
    return Path(f"{kind}-{one.number}").exists()


def say(sentence: str) -> None:
    print(sentence, file=sys.__stdout__, flush=True)  # pytest keeps what else is printed


# Making the copy


class Switches(ast.NodeTransformer):
    """Puts a switch round every filter of one file."""

    def __init__(self, file: str, sites: list[Site]) -> None:
        self.file, self.sites = file, sites
        self.inside: list[str] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.inside.append(node.name)
        self.generic_visit(node)
        self.inside.pop()
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            rows = ast.Attribute(node.func.value, "all", ast.Load())
            return self._switch(node, node.func.attr, ast.Call(rows, [], []))
        if isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
            other = f"__import__('tests.mutations', fromlist=['site']).{FUNCTIONS[node.func.id]}"
            call = ast.Call(ast.parse(other, mode="eval").body, node.args, node.keywords)
            return self._switch(node, node.func.id, call)
        return node

    def _switch(self, node: ast.Call, name: str, unfiltered: ast.expr) -> ast.Call:
        number = len(self.sites)
        place = (self.file, ".".join(self.inside), name)
        nth = sum((one.file, one.function, one.name) == place for one in self.sites)
        self.sites.append(Site(number, self.file, node.lineno, *place[1:], nth))
        nothing = ast.arguments([], [], None, [], [], None, [])
        switch = ast.parse("__import__('tests.mutations', fromlist=['site']).site", mode="eval").body
        choices = [ast.Lambda(nothing, node), ast.Lambda(nothing, unfiltered)]
        return ast.copy_location(ast.Call(switch, [ast.Constant(number), *choices], []), node)


def make_copy(folder: Path) -> list[Site]:
    """Copy what git knows, and put a switch round every filter."""
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    sites: list[Site] = []
    for name in tracked.stdout.splitlines():
        source, target = ROOT / name, folder / name
        if not source.is_file():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".py") and name.startswith(APPS) and "/migrations/" not in name:
            tree = Switches(name, sites).visit(ast.parse(source.read_text(encoding="utf-8")))
            target.write_text(ast.unparse(ast.fix_missing_locations(tree)), encoding="utf-8")
        else:
            shutil.copy2(source, target)
    lines = ("\t".join(map(str, astuple(one))) for one in sites)
    (folder / SITES).write_text("\n".join(lines), encoding="utf-8")
    return sites


def read_sites(folder: Path) -> list[Site]:
    rows = (line.split("\t") for line in (folder / SITES).read_text(encoding="utf-8").splitlines())
    return [
        Site(int(number), file, int(line), function, name, int(nth))
        for number, file, line, function, name, nth in rows
    ]


def read_killers() -> dict[tuple[str, ...], str]:
    if not KILLERS.exists():
        return {}
    rows = (line.split("\t") for line in KILLERS.read_text(encoding="utf-8").splitlines())
    return {tuple(key): test for *key, test in rows}


# The run


def run(folder: Path, sites: list[Site], tests: list[str], *, searching: bool) -> None:
    """Processes that ask or search; what they find they leave in the copy."""
    environment = {
        **os.environ,
        "ENV_FILE": os.devnull,
        "MUTANTS": " ".join(str(one.number) for one in sites),
        "MUTANTS_SEARCH": "yes" if searching else "",
    }
    command = [sys.executable, "-m", "pytest", *TESTS, "-m", UNFIT, *tests]
    shares = [{**environment, "MUTANTS_SHARE": str(share)} for share in range(PROCESSES)]
    processes = [subprocess.Popen(command, cwd=folder, env=share) for share in shares]
    try:
        for process in processes:
            process.wait()
    finally:
        for process in processes:
            process.terminate()


def killed(folder: Path, sites: list[Site]) -> dict[Site, str]:
    """Which filter is missed by which test, as far as it is found."""
    files = ((one, folder / f"{KILLED}-{one.number}") for one in sites)
    return {one: file.read_text(encoding="utf-8") for one, file in files if file.exists()}


def main(arguments: list[str]) -> int:
    tests = [one for one in arguments if one.startswith("tests/")]
    wanted = tuple(one for one in arguments if one not in tests) or APPS
    with tempfile.TemporaryDirectory(prefix="branchbook-mutants-") as name:
        folder = Path(name)
        everywhere = make_copy(folder)
        sites = [one for one in everywhere if one.file.startswith(wanted) and one.key[:3] not in EQUIVALENT]
        known = read_killers()
        asked = [one for one in sites if one.key in known]
        files = sorted({known[one.key].partition("::")[0] for one in asked})
        with suppress(KeyboardInterrupt):
            if files:
                run(folder, asked, [file for file in files if (folder / file).exists()], searching=False)
            if left := [one for one in sites if one not in killed(folder, sites)]:
                print(f"{len(left)} of {len(sites)} filters to be searched for", flush=True)
                run(folder, left, tests, searching=True)
        return report(folder, everywhere, sites)


def report(folder: Path, everywhere: list[Site], sites: list[Site]) -> int:
    """Remember which tests fail without which filter, and say which filters nothing misses."""
    found = killed(folder, sites)
    remembered = read_killers() | {one.key: test for one, test in found.items()}
    survivors = [one for one in sites if one not in found]
    there = {one.key for one in everywhere}
    lines = ("\t".join((*key, test)) for key, test in sorted(remembered.items()) if key in there)
    KILLERS.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    for one in survivors:
        print("SURVIVED" if (folder / f"{SEEN}-{one.number}").exists() else "NO TEST ", one)
    print(f"{len(found)} killed, {len(survivors)} survived, {len(EQUIVALENT)} equivalent")
    return len(survivors)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(min(main(sys.argv[1:]), 1))
