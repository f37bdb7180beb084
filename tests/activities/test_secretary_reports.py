"""书记述职 (ZB-39): told with the general meeting, offered when it is due, and counted for the year of the meeting."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEntry
from activities import agenda, duties, parts, secretary_reports
from activities.duties import State
from activities.kinds import Kind, joined
from activities.models import Activity, SecretaryReport
from activities.records import correct, marks_of, withdraw
from activities.refusals import RecordError
from branches.models import Branch
from branches.roles import Role
from branches.scope import covering_ranges
from lib.periods import Period
from tests import cast
from tests.activities.forms import filled

YEAR = Period.year(2026)
GIVEN = {Kind.GENERAL_MEETING: {"is_given": True}}
LOG = reverse("activity_log", args=["general_meeting"])


def duty_of(branch, today=date(2026, 12, 20), year=YEAR):
    found = duties.evaluate(covering_ranges([branch.path]), year, today, kinds=["secretary_report"])
    [duty] = [one for one in found if one.branch_id == branch.pk]
    return duty


def a_meeting(branch, day=date(2026, 10, 12), **more):
    return cast.a_record(branch, "general_meeting", day, **more)


class TestTheDuty:
    def test_a_general_meeting_alone_is_none(self, branch):
        a_meeting(branch)
        assert (duty_of(branch).state, duty_of(branch).held) == (State.DUE, 0)
        a_meeting(branch, details=GIVEN)
        assert (duty_of(branch).state, duty_of(branch).held) == (State.DONE_LATE, 1)

    def test_meetings_with_a_report_are_general_meetings_as_before(self, branch):
        a_meeting(branch, details=GIVEN)
        found = duties.evaluate(
            covering_ranges([branch.path]),
            Period.quarter(2026, 4),
            date(2026, 10, 20),
            kinds=["general_meeting"],
        )
        assert [one.held for one in found if one.branch_id == branch.pk] == [1]

    def test_at_a_meeting_that_was_something_else_too(self, branch):
        cast.a_record(
            branch,
            "organization_life_meeting",
            date(2026, 10, 12),
            also_kinds=joined(["general_meeting"]),
            details=GIVEN,
        )
        assert duty_of(branch).is_met

    def test_in_january_it_counts_for_the_new_year(self, branch):
        a_meeting(branch, date(2026, 1, 12), details=GIVEN)
        assert duty_of(branch).is_met
        assert not duty_of(branch, year=Period.year(2025)).is_met

    def test_taken_back_with_its_record(self, branch):
        withdraw(a_meeting(branch, details=GIVEN), by=None, version=1, reason="重复登记")
        assert not duty_of(branch).is_met

    @pytest.mark.parametrize("form", [Branch.Form.TEMPORARY, Branch.Form.FUNCTIONAL])
    def test_not_where_leaders_are_appointed(self, school, form):
        camp = cast.found(school.physics, "实习队", Branch.Level.BRANCH, "t1", form=form)
        assert duty_of(camp).reason.startswith(camp.get_form_display())

    def test_it_cannot_be_waived(self, branch):
        assert agenda.waive_url(duty_of(branch)) == ""


class TestTheForm:
    def test_the_link_of_the_duty_has_it_ticked(self, browser, branch):
        page = browser.get(agenda.record_url(duty_of(branch)))
        sent = browser.post(LOG, filled(page, held_on="2026-10-19"))
        assert sent.status_code == 302
        assert SecretaryReport.objects.get().is_given
        assert duty_of(branch).is_met

    def test_offered_in_the_fourth_quarter_and_not_ticked(self, browser, branch):
        assert browser.get(LOG).context["form"]["report_is_given"].value() is False
        browser.post(LOG, filled(browser.get(LOG)))
        assert not SecretaryReport.objects.filter(is_given=True).exists()

    @pytest.mark.parametrize(("day", "offered"), [("2026-03-31", True), ("2026-04-01", False)])
    def test_offered_until_march(self, browser, branch, day, offered):
        form = browser.get(LOG, {"date": day}).context["form"]
        assert ("report_is_given" in form.fields) is offered

    def test_a_correction_in_a_month_without_it_keeps_it(self, branch):
        record = a_meeting(branch, date(2026, 6, 12), details=GIVEN)
        correct(record, by=None, version=1, held_on=record.held_on, marks=marks_of(record), place="一号楼")
        assert secretary_reports.is_given(record)


class TestTheMinutes:
    def test_said_and_taken_back_at_any_time(self, browser, branch):
        record = a_meeting(branch, date(2026, 6, 12))
        page = reverse("activity_minutes", args=[record.pk])
        said = reverse("minutes_report", args=[record.pk])
        assert "这次会上已述职" in browser.get(page).content.decode()
        browser.post(said, {"given": "1"})
        assert "改为没有述职" in browser.get(page).content.decode()
        assert duty_of(branch).is_met
        browser.post(said, {"given": "0"})
        assert not duty_of(branch).is_met
        assert AuditEntry.objects.filter(action="activity.secretary_report").count() == 2

    def test_each_is_a_version_of_the_record_and_nothing_new_is_none(self, branch, secretary):
        record = a_meeting(branch)
        for given in (True, True):
            secretary_reports.say(record, given=given, by=secretary)
        assert Activity.objects.get().version == 2
        words = parts.words_by_version(record, [Kind.GENERAL_MEETING])
        assert words == {2: {"书记述职": "已向党员大会述职"}}

    def test_of_a_general_meeting_alone(self, branch, secretary):
        with pytest.raises(RecordError, match="请在支部党员大会的记录里登记"):
            secretary_reports.say(cast.a_record(branch), given=True, by=secretary)

    def test_by_who_keeps_the_record(self, branch):
        record = a_meeting(branch)
        taker = cast.a_user(Role.ATTENDANCE_TAKER, branch)
        with pytest.raises(RecordError, match="只有本支部书记、记录员或上级工作人员可以登记书记述职"):
            secretary_reports.say(record, given=True, by=taker)


@time_machine.travel("2026-12-20 10:00 +0800")
def test_the_year_of_the_branch_links_to_the_meeting_with_the_report(branch, secretary):
    a_meeting(branch, date(2026, 12, 1))
    told = a_meeting(branch, date(2026, 12, 16), details=GIVEN)
    browser = cast.a_browser(secretary)
    page = browser.get(reverse("branch_page", args=[branch.pk]))
    cells = [cell for row in page.context["matrix"].rows for cell in row.cells]
    [cell] = [cell for cell in cells if cell.label == "2026年书记述职"]
    assert cell.state == "done"
    assert list(browser.get(cell.url).context["records"]) == [told]
