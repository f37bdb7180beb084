"""What a secretary owes to the yearly duty report comes as a reminder to himself, and goes when it is settled."""

from datetime import date

import pytest

from accounts.models import User
from assessments import problems, reports, rounds
from assessments.models import Problem, Report, Round
from assessments.problems import Facts
from branches.models import RoleGrant
from branches.roles import Role
from members.models import Member
from reminders import ledger
from reminders.models import Reminder
from tests import cast
from tests.assessments.scene import kept

TEXTS = {"work": "做了", "problems": "问题", "plans": "打算"}
DUE = date(2026, 12, 20)


@pytest.fixture
def school(db):
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


@pytest.fixture
def author(school) -> User:
    member = cast.a_member(school.teachers, "甲书记", account=cast.a_user(name="甲书记"))
    cast.a_post(member, "secretary")
    return member.account


@pytest.fixture
def report(school, staff, author):
    made = rounds.begin(
        school.physics, year=2026, name="2026年度述职评议", scheme=kept(), report_due_on=DUE, by=staff
    )
    rounds.open_reports(made, by=staff)
    return Report.objects.select_related("subject__round").get(subject__round=made)


def due(on, kind):
    return [one for one in ledger.gather(on) if one.kind == kind]


def states(kind):
    return list(Reminder.objects.filter(kind=kind).values_list("state", flat=True))


class TestReports:
    def test_a_week_before_and_for_as_long_as_it_is_owed(self, report, author):
        found = {day: due(day, "duty_report") for day in (date(2026, 12, 12), date(2026, 12, 13), DUE)}
        assert [len(each) for each in found.values()] == [0, 1, 1]
        [told] = found[DUE]
        assert (told.recipient_id, told.title, told.due_on) == (author.pk, "2026年度述职报告", DUE)
        assert (told.url, told.detail) == (
            f"/duty-report/{report.pk}/",
            "物理教师党支部：2026年度述职评议",
        )

    def test_done_when_it_is_handed_in_and_owed_again_when_it_is_sent_back(self, report, author, staff):
        ledger.collect(DUE)
        reports.save(report, TEXTS, version=1, by=author)
        reports.submit(report, by=author)
        ledger.collect(DUE)
        assert states("duty_report") == ["done"]
        reports.send_back(report, "请补充原因", by=staff)
        ledger.collect(DUE)
        assert states("duty_report") == ["open"]
        assert due(DUE, "duty_report")[0].detail.endswith("，已退回：请补充原因")

    def test_cancelled_when_he_is_left_out(self, report, staff):
        ledger.collect(DUE)
        rounds.leave_out(report.subject, by=staff)
        ledger.collect(DUE)
        assert states("duty_report") == ["cancelled"]

    @pytest.mark.parametrize("state", ["draft", "balloting", "published"])
    def test_nothing_while_no_reports_are_written(self, report, state):
        Round.objects.update(state=state)
        assert due(DUE, "duty_report") == []

    def test_of_a_secretary_without_an_account_staff_are_told(self, report, staff):
        Member.objects.update(account=None)
        [told] = due(DUE, "duty_report_in_care")
        assert due(DUE, "duty_report") == []
        assert (told.recipient_id, told.title) == (staff.pk, "甲书记：2026年度述职报告")
        assert (told.url, told.detail) == (
            f"/reports/{report.pk}/",
            "物理教师党支部：2026年度述职评议。书记还没有账号，请开通账号，由本人办理",
        )

    def test_from_the_day_he_has_one_he_is_told_himself(self, report, author, staff):
        Member.objects.update(account=None)
        ledger.collect(DUE)
        Member.objects.filter(name="甲书记").update(account=author)
        ledger.collect(DUE)
        rows = Reminder.objects.filter(kind__startswith="duty_report").order_by("kind")
        assert [(row.kind, row.recipient, row.state) for row in rows] == [
            ("duty_report", author, "open"),
            ("duty_report_in_care", staff, "cancelled"),
        ]

    def test_nobody_to_tell(self, report):
        Member.objects.update(account=None)
        RoleGrant.objects.all().delete()
        assert [one for one in ledger.gather(DUE) if one.kind.startswith("duty_report")] == []


class TestRectification:
    @pytest.fixture
    def line(self, report, staff):
        Round.objects.update(state="published", decided_on=date(2026, 1, 1))
        facts = Facts("主题党日少开两次", "按月公布计划", "甲书记", date(2027, 3, 31))
        return problems.add(report.subject, facts, by=staff)

    def test_from_a_week_before(self, line, author):
        assert due(date(2027, 3, 23), "rectification") == []
        [told] = due(date(2027, 3, 24), "rectification")
        assert (told.recipient_id, told.title, told.url) == (
            author.pk,
            "主题党日少开两次",
            f"/rectification/{line.pk}/",
        )

    def test_of_a_secretary_without_an_account_staff_are_told(self, line, staff):
        Member.objects.update(account=None)
        [told] = due(date(2027, 3, 31), "duty_report_in_care")
        assert (told.recipient_id, told.title, told.url) == (
            staff.pk,
            "甲书记：主题党日少开两次",
            f"/rectification/{line.pk}/",
        )

    def test_in_an_archived_round_too(self, line):
        Round.objects.update(state="archived")
        assert len(due(date(2027, 4, 30), "rectification")) == 1

    def test_done_when_it_is_reported_and_owed_again_when_it_is_turned_down(self, line):
        day = date(2027, 4, 1)
        ledger.collect(day)
        Problem.objects.update(done_on=day)
        ledger.collect(day)
        assert states("rectification") == ["done"]
        Problem.objects.update(done_on=None)
        ledger.collect(day)
        assert states("rectification") == ["open"]
