"""T01: every page × every role × every method answers what tests/access.yaml says.

A new page needs a row there, thought out, not copied from what the program does.
"""

import pytest
from django.contrib import admin

from tests.access.asking import Asker, keys_read
from tests.access.pages import pages
from tests.access.table import ANONYMOUS, ROLES, UNUSED, USED, declared, first_of, table

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


def test_what_admin_lists_are_filtered_by_is_declared():
    """The admin reads its filters in a heap, so no reading of a single one is noticed below."""
    undeclared = []
    for page, row in declared():
        if page.admin_model and page.key.endswith("_changelist"):
            listed = admin.site.get_model_admin(page.admin_model)
            keys = {_key_of(listed.model, one) for one in listed.list_filter}
            undeclared += [f"{page.key}: {key}" for key in sorted(keys - row.keys)]
    assert undeclared == []


def _key_of(model, one):
    """The query key of an entry of ``list_filter``; that of a plain column names no object."""
    if isinstance(one, str):
        return f"{one}__id__exact" if model._meta.get_field(one).is_relation else "page"
    return one.parameter_name


@pytest.mark.parametrize("methods", [USED, pytest.param(UNUSED, marks=pytest.mark.slow)], ids="/".join)
@pytest.mark.parametrize("role", first_of(ROLES))
def test_answers(world, role, methods):
    asker = Asker(world, role)
    wrong = []
    for page, row in declared():
        url = world.own_url(page, row, role)
        for method in methods:
            data = row.query if method == "GET" else {"nothing": "1"}
            with keys_read() as keys:
                answer, expected = asker.ask(method, url, data), row.expected(role, method)
            wrong += [f"{page.key} {method} reads {key}: declare it" for key in sorted(keys - row.keys)]
            if answer.status != expected:
                wrong.append(f"{page.key} {method}: {answer.outcome}, the table says {expected}")
            elif (
                role == ANONYMOUS and expected == 302 and not answer.headers["Location"].startswith("/login/")
            ):
                wrong.append(f"{page.key} {method}: sent to {answer.headers['Location']}, not to the sign-in")
    assert not wrong, "\n" + "\n".join(wrong)
