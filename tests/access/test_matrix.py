"""Every page × every role × every method answers what tests/access.yaml says.

A new page needs a row there, thought out, not copied from what the program does.
"""

import pytest

from tests.access.asking import Asker
from tests.access.pages import pages
from tests.access.table import ANONYMOUS, METHODS, ROLES, declared, table

MOST_EXEMPT = 5


def test_every_page_stands_in_the_table_and_the_table_names_no_other():
    declared, found = {*table().rows, *table().exempt}, {page.key for page in pages()}
    assert sorted(found - declared) == [], "pages without a row in tests/access.yaml"
    assert sorted(declared - found) == [], "rows of tests/access.yaml without a page"


def test_each_page_is_declared_once():
    keys = [page.key for page in pages()]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []
    assert not set(table().rows) & set(table().exempt)


def test_exceptions_are_few_and_have_a_reason():
    exempt = table().exempt
    assert len(exempt) <= MOST_EXEMPT
    assert all(len(reason) > 20 for reason in exempt.values())


@pytest.mark.parametrize("role", ROLES)
def test_answers(world, role):
    asker = Asker(world, role)
    wrong = []
    for page, row in declared():
        url = world.own_url(page, row, role)
        for method in METHODS:
            data = row.query if method == "GET" else {"nothing": "1"}
            answer, expected = asker.ask(method, url, data), row.expected(role, method)
            if answer.status != expected:
                wrong.append(f"{page.key} {method}: {answer.outcome}, the table says {expected}")
            elif (
                role == ANONYMOUS and expected == 302 and not answer.headers["Location"].startswith("/login/")
            ):
                wrong.append(f"{page.key} {method}: sent to {answer.headers['Location']}, not to the sign-in")
    assert not wrong, "\n" + "\n".join(wrong)
