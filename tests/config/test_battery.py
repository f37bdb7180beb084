"""Every number of the battery has its tests or says what is open, and tests that name a number stand in its row."""

import ast
import re
from pathlib import Path
from types import SimpleNamespace

from django.conf import settings

from tests.battery import ROWS, TIERS, lines, named_in, numbers_of

TESTS = Path(settings.BASE_DIR) / "tests"


def test_all_sixty_one_stand_there():
    assert list(ROWS) == [f"T{number:02}" for number in range(1, 62)]
    assert {row.tier for row in ROWS.values()} == set(TIERS)
    assert [number for number, row in ROWS.items() if not (row.tests or row.also or row.open)] == []


def test_every_file_is_there():
    named = {place.partition("::")[0] for row in ROWS.values() for place in row.places}
    assert {place for place in named if not (TESTS.parent / place).exists()} == set()


def test_every_class_and_function_is_there():
    for row in ROWS.values():
        for place in row.places:
            file, _, name = place.partition("::")
            if name:
                assert re.search(
                    rf"^(?:class|def) {name}\b", (TESTS.parent / file).read_text(), re.MULTILINE
                ), place


def test_whoever_names_a_number_is_counted_under_it():
    lost = []
    for file in sorted(TESTS.rglob("test_*.py")):
        place = file.relative_to(TESTS.parent).as_posix()
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                named = named_in(ast.get_docstring(node) or "")
                counted = {one for one in ROWS if any(p.startswith(place) for p in ROWS[one].places)}
                lost += [f"{place}: {number}" for number in sorted(named - counted)]
    assert lost == []


def test_a_line_says_what_came_of_it_and_how_far_it_went():
    report = SimpleNamespace(
        nodeid="tests/access/test_csrf.py::test_x", duration=3.2, user_properties=[("figure", "900 forms")]
    )
    told = list(lines({"passed": [report]}))
    assert len(told) == len(ROWS)
    assert told[46] == "T47 C 1 passed                 nothing posted from elsewhere (3 s; 900 forms)"
    assert told[0] == "T01 C not run here             every address, role and method ()"


def test_a_class_is_a_place_of_its_own():
    assert numbers_of("tests/activities/test_evidence_pages.py::TestNames::test_x") == ["T12", "T57"]
    assert numbers_of("tests/activities/test_evidence_pages.py::TestServing::test_x") == ["T12"]
