"""Every scope filter is missed by a test: which one, `make mutants` finds out and `tests/killers.tsv` remembers."""

import ast
from functools import cache

from tests.mutations import APPS, EQUIVALENT, ROOT, Site, Switches, read_killers


@cache
def filters() -> list[Site]:
    sites: list[Site] = []
    for path in sorted(path for app in APPS for path in (ROOT / app).rglob("*.py")):
        if "migrations" not in path.parts:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            Switches(path.relative_to(ROOT).as_posix(), sites).visit(tree)
    return sites


def test_a_new_filter_has_a_test_that_fails_without_it():
    """Whoever adds one writes that test, and lets `make mutants ARGS="<file> <test file>"` try it."""
    known = read_killers()
    untried = [one for one in filters() if one.key not in known and one.key[:3] not in EQUIVALENT]
    assert list(map(str, untried)) == []


def test_what_is_remembered_is_still_there():
    there = {one.key for one in filters()}
    known = read_killers()
    assert set(known) <= there
    for killer in known.values():
        file, *_, name = killer.partition(" ")[0].partition("[")[0].split("::")
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), killer
