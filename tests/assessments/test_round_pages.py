"""The pages of a round: begun, copied, its scheme changed, its people listed, judged and graded."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import ballots, published, rounds
from assessments.models import Deducted, GateAnswer, Points, Report, Round
from assessments.scheme_forms import SchemeForms, ShareField
from assessments.schemes import read
from branches.roles import Role
from tests import cast
from tests.assessments.scene import fresh, kept


@pytest.fixture
def browser(staff):
    return cast.a_browser(staff)


@pytest.fixture
def grading(drafted, staff):
    """Under the scheme with graders and a gate; everybody rates everybody 好."""
    rounds.change(
        drafted, version=1, scheme=kept("work"), name="甲", report_due_on=date(2026, 12, 20), by=staff
    )
    rounds.open_reports(drafted, by=staff)
    Report.objects.update(state="accepted")
    rounds.begin_ballot(drafted, on=date(2026, 12, 9), place="", by=staff)
    people = list(drafted.subjects.values_list("pk", flat=True))
    for group in drafted.groups.all():
        for code in ballots.issue(group, 5, by=staff):
            ballots.cast(code, dict.fromkeys(people, "好"))
    ballots.close(drafted, by=staff)
    return fresh(drafted)


def at(page, row):
    return reverse(page, args=[row.pk])


def sent_by(form):
    """What a browser sends of a form that nobody touched."""
    found = {}
    for part in (form.terms, *form.sets):
        rows = [part] if part is form.terms else [part.management_form, *part]
        for row in rows:
            for bound in row:
                value = bound.value()
                found[bound.html_name] = "" if value is None else value
    return found


class TestBeginning:
    def test_from_a_template(self, school, secretaries, browser):
        page = browser.get(reverse("round_new"))
        assert page.context["form"].initial["year"] == 2026
        sent = {
            "organizer": school.physics.pk,
            "year": "2026",
            "name": "2026年度述职评议",
            "template": "half",
            "report_due_on": "2026-12-20",
        }
        made = browser.post(reverse("round_new"), sent)
        row = Round.objects.get()
        assert made.url == at("round", row)
        assert (row.rules.title, row.subjects.count()) == (published.HALF_AND_HALF.title, 2)
        again = browser.post(reverse("round_new"), sent)
        assert "2026 年度已有“2026年度述职评议”" in again.content.decode()

    def test_a_copy_is_two_clicks_from_the_list(self, drafted, browser):
        page = browser.get(reverse("round_list"))
        assert at("round_copy", drafted) in page.content.decode()
        copied = browser.post(at("round_copy", drafted))
        assert Round.objects.get(year=2027).subjects.count() == 2
        assert copied.url == at("round", Round.objects.get(year=2027))

    def test_people_are_left_out_and_added(self, school, drafted, browser):
        first = drafted.subjects.select_related("member").first()
        browser.post(at("subject_leave_out", first))
        [other] = browser.get(at("round_people", drafted)).context["others"]
        assert other.member == first.member
        browser.post(at("round_people", drafted), {"member": first.member.pk})
        assert drafted.subjects.count() == 2

    def test_the_order_of_speaking(self, drafted, browser):
        first, second = drafted.subjects.all()
        browser.post(at("round_order", drafted), {f"at-{first.pk}": "2", f"at-{second.pk}": "1"})
        assert [row.pk for row in drafted.subjects.all()] == [second.pk, first.pk]


class TestScheme:
    @pytest.mark.parametrize("name", published.ALL)
    def test_nothing_is_lost_through_the_form(self, name):
        """What the form shows and nobody touches comes back as it was."""
        scheme = published.ALL[name]
        forms = SchemeForms(scheme, sent_by(SchemeForms(scheme)))
        assert forms.is_valid()
        assert read(forms.sent) == scheme

    @pytest.mark.parametrize(
        ("text", "share"),
        [("15%", "3/20"), ("15", "3/20"), (" 1/3 ", "1/3"), ("", "0"), ("33.5 %", "67/200")],
    )
    def test_a_share_in_per_cent_or_as_a_fraction(self, text, share):
        assert str(ShareField("比例").clean(text)) == share

    @pytest.mark.parametrize("text", ["一半", "1/0", "1/", "%"])
    def test_what_is_no_share(self, text):
        with pytest.raises(ValidationError, match="比例应为如 15% 或 1/3"):
            ShareField("比例").clean(text)

    def test_changed_while_it_is_prepared(self, drafted, browser):
        sent = sent_by(SchemeForms(drafted.rules)) | {"version": drafted.version, "groups-0-weight": "70"}
        wrong = browser.post(at("round_scheme", drafted), sent)
        assert wrong.status_code == 422
        assert "测评各类别的权重合计 110%，应为 100%" in wrong.content.decode()
        browser.post(at("round_scheme", drafted), sent | {"groups-1-weight": "30"})
        assert [int(group.weight) for group in fresh(drafted).rules.groups] == [70, 30]

    def test_read_alone_afterwards(self, grading, browser):
        page = browser.get(at("round_scheme", grading)).content.decode()
        assert "方案不能再改" in page
        assert "<textarea" not in page
        refused = browser.post(at("round_scheme", grading), {})
        assert refused.url == at("round_scheme", grading)


class TestJudging:
    def test_every_score_says_what_it_is_made_of(self, grading, browser):
        page = browser.get(at("subject", grading.subjects.first()))
        assert "还不能计分：考核组评分" in page.content.decode()
        browser.post(
            at("subject_points", grading.subjects.first()), {"item": "check", "version": "0", "value": "90"}
        )
        told = browser.get(at("subject", grading.subjects.first())).content.decode()
        assert "党建工作考核" in told
        assert "党委班子成员 5 票 100×60%" in told
        assert Points.objects.get().value == 90

    def test_points_beyond_the_item_stay_in_the_form(self, grading, browser):
        page = browser.post(
            at("subject_points", grading.subjects.first()), {"item": "check", "version": "0", "value": "101"}
        )
        assert page.status_code == 422
        assert "“考核组评分”的得分应在 0 至 100 之间" in page.content.decode()
        assert 'value="101"' in page.content.decode()

    def test_a_gate_a_deduction_and_its_way_back(self, grading, browser):
        subject = grading.subjects.first()
        browser.post(at("subject_gate", subject), {"gate": "annual", "is_open": "yes", "basis": "校发9号"})
        browser.post(at("subject_deduct", subject), {"points": "2", "reason": "迟交报告"})
        assert GateAnswer.objects.get().is_open
        made = subject.deductions.get()
        assert "迟交报告" in browser.get(at("subject", subject)).content.decode()
        browser.post(at("deduction_give_back", made))
        assert subject.deductions.count() == 0

    def test_a_grade_with_its_reason(self, grading, browser):
        subject = grading.subjects.first()
        wrong = browser.post(at("subject_decide", subject), {"version": "1", "grade": "较好", "why": ""})
        assert "评“较好”请写明理由" in wrong.content.decode()
        browser.post(
            at("subject_decide", subject), {"version": "1", "grade": "较好", "why": "材料不全，暂定"}
        )
        late = browser.post(at("subject_decide", subject), {"version": "1", "grade": "差", "why": "另有意见"})
        assert late.status_code == 409
        assert "刚被改为“较好”" in late.content.decode()
        assert "另有意见" in late.content.decode()


class TestGrades:
    def test_in_order_of_speaking_unless_the_meeting_asks(self, grading, browser):
        first, second = grading.subjects.all()
        for subject, value in ((first, "60"), (second, "90")):
            browser.post(at("subject_points", subject), {"item": "check", "version": "0", "value": value})
        names = [one.subject.pk for one in browser.get(at("round_grades", grading)).context["page"]]
        assert names == [first.pk, second.pk]
        ordered = browser.get(at("round_grades", grading), {"order": "total"}).context["page"]
        assert [one.subject.pk for one in ordered] == [second.pk, first.pk]
        Round.objects.update(state="published")
        after = browser.get(at("round_grades", grading), {"order": "total"}).context["page"]
        assert [one.subject.pk for one in after] == [first.pk, second.pk]

    def test_published_by_the_form(self, grading, staff, browser):
        for subject in grading.subjects.all():
            rounds.decide(subject, grade="较好", why="统一评定", version=1, by=staff)
        sent = {"decided_on": "2026-12-10", "decided_by": "学院党委会", "audience": "round"}
        browser.post(at("round_publish", grading), sent)
        assert (fresh(grading).state, fresh(grading).audience) == ("published", "round")

    def test_the_workbook(self, grading, browser):
        response = browser.post(at("round_workbook", grading))
        assert response["Content-Type"].startswith("application/vnd.openxmlformats")


@pytest.mark.parametrize("page", ["round", "round_scheme", "round_grades", "round_people", "round_order"])
def test_a_stranger_finds_nothing(school, drafted, page):
    for role, place in ((Role.COMMITTEE_STAFF, school.music), (Role.SECRETARY, school.teachers)):
        assert cast.a_browser(cast.a_user(role, place)).get(at(page, drafted)).status_code == 404


def test_a_stranger_sees_no_person_of_it(school, drafted):
    stranger = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
    subject = drafted.subjects.first()
    assert stranger.get(at("subject", subject)).status_code == 404
    assert stranger.post(at("subject_leave_out", subject)).status_code == 404
    deducted = Deducted.objects.create(subject=subject, points=1, reason="迟交报告")
    assert stranger.post(at("deduction_give_back", deducted)).status_code == 404
    offered = stranger.get(reverse("round_new")).context["form"].fields["organizer"].queryset
    assert list(offered) == [school.music]
    assert list(stranger.get(reverse("round_list")).context["page"]) == []


def test_the_grid_costs_the_same_for_many(school, drafted, browser, django_assert_num_queries):
    browser.get(at("round", drafted))
    with django_assert_num_queries(7):
        browser.get(at("round", drafted))


def test_equal_totals_stand_in_speaking_order(grading, staff, browser):
    first, second = grading.subjects.all()
    for subject in (first, second):
        Points.objects.create(subject=subject, item="check", grader=staff, value=90)
    for order in ((1, 2), (2, 1)):
        for row, position in zip((first, second), order, strict=True):
            grading.subjects.filter(pk=row.pk).update(position=position)
        page = browser.get(at("round_grades", grading), {"order": "total"}).context["page"]
        assert [one.subject.position for one in page] == [1, 2]
        assert len({one.score.total for one in page}) == 1


@pytest.mark.parametrize(("page", "number"), [("round_grades", 5), ("subject", 9)])
def test_a_result_costs_few_queries_whatever_the_number(grading, staff, browser, page, number):
    """Besides those of the frame: session, account, grants."""
    place = grading if page == "round_grades" else grading.subjects.first()
    browser.get(at(page, place))
    with CaptureQueriesContext(connection) as few:
        browser.get(at(page, place))
    first = grading.subjects.first()
    for position in range(10, 30):
        facts = {"branch": first.branch, "branch_path": first.branch_path, "evidence": first.evidence}
        grading.subjects.create(member=cast.a_member(first.branch), position=position, **facts)
    with CaptureQueriesContext(connection) as many:
        browser.get(at(page, place))
    assert len(few) == len(many) == 3 + number
