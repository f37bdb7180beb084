"""A round counts for what the year asks of secretaries: to report to the organisation above (支部条例 27)."""

from datetime import date

import pytest

from activities import compliance, yearly
from activities.models import ReportAbove
from assessments import rounds
from assessments.models import Report
from branches.roles import Role
from branches.scope import covering_ranges
from lib.periods import Period
from tests import cast
from tests.assessments.scene import fresh, kept

CODE = "ZB-39-2"


def figures(branch, year=2026):
    count = yearly.counted(covering_ranges([branch.path]), year, date(2026, 12, 31)).get((branch.pk, CODE))
    return (count.required, count.met) if count else None


def held(round_, staff, day=date(2026, 12, 10)):
    Report.objects.filter(subject__round=round_).update(state="accepted")
    rounds.begin_ballot(round_, on=day, place="", by=staff)


def test_nothing_is_asked_before_the_organisation_above_asks(drafted, school):
    assert figures(school.teachers) is None


def test_asked_for_when_reports_are_written_and_given_at_the_meeting(reporting, school, staff):
    assert figures(school.teachers) == (1, 0)
    held(reporting, staff)
    assert (figures(school.teachers), figures(school.students)) == ((1, 1), (1, 1))


def test_over_the_year_it_is_missed(reporting, school):
    found = compliance.of_period(covering_ranges([school.teachers.path]), Period.year(2026), date(2027, 1, 1))
    [row] = [row for row in found if row.rule == CODE]
    assert (row.state, row.severity, row.missed) == ("overdue", "must", 1)
    assert row.reason == "应向上级党组织述职的党支部书记 1 人，已有 0 人，还差 1 人。"


def test_a_meeting_in_january_counts_for_the_year_of_the_report(reporting, school, staff):
    held(reporting, staff, date(2027, 1, 8))
    assert (figures(school.teachers), figures(school.teachers, 2027)) == ((1, 1), None)


def test_whoever_is_left_out_owes_none_and_who_is_added_does(reporting, school, staff):
    first, _ = reporting.subjects.select_related("member", "round", "branch")
    rounds.leave_out(first, by=staff)
    assert figures(school.teachers) is None
    rounds.add(fresh(reporting), first.member, first.branch, by=staff)
    assert figures(school.teachers) == (1, 0)


def test_of_two_rounds_one_report_is_enough(reporting, school, staff):
    held(reporting, staff)
    facts = {"scheme": kept(), "report_due_on": date(2026, 12, 20), "by": staff}
    other = rounds.begin(school.physics, year=2026, name="补充述职", **facts)
    rounds.open_reports(other, by=staff)
    assert figures(school.teachers) == (1, 1)
    assert ReportAbove.objects.count() == 2


def test_the_article_is_of_branch_secretaries(school, secretaries):
    cast.a_post(cast.a_member(school.teachers, "院书记"), "secretary", branch=school.physics)
    by = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    facts = {"scheme": kept(), "report_due_on": date(2026, 12, 20), "by": by}
    rounds.open_reports(rounds.begin(school.root, year=2026, name="甲", **facts), by=by)
    assert ReportAbove.objects.count() == 0


@pytest.mark.parametrize("day", [date(2026, 12, 10), date(2026, 12, 31)])
def test_it_stands_on_the_page_of_the_branch(reporting, school, staff, day):
    page = cast.a_browser(staff).get(f"/branches/{school.teachers.pk}/")
    assert "书记向上级党组织述职" in page.content.decode()
