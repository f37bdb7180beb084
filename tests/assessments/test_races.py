"""Many hands at once: no grade, point or text is lost without a word (T30), nothing sent twice counts twice (T31)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from assessments import ballots, judging, reports, rounds
from assessments.models import (
    BallotCode,
    Correction,
    Deducted,
    PaperSheet,
    Points,
    Problem,
    RaterGroup,
    Rating,
    Remark,
    Report,
    Round,
    Subject,
)
from assessments.refusals import AssessmentError
from assessments.schemes import Quota
from branches.roles import Role
from tests import cast
from tests.assessments.meeting import a_code, a_meeting, keys
from tests.assessments.scene import fresh, kept
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 20
#: So many races; all the more of them with the services and at night.
RACES = [3, pytest.param(25, marks=pytest.mark.slow), pytest.param(1000, marks=pytest.mark.nightly)]


@pytest.fixture
def pair(school, staff):
    """Two of the college's staff, each with a browser."""
    return [cast.a_browser(staff), cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))]


@pytest.fixture
def balloting(school, staff, secretaries, today):
    return a_meeting(school.physics, staff, day=today)


def sent_by_all(browsers, address, forms):
    """What each browser is answered that sends its form, all at once."""
    calls = [
        lambda one=browser, sent=form: one.post(address, sent)
        for browser, form in zip(browsers, forms, strict=True)
    ]
    return at_once(calls)


def loser_of(answers):
    """Who was told that somebody else had been faster; the other went through."""
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    return next(number for number, answer in enumerate(answers) if answer.status_code == 409)


def refused(call):
    """What a verb refuses, or nothing."""
    try:
        call()
    except AssessmentError as refusal:
        return str(refusal)
    return ""


