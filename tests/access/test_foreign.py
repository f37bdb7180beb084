"""T02, T04: a stranger's object and a missing one get the same answer, to the byte and in time; nothing is written.

What is asked of an address (branches/12/), of a query (?branch=12) and of a form (branch=12) is tried alike.
"""

from statistics import median
from time import perf_counter

import pytest

from tests.access.asking import AUDIT, Answer, Asker, same
from tests.access.table import UNUSED, USED, declared, first_of
from tests.access.world import BOUNDED, SHARED, World, missing_pk, values

HTMX = {"HX-Request": "true"}
#: Refused before anything is looked up: the role has no such page, the page no such method.
BEFORE_LOOKING = {403, 405}


@pytest.mark.parametrize("headers", [{}, pytest.param(HTMX, marks=pytest.mark.slow)], ids=["page", "part"])
@pytest.mark.parametrize("role", first_of(BOUNDED))
def test_in_the_address(world: World, role: str, headers: dict[str, str]):
    _try_addresses(world, role, USED, headers)


@pytest.mark.slow
def test_in_the_address_by_methods_that_no_page_knows(world: World):
    """They are refused before anybody is asked who he is: one role tries them."""
    _try_addresses(world, "secretary", UNUSED, {})


def _try_addresses(world: World, role: str, methods: tuple[str, ...], headers: dict[str, str]) -> None:
    asker, wrong = Asker(world, role), []
    for page, row in declared():
        model = row.model_of(page)
        if model is None or model in SHARED or set(page.parameters) <= set(row.fixed):
            continue
        foreign, missing = world.foreign_row(model, role, row.which).pk, missing_pk(model)
        for method in methods:
            allowed = {404} | ({row.expected(role, method)} & BEFORE_LOOKING)
            answers = [
                asker.ask(method, page.url(values(page, row, pk)), **headers) for pk in (foreign, missing)
            ]
            wrong += _faults(f"{page.key} {method}", *answers, (foreign, missing), allowed)
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("role", first_of(BOUNDED))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_in_a_query_or_a_form(world: World, role: str, method: str):
    asker, wrong = Asker(world, role), []
    for page, row in declared():
        if row.expected(role, method) in BEFORE_LOOKING:
            continue
        url = world.own_url(page, row, role)
        for key, model in row.object_keys().items():
            if model in SHARED:
                continue
            foreign, missing = world.foreign_row(model, role).pk, missing_pk(model)
            answers = [asker.ask(method, url, {key: str(pk)}) for pk in (foreign, missing)]
            wrong += _faults(f"{page.key} {method} {key}", *answers, (foreign, missing), None)
    assert not wrong, "\n" + "\n".join(wrong)


TRIES = 200
MILLISECONDS = 5
TIMED = {
    "secretary": (
        "member_detail",
        "activity_detail",
        "activity_correct",
        "branch_page",
        "station_page",
        "job_detail",
    ),
    "committee_staff": ("admin:members_member_change", "admin:branches_branch_change", "import_review"),
}


@pytest.mark.nightly
@pytest.mark.parametrize("role", TIMED)
def test_neither_takes_longer(world: World, role: str, record_property):
    """T02: by the time of an answer nobody tells a stranger's object from a missing one."""
    asker, wrong = Asker(world, role), []
    for page, row in declared():
        if page.key not in TIMED[role]:
            continue
        model = row.model_of(page)
        assert model is not None
        pks = [world.foreign_row(model, role, row.which).pk, missing_pk(model)]
        urls = [page.url(values(page, row, pk)) for pk in pks]
        # A busy moment of the machine is no leak: what is slower is so each time.
        tries = (abs(_difference(asker, urls)) * 1000 for _ in range(3))
        apart = next((one for one in tries if one < MILLISECONDS), None)
        if apart is None:
            wrong.append(page.key)
        else:
            record_property("figure", f"{page.key} {apart:.1f} ms apart")
    assert not wrong, f"{wrong}: a stranger's object takes longer, or shorter"


def _difference(asker: Asker, urls: list[str]) -> float:
    """By how many seconds the first address takes longer than the second, in the middle of all tries."""
    differences = []
    for number in range(TRIES):
        taken = {}
        for url in urls if number % 2 else reversed(urls):
            began = perf_counter()
            status = asker.client.get(url).status_code
            taken[url] = perf_counter() - began
            assert status == 404
        differences.append(taken[urls[0]] - taken[urls[1]])
    return median(differences)


def _faults(
    what: str, foreign: Answer, missing: Answer, ids: tuple[object, object], allowed: set[int] | None
) -> list[str]:
    faults = []
    if allowed is not None and foreign.status not in allowed:
        faults.append(f"{what}: {foreign.status} for a stranger's object")
    if not same(foreign, missing, ids):
        faults.append(f"{what}: a stranger's object answers otherwise than a missing one")
    if set(foreign.wrote) - {AUDIT}:
        faults.append(f"{what}: wrote {sorted(set(foreign.wrote))}")
    return faults
