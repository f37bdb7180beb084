"""Which national rules apply to a branch that has no committee, comes, goes, moves or is no ordinary one, with the
reason that is shown.
"""

import pytest
import time_machine

from activities import duties
from branches import tree
from branches.models import Branch
from branches.roles import Role
from branches.scope import covering_ranges
from members import restructuring
from tests import cast
from tests.activities.ruled import TODAY, YEAR, a_branch, day, led, people


def told(branch, *, within=None):
    """(rule, sub-period) → state and reason, as far as ``branch`` stood below ``within``."""
    found = duties.evaluate(covering_ranges([(within or branch.parent).path]), YEAR, TODAY)
    return {
        (one.rule.code, one.period.code): (one.state.value, one.reason)
        for one in found
        if one.branch_id == branch.pk
    }


def without_one(school):
    led(school.teachers)
    return school.teachers


def young(founded_on):
    def founded(school):
        branch = a_branch(school.physics, "n1", founded_on=founded_on)
        led(branch, committee=2, since=founded_on)
        cast.a_group(branch, since=founded_on)
        return branch

    return founded


def ended(school):
    led(school.teachers, committee=2)
    Branch.objects.filter(pk=school.teachers.pk).update(dissolved_on=day(8, 31))
    return school.teachers


def of_form(form):
    def founded(school):
        branch = a_branch(school.physics, "t1", form=form)
        for member in people(school.teachers, 3):
            branch.spells.create(
                member=member, branch_path=branch.path, kind="attending", since=day(1, 1, 2025)
            )
        return branch

    return founded


def merged(which):
    def over(school):
        for branch in (school.teachers, school.students):
            people(branch, 5)
        staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        restructuring.merge([school.students], school.teachers, on=day(8, 15), by=staff)
        return getattr(school, which)

    return over


def empty(school):
    return school.teachers


ASKED = "overdue"
#: how a branch came to be, rule, sub-period, and what is asked of it: nothing (None), something, or why not.
APPLYING = [
    ("no committee", without_one, "ZB-13", "2026-08", "未设支委会，不作要求。"),
    ("no committee", without_one, "ZB-21", "2026-08", ASKED),
    ("no groups", without_one, "ZB-17", "2026-08", None),
    ("founded in mid-quarter", young(day(8, 2)), "ZB-10", "2026Q3", "2026-08-02 成立，期间不满，不作要求。"),
    ("founded in mid-quarter", young(day(8, 2)), "ZB-10", "2026Q4", ASKED),
    ("founded in mid-quarter", young(day(8, 2)), "ZB-13", "2026-08", "2026-08-02 成立，期间不满，不作要求。"),
    ("founded in mid-quarter", young(day(8, 2)), "ZB-17", "2026-09", ASKED),
    ("founded in mid-quarter", young(day(8, 2)), "ZB-21", "2026-09", ASKED),
    ("founded in mid-quarter", young(day(8, 2)), "ZB-23", "2026", ASKED),
    ("founded in mid-quarter", young(day(8, 2)), "ZB-39", "2026", ASKED),
    ("founded on the first day", young(day(7, 1)), "ZB-10", "2026Q3", ASKED),
    ("founded in the fourth quarter", young(day(10, 2)), "ZB-25", "2026", "2026-10-02 成立，期间不满，不作要求。"),
    ("founded in the fourth quarter", young(day(10, 2)), "ZB-39", "2026", "2026-10-02 成立，期间不满，不作要求。"),
    ("dissolved", ended, "ZB-21", "2026-07", ASKED),
    ("dissolved", ended, "ZB-21", "2026-08", "2026-08-31 撤销，不作要求。"),
    ("dissolved", ended, "ZB-39", "2026", "2026-08-31 撤销，不作要求。"),
    ("temporary", of_form("temporary"), "ZB-10", "2026Q3", ASKED),
    ("temporary", of_form("temporary"), "ZB-13", "2026-08", "未设支委会，不作要求。"),
    ("temporary", of_form("temporary"), "ZB-39", "2026", "临时党支部，组织关系不在此，不作要求。"),
    ("functional", of_form("functional"), "ZB-10", "2026Q3", "功能型党支部，组织关系不在此，不作要求。"),
    ("functional", of_form("functional"), "ZB-21", "2026-08", "功能型党支部，组织关系不在此，不作要求。"),
    ("functional", of_form("functional"), "ZB-39", "2026", "功能型党支部，组织关系不在此，不作要求。"),
    ("merged into another", merged("students"), "ZB-21", "2026-07", ASKED),
    ("merged into another", merged("students"), "ZB-21", "2026-08", "2026-08-15 撤销，不作要求。"),
    ("merged into another", merged("students"), "ZB-10", "2026Q3", "2026-08-15 撤销，不作要求。"),
    ("taking another in", merged("teachers"), "ZB-21", "2026-08", ASKED),
    ("taking another in", merged("teachers"), "ZB-10", "2026Q3", ASKED),
    ("nobody in it", empty, "ZB-21", "2026-08", "期间没有党员，不作要求。"),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "code", "period", "expected"),
    [row[1:] for row in APPLYING],
    ids=[f"{row[0]}-{row[2]}-{row[3]}" for row in APPLYING],
)
@time_machine.travel("2027-01-01 12:00 +0800", tick=False)
def test_what_applies(make, code, period, expected):
    branch = make(cast.a_university())
    state, reason = told(branch).get((code, period), (None, None))
    assert (state if state in (None, ASKED) else reason) == expected


@pytest.mark.django_db
@time_machine.travel("2027-01-01 12:00 +0800", tick=False)
def test_a_branch_that_moved_owes_each_month_where_it_stood_at_its_end():
    school = cast.a_university()
    led(school.teachers, committee=2)
    tree.move(school.teachers, school.music, on=day(8, 15), by=None)
    branch = Branch.objects.get(pk=school.teachers.pk)
    here, there = (told(branch, within=place) for place in (school.physics, school.music))
    assert [code for code in here if code[0] == "ZB-21"] == [
        ("ZB-21", f"2026-{month:02d}") for month in range(1, 8)
    ]
    assert [code for code in there if code[0] in ("ZB-10", "ZB-39")] == [
        ("ZB-10", "2026Q3"),
        ("ZB-10", "2026Q4"),
        ("ZB-39", "2026"),
    ]
    assert {state for state, _ in (*here.values(), *there.values())} == {ASKED}
