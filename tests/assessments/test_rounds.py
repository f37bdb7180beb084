"""A round from its beginning to the archive: who is on its list, no stage skipped, what each refuses by name."""

from datetime import date
from fractions import Fraction

import pytest
import time_machine

from accounts.models import AuditEntry
from assessments import ballots, gathering, published, reports, rounds, sealing
from assessments.models import Points, Report, Subject
from assessments.refusals import AssessmentError, Conflict
from assessments.schemes import Quota
from branches.roles import Role
from tests import cast
from tests.assessments.scene import fresh, kept


def names(round_):
    return [subject.member.name for subject in round_.subjects.select_related("member")]


def read_all(round_):
    Report.objects.filter(subject__round=round_).update(state=Report.State.ACCEPTED)


@pytest.fixture
def reporting(drafted, staff):
    rounds.open_reports(drafted, by=staff)
    return fresh(drafted)


@pytest.fixture
def balloting(reporting, staff):
    read_all(reporting)
    rounds.begin_ballot(reporting, on=date(2026, 12, 9), place="学院会议室", by=staff)
    return fresh(reporting)


def vote(round_, staff, **marks):
    """Five of each group with the same marks about everybody."""
    for group in round_.groups.all():
        for code in ballots.issue(group, 5, by=staff):
            ballots.cast(code, {subject.pk: marks[group.code] for subject in round_.subjects.all()})


@pytest.fixture
def grading(balloting, staff):
    vote(balloting, staff, a="好", b="较好")
    ballots.close(balloting, by=staff)
    return fresh(balloting)


class TestBeginning:
    def test_those_in_office_are_on_the_list_in_official_order(self, drafted):
        assert names(drafted) == ["甲书记", "乙书记"]
        assert [subject.posts[0]["since"] for subject in drafted.subjects.all()] == [
            "2026-01-01",
            "2026-07-01",
        ]

    def test_nobody_of_another_college(self, school, secretaries, staff):
        cast.a_post(cast.a_member(school.musicians, "外院书记"), "secretary")
        facts = {"scheme": kept(), "report_due_on": date(2026, 12, 20), "by": staff}
        made = rounds.begin(school.physics, year=2026, name="甲", **facts)
        assert names(made) == ["甲书记", "乙书记"]

    def test_whoever_left_in_the_year_is_added_by_hand(self, school, drafted, staff):
        former = cast.a_member(school.students, "前书记")
        post = cast.a_post(former, "deputy", since=date(2020, 1, 1))
        type(post).objects.filter(pk=post.pk).update(title="secretary", until=date(2026, 6, 30))
        made = rounds.add(drafted, former, school.students, by=staff)
        assert (made.posts[0]["until"], names(drafted)[-1]) == ("2026-06-30", "前书记")
        with pytest.raises(AssessmentError, match="前书记已在名单中"):
            rounds.add(drafted, former, school.students, by=staff)

    def test_nobody_who_led_nothing(self, school, drafted, staff):
        other = cast.a_member(school.teachers, "路人")
        with pytest.raises(AssessmentError, match="路人 2026 年没有担任过“物理教师党支部”的书记"):
            rounds.add(drafted, other, school.teachers, by=staff)

    def test_a_university_has_its_second_level_secretaries(self, school, secretaries):
        head = cast.a_member(school.teachers, "院书记")
        cast.a_post(head, "secretary", branch=school.physics)
        by = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        made = rounds.begin(
            school.root, year=2026, name="甲", scheme=kept(), report_due_on=date(2026, 12, 20), by=by
        )
        assert names(made) == ["院书记"]

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"year": 1899}, "年度应在"),
            ({"year": 2028}, "年度应在"),
            ({"scheme": {}}, "方案的内容不完整或者写错了"),
            ({"name": "2026年度党支部书记述职评议"}, "2026 年度已有"),
        ],
    )
    def test_what_is_refused(self, school, drafted, staff, changes, sentence):
        facts = {"year": 2026, "name": "另一次", "scheme": kept(), "report_due_on": date(2026, 12, 20)}
        with pytest.raises(AssessmentError, match=sentence):
            rounds.begin(school.physics, **{**facts, **changes}, by=staff)

    def test_copied_from_last_year_in_one_step(self, drafted, staff, secretaries):
        with cast_in(2027):
            made = rounds.copy(drafted, by=staff)
        assert (made.year, made.name, made.report_due_on) == (
            2027,
            "2027年度党支部书记述职评议",
            date(2027, 12, 20),
        )
        assert (made.scheme, made.state, names(made)) == (drafted.scheme, "draft", ["甲书记", "乙书记"])

    def test_by_whoever_keeps_the_organisation(self, school, drafted):
        stranger = cast.a_user(Role.COMMITTEE_STAFF, school.music)
        for verb in (rounds.copy, rounds.open_reports, rounds.archive, ballots.close):
            with pytest.raises(AssessmentError, match="由组织它的党组织的工作人员办理"):
                verb(drafted, by=stranger)


