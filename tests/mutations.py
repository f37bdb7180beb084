"""Does a test fail for every scope filter that is taken away? `make mutants` (T14).

In a copy of the project each call of ``visible_to``, ``reachable_by``, ``within`` and ``get_visible_or_404`` becomes
one that can be switched off. The suite runs once with all of them on and notes which tests come past which filter;
then each filter is switched off in turn, and the tests that come past it run until one fails. Those that survive are
listed. Arguments narrow: ``python tests/mutations.py members/exports.py reports`` tries the filters of these only.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "jobs", "branches", "members", "activities", "reminders", "reports")
METHODS = {"visible_to", "reachable_by"}
FUNCTIONS = {"within", "get_visible_or_404"}
#: What no test can tell, with the reason: file, function, filter.
EQUIVALENT: dict[tuple[str, str, str], str] = {}
TESTS = (
    "-q",
    "-p",
    "no:cacheprovider",
    "-p",
    "tests.mutations",
    "-m",
    "not browser and not services and not slow",
)
SECONDS = 900
SURVIVED, KILLED, UNTESTED, EQUAL = "survived", "killed", "no test comes past", "equivalent"


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


# In the copy: what the filters became


def site(number: int, filtered: Callable[[], Any], unfiltered: Callable[[], Any]) -> Any:
    """The filter's own result, or that of none when it is the one switched off."""
    if folder := os.environ.get("MUTANT_NOTES"):
        _note(folder, number)
    return unfiltered() if os.environ.get("MUTANT") == str(number) else filtered()


_noted: set[tuple[int, str]] = set()


def _note(folder: str, number: int) -> None:
    test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" (")[0]
    if test and (number, test) not in _noted:
        _noted.add((number, test))
        with (Path(folder) / f"{os.getpid()}").open("a", encoding="utf-8") as notes:
            notes.write(json.dumps([number, test]) + "\n")


def everything() -> Any:
    """A condition that holds for every row."""
    from django.db.models import Q

    return Q(pk__isnull=False)


def any_or_404(queryset: Any, user: Any, **lookup: Any) -> Any:
    """``get_visible_or_404`` for whoever asks."""
    from django.shortcuts import get_object_or_404

    return get_object_or_404(queryset, **lookup)


def pytest_runtest_logreport(report: Any) -> None:
    """How long each test takes, so that the short ones are tried first."""
    folder = os.environ.get("MUTANT_NOTES")
    if folder and report.when == "call" and "PYTEST_XDIST_WORKER" not in os.environ:
        with (Path(folder) / "seconds").open("a", encoding="utf-8") as notes:
            notes.write(json.dumps([report.nodeid, report.duration]) + "\n")


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
    return sites


# Running


def run(folder: Path, arguments: Iterable[str], **environment: str) -> int:
    """pytest in the copy; its exit status, or 1 when it does not end."""
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    log = folder / "last.log"
    with log.open("wb") as output:
        try:
            return subprocess.run(
                [sys.executable, "-m", "pytest", *TESTS, *arguments],
                cwd=folder,
                env={**clean, "ENV_FILE": os.devnull, **environment},
                stdout=output,
                stderr=output,
                timeout=SECONDS if "MUTANT" in environment else None,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            return 1


def tests_past(folder: Path) -> dict[int, list[str]]:
    """Run everything once with the filters on. Filter → the tests that come past it, the short ones first."""
    notes = folder / "notes"
    notes.mkdir(exist_ok=True)
    if run(folder, ["-n", "auto"], MUTANT_NOTES=str(notes)):
        sys.exit((folder / "last.log").read_text(encoding="utf-8")[-3000:])
    return read_notes(notes)


def read_notes(notes: Path) -> dict[int, list[str]]:
    seconds: dict[str, float] = dict(
        map(json.loads, (notes / "seconds").read_text(encoding="utf-8").splitlines())
    )
    past: dict[int, set[str]] = defaultdict(set)
    for path in notes.iterdir():
        if path.name != "seconds":
            for number, test in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
                past[number].add(test)
    return {number: sorted(tests, key=lambda one: seconds.get(one, 0)) for number, tests in past.items()}


def verdict(folder: Path, one: Site, tests: list[str]) -> str:
    if one.key in EQUIVALENT:
        return EQUAL
    if not tests:
        return UNTESTED
    # pytest keeps the order in which tests are named when nothing shuffles them.
    return KILLED if run(folder, ["-x", "-p", "no:randomly", *tests], MUTANT=str(one.number)) else SURVIVED


def main(wanted: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="branchbook-mutants-") as name:
        folder = Path(name)
        sites = make_copy(folder)
        chosen = [one for one in sites if not wanted or one.file.startswith(tuple(wanted))]
        say(f"{len(chosen)} filters; first the whole suite, to see which tests come past which …")
        past = tests_past(folder)
        found: dict[str, list[Site]] = defaultdict(list)
        for one in chosen:
            began = time.monotonic()
            found[result := verdict(folder, one, past.get(one.number, []))].append(one)
            say(
                f"{result:18} {one} ({len(past.get(one.number, []))} tests, {time.monotonic() - began:.0f} s)"
            )
    alive = [*found[SURVIVED], *found[UNTESTED]]
    say(f"{len(found[KILLED])} killed, {len(found[EQUAL])} equivalent, {len(alive)} alive")
    return 1 if alive else 0


def say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
