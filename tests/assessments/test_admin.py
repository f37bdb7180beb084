"""Rounds, groups, reports and rectification in the browser admin: found by words and filters, within one's part."""

import pytest
from django.urls import reverse

from assessments import ballots, problems
from assessments.models import Report
from assessments.problems import Facts
from branches.roles import Role
from tests import cast
from tests.assessments.meeting import a_code, a_meeting
from tests.assessments.scene import fresh

LISTS = ("round", "ratergroup", "report", "problem")


@pytest.fixture
def line(subject, staff):
    facts = Facts(
        "主题党日少开两次", "按月公布计划", "甲书记", subject.round.report_due_on.replace(year=2027)
    )
    return problems.add(subject, facts, by=staff)


def listed(user, name, **asked):
    page = cast.a_browser(user).get(reverse(f"admin:assessments_{name}_changelist"), asked)
    return [str(row) for row in page.context["cl"].result_list]


def test_by_name_and_by_where_it_stands(line, staff):
    assert listed(staff, "round", q="党支部书记") == [line.subject.round.name]
    assert listed(staff, "round", state__exact="published") == [line.subject.round.name]
    assert listed(staff, "round", state__exact="draft") == []
    assert listed(staff, "ratergroup", q="A票") == ["A票：校党委班子成员"]
    assert len(listed(staff, "report", q="甲书记")) == 1
    assert listed(staff, "report", state__exact="draft") == []
    assert listed(staff, "problem", q="主题党日") == listed(staff, "problem", state="open") == [line.problem]
    assert listed(staff, "problem", state="checked") == listed(staff, "problem", year="2025") == []
    assert listed(staff, "ratergroup", year="2026", state="published") == listed(staff, "ratergroup")
    assert listed(staff, "ratergroup", state="draft") == []
    assert listed(staff, "problem", under=str(line.subject.branch.pk)) == [line.problem]


@pytest.mark.parametrize("name", LISTS)
def test_ends_with_ones_part_of_the_tree(line, school, name):
    stranger = cast.a_user(Role.COMMITTEE_STAFF, school.music)
    assert listed(stranger, name) == []
    row = {"problem": line, "report": line.subject.report, "round": line.subject.round}.get(
        name, line.subject.round.groups.first()
    )
    address = reverse(f"admin:assessments_{name}_change", args=[row.pk])
    assert cast.a_browser(stranger).get(address).status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_nothing_is_written_there(line, staff, name):
    browser = cast.a_browser(staff)
    assert browser.get(reverse(f"admin:assessments_{name}_add")).status_code == 403
    row = {"problem": line, "report": line.subject.report, "round": line.subject.round}.get(
        name, line.subject.round.groups.first()
    )
    page = browser.get(reverse(f"admin:assessments_{name}_change", args=[row.pk]))
    assert (page.status_code, b'name="_save"' in page.content) == (200, False)


def test_a_draft_is_read_by_nobody_but_its_author(report, staff):
    Report.objects.update(work="还没有写完的话")
    page = cast.a_browser(staff).get(reverse("admin:assessments_report_change", args=[report.pk]))
    assert "还没有写完的话" not in page.content.decode()


def test_a_group_that_votes_tells_how_many_came_back_and_no_code(school, staff, secretaries, today):
    round_ = a_meeting(school.physics, staff, day=today)
    code = a_code(round_, staff)
    ballots.cast(code, {round_.subjects.first().pk: "差"})
    group = fresh(round_).groups.get(code="a")
    page = cast.a_browser(staff).get(reverse("admin:assessments_ratergroup_change", args=[group.pk]))
    shown = page.content.decode()
    assert [(group.issued, group.returned), "差" in shown] == [(5, 1), False]
    digests = group.codes.values_list("digest", flat=True)
    assert [one for one in (code, *digests) if one in shown] == []