def cast_in(year):
    return time_machine.travel(f"{year}-11-01 10:00 +0800", tick=False)


class TestStages:
    """T10: every verb at every stage it is not for."""

    def test_no_stage_is_skipped(self, drafted, staff):
        for state in ("draft", "reporting", "balloting", "grading", "published", "archived"):
            type(drafted).objects.filter(pk=drafted.pk).update(state=state)
            subject = drafted.subjects.first()
            tried = {
                "draft": lambda: rounds.open_reports(drafted, by=staff),
                "reporting": lambda: rounds.begin_ballot(drafted, on=date(2026, 12, 1), place="", by=staff),
                "balloting": lambda: ballots.close(drafted, by=staff),
                "grading": lambda: rounds.publish(
                    drafted, decided_on=date(2026, 12, 1), decided_by="", audience="self", by=staff
                ),
                "published": lambda: rounds.archive(drafted, by=staff),
            }
            for own, verb in tried.items():
                if own != state:
                    with pytest.raises(AssessmentError, match="时才能这样做"):
                        verb()
            if state != "grading":
                with pytest.raises(AssessmentError, match="时才能这样做"):
                    rounds.decide(subject, grade="好", why="", version=1, by=staff)

    def test_a_scheme_in_use_does_not_change(self, reporting, staff):
        with pytest.raises(AssessmentError, match="现在是“述职报告”，在“准备中”时才能这样做"):
            rounds.change(
                reporting,
                version=reporting.version,
                scheme=kept("work"),
                name="甲",
                report_due_on=date(2026, 12, 20),
                by=staff,
            )

    def test_of_two_changes_the_second_is_told(self, drafted, staff):
        facts = {"scheme": kept("work"), "name": "甲", "report_due_on": date(2026, 12, 20), "by": staff}
        rounds.change(drafted, version=drafted.version, **facts)
        with pytest.raises(Conflict, match="刚被别人改过"):
            rounds.change(drafted, version=drafted.version, **facts)
        assert [group.code for group in drafted.groups.all()] == ["leaders", "peers"]

    def test_reports_missing_are_named(self, reporting, staff):
        Report.objects.filter(subject__member__name="甲书记").update(state="accepted")
        with pytest.raises(AssessmentError, match="没有交齐或者没有审阅：乙书记。"):
            rounds.begin_ballot(reporting, on=date(2026, 12, 9), place="", by=staff)

    def test_quotas_that_cannot_be_met_do_not_open(self, drafted, staff):
        scheme = kept(
            quotas=(
                Quota(("好",), Fraction(1, 10), is_most=True),
                Quota(("较好", "一般", "差"), Fraction(1, 10), is_most=True),
            )
        )
        rounds.change(
            drafted, version=1, scheme=scheme, name="甲", report_due_on=date(2026, 12, 20), by=staff
        )
        with pytest.raises(AssessmentError, match="排不出来"):
            rounds.open_reports(drafted, by=staff)

    def test_nobody_on_the_list(self, drafted, staff):
        for subject in drafted.subjects.select_related("member", "round"):
            rounds.leave_out(subject, by=staff)
        with pytest.raises(AssessmentError, match="名单里还没有书记"):
            rounds.open_reports(drafted, by=staff)


