"""一述一评: questions and comments written down by staff, answered once, told to the secretary with his grade."""

import pytest

from accounts.models import AuditEntry
from assessments import remarks
from assessments.models import Remark
from assessments.refusals import AssessmentError
from branches.roles import Role
from tests import cast


def a_question(subject, by, **facts):
    said = {"kind": "question", "speaker": "张副书记", "text": "主题党日为什么少开两次？", "answer": ""}
    return remarks.add(subject, **{**said, **facts}, by=by)


@pytest.fixture
def asked(grading, author):
    return grading.subjects.select_related("round", "member").get(member__account=author)


class TestWriting:
    def test_a_question_is_answered_once(self, asked, staff):
        row = a_question(asked, staff)
        remarks.answer(row, " 两次因搬家推迟。 ", by=staff)
        with pytest.raises(AssessmentError, match="张副书记的提问已记有回答：“两次因搬家推迟。”"):
            remarks.answer(row, "另一种说法", by=staff)
        assert list(Remark.objects.values_list("speaker", "answer")) == [("张副书记", "两次因搬家推迟。")]

    def test_one_entered_by_mistake_is_taken_away_and_stays_in_the_trail(self, asked, staff):
        row = a_question(asked, staff)
        remarks.remove(row, by=staff)
        with pytest.raises(AssessmentError, match="这一条已被别人删去"):
            remarks.remove(row, by=staff)
        assert AuditEntry.objects.get(action="remark.drop").before["speaker"] == "张副书记"

    @pytest.mark.parametrize(
        ("facts", "sentence"),
        [
            ({"kind": "song"}, "请选择提问或者点评"),
            ({"kind": "comment", "answer": "谢谢"}, "点评不用回答"),
            ({"speaker": " "}, "请写明提问或点评人，2 至 40 个字。"),
            ({"text": "嗯"}, "请写明内容，4 至 500 个字。"),
            ({"text": "问" * 501}, "请写明内容，4 至 500 个字。"),
        ],
    )
    def test_what_is_refused(self, asked, staff, facts, sentence):
        with pytest.raises(AssessmentError, match=sentence):
            a_question(asked, staff, **facts)

    def test_a_comment_has_no_answer(self, asked, staff):
        with pytest.raises(AssessmentError, match="点评不用回答"):
            remarks.answer(a_question(asked, staff, kind="comment"), "好", by=staff)

    def test_by_staff_of_the_round_about_somebody_else(self, asked, school, author):
        with pytest.raises(AssessmentError, match="由组织它的党组织的工作人员办理"):
            a_question(asked, cast.a_user(Role.COMMITTEE_STAFF, school.music))
        cast.give(author, Role.COMMITTEE_STAFF, school.physics)
        with pytest.raises(AssessmentError, match="自己的述职评议由另一人办理"):
            a_question(asked, author)

    def test_not_when_the_grades_are_published(self, subject, staff):
        with pytest.raises(AssessmentError, match="现在是“已公布”"):
            a_question(subject, staff)
