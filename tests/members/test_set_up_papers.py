"""ZB-05: on what a branch was founded or ended, and which of it is missing (支部条例 6)."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.wording import action_label
from branches.models import Branch
from branches.roles import Role
from branches.scope import covering_ranges
from members import health, set_up_papers
from members.models import SetUpPaper
from members.set_up_papers import Deed, PaperError
from tests import cast

pytestmark = pytest.mark.django_db
ON = date(2026, 10, 20)
PAPER = {"number": "党发〔2026〕12号", "approved_on": date(2026, 10, 12)}


@pytest.fixture(autouse=True)
def that_day():
    with time_machine.travel("2026-10-20 12:00 +0800") as clock:
        yield clock


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


@pytest.fixture
def young(school, that_day):
    """Founded a day after the book began."""
    that_day.shift(86400)
    return cast.found(school.physics, "新支部", Branch.Level.BRANCH, "n1", founded_on=date(2026, 10, 21))


def told(branch, on=date(2026, 10, 21)):
    found = health.findings(covering_ranges([branch.path]), on)
    return [one.text for one in found if one.rule.code == "ZB-05"]


class TestWhatIsMissing:
    def test_of_a_branch_founded_before_the_book_nothing(self, school):
        assert told(school.teachers) == []

    def test_first_the_approval_then_the_filing(self, young, staff):
        assert told(young) == ["2026-10-21 成立，还没有登记批复文号和日期。"]
        set_up_papers.note(young, Deed.FOUNDED, **PAPER, by=staff)
        assert told(young) == ["批复（党发〔2026〕12号）已登记，还没有登记报上级组织部门备案的日期。"]
        set_up_papers.note(young, Deed.FOUNDED, **PAPER, filed_on=date(2026, 10, 20), by=staff)
        assert told(young) == []

    def test_a_slow_approval_is_said_for_a_year_and_can_be_explained(self, school, staff):
        set_up_papers.note(school.teachers, Deed.FOUNDED, **PAPER, requested_on=date(2026, 9, 11), by=staff)
        [finding] = [one for one in health.findings_of(school.teachers, ON) if one.rule.code == "ZB-05"]
        assert (finding.state, finding.is_explainable) == ("due", True)
        assert told(school.teachers, date(2027, 10, 11)) != []
        assert told(school.teachers, date(2027, 10, 12)) == []


class TestNoting:
    def test_what_is_put_right_is_audited_with_what_stood_before(self, school, staff):
        for number in ("党发〔2026〕11号", "党发〔2026〕12号"):
            set_up_papers.note(school.teachers, Deed.FOUNDED, **{**PAPER, "number": number}, by=staff)
        assert SetUpPaper.objects.get().number == "党发〔2026〕12号"
        last = AuditEntry.objects.filter(action="branch.paper").order_by("at").last()
        assert (last.before["number"], last.after["number"]) == ("党发〔2026〕11号", "党发〔2026〕12号")
        assert action_label("branch.paper") == "党组织：登记批复"

    @pytest.mark.parametrize(
        ("deed", "wrong", "sentence"),
        [
            ("founded", {"number": " "}, "请写明批复文号"),
            ("founded", {"approved_on": date(2026, 10, 21)}, "日期不能晚于今天"),
            ("founded", {"requested_on": date(2026, 10, 13)}, "请示日期不能晚于批复日期"),
            ("founded", {"filed_on": date(2026, 10, 11)}, "备案日期不能早于批复日期"),
            ("ended", {}, "撤销的批复在撤销以后登记"),
        ],
    )
    def test_refused_with_the_reason(self, school, staff, deed, wrong, sentence):
        with pytest.raises(PaperError, match=sentence):
            set_up_papers.note(school.teachers, deed, **{**PAPER, **wrong}, by=staff)
        assert not SetUpPaper.objects.exists()

    def test_by_staff_alone(self, school):
        secretary = cast.a_user(Role.SECRETARY, school.teachers)
        with pytest.raises(PaperError, match="由组织部和二级党组织工作人员登记"):
            set_up_papers.note(school.teachers, Deed.FOUNDED, **PAPER, by=secretary)


class TestThePage:
    SENT = {"number": "党发〔2026〕12号", "approved_on": "2026-10-12"}

    def test_noted_and_put_right(self, school, staff):
        desk, address = cast.a_browser(staff), reverse("branch_paper", args=[school.teachers.pk, "founded"])
        assert desk.post(address, self.SENT).url == address
        page = desk.get(address)
        assert page.context["form"]["number"].value() == "党发〔2026〕12号"
        assert desk.post(address, {**self.SENT, "filed_on": "2026-10-11"}).status_code == 422

    def test_another_college_does_not_find_it(self, school):
        desk = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        assert desk.get(reverse("branch_paper", args=[school.teachers.pk, "founded"])).status_code == 404

    def test_of_an_end_once_it_has_ended(self, school, staff):
        desk, address = cast.a_browser(staff), reverse("branch_paper", args=[school.teachers.pk, "ended"])
        assert desk.get(address).status_code == 404
        Branch.objects.filter(pk=school.teachers.pk).update(dissolved_on=date(2026, 10, 1))
        assert desk.post(address, self.SENT).status_code == 302
        assert SetUpPaper.objects.get().deed == "ended"

    def test_the_list_of_what_is_to_be_put_right_leads_there(self, young, staff):
        lines = cast.a_browser(staff).get(reverse("branch_health"), {"rule": "ZB-05"}).context["lines"]
        assert [(one.action, one.url) for one in lines] == [
            ("登记批复", reverse("branch_paper", args=[young.pk, "founded"]))
        ]
