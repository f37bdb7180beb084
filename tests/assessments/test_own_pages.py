"""The secretary's own page: what is asked of him, writing in two windows, handing in, what he is told afterwards."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from assessments import after, problems, remarks, reports
from assessments.models import Problem, Report, Round, Subject
from assessments.problems import Facts
from branches.roles import Role
from tests import cast

TEXTS = {"work": "做了很多工作。", "problems": "问题和原因。", "plans": "下一步打算。"}


@pytest.fixture
def browser(author):
    return cast.a_browser(author)


def page(name, report):
    return reverse(name, args=[report.pk])


def write(browser, report, *, version=1, **more):
    return browser.post(page("own_report_write", report), {**TEXTS, "version": version, **more})


def text_of(answer):
    return answer.content.decode()


class TestWriting:
    def test_saved_and_handed_in(self, browser, report):
        assert write(browser, report, save="1").status_code == 302
        answer = write(browser, report, version=2, work="做了更多工作。", submit="1")
        assert answer["Location"] == page("own_report", report)
        report.refresh_from_db()
        assert (report.state, report.work, report.version) == ("submitted", "做了更多工作。", 4)

    def test_what_the_scheme_asks_is_told_and_the_text_is_kept(self, browser, report):
        answer = write(browser, report, plans="", submit="1")
        assert answer.status_code == 422
        assert "“下一步打算”还没有写。" in text_of(answer)
        assert 'name="version" value="2"' in text_of(answer)
        report.refresh_from_db()
        assert (report.state, report.work) == ("draft", TEXTS["work"])

    def test_two_windows_see_both(self, browser, report, author):
        reports.save(report, {**TEXTS, "work": "在手机上写的。"}, version=1, by=author)
        answer = write(browser, report, work="在电脑上写的。", save="1")
        assert answer.status_code == 409
        assert all(
            words in text_of(answer) for words in ("在手机上写的。", "在电脑上写的。", "刚在别处保存过")
        )
        assert write(browser, report, version=2, work="在电脑上写的。", save="1").status_code == 302
        report.refresh_from_db()
        assert report.work == "在电脑上写的。"

    @pytest.mark.parametrize("version", ["", "x"])
    def test_without_a_version_nothing_is_overwritten(self, browser, report, version):
        answer = write(browser, report, version=version, save="1")
        assert (answer.status_code, "请重新打开这一页再保存。" in text_of(answer)) == (422, True)
        report.refresh_from_db()
        assert report.work == ""

    def test_more_than_a_part_may_hold(self, browser, report):
        answer = write(browser, report, work="字" * 20_001, save="1")
        assert (answer.status_code, "履行职责情况最多 20000 字。" in text_of(answer)) == (422, True)

    def test_locked_once_it_is_handed_in(self, browser, report):
        write(browser, report, submit="1")
        assert browser.get(page("own_report_write", report))["Location"] == page("own_report", report)
        assert write(browser, report, version=3, work="又改", save="1").status_code == 302
        shown = text_of(browser.get(page("own_report", report)))
        assert ("继续写" in shown, "报告已经提交，不能再改" in shown, TEXTS["work"] in shown) == (
            False,
            True,
            True,
        )

    def test_sent_back_it_says_why(self, browser, report, staff):
        write(browser, report, submit="1")
        reports.send_back(report, "原因分析太少", by=staff)
        for name in ("own_report", "own_report_write"):
            assert "上级退回：原因分析太少" in text_of(browser.get(page(name, report)))

    def test_line_ends_are_those_that_are_kept(self, browser, report):
        write(browser, report, work="一\r\n二", save="1")
        report.refresh_from_db()
        assert report.work == "一\n二"

    def test_not_when_the_meeting_has_begun(self, browser, report, author):
        Round.objects.update(state="balloting")
        assert browser.get(page("own_report_write", report)).status_code == 302
        with pytest.raises(reports.AssessmentError, match="已经到“现场测评”，报告不能再改"):
            reports.save(report, TEXTS, version=1, by=author)


class TestAutosave:
    def save(self, browser, report, version=1, **more):
        return browser.post(page("own_report_save", report), {**TEXTS, "version": version, **more})

    def test_tells_version_and_counts(self, browser, report):
        told = self.save(browser, report).json()
        assert told == {
            "version": 2,
            "said": "已保存 10:00",
            "counts": {"work": 7, "problems": 6, "plans": 6, "all": 19, "share": "31.6%"},
        }

    def test_the_loser_of_two_windows_is_told(self, browser, report):
        self.save(browser, report)
        answer = self.save(browser, report, work="另一个窗口")
        assert (answer.status_code, "刚在别处保存过" in answer.json()["said"]) == (409, True)

    def test_refused_when_it_is_handed_in_or_too_long(self, browser, report):
        assert self.save(browser, report, work="字" * 20_001).json()["said"] == "履行职责情况最多 20000 字。"
        write(browser, report, submit="1")
        answer = self.save(browser, report, version=3)
        assert (answer.status_code, "已经提交" in answer.json()["said"]) == (422, True)

    def test_stays_in_the_history_every_ten_minutes(self, report, author):
        """A day of writing leaves a handful of versions, not one every few seconds."""
        with time_machine.travel("2026-12-10 10:00 +0800", tick=False) as clock:
            for version in range(1, 22):
                reports.save(report, {**TEXTS, "work": f"第 {version} 次"}, version=version, by=author)
                clock.shift(timedelta(minutes=1))
        kept = list(report.history.order_by("history_id").values_list("work", flat=True))
        assert kept == ["第 1 次", "第 11 次", "第 21 次"]


class TestVersions:
    def test_each_that_was_handed_in(self, browser, report, author, staff):
        for version, words in ((1, "第一稿"), (4, "第二稿")):
            reports.save(report, {**TEXTS, "work": words}, version=version, by=author)
            reports.submit(report, by=author)
            reports.send_back(report, "请补充原因", by=staff)
        reports.save(report, {**TEXTS, "work": "正在写"}, version=7, by=author)
        shown = browser.get(page("report_versions", report))
        texts = [parts[0][1] for _, parts, _ in shown.context["versions"]]
        assert texts == ["第二稿", "第一稿"]
        report.refresh_from_db()
        assert (report.work, reports.handed_in(report).work) == ("正在写", "第二稿")

    def test_none_yet(self, browser, report):
        assert "还没有提交过" in text_of(browser.get(page("report_versions", report)))


class TestWhoOpensIt:
    @pytest.mark.parametrize("name", ["own_report", "own_report_write", "report_versions"])
    def test_nobody_else(self, report, school, name):
        for role in (Role.SECRETARY, Role.RECORDER, Role.LEADER):
            answer = cast.a_browser(cast.a_user(role, school.teachers)).get(page(name, report))
            assert answer.status_code == (403 if name == "report_versions" else 404)

    def test_not_while_the_round_is_prepared(self, drafted, author):
        report = Report.objects.create(subject=Subject.objects.get(member__account=author))
        browser = cast.a_browser(author)
        assert browser.get(page("own_report", report)).status_code == 404
        assert "现在没有需要您写的述职报告" in text_of(browser.get(reverse("own_reports")))

    def test_the_last_one_is_opened(self, browser, report):
        assert browser.get(reverse("own_reports"))["Location"] == page("own_report", report)


class TestMyPage:
    def test_a_line_on_ones_own_page_and_on_the_secretarys_home(self, report, browser, author, school):
        cast.give(author, Role.SECRETARY, school.teachers)
        for address in (reverse("me"), reverse("home")):
            shown = text_of(browser.get(address))
            assert ("2026年度述职报告" in shown, page("own_report", report) in shown) == (True, True)

    def test_the_home_is_silent_once_nothing_is_to_be_done(self, report, browser, author, school):
        cast.give(author, Role.SECRETARY, school.teachers)
        write(browser, report, submit="1")
        assert [
            "2026年度述职报告" in text_of(browser.get(at)) for at in (reverse("me"), reverse("home"))
        ] == [True, False]

    def test_nothing_for_others(self, report, school):
        other = cast.a_browser(cast.a_member(school.teachers, "丙", account=cast.a_user()).account)
        assert "述职" not in text_of(other.get(reverse("me")))

    def test_what_is_to_be_put_right(self, subject, browser, author, staff):
        problems.add(
            subject, Facts("主题党日少开两次", "按月公布计划", "甲书记", date(2027, 3, 31)), by=staff
        )
        assert "还有 1 项，最近的期限 2027年3月31日" in text_of(browser.get(reverse("me")))
        Problem.objects.update(done_on=date(2026, 12, 10))
        assert "述职评议整改" not in text_of(browser.get(reverse("me")))


class TestAfterwards:
    @pytest.fixture
    def own(self, subject, browser):
        return lambda: text_of(browser.get(page("own_report", subject.report)))

    def test_before_publishing_neither_grade_nor_remarks(self, grading, author, staff):
        subject = grading.subjects.select_related("report").get(member__account=author)
        remarks.add(subject, kind="comment", speaker="张副书记", text="特色不够鲜明", answer="", by=staff)
        type(subject).objects.filter(pk=subject.pk).update(decided="较好")
        shown = text_of(cast.a_browser(author).get(page("own_report", subject.report)))
        assert [words for words in ("较好", "特色不够鲜明", "评定等次") if words in shown] == []

    def test_the_grade_the_feedback_and_the_list(self, subject, own, staff):
        problems.add(
            subject, Facts("主题党日少开两次", "按月公布计划", "甲书记", date(2027, 3, 31)), by=staff
        )
        words = "组织生活规范，希望加强理论学习。"
        after.give_feedback(subject, words, on=date(2026, 12, 10), version=subject.version, by=staff)
        shown = own()
        assert [
            one for one in ("<b>好</b>", words, "主题党日少开两次", "反馈书 PDF") if one not in shown
        ] == []

    def test_the_reason_of_the_committee_is_its_own(self, own):
        assert "票数不足，按实绩评定" not in own()

    def test_an_objection_is_made_and_its_answer_shown(self, subject, browser, own, staff):
        address = page("own_object", subject.report)
        assert browser.post(address, {"said": "不同意"}).status_code == 422
        assert browser.post(address, {"said": "到会率没有计入补学的人，请复核。"}).status_code == 302
        assert "待答复" in own()
        after.answer_objection(subject.objections.get(), "补学不计入，维持原等次。", by=staff)
        assert "补学不计入，维持原等次。" in own()
