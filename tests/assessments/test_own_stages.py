"""Stages as data: what a scheme leaves out is not asked for, what it adds is noted for everybody first."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from assessments import ballots, own_stages, progress, reports, rounds, sealing
from assessments.models import Report, Round, StageDone
from assessments.refusals import AssessmentError
from assessments.schemes import SchemeError, read
from assessments.stages import Stage, Step, usual
from branches.roles import Role
from tests import cast
from tests.assessments.scene import WITH_OWN, fresh, kept

DAY = date(2026, 12, 10)
USUAL = usual(has_ballot=True)
WITHOUT_READING = tuple(stage for stage in USUAL if stage.step is not Step.READING)


def scheme_of(stages):
    return kept("two", stages=stages)


@pytest.fixture
def own(drafted, staff):
    """Reports are being written under a scheme with two stages of its own; both are handed in and read."""
    rounds.change(drafted, version=1, scheme=scheme_of(WITH_OWN), name="甲", report_due_on=DAY, by=staff)
    rounds.open_reports(drafted, by=staff)
    Report.objects.update(state="accepted")
    return fresh(drafted)


def stage(round_, code):
    return own_stages.of_code(round_, code)


def keys(round_):
    return list(round_.subjects.values_list("pk", flat=True))


def noted(round_, code, by, people=None):
    people = keys(round_) if people is None else people
    return own_stages.note(round_, stage(round_, code), people, on=DAY, text="资料齐全", by=by)


def met(round_, by):
    rounds.begin_ballot(round_, on=DAY, place="", by=by)


class TestAsData:
    def test_in_the_order_of_a_round_however_they_are_written(self):
        written = read(scheme_of(WITH_OWN[::-1]))
        assert [stage.title for stage in written.stages] == [
            *("述职报告", "审阅", "实地核查", "现场测评", "考察谈话", "综合评定", "反馈", "整改"),
        ]

    def test_a_scheme_kept_before_there_were_stages_has_the_usual_ones(self):
        scheme = kept("two")
        del scheme["stages"]
        assert read(scheme).stages == USUAL

    def test_without_a_ballot_there_is_none_among_the_usual_ones(self):
        assert [stage.step for stage in usual(has_ballot=False)] == [
            *(Step.REPORT, Step.READING, Step.GRADING, Step.FEEDBACK, Step.RECTIFICATION),
        ]

    @pytest.mark.parametrize(
        ("stages", "sentence"),
        [
            (USUAL[1:], "方案少了“述职报告”这个环节，每次述职评议都要有。"),
            (USUAL[:3], "方案少了“综合评定”这个环节，每次述职评议都要有。"),
            ((*USUAL, Stage("again", "再审", Step.READING)), "“审阅”这个环节写了 2 次，只能有一次。"),
            (
                tuple(one for one in USUAL if one.step is not Step.BALLOT),
                "有测评项目的方案，须有“现场测评”这个环节。",
            ),
            ((*USUAL, Stage("x", "反馈", Step.BEFORE)), "环节“反馈”写了两次。"),
            (
                (*USUAL, Stage("x", "逐一到支部现场核查", Step.BEFORE)),
                "环节名称应为 1 至 8 个字，“逐一到支部现场核查”不是。",
            ),
            ((*USUAL, Stage("report", "互查", Step.BEFORE)), "两个环节用了同一个代码。"),
        ],
    )
    def test_what_does_not_hold_together(self, stages, sentence):
        with pytest.raises(SchemeError) as refusal:
            read(scheme_of(stages))
        assert str(refusal.value) == sentence

    def test_a_ballot_without_an_item_for_it(self):
        scheme = kept("two", stages=USUAL)
        scheme["items"][0]["way"] = "expert"
        with pytest.raises(SchemeError, match="方案里没有测评项目，请去掉“现场测评”这个环节"):
            read(scheme)


class TestLeftOut:
    def test_a_report_is_enough_when_nobody_reads_it(self, drafted, staff):
        rounds.change(
            drafted, version=1, scheme=scheme_of(WITHOUT_READING), name="甲", report_due_on=DAY, by=staff
        )
        rounds.open_reports(drafted, by=staff)
        with pytest.raises(
            AssessmentError, match="还有述职报告没有交齐：甲书记、乙书记。请催交、或者移出名单"
        ):
            met(drafted, staff)
        Report.objects.update(state="submitted")
        met(drafted, staff)
        assert fresh(drafted).state == "balloting"

    def test_nothing_waits_for_feedback_that_is_not_asked_for(self, published, staff):
        Round.objects.update(scheme=scheme_of(tuple(s for s in USUAL if s.step is not Step.FEEDBACK)))
        rounds.archive(published, by=staff)
        assert fresh(published).state == "archived"

    def test_the_grid_has_no_column_for_it(self, drafted, staff):
        browser = cast.a_browser(staff)
        titles = [stage.title for stage in drafted.rules.stages]
        assert titles == ["述职报告", "审阅", "现场测评", "综合评定", "反馈", "整改"]
        Round.objects.update(scheme=scheme_of(WITHOUT_READING))
        page = browser.get(reverse("round", args=[drafted.pk]))
        assert [len(row.cells) for row in page.context["rows"]] == [5, 5]
        assert '<th scope="col">审阅</th>' not in page.content.decode()


class TestOfItsOwn:
    def test_the_meeting_waits_for_those_before_it(self, own, staff):
        noted(own, "visit", staff, keys(own)[:1])
        with pytest.raises(AssessmentError, match="“实地核查”还没有登记：乙书记。"):
            met(own, staff)
        assert noted(own, "visit", staff) == 1
        met(own, staff)
        assert fresh(own).state == "balloting"

    def test_publishing_waits_for_those_after_it(self, own, staff):
        noted(own, "visit", staff)
        met(own, staff)
        ballots.close(own, by=staff)
        for subject in own.subjects.all():
            rounds.decide(subject, grade="好", why="票数不足，按实绩评定", version=1, by=staff)
        facts = {"decided_on": DAY, "decided_by": "学院党委会", "audience": "self", "by": staff}
        with pytest.raises(AssessmentError, match="“考察谈话”还没有登记：甲书记、乙书记。"):
            rounds.publish(own, **facts)
        noted(own, "talk", staff)
        rounds.publish(own, **facts)
        assert fresh(own).state == "published"

    def test_who_is_noted_stays_as_he_is(self, own, staff):
        noted(own, "visit", staff)
        assert own_stages.note(own, stage(own, "visit"), keys(own), on=DAY, text="另一次", by=staff) == 0
        assert set(StageDone.objects.values_list("note", flat=True)) == {"资料齐全"}
        assert AuditEntry.objects.filter(action="round.pass_stage").count() == 1

    def test_taken_back(self, own, staff):
        noted(own, "visit", staff)
        own_stages.take_back(StageDone.objects.first(), by=staff)
        assert StageDone.objects.count() == 1
        assert AuditEntry.objects.get(action="round.unpass_stage").before["stage"] == "实地核查"

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"on": date(2026, 12, 11)}, "日期不能晚于今天"),
            ({"on": date(2025, 12, 31)}, "日期不能早于述职年度（2026 年）。"),
            ({"people": []}, "请选择书记。"),
            ({"people": [0]}, "请选择书记。"),
            ({"text": "长" * 201}, "情况最多 200 字。"),
        ],
    )
    def test_what_cannot_be_noted(self, own, staff, change, sentence):
        facts = {"people": keys(own), "on": DAY, "text": ""} | change
        people = facts.pop("people")
        with pytest.raises(AssessmentError, match=sentence):
            own_stages.note(own, stage(own, "visit"), people, **facts, by=staff)
        assert StageDone.objects.count() == 0

    def test_not_by_oneself(self, own, author, school):
        cast.give(author, Role.COMMITTEE_STAFF, school.physics)
        with pytest.raises(AssessmentError, match="自己的“实地核查”由另一人登记。"):
            noted(own, "visit", author)

    def test_sealed_with_the_rest(self, own, staff):
        noted(own, "visit", staff)
        digest = sealing.digest_of(own)
        assert sealing.digest_of(own) == digest
        StageDone.objects.update(note="改过")
        assert sealing.digest_of(own) != digest


class TestPages:
    def test_noted_for_several_at_once(self, own, staff):
        browser, here = cast.a_browser(staff), reverse("round_stage", args=[own.pk, "visit"])
        page = browser.get(here)
        assert "还有 2 人" in page.content.decode()
        sent = {"people": keys(own), "on": "2026-12-09", "text": "到支部查阅手册"}
        assert browser.post(here, sent).url == here
        shown = browser.get(here).content.decode()
        assert "2 人都已登记。" in shown
        assert "到支部查阅手册" in browser.get(reverse("subject", args=[keys(own)[0]])).content.decode()
        browser.post(reverse("stage_take_back", args=[StageDone.objects.first().pk]))
        assert "已登记 1 人，还有 1 人。" in browser.get(here).content.decode()

    def test_nobody_chosen_and_a_stage_that_is_not(self, own, staff):
        browser = cast.a_browser(staff)
        wrong = browser.post(reverse("round_stage", args=[own.pk, "visit"]), {"on": "2026-12-09"})
        assert (wrong.status_code, "请选择书记。" in wrong.content.decode()) == (422, True)
        assert browser.get(reverse("round_stage", args=[own.pk, "report"])).status_code == 404

    def test_cells_and_query_of_the_grid(self, own, staff, django_assert_num_queries):
        noted(own, "visit", staff, keys(own)[:1])
        row = progress.row_of(own, progress.with_counts(own.subjects.all(), own.rules).first(), DAY)
        assert [cell.state for cell in row.cells] == [
            *("done", "done", "done", "todo", "due", "todo", "todo", "todo"),
        ]
        for code, people in (("visit", [keys(own)[1]]), ("talk", keys(own)), ("reading", [])):
            found = progress.narrowed(own.subjects.all(), own.rules, code, "")
            assert list(found.values_list("pk", flat=True)) == people
        browser = cast.a_browser(staff)
        browser.get(reverse("round", args=[own.pk]))
        with django_assert_num_queries(10):
            browser.get(reverse("round", args=[own.pk]))

    def test_a_stranger_takes_nothing_back(self, own, staff, school):
        noted(own, "visit", staff)
        stranger = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        done = StageDone.objects.first()
        assert stranger.post(reverse("stage_take_back", args=[done.pk])).status_code == 404
        assert StageDone.objects.count() == 2


class TestEntering:
    """A secretary without an account: staff write down what he brings, and another reads it."""

    TEXTS = {"work": "做了", "problems": "问题", "plans": "打算"}

    @pytest.fixture
    def brought(self, reporting):
        """乙书记's report; he cannot sign in."""
        rows = Report.objects.select_related("subject__round", "subject__member")
        return rows.get(subject__round=reporting, subject__member__name="乙书记")

    def test_on_its_page(self, brought, staff):
        browser, here = cast.a_browser(staff), reverse("report_enter", args=[brought.pk])
        read_at = reverse("duty_report", args=[brought.pk])
        assert here in browser.get(read_at).content.decode()
        assert "没有账号" in browser.get(here).content.decode()
        answer = browser.post(here, self.TEXTS | {"version": "1", "submit": "1"})
        brought.refresh_from_db()
        assert (answer.url, brought.state, brought.entered_by) == (read_at, "submitted", staff)
        shown = browser.get(read_at).content.decode()
        assert "王干事代为录入，由另一人审阅" in shown
        assert reverse("report_accept", args=[brought.pk]) not in shown

    def test_read_by_another(self, brought, staff, school):
        reports.save(brought, self.TEXTS, version=1, by=staff)
        reports.submit(brought, by=staff)
        with pytest.raises(AssessmentError, match="代为录入的报告由另一人审阅。"):
            reports.accept(brought, by=staff)
        reports.accept(brought, by=cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        assert Report.objects.get(pk=brought.pk).state == "accepted"

    def test_not_by_staff_from_elsewhere_nor_for_who_has_an_account(self, brought, report, staff, school):
        stranger = cast.a_user(Role.COMMITTEE_STAFF, school.music)
        with pytest.raises(AssessmentError, match="由组织述职的党组织的工作人员代为录入。"):
            reports.save(brought, self.TEXTS, version=1, by=stranger)
        with pytest.raises(AssessmentError, match="述职报告由书记本人写。"):
            reports.save(report, self.TEXTS, version=1, by=staff)
        led = cast.a_browser(staff).get(reverse("report_enter", args=[report.pk]))
        assert led.url == reverse("duty_report", args=[report.pk])

    def test_once_he_has_an_account_he_writes_it_himself(self, brought, staff):
        reports.save(brought, self.TEXTS, version=1, by=staff)
        member = brought.subject.member
        member.account = cast.a_user(name="乙书记")
        member.save()
        reports.save(brought, self.TEXTS, version=2, by=member.account)
        assert Report.objects.get(pk=brought.pk).entered_by is None