class TestGrading:
    def test_what_the_ballots_come_to(self, grading):
        """100×60 % + 85×40 %."""
        found = gathering.of_round(grading, date(2026, 12, 10))
        assert [(str(one.score.total), one.score.proposed) for one in found] == [("94.00", "好")] * 2

    def test_the_proposed_grade_needs_no_reason_another_does(self, grading, staff):
        first, second = grading.subjects.all()
        rounds.decide(first, grade="好", why="", version=1, by=staff)
        with pytest.raises(AssessmentError, match="乙书记计分结果为“好”，评“较好”请写明理由"):
            rounds.decide(second, grade="较好", why="", version=1, by=staff)
        rounds.decide(second, grade="较好", why="任职不满一年", version=1, by=staff)
        assert list(Subject.objects.values_list("decided", "decided_why")) == [
            ("好", ""),
            ("较好", "任职不满一年"),
        ]

    def test_of_two_graders_the_second_is_told(self, grading, staff):
        first = grading.subjects.first()
        rounds.decide(first, grade="好", why="", version=1, by=staff)
        with pytest.raises(Conflict, match="甲书记的等次刚被改为“好”"):
            rounds.decide(first, grade="差", why="另有意见", version=1, by=staff)

    def test_a_grade_of_another_scheme(self, grading, staff):
        with pytest.raises(AssessmentError, match="没有“优秀”这个等次"):
            rounds.decide(grading.subjects.first(), grade="优秀", why="", version=1, by=staff)

    def test_all_that_lacks_before_publishing_is_named(self, grading, staff):
        rounds.decide(grading.subjects.first(), grade="好", why="", version=1, by=staff)
        with pytest.raises(AssessmentError, match="还有书记没有评定等次：乙书记。"):
            publish(grading, staff)

    def test_published_given_back_and_archived(self, grading, staff):
        for subject in grading.subjects.all():
            rounds.decide(subject, grade="好", why="", version=1, by=staff)
        publish(grading, staff)
        with pytest.raises(AssessmentError, match="还没有反馈：甲书记、乙书记。"):
            rounds.archive(grading, by=staff)
        grading.subjects.update(feedback_on=date(2026, 12, 10), feedback="好")
        rounds.archive(grading, by=staff)
        done = fresh(grading)
        assert (done.state, sealing.digest_of(done)) == ("archived", done.digest)
        Subject.objects.filter(round=done).update(decided="差")
        assert sealing.digest_of(done) != done.digest

    def test_a_gate_bars_the_grade(self, drafted, staff):
        scheme = kept("work")
        rounds.change(
            drafted, version=1, scheme=scheme, name="甲", report_due_on=date(2026, 12, 20), by=staff
        )
        rounds.open_reports(drafted, by=staff)
        read_all(drafted)
        rounds.begin_ballot(drafted, on=date(2026, 12, 9), place="", by=staff)
        vote(drafted, staff, leaders="好", peers="好")
        ballots.close(drafted, by=staff)
        subject = drafted.subjects.first()
        Points.objects.create(subject=subject, item="check", grader=staff, value=100)
        with pytest.raises(AssessmentError, match="甲书记不符合“所在单位年度考核为优秀”，不能评“好”"):
            rounds.decide(subject, grade="好", why="表现突出", version=1, by=staff)

    def test_a_quota_is_held_while_grading(self, drafted, staff):
        scheme = kept(quotas=(Quota(("好",), Fraction(1, 2), is_most=True),))
        rounds.change(
            drafted, version=1, scheme=scheme, name="甲", report_due_on=date(2026, 12, 20), by=staff
        )
        rounds.open_reports(drafted, by=staff)
        read_all(drafted)
        rounds.begin_ballot(drafted, on=date(2026, 12, 9), place="", by=staff)
        vote(drafted, staff, a="好", b="好")
        ballots.close(drafted, by=staff)
        first, second = drafted.subjects.all()
        rounds.decide(first, grade="好", why="", version=1, by=staff)
        with pytest.raises(AssessmentError, match="“好”不超过 50%，2 人中最多 1 人，现在 2 人。"):
            rounds.decide(second, grade="好", why="", version=1, by=staff)


