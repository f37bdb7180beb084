"""Does a test fail for every scope filter that is taken away? `make mutants` (T14).

In a copy of the project each call of ``visible_to``, ``reachable_by``, ``within`` and ``get_visible_or_404`` becomes
one that can be switched off. In one run of pytest the suite passes once with all of them on, and it is noted which
tests come past which filter; then each filter is switched off in turn, and the tests that come past it run again,
those about scope first and of these the short ones, until one fails. Those that survive are listed. Arguments narrow:
of files or folders of the project those whose filters are tried, of ``tests/…`` those that run.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "jobs", "branches", "members", "activities", "reminders", "reports")
METHODS = {"visible_to", "reachable_by"}
FUNCTIONS = {"within", "get_visible_or_404"}
#: What no test can tell, with the reason: file, function, filter.
EQUIVALENT: dict[tuple[str, str, str], str] = {}
TESTS = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "tests.mutations")
#: Tests that are about who sees what: they are asked first.
LOOKS_AT_SCOPE = re.compile(r"scope|foreign|stranger|elsewhere|reach|outside|other|visible|within|own|access")
SITES = "sites.tsv"
UNFIT = "not browser and not services and not nightly"
KILLED, SURVIVED, UNTESTED, EQUAL = "killed", "SURVIVED", "NO TEST", "equivalent"


@dataclass(frozen=True)
class Site:
    """One filter: where it stands, and what it is called."""

    number: int
    file: str
    line: int
    function: str
    name: str

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.file, self.function, self.name)

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}: {self.name}"


# In the copy: what the filters became, and the run of the tests


class Switchboard:
    """Which filter is off, and which tests came past which."""

    off = -1
    test = ""
    past: dict[int, set[str]] = defaultdict(set)


def site(number: int, filtered: Callable[[], Any], unfiltered: Callable[[], Any]) -> Any:
    """The filter's own result, or that of none when it is the one switched off."""
    Switchboard.past[number].add(Switchboard.test)
    return unfiltered() if Switchboard.off == number else filtered()


def everything() -> Any:
    """A condition that holds for every row."""
    from django.db.models import Q

    return Q(pk__isnull=False)


def any_or_404(queryset: Any, user: Any, **lookup: Any) -> Any:
    """``get_visible_or_404`` for whoever asks."""
    from django.shortcuts import get_object_or_404

    return get_object_or_404(queryset, **lookup)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """All tests once, then for each filter those that come past it. Only in the copy."""
    if "MUTANTS" not in os.environ:
        return None
    seconds: dict[str, float] = {}
    items = {item.nodeid: item for item in session.items}
    for name, item in items.items():
        began = perf_counter()
        if not passes(item):
            say(f"does not pass as it is, and is left out: {name}")
            continue
        seconds[name] = perf_counter() - began
    past = {
        number: sorted(
            tests & seconds.keys(), key=lambda name: (not LOOKS_AT_SCOPE.search(name), seconds[name])
        )
        for number, tests in Switchboard.past.items()
    }
    say(f"{len(seconds)} tests in {sum(seconds.values()):.0f} s")
    found: Counter[str] = Counter()
    for one in read_sites(Path.cwd()):
        if one.file.startswith(tuple(os.environ["MUTANTS"].split())):
            found[result := verdict(one, [items[name] for name in past.get(one.number, [])])] += 1
            say(f"{result:10} {one}")
    say(", ".join(f"{number} {result}" for result, number in found.items()))
    session.testsfailed = found[SURVIVED] + found[UNTESTED]
    return True


def verdict(one: Site, tests: list[pytest.Item]) -> str:
    if one.key in EQUIVALENT:
        return EQUAL
    if not tests:
        return UNTESTED
    Switchboard.off = one.number
    try:
        return SURVIVED if all(map(passes, tests)) else KILLED
    finally:
        Switchboard.off = -1


def passes(item: Any) -> bool:
    """Run a test, once more or for the first time; what lasts for the whole run stays set up."""
    Switchboard.test = item.nodeid
    if hasattr(item, "_initrequest"):
        item._initrequest()
    return not any(report.failed for report in runtestprotocol(item, nextitem=item.session, log=False))


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
            other = "everything()" if node.func.id == "within" else "any_or_404()"
            call = ast.parse(f"__import__('tests.mutations', fromlist=['site']).{other}", mode="eval").body
            assert isinstance(call, ast.Call)
            if node.func.id != "within":
                call.args, call.keywords = node.args, node.keywords
            return self._switch(node, node.func.id, call)
        return node

    def _switch(self, node: ast.Call, name: str, unfiltered: ast.expr) -> ast.Call:
        number = len(self.sites)
        self.sites.append(Site(number, self.file, node.lineno, ".".join(self.inside), name))
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
    rows = ("\t".join(map(str, (one.number, *one.key[:1], one.line, *one.key[1:]))) for one in sites)
    (folder / SITES).write_text("\n".join(rows), encoding="utf-8")
    return sites


def read_sites(folder: Path) -> list[Site]:
    lines = (folder / SITES).read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return [Site(int(number), file, int(line), function, name) for number, file, line, function, name in rows]


def main(arguments: list[str]) -> int:
    tests = [one for one in arguments if one.startswith("tests/")]
    wanted = [one for one in arguments if one not in tests] or APPS
    with tempfile.TemporaryDirectory(prefix="branchbook-mutants-") as name:
        make_copy(Path(name))
        environment = {**os.environ, "MUTANTS": " ".join(wanted), "ENV_FILE": os.devnull}
        command = [sys.executable, "-m", "pytest", *TESTS, "--capture=sys", "-m", UNFIT, *tests]
        return subprocess.run(command, cwd=name, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