class TestLostUpdates:
    """T30."""

    @pytest.mark.parametrize("races", RACES)
    def test_of_two_who_grade_one_wins_and_the_other_sees_both(self, grading, pair, races):
        subject = grading.subjects.select_related("member").first()
        address = reverse("subject_decide", args=[subject.pk])
        for race in range(races):
            version = Subject.objects.get(pk=subject.pk).version
            forms = [
                {"version": version, "grade": grade, "why": f"第{race}轮，按实绩评定"}
                for grade in ("较好", "一般")
            ]
            answers = sent_by_all(pair, address, forms)
            loser = loser_of(answers)
            row = Subject.objects.get(pk=subject.pk)
            assert (row.version, row.decided) == (version + 1, forms[1 - loser]["grade"])
            told = answers[loser].context["decide"]
            assert told.non_field_errors() == [f"甲书记的等次刚被改为“{row.decided}”，请核对后再保存。"]
            assert (told["grade"].value(), told["version"].value()) == (forms[loser]["grade"], row.version)
        assert AuditEntry.objects.filter(action="round.decide").count() == races

    @pytest.mark.parametrize("races", RACES)
    def test_a_report_in_two_windows(self, report, author, races):
        address = reverse("own_report_write", args=[report.pk])
        windows = [cast.a_browser(author), cast.a_browser(author)]
        for race in range(races):
            version = Report.objects.get(pk=report.pk).version
            forms = [
                {"version": version, "work": f"第{race}轮第{number}个窗口", "problems": "", "plans": ""}
                for number in range(2)
            ]
            answers = sent_by_all(windows, address, forms)
            loser = loser_of(answers)
            row = Report.objects.get(pk=report.pk)
            assert (row.version, row.work) == (version + 1, forms[1 - loser]["work"])
            assert answers[loser].context["form"]["work"].value() == forms[loser]["work"]
            assert dict(answers[loser].context["elsewhere"])["履行职责情况"] == row.work

    def test_two_graders_each_keep_their_own_points(self, drafted, school, staff):
        rounds.change(
            drafted, version=1, scheme=kept("work"), name="甲", report_due_on=date(2026, 12, 20), by=staff
        )
        rounds.open_reports(drafted, by=staff)
        subject = drafted.subjects.select_related("round").first()
        graders = [cast.a_user(Role.COMMITTEE_STAFF, school.physics) for _ in range(5)]
        calls = [
            lambda one=one, value=value: judging.give_points(
                subject, "check", Decimal(80 + value), version=0, by=one
            )
            for value, one in enumerate(graders)
        ]
        at_once(calls)
        assert sorted(Points.objects.values_list("value", flat=True)) == [80, 81, 82, 83, 84]

    def test_one_grader_in_two_windows(self, drafted, staff):
        rounds.change(
            drafted, version=1, scheme=kept("work"), name="甲", report_due_on=date(2026, 12, 20), by=staff
        )
        rounds.open_reports(drafted, by=staff)
        subject = drafted.subjects.first()
        address = reverse("subject_points", args=[subject.pk])
        forms = [{"item": "check", "version": 0, "value": value, "note": ""} for value in ("80", "90")]
        answers = sent_by_all([cast.a_browser(staff), cast.a_browser(staff)], address, forms)
        loser = loser_of(answers)
        row = Points.objects.get()
        assert str(row.value) == f"{forms[1 - loser]['value']}.00"
        [told] = [one["form"] for one in answers[loser].context["points"]]
        assert told.non_field_errors() == [
            f"“考核组评分”的得分刚在别处改为 {forms[1 - loser]['value']} 分，请核对后再保存。"
        ]
        assert (told["value"].value(), told["version"].value()) == (forms[loser]["value"], row.version)

    def test_a_quota_holds_when_two_are_graded_at_once(self, school, staff, secretaries, today, pair):
        """One of two may have 好: of two who give it at once, to two people, one is refused."""
        most = Quota(("好",), Fraction(1, 2), is_most=True)
        round_ = a_meeting(school.physics, staff, day=today, quotas=(most,))
        ballots.close(round_, by=staff)
        calls = [
            lambda one=one: rounds.decide(one, grade="好", why="按实绩评定", version=1, by=staff)
            for one in fresh(round_).subjects.select_related("round", "member")
        ]
        answers = at_once([lambda call=call: refused(call) for call in calls])
        assert sorted(answers) == ["", "“好”不超过 50%，2 人中最多 1 人，现在 2 人。"]
        assert Subject.objects.filter(decided="好").count() == 1

    def test_the_feedback_and_a_line_of_the_list(self, subject, pair, staff):
        address = reverse("duty_feedback", args=[subject.report.pk])
        forms = [
            {"version": subject.version, "text": f"第{number}人写的反馈意见，请改进。", "on": "2026-12-10"}
            for number in range(2)
        ]
        answers = sent_by_all(pair, address, forms)
        loser = loser_of(answers)
        row = Subject.objects.get(pk=subject.pk)
        assert row.feedback == forms[1 - loser]["text"]
        assert answers[loser].context["form"]["text"].value() == forms[loser]["text"]
        assert answers[loser].context["current"].feedback == row.feedback

    def test_a_paper_typed_by_two(self, balloting, pair, staff):
        group = balloting.groups.get(code="a")
        ballots.hand_out(group, 5, by=staff)
        address = reverse("paper_sheet", args=[balloting.pk, "a", 1, 1])
        people = keys(balloting)
        forms = [{f"mark-{pk}": grade for pk in people} for grade in ("好", "差")]
        answers = sent_by_all(pair, address, forms)
        loser = loser_of(answers)
        assert set(PaperSheet.objects.get().marks.values()) == {("好", "差")[1 - loser]}