def publish(round_, staff):
    rounds.publish(round_, decided_on=date(2026, 12, 10), decided_by="学院党委会", audience="self", by=staff)


class TestReports:
    @pytest.fixture
    def author(self, secretaries):
        first, _ = secretaries
        first.account = cast.a_user(name="甲书记")
        first.save()
        return first.account

    @pytest.fixture
    def report(self, reporting, author):
        return Report.objects.get(subject__round=reporting, subject__member__name="甲书记")

    def test_written_handed_in_sent_back_and_read(self, report, author, staff):
        version = reports.save(report, texts("做了", "问题", "打算"), version=1, by=author)
        reports.submit(report, by=author)
        with pytest.raises(AssessmentError, match="已经提交，不能再改"):
            reports.save(report, texts("又", "改", "了"), version=version + 1, by=author)
        reports.send_back(report, "问题写得太少", by=staff)
        reports.save(report, texts("做了", "问题和原因", "打算"), version=version + 2, by=author)
        reports.submit(report, by=author)
        reports.accept(report, by=staff)
        report.refresh_from_db()
        assert (report.state, report.problems, report.returned_why) == ("accepted", "问题和原因", "")
        assert report.history.count() >= 5

    def test_two_windows(self, report, author):
        reports.save(report, texts("甲", "", ""), version=1, by=author)
        with pytest.raises(Conflict, match="刚在别处保存过"):
            reports.save(report, texts("乙", "", ""), version=1, by=author)

    @pytest.mark.parametrize(
        ("work", "problems", "plans", "sentence"),
        [
            ("", "问题", "打算", "“履行职责情况”还没有写。"),
            ("做" * 76, "问" * 24, "", "“下一步打算”还没有写。"),
            ("做" * 75, "问" * 24, "打", "“存在的问题和原因”24 字，全文 100 字，至少要 25 字（"),
            ("做" * 74, "问" * 25, "打", ""),
            ("做" * 2250, "问" * 750, "打", "全文 3001 字，不超过 3000 字（"),
        ],
    )
    def test_what_the_scheme_asks(self, work, problems, plans, sentence):
        fault = reports.fault_of(Report(work=work, problems=problems, plans=plans), published.WORK_AND_REPORT)
        assert fault.startswith(sentence)
        assert bool(fault) is bool(sentence)

    def test_only_by_oneself_and_read_by_another(self, report, author, staff, school):
        with pytest.raises(AssessmentError, match="由书记本人写"):
            reports.save(report, texts("甲", "乙", "丙"), version=1, by=staff)
        cast.give(author, Role.COMMITTEE_STAFF, school.physics)
        reports.save(report, texts("甲", "乙", "丙"), version=1, by=author)
        reports.submit(report, by=author)
        with pytest.raises(AssessmentError, match="自己的报告由另一人审阅"):
            reports.accept(report, by=author)


def texts(work, problems, plans):
    return {"work": work, "problems": problems, "plans": plans}


def test_every_step_is_in_the_trail(grading):
    told = set(AuditEntry.objects.filter(action__startswith="round.").values_list("action", flat=True))
    assert told >= {
        "round.begin",
        "round.open",
        "round.hold",
        "round.issue",
        "round.cast",
        "round.close_ballot",
    }
