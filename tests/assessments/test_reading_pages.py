"""Staff read a report with the evidence beside it, accept or return it, note what is asked, take Word along."""

from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document

from accounts.models import AuditEntry
from assessments import reports, rounds
from assessments.models import Remark, Report
from branches.roles import Role
from tests import cast

TEXTS = {"work": "第一段。\n第二段。", "problems": "问题和原因。", "plans": "下一步打算。"}


@pytest.fixture
def browser(staff):
    return cast.a_browser(staff)


@pytest.fixture
def handed_in(report, author):
    reports.save(report, TEXTS, version=1, by=author)
    reports.submit(report, by=author)
    return report


def page(name, row):
    return reverse(name, args=[row.pk])


def text_of(answer):
    return answer.content.decode()


class TestReading:
    def test_text_figures_and_counts(self, browser, handed_in):
        shown = text_of(browser.get(page("duty_report", handed_in)))
        wanted = ["第一段。", "组织生活按规定开展", "全文 20 字", "审阅通过", "下一位：乙书记"]
        assert [words for words in wanted if words not in shown] == []

    def test_what_is_being_written_is_not_shown(self, browser, report, author, handed_in, staff):
        reports.send_back(report, "请补充原因", by=staff)
        reports.save(report, {**TEXTS, "work": "正在改"}, version=4, by=author)
        shown = text_of(browser.get(page("duty_report", report)))
        assert ("第一段。" in shown, "正在改" in shown) == (True, False)

    def test_nothing_before_it_is_handed_in(self, browser, report, author):
        reports.save(report, TEXTS, version=1, by=author)
        shown = text_of(browser.get(page("duty_report", report)))
        assert ("第一段。" in shown, "书记还没有提交报告" in shown) == (False, True)
        assert browser.get(page("duty_report_word", report)).status_code == 404

    def test_from_one_to_the_next_in_speaking_order(self, browser, report, reporting, staff):
        first, second = reporting.subjects.all()
        rounds.order(reporting, [second.pk, first.pk], by=staff)
        context = browser.get(page("duty_report", report)).context
        assert (context["before"].subject_id, context["after"]) == (second.pk, None)

    def test_accepted(self, browser, handed_in):
        browser.post(page("report_accept", handed_in))
        handed_in.refresh_from_db()
        assert handed_in.state == "accepted"
        assert "审阅通过" not in text_of(browser.get(page("duty_report", handed_in)))

    def test_sent_back_with_a_reason(self, browser, handed_in):
        assert browser.post(page("report_return", handed_in), {"why": "短"}).status_code == 422
        browser.post(page("report_return", handed_in), {"why": "请补充原因分析"})
        handed_in.refresh_from_db()
        assert (handed_in.state, handed_in.returned_why) == ("returned", "请补充原因分析")

    def test_not_by_himself(self, report, author, school, handed_in):
        cast.give(author, Role.COMMITTEE_STAFF, school.physics)
        browser = cast.a_browser(author)
        shown = text_of(browser.get(page("duty_report", report)))
        browser.post(page("report_accept", report))
        report.refresh_from_db()
        assert ("审阅通过" in shown, report.state) == (False, "submitted")

    def test_others(self, report, school):
        for role, place, status in (
            (Role.COMMITTEE_STAFF, school.music, 404),
            (Role.SECRETARY, school.teachers, 403),
            (Role.LEADER, school.physics, 403),
        ):
            answer = cast.a_browser(cast.a_user(role, place)).get(page("duty_report", report))
            assert answer.status_code == status


class TestRemarks:
    def test_written_down_answered_and_taken_away(self, browser, handed_in):
        said = {"kind": "question", "speaker": "张副书记", "text": "主题党日为什么少开？"}
        assert browser.post(page("report_remark", handed_in), said).status_code == 302
        row = Remark.objects.get()
        browser.post(page("remark_answer", row), {"answer": "因搬家推迟。"})
        shown = text_of(browser.get(page("duty_report", handed_in)))
        assert [words for words in ("张副书记提问", "因搬家推迟。") if words not in shown] == []
        browser.post(page("remark_remove", row))
        assert not Remark.objects.exists()

    def test_what_lacks_is_told_beside_what_was_typed(self, browser, handed_in):
        said = {"kind": "comment", "speaker": "张副书记", "text": "特色不够鲜明", "answer": "谢谢"}
        answer = browser.post(page("report_remark", handed_in), said)
        assert (answer.status_code, "点评不用回答" in text_of(answer)) == (422, True)
        assert "特色不够鲜明" in text_of(answer)

    def test_foreign_ones(self, handed_in, school, staff):
        row = Remark.objects.create(subject=handed_in.subject, kind="question", speaker="张", text="问题")
        stranger = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        for name in ("remark_answer", "remark_remove"):
            assert stranger.post(page(name, row), {"answer": "甲"}).status_code == 404


class TestWord:
    def test_what_was_handed_in_under_its_headings(self, browser, handed_in):
        answer = browser.get(page("duty_report_word", handed_in))
        lines = [
            line.text
            for line in Document(BytesIO(b"".join(answer.streaming_content))).paragraphs
            if line.text
        ]
        assert lines == [
            "2026年度抓基层党建工作述职报告",
            "中共XX师范大学物理教师党支部　甲书记",
            "一、履行职责情况",
            "第一段。",
            "第二段。",
            "二、存在的问题和原因",
            "问题和原因。",
            "三、下一步打算",
            "下一步打算。",
        ]
        assert AuditEntry.objects.filter(action="report.print").count() == 1

    def test_for_himself_too(self, handed_in, author):
        assert cast.a_browser(author).get(page("duty_report_word", handed_in)).status_code == 200


def test_a_report_of_another_round_is_no_neighbour(browser, report):
    assert Report.objects.count() == 2
    context = browser.get(page("duty_report", report)).context
    assert (context["before"], context["after"].subject.member.name) == (None, "乙书记")
