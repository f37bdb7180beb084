"""Reasons for what is otherwise than normally so: stated by the branch, answered above by another person."""

from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.wording import action_label
from branches.models import Term
from branches.roles import Role
from branches.scope import covering_ranges
from branches.terms import due_date
from members import explanations, health
from members.explanations import ExplanationError
from members.models import Explanation, Post
from reports.openings import open_in
from tests import cast

ON = date(2026, 10, 20)
WHY = "学院只有一个教工支部，党委会议同意"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def that_day():
    with time_machine.travel("2026-10-20 12:00 +0800") as clock:
        yield clock


@pytest.fixture
def school():
    school = cast.a_university()
    a_long_term(school.teachers, date(2025, 5, 1))
    for _ in range(3):
        secretary = cast.a_member(school.teachers)
    cast.a_post(secretary, Post.Title.SECRETARY)
    cast.a_training(secretary)
    return school


@pytest.fixture
def secretary(school):
    return cast.a_user(Role.SECRETARY, school.teachers, name="王书记")


@pytest.fixture
def college(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics, name="李干事")


def a_long_term(branch, elected_on, years=4):
    due = due_date(elected_on, years)
    Term.objects.create(
        branch=branch, branch_path=branch.path, elected_on=elected_on, years=years, due_on=due
    )


def found(branch):
    [finding] = health.findings_of(branch, ON)
    return finding


def test_a_reason_waits_and_then_holds(school, secretary, college):
    said = explanations.state(found(school.teachers), WHY, by=secretary)
    assert (found(school.teachers).state, found(school.teachers).explanation) == ("due", said)
    explanations.accept(said, by=college)
    finding = found(school.teachers)
    assert (finding.state, finding.is_explained, finding.explanation.reason) == ("explained", True, WHY)
    assert (finding.explanation.answered_by, finding.explanation.valid_until) == (college, date(2027, 10, 20))
    actions = AuditEntry.objects.filter(action__startswith="finding.").order_by("at")
    assert [(one.action, one.actor) for one in actions] == [
        ("finding.explain", secretary),
        ("finding.accept", college),
    ]


def test_it_is_not_open_any_more(school, secretary, college):
    ranges = covering_ranges([school.teachers.path])
    assert len(health.open_findings(ranges, ON)) == 1
    explanations.accept(explanations.state(found(school.teachers), WHY, by=secretary), by=college)
    assert health.open_findings(ranges, ON) == []
    assert len(health.findings(ranges, ON)) == 1
    assert "支部设置、班子与任期" not in [part.title for part in open_in(school.teachers, ON)]


def test_one_that_was_returned_is_stated_anew(school, secretary, college):
    explanations.send_back(
        explanations.state(found(school.teachers), WHY, by=secretary), "没有写批准", by=college
    )
    assert (found(school.teachers).state, found(school.teachers).explanation.returned_why) == (
        "due",
        "没有写批准",
    )
    entry = AuditEntry.objects.get(action="finding.send_back")
    assert action_label(entry.action) == "支部设置与任期：退回说明"
    assert entry.after == {"returned_why": "没有写批准"}
    again = explanations.state(found(school.teachers), WHY, by=secretary)
    explanations.accept(again, by=college)
    assert found(school.teachers).is_explained


@pytest.mark.parametrize(
    "answer", [explanations.accept, lambda row, by: explanations.send_back(row, WHY, by=by)]
)
def test_nobody_answers_his_own(school, college, answer):
    said = explanations.state(found(school.teachers), WHY, by=college)
    with pytest.raises(ExplanationError, match="另一人"):
        answer(said, by=college)
    with pytest.raises(IntegrityError), transaction.atomic():
        Explanation.objects.update(answered_by=college)


def test_it_is_answered_once_and_waits_once(school, secretary, college):
    said = explanations.state(found(school.teachers), WHY, by=secretary)
    with pytest.raises(ExplanationError, match="已经有一份说明"):
        explanations.state(found(school.teachers), WHY, by=college)
    explanations.accept(said, by=college)
    with pytest.raises(ExplanationError, match="已经核实过"):
        explanations.send_back(said, WHY, by=college)
    with pytest.raises(ExplanationError, match="已经说明"):
        explanations.state(found(school.teachers), WHY, by=secretary)


