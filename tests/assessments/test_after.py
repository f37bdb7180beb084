"""What follows the published grades: feedback, objections and answers, corrections beside an archive that stays."""

from datetime import date

import pytest

from accounts.models import AuditEntry
from assessments import after, rounds, sealing
from assessments.models import Round, Subject
from assessments.refusals import AssessmentError, Conflict
from branches.roles import Role
from tests import cast
from tests.assessments.scene import fresh

TODAY = date(2026, 12, 10)
WORDS = "组织生活规范，发展党员工作扎实，希望加强理论学习。"


def feed_back(subject, staff, text=WORDS, **facts):
    after.give_feedback(subject, text, **{"on": TODAY, "version": subject.version, **facts}, by=staff)


class TestFeedback:
    def test_given_with_its_day(self, subject, staff):
        feed_back(subject, staff)
        subject.refresh_from_db()
        assert (subject.feedback, subject.feedback_on) == (WORDS, TODAY)
        assert AuditEntry.objects.get(action="feedback.give").after == {
            "feedback": WORDS,
            "feedback_on": "2026-12-10",
        }

    def test_of_two_the_second_is_told(self, subject, staff):
        feed_back(subject, staff)
        with pytest.raises(Conflict, match="甲书记的反馈意见刚被别人改过"):
            feed_back(subject, staff, "另一个人写的另一份反馈意见。")

    @pytest.mark.parametrize(
        ("text", "facts", "sentence"),
        [
            ("好", {}, "请写明反馈意见，10 至 5000 个字。"),
            (WORDS, {"on": date(2026, 12, 11)}, "反馈日期不能晚于今天（2026-12-10）。"),
            (WORDS, {"on": date(2026, 12, 9)}, "反馈日期不能早于评定会议的日期（2026-12-10）。"),
        ],
    )
    def test_what_is_refused(self, subject, staff, text, facts, sentence):
        with pytest.raises(AssessmentError, match=sentence):
            feed_back(subject, staff, text, **facts)

    def test_not_before_the_grades_are_published(self, grading, staff):
        with pytest.raises(AssessmentError, match="在“已公布”时才能这样做"):
            feed_back(grading.subjects.first(), staff)


class TestObjections:
    def test_made_by_himself_and_answered(self, subject, author, staff):
        made = after.object_to(subject, "到会率没有计入补学的人，请复核。", by=author)
        with pytest.raises(AssessmentError, match="您提出的意见还没有答复"):
            after.object_to(subject, "到会率没有计入补学的人，请复核。", by=author)
        after.answer_objection(made, "补学不计入到会率，维持原等次。", by=staff)
        made.refresh_from_db()
        assert (made.answer, made.answered_by) == ("补学不计入到会率，维持原等次。", staff)
        with pytest.raises(AssessmentError, match="这条意见已经答复"):
            after.answer_objection(made, "再答复一次。", by=staff)

    def test_not_by_another_nor_answered_by_himself(self, subject, author, staff, school):
        with pytest.raises(AssessmentError, match="由书记本人办理"):
            after.object_to(subject, "我认为他的等次太高了，请复核。", by=staff)
        made = after.object_to(subject, "到会率没有计入补学的人，请复核。", by=author)
        cast.give(author, Role.COMMITTEE_STAFF, school.physics)
        with pytest.raises(AssessmentError, match="由另一人办理"):
            after.answer_objection(made, "同意提高等次。", by=author)

    def test_only_while_the_round_is_published(self, subject, author, staff):
        made = after.object_to(subject, "到会率没有计入补学的人，请复核。", by=author)
        Round.objects.update(state="archived")
        for verb in (
            lambda: after.object_to(subject, "到会率没有计入补学的人。", by=author),
            lambda: after.answer_objection(made, "维持原等次。", by=staff),
        ):
            with pytest.raises(AssessmentError, match="现在是“已归档”"):
                verb()


class TestWhoIsToldTheGrade:
    @pytest.mark.parametrize("state", ["draft", "reporting", "balloting", "grading"])
    def test_nobody_before(self, subject, state):
        subject.round.state = state
        assert after.is_told(subject.round) is False


class TestCorrections:
    @pytest.fixture
    def archived(self, published, staff):
        for subject in published.subjects.select_related("round", "member"):
            feed_back(subject, staff)
        rounds.archive(published, by=staff)
        return fresh(published)

    def test_they_stand_beside_and_the_digest_stays(self, archived, staff):
        subject = archived.subjects.get(member__name="甲书记")
        facts = ("原写“缺 2 次”，应为“缺 1 次”，等次不变。", "2027年3月2日学院党委会")
        after.correct(archived, *facts, subject=subject, by=staff)
        after.correct(archived, "会议地点应为学院报告厅，原写错了。", "会议通知", by=staff)
        assert sealing.digest_of(fresh(archived)) == archived.digest == fresh(archived).digest
        other = archived.subjects.get(member__name="乙书记")
        assert [len(after.corrections_for(one)) for one in (subject, other)] == [2, 1]
        assert AuditEntry.objects.filter(action="round.correct").count() == 2

    def test_what_is_refused(self, archived, staff, school):
        with pytest.raises(AssessmentError, match="请写明更正内容，10 至 500 个字。"):
            after.correct(archived, "写错了", "会议通知", by=staff)
        with pytest.raises(AssessmentError, match="请写明更正依据，4 至 200 个字。"):
            after.correct(archived, "会议地点应为学院报告厅，原写错了。", "", by=staff)
        stranger = cast.a_user(Role.COMMITTEE_STAFF, school.music)
        with pytest.raises(AssessmentError, match="由组织它的党组织的工作人员办理"):
            after.correct(archived, "会议地点应为学院报告厅，原写错了。", "会议通知", by=stranger)

    def test_a_stranger_to_the_round(self, archived, staff):
        other = Subject(round_id=archived.pk + 1)
        with pytest.raises(AssessmentError, match="不在本次述职名单中"):
            after.correct(archived, "会议地点应为学院报告厅，原写错了。", "会议通知", subject=other, by=staff)

    def test_not_before_it_is_archived(self, published, staff):
        with pytest.raises(AssessmentError, match="在“已归档”时才能这样做"):
            after.correct(published, "会议地点应为学院报告厅，原写错了。", "会议通知", by=staff)