class TestSentTwice:
    """T31."""

    @pytest.mark.parametrize("runs", [1, pytest.param(100, marks=pytest.mark.nightly)])
    def test_one_code_is_one_ballot(self, balloting, staff, runs):
        """Twenty telephones with the same code, each with other marks: one of them counts, whole."""
        people = keys(balloting)
        browsers = [cast.a_browser() for _ in range(MANY)]
        for run in range(1, runs + 1):
            code = a_code(balloting, staff, group="a" if run % 2 else "b")
            marks = ["好" if number % 2 else "差" for number in range(MANY)]
            forms = [{"code": code, "cast": "1", **{f"mark-{pk}": mark for pk in people}} for mark in marks]
            before = Rating.objects.count()
            answers = sent_by_all(browsers, reverse("ballot"), forms)
            statuses = [answer.status_code for answer in answers]
            assert (statuses.count(302), statuses.count(422)) == (1, MANY - 1)
            written = Rating.objects.count() - before
            assert written == len(people)
            assert sum(RaterGroup.objects.values_list("returned", flat=True)) == run
            assert BallotCode.objects.filter(is_used=True).count() == run
        winner = marks[statuses.index(302)]
        latest = Rating.objects.filter(group__code="a" if runs % 2 else "b").values_list("mark", flat=True)
        assert winner in latest
        assert AuditEntry.objects.filter(action="round.cast").count() == runs

    def test_many_voters_at_once_are_all_counted(self, balloting, staff):
        group = balloting.groups.get(code="a")
        codes = ballots.issue(group, MANY, by=staff)
        forms = [
            {"code": code, "cast": "1", **{f"mark-{pk}": "好" for pk in keys(balloting)}} for code in codes
        ]
        answers = sent_by_all([cast.a_browser() for _ in codes], reverse("ballot"), forms)
        assert {answer.status_code for answer in answers} == {302}
        group.refresh_from_db()
        assert (group.returned, group.valid, Rating.objects.count()) == (MANY, MANY, MANY * 2)

    def test_a_ballot_that_meets_the_close_counts_or_is_told_that_it_is_over(self, balloting, staff):
        codes = ballots.issue(balloting.groups.get(code="a"), 5, by=staff)
        marks = dict.fromkeys(keys(balloting), "好")
        calls = [lambda code=code: ballots.cast(code, marks) for code in codes]
        calls.insert(2, lambda: ballots.close(balloting, by=staff))
        answers = at_once([lambda call=call: refused(call) for call in calls])
        assert answers.pop(2) == ""
        counted = answers.count("")
        assert set(answers) <= {"", ballots.UNKNOWN}
        group = RaterGroup.objects.get(code="a")
        assert (group.returned, Rating.objects.count()) == (counted, counted * 2)

    def test_the_close(self, balloting, staff):
        for group in balloting.groups.all():
            for code in ballots.issue(group, 5, by=staff):
                ballots.cast(code, dict.fromkeys(keys(balloting), "好"))
        answers = at_once([lambda: refused(lambda: ballots.close(balloting, by=staff))] * MANY)
        assert answers.count("") == 1
        assert {answer for answer in answers if answer} == {
            "“2026年度党支部书记述职评议”现在是“综合评定”，在“现场测评”时才能这样做。"
        }
        assert Rating.objects.count() == 2 * 5 * 2
        assert AuditEntry.objects.filter(action="round.close_ballot").count() == 1

    def test_a_report_handed_in(self, report, author):
        reports.save(report, {"work": "做了", "problems": "问题", "plans": "打算"}, version=1, by=author)
        form = {"version": 2, "work": "做了", "problems": "问题", "plans": "打算", "submit": ""}
        browsers = [cast.a_browser(author) for _ in range(MANY)]
        answers = sent_by_all(browsers, reverse("own_report_write", args=[report.pk]), [form] * MANY)
        assert {answer.status_code for answer in answers} <= {302, 409, 422}
        report.refresh_from_db()
        assert (report.state, report.history.filter(state="submitted").count()) == ("submitted", 1)
        assert AuditEntry.objects.filter(action="report.submit").count() == 1

    def test_codes_are_issued_once(self, balloting, staff):
        address = reverse("ballot_issue", args=[balloting.pk, "a"])
        browsers = [cast.a_browser(staff) for _ in range(MANY)]
        answers = sent_by_all(browsers, address, [{"number": "7", "known": "0"}] * MANY)
        assert sorted(answer.status_code for answer in answers) == [200] + [422] * (MANY - 1)
        assert (RaterGroup.objects.get(code="a").issued, BallotCode.objects.count()) == (7, 7)

    def test_a_round_and_its_copy(self, school, staff, secretaries, today):
        browsers = [cast.a_browser(staff) for _ in range(MANY)]
        form = {
            "organizer": school.physics.pk,
            "year": "2025",
            "name": "2025年度述职评议",
            "template": "half",
            "report_due_on": "2025-12-20",
        }
        answers = sent_by_all(browsers, reverse("round_new"), [form] * MANY)
        assert sorted(answer.status_code for answer in answers) == [302] + [422] * (MANY - 1)
        copied = sent_by_all(browsers, reverse("round_copy", args=[Round.objects.get().pk]), [{}] * MANY)
        assert {answer.status_code for answer in copied} == {302}
        assert list(Round.objects.values_list("year", "name")) == [
            (2026, "2026年度述职评议"),
            (2025, "2025年度述职评议"),
        ]
        assert RaterGroup.objects.count() == 2 * 3

    @pytest.mark.parametrize("verb", ["open", "publish", "archive"])
    def test_a_step_of_the_round(self, drafted, subject, staff, verb):
        facts = {"feedback": "工作扎实，请继续努力。", "feedback_on": date(2026, 12, 10)}
        state = {"open": "draft", "publish": "grading", "archive": "published"}[verb]
        Round.objects.filter(pk=subject.round.pk).update(state=state)
        Subject.objects.update(**facts)
        form = {"decided_on": "2026-12-10", "decided_by": "学院党委会", "audience": "self"}
        browsers = [cast.a_browser(staff) for _ in range(MANY)]
        before = AuditEntry.objects.filter(action=f"round.{verb}").count()
        sent_by_all(browsers, reverse(f"round_{verb}", args=[subject.round.pk]), [form] * MANY)
        assert AuditEntry.objects.filter(action=f"round.{verb}").count() == before + 1

    @pytest.mark.parametrize(
        ("page", "model", "form"),
        [
            (
                "report_remark",
                Remark,
                {"kind": "question", "speaker": "张副书记", "text": "怎样管理外出党员？"},
            ),
            (
                "problem_add",
                Problem,
                {
                    "problem": "学习不够深入",
                    "measure": "会前三天发材料",
                    "owner": "甲书记",
                    "due_on": "2027-03-31",
                },
            ),
        ],
    )
    def test_what_is_written_down_about_somebody(self, subject, staff, page, model, form):
        if model is Remark:
            Round.objects.update(state="reporting")
        browsers = [cast.a_browser(staff) for _ in range(MANY)]
        answers = sent_by_all(browsers, reverse(page, args=[subject.report.pk]), [form] * MANY)
        assert {answer.status_code for answer in answers} == {302}
        assert model.objects.count() == 1

    def test_a_deduction_and_a_correction(self, drafted, staff):
        rounds.change(
            drafted, version=1, scheme=kept("work"), name="甲", report_due_on=date(2026, 12, 20), by=staff
        )
        rounds.open_reports(drafted, by=staff)
        browsers = [cast.a_browser(staff) for _ in range(MANY)]
        address = reverse("subject_deduct", args=[drafted.subjects.first().pk])
        answers = sent_by_all(browsers, address, [{"points": "2", "reason": "迟交述职报告"}] * MANY)
        assert sorted(answer.status_code for answer in answers) == [302] + [422] * (MANY - 1)
        assert Deducted.objects.count() == 1
        Round.objects.update(state="archived")
        form = {"subject": "", "text": "会议地点应为学院报告厅，原写错了。", "citation": "会议通知"}
        sent_by_all(browsers, reverse("round_corrections", args=[drafted.pk]), [form] * MANY)
        assert Correction.objects.count() == 1