def test_it_ends_with_the_facts(school, secretary, college):
    said = explanations.state(found(school.teachers), WHY, by=secretary)
    Term.objects.update(years=5, due_on=date(2030, 5, 1))
    with pytest.raises(ExplanationError, match="情况已经变化"):
        explanations.accept(said, by=college)
    Term.objects.update(years=4)
    explanations.accept(said, by=college)
    Term.objects.update(years=5)
    assert found(school.teachers).explanation is None


def test_it_ends_with_the_year(school, secretary, college, that_day):
    explanations.accept(explanations.state(found(school.teachers), WHY, by=secretary), by=college)
    cast.a_training(Post.objects.get().member, day=date(2027, 3, 1))
    [last] = health.findings_of(school.teachers, date(2027, 10, 20))
    [after] = health.findings_of(school.teachers, date(2027, 10, 21))
    assert (last.is_explained, after.is_explained) == (True, False)


def test_another_term_is_another_matter(school, secretary, college):
    explanations.accept(explanations.state(found(school.teachers), WHY, by=secretary), by=college)
    Term.objects.update(elected_on=date(2026, 5, 1), due_on=date(2030, 5, 1))
    assert found(school.teachers).explanation is None


def test_what_a_text_demands_is_not_explained_away(school, secretary):
    [*_, empty] = health.findings_of(school.students, ON)
    assert (empty.rule.code, empty.is_explainable) == ("ZB-06", False)
    with pytest.raises(ExplanationError, match="不能以说明代替"):
        explanations.state(empty, WHY, by=secretary)


class TestPages:
    def page(self, school):
        return reverse("finding_explain", args=[school.teachers.pk, "term-20250501"])

    def test_the_way_through(self, school, secretary, college):
        hers, his = cast.a_browser(secretary), cast.a_browser(college)
        branch_page = reverse("branch_page", args=[school.teachers.pk])
        assert "说明情况" in hers.get(branch_page).content.decode()
        assert hers.post(self.page(school), {"reason": "短"}).status_code == 422
        assert hers.post(self.page(school), {"reason": WHY}).headers["Location"] == branch_page
        assert "认可说明" not in hers.get(self.page(school)).content.decode()
        listed = his.get(reverse("branch_health"))
        assert (listed.context["open"], "核实说明" in listed.content.decode()) == (2, True)
        assert "认可说明" in his.get(self.page(school)).content.decode()
        said = Explanation.objects.get()
        his.post(reverse("explanation_accept", args=[said.pk]))
        listed = his.get(reverse("branch_health"))
        assert listed.context["open"] == 1
        assert f"理由：{WHY}（李干事 2026-10-20 认可" in listed.content.decode()
        [only] = his.get(reverse("branch_health"), {"state": "explained"}).context["lines"]
        assert only.finding.branch == school.teachers
        assert "已说明" in hers.get(branch_page).content.decode()

    def test_returning_needs_a_reason(self, school, secretary, college):
        said = explanations.state(found(school.teachers), WHY, by=secretary)
        his = cast.a_browser(college)
        his.post(reverse("explanation_return", args=[said.pk]), {"why": ""})
        assert Explanation.objects.get().is_waiting
        his.post(reverse("explanation_return", args=[said.pk]), {"why": "没有写批准"})
        assert "没有写批准" in cast.a_browser(secretary).get(self.page(school)).content.decode()

    def test_the_branch_does_not_answer_itself(self, school, secretary, college):
        said = explanations.state(found(school.teachers), WHY, by=college)
        answer = cast.a_browser(secretary).post(reverse("explanation_accept", args=[said.pk]))
        assert answer.status_code == 403

    @pytest.mark.parametrize("role", [Role.LEADER, Role.RECORDER, Role.ATTENDANCE_TAKER])
    def test_others_state_nothing(self, school, role):
        browser = cast.a_browser(cast.a_user(role, school.teachers))
        assert browser.get(self.page(school)).status_code == 403

    def test_what_is_settled_leads_back(self, school, secretary):
        Term.objects.update(years=3)
        answer = cast.a_browser(secretary).get(self.page(school))
        assert answer.headers["Location"] == reverse("branch_page", args=[school.teachers.pk])

    def test_a_leader_reads_no_reasons(self, school, secretary, college):
        explanations.accept(explanations.state(found(school.teachers), WHY, by=secretary), by=college)
        browser = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        text = browser.get(reverse("branch_page", args=[school.teachers.pk])).content.decode()
        assert ("已说明" in text, WHY in text) == (True, False)
