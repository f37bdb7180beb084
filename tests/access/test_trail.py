"""T54: whatever a form changes stands in the trail, and so do refusals."""

import pytest

from tests.access.asking import AUDIT, Asker
from tests.access.filling import filled
from tests.access.pages import pages
from tests.access.table import declared, first_of
from tests.access.tasks import TASKS
from tests.access.world import World

SENDERS = sorted({task.role for task in TASKS.values()})
#: Forms that change something and leave no entry, with the reason.
NOT_AUDITED = {
    **dict.fromkeys(
        ("import_accept", "import_columns", "import_dates", "import_forget", "import_register_renames"),
        "a step of reading a file that only its sender sees; what is written in the end is audited",
    ),
    "job_cancel": "one's own job says itself that it was stopped, and by whom it can only be",
}


@pytest.mark.parametrize("role", first_of(SENDERS))
def test_every_form_that_changes_something_is_in_the_trail(world: World, role: str, record_property):
    asker, missing, count = Asker(world, role), [], 0
    for page in pages():
        task = TASKS.get(page.key)
        if task is None or task.role != role or page.key in NOT_AUDITED:
            continue
        sheet = filled(page, task, world, asker)
        answer = asker.ask("POST", sheet.url, sheet.values)
        count += 1
        # What a refused form began to write was rolled back.
        if answer.status != 422 and AUDIT not in answer.wrote and set(answer.wrote):
            missing.append(f"{page.key}: {answer.outcome} wrote {sorted(set(answer.wrote))}")
    record_property("figure", f"{count} forms of {role}")
    assert not missing, "\n" + "\n".join(missing)


@pytest.mark.slow
@pytest.mark.parametrize("role", SENDERS)
def test_every_refusal_is_in_the_trail(world: World, role: str):
    asker, missing = Asker(world, role), []
    for page, row in declared():
        for method in ("GET", "POST"):
            if row.expected(role, method) == 403:
                answer = asker.ask(
                    method, world.own_url(page, row, role), row.query if method == "GET" else None
                )
                if AUDIT not in answer.wrote:
                    missing.append(f"{page.key} {method}: {answer.outcome}")
    assert not missing, "\n" + "\n".join(missing)
