"""T20 of the organisation register: handed out, changed, read again."""

from datetime import date
from io import BytesIO

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from branches import names, register, terms, tree
from branches.models import Branch, Term
from branches.register.exporting import EXPORT
from branches.roles import Role
from lib.sheets.reading import read_workbook
from tests import cast
from tests.sheets import exported

pytestmark = pytest.mark.django_db
Level, Form, Category = Branch.Level, Branch.Form, Branch.Category

#: Chinese, rare ones, CJK Ext-B, what begins formulas, marks, digits, a blank, an emoji.
LETTERS = st.sampled_from([*"张物𠮷㐂·（）“”'\"-+=@07Aa 　☆😀\t\n"])
SAID = st.text(LETTERS, max_size=12).map(names.tidy)
DATES = st.dates(date(1950, 1, 1), date(2024, 12, 28))
BRANCHES = st.fixed_dictionaries(
    {
        "name": SAID,
        "short_name": SAID,
        "level": st.sampled_from([Level.COLLEGE_COMMITTEE, Level.GENERAL_BRANCH, Level.BRANCH]),
        "category": st.sampled_from(Category.values),
        "category_is_guess": st.booleans(),
        "form": st.sampled_from([Form.STANDING, Form.JOINT]),
        "founded_on": st.none() | DATES,
        "term": st.none() | st.tuples(st.dates(date(2025, 1, 1), date(2026, 9, 1)), st.integers(1, 10)),
    }
)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.ORGANIZATION_STAFF, school.root)


def book_of(user):
    content = BytesIO()
    EXPORT.write(content, EXPORT.find(user, None), user)
    return content


def table(book):
    """The cells from the head on."""
    [sheet] = read_workbook(book)
    head = next(n for n, row in enumerate(sheet.rows) if "党组织代码" in row)
    return sheet.rows[head:]


def found(school, number, facts):
    term, category, is_guess = facts.pop("term"), facts.pop("category"), facts.pop("category_is_guess")
    if facts["level"] == Level.BRANCH:
        facts |= {"category": category, "category_is_guess": is_guess}
    facts["name"] = f"{facts['name']}第{number}"
    facts["short_name"] = f"{facts['short_name']}甲{number}"
    branch = tree.found(parent=school.physics, code=f"09{number}", by=None, **facts)
    if term:
        terms.elect(branch, *term)
    return branch


def round_trip(school, staff, rows):
    made = [found(school, number, dict(facts)) for number, facts in enumerate(rows, start=1)]
    first = book_of(staff)
    assert register.review(register.open_register(first), staff).to_change == []
    mine = Branch.objects.filter(pk__in=[branch.pk for branch in made])
    mine.filter(category_is_guess=False).update(category="")
    mine.update(founded_on=None, form=Form.STANDING, short_name="忘了")
    Term.objects.filter(branch__in=mine).delete()
    children = list(Branch.objects.filter(parent=school.physics).order_by("order_key"))
    tree.reorder(school.physics, reversed(children), by=None)
    review = register.write(register.open_register(first), staff)
    assert review.errors == []
    assert table(book_of(staff)) == table(first)


def check(examples, school, staff):
    @given(st.lists(BRANCHES, min_size=1, max_size=4))
    @hypothesis_settings(max_examples=examples, suppress_health_check=[HealthCheck.too_slow])
    def cell_for_cell(rows):
        with transaction.atomic(), time_machine.travel("2026-11-22 12:00 +0800", tick=False):
            round_trip(school, staff, rows)
            transaction.set_rollback(True)

    cell_for_cell()


def test_cell_for_cell(school, staff):
    check(15, school, staff)


@pytest.mark.nightly
def test_cell_for_cell_in_500_examples(school, staff, record_property):
    check(500, school, staff)
    record_property("figure", "500 registers, 0 differences")


def test_one_cell_changed_changes_one_thing(school, staff):
    book = load_workbook(book_of(staff))
    cells = {cell.value: cell for row in book.active for cell in row}
    cells["音乐教师党支部"].value = "音乐教工党支部"
    changed = BytesIO()
    book.save(changed)
    review = register.review(register.open_register(changed), staff)
    [(entry, [difference])] = review.changed
    assert (entry.code, difference.label) == (school.musicians.code, "简称")
    assert len(review.unchanged) == Branch.objects.count() - 1


def test_the_files_order_is_taken_where_a_branch_was_dissolved(school, staff):
    old = cast.found(school.physics, "旧支部", Level.BRANCH, "9")
    tree.dissolve(old, date(2026, 1, 1), by=None)
    first = book_of(staff)
    tree.reorder(school.physics, [school.students, school.teachers], by=None)
    review = register.write(register.open_register(first), staff)
    assert len(review.changed) == 2
    names_now = Branch.objects.filter(parent=school.physics, dissolved_on=None).order_by("order_key")
    assert list(names_now) == [school.teachers, school.students]


def test_committee_staff_get_their_own_part(school):
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    _, rows = exported(staff, reverse("register_export"))
    assert [row[3] for row in rows] == ["001001", "001001001", "001001002"]


def test_blanks_typed_in_a_name_are_not_kept(school, staff):
    """They would be another name to the import."""
    address = reverse("admin:branches_branch_change", args=[school.teachers.pk])
    page = cast.a_browser(staff).get(address)
    asked = {
        **page.context["adminform"].form.initial,
        "name": "中共 XX师范大学　物理教师支部",
        "category": "staff",
    }
    asked = {name: value for name, value in asked.items() if value is not None}
    assert cast.a_browser(staff).post(address, asked).status_code == 302
    assert Branch.objects.get(pk=school.teachers.pk).name == "中共XX师范大学物理教师支部"
