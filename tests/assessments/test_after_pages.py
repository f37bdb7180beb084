"""The pages of what follows: feedback and its letter, the list, objections, corrections; who opens which."""

from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document

from assessments import after, problems, rounds, sealing
from assessments.models import Correction, Problem
from assessments.problems import Facts
from branches.roles import Role
from tests import cast
from tests.assessments.scene import fresh
from tests.fonts import needs_fonts
from tests.sheets import exported

TODAY = date(2026, 12, 10)
WORDS = "组织生活规范，发展党员工作扎实。\n希望加强理论学习。"
FACTS = Facts("主题党日少开两次。", "按月公布计划", "甲书记", date(2027, 3, 31))


@pytest.fixture
def browser(staff):
    return cast.a_browser(staff)


@pytest.fixture
def line(subject, staff):
    return problems.add(subject, FACTS, by=staff)


def page(name, row, *more):
    return reverse(name, args=[row.pk, *more])


def text_of(answer):
    return answer.content.decode()


class TestFeedback:
    def test_given_on_its_page(self, browser, subject):
        sent = {"text": WORDS, "on": "2026-12-10", "version": subject.version}
        assert browser.post(page("duty_feedback", subject.report), sent).status_code == 302
        subject.refresh_from_db()
        assert subject.feedback_on == TODAY

    def test_of_two_the_second_sees_both(self, browser, subject, staff):
        after.give_feedback(subject, "另一位同事写的反馈意见。", on=TODAY, version=subject.version, by=staff)
        sent = {"text": WORDS, "on": "2026-12-10", "version": subject.version}
        answer = browser.post(page("duty_feedback", subject.report), sent)
        assert answer.status_code == 409
        shown = text_of(answer)
        assert [
            one for one in ("另一位同事写的", "希望加强理论学习", "刚被别人改过") if one not in shown
        ] == []
        assert f'name="version" value="{subject.version + 1}"' in shown

    def test_not_before_publishing(self, browser, grading):
        subject = grading.subjects.first()
        shown = text_of(browser.get(page("duty_feedback", subject.report)))
        assert "等次公布以后，在这里写反馈意见" in shown
        sent = {"text": WORDS, "on": "2026-12-10", "version": subject.version}
        assert browser.post(page("duty_feedback", subject.report), sent).status_code == 422


class TestLetter:
    @pytest.fixture
    def given(self, subject, line, staff):
        after.give_feedback(subject, WORDS, on=TODAY, version=subject.version, by=staff)
        return subject

    def test_word_says_the_grade_the_words_and_the_list(self, browser, given):
        answer = browser.get(page("feedback_letter", given.report, "docx"))
        document = Document(BytesIO(b"".join(answer.streaming_content)))
        assert [line.text for line in document.paragraphs if line.text] == [
            "2026年度述职评议考核结果反馈意见",
            "甲书记同志：",
            "经2026年12月10日学院党委会研究，您在“2026年度党支部书记述职评议”中的综合评定等次为“好”。现将意见反馈如下。",
            "一、反馈意见",
            "组织生活规范，发展党员工作扎实。",
            "希望加强理论学习。",
            "二、整改清单",
            "1．主题党日少开两次。整改措施：按月公布计划。责任人：甲书记。完成期限：2027年3月31日。",
            "中共XX师范大学物理学院党委",
            "2026年12月10日",
        ]

    @needs_fonts
    def test_pdf_for_himself(self, given, author):
        answer = cast.a_browser(author).get(page("feedback_letter", given.report, "pdf"))
        assert b"".join(answer.streaming_content).startswith(b"%PDF")

    def test_none_before_it_is_given_nor_in_another_form(self, browser, subject, given):
        other = given.round.subjects.get(member__name="乙书记")
        assert browser.get(page("feedback_letter", other.report, "pdf")).status_code == 404
        assert browser.get(page("feedback_letter", given.report, "xlsx")).status_code == 404

    def test_nobody_else(self, given, school):
        for role, place, status in (
            (Role.COMMITTEE_STAFF, school.music, 404),
            (Role.SECRETARY, school.teachers, 403),
        ):
            asked = cast.a_browser(cast.a_user(role, place))
            assert asked.get(page("feedback_letter", given.report, "docx")).status_code == status


class TestTheList:
    def test_what_is_not_settled_comes_first(self, browser, line, staff):
        settled = problems.add(line.subject, replace(FACTS, problem="学习不够深入。"), by=staff)
        Problem.objects.filter(pk=settled.pk).update(checked_on=TODAY, done_on=TODAY, due_on=TODAY)
        shown = browser.get(reverse("problem_list"))
        assert [one.word for one in shown.context["lines"]] == ["整改中", "已核查"]

    @pytest.mark.parametrize(
        ("asked", "number"),
        [
            ({"state": "open"}, 1),
            ({"state": "late"}, 0),
            ({"year": "2026"}, 1),
            ({"year": "2025"}, 0),
            ({"state": "x", "year": "1"}, 1),
        ],
    )
    def test_filtered(self, browser, line, asked, number):
        assert len(browser.get(reverse("problem_list"), asked).context["lines"]) == number

    def test_as_a_workbook(self, line, staff):
        banner, [row] = exported(staff, reverse("problem_export"), state="open")
        assert banner[1] == "范围：状态：整改中；共 1 行。"
        branch = line.subject.branch
        place = (2026, "甲书记", branch.short_name, branch.code)
        said = ("主题党日少开两次。", "按月公布计划", "甲书记", datetime(2027, 3, 31))
        assert row == (*place, *said, None, None, None, None, "整改中")

    def test_ends_with_ones_rounds(self, line, school):
        stranger = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        assert list(stranger.get(reverse("problem_list")).context["lines"]) == []
        stranger_too = cast.a_user(Role.COMMITTEE_STAFF, school.music)
        assert exported(stranger_too, reverse("problem_export"))[1] == []
        for name in ("problem", "problem_report", "problem_check", "problem_change", "problem_drop"):
            ask = stranger.get if name == "problem" else stranger.post
            assert ask(page(name, line)).status_code == 404

    @pytest.mark.parametrize("number", [1, 20])
    def test_the_number_of_queries(self, browser, line, number, django_assert_num_queries):
        facts = {"problem": "问题问题", "measure": "措施", "owner": "甲", "due_on": TODAY}
        Problem.objects.bulk_create(Problem(subject=line.subject, **facts) for _ in range(number - 1))
        with django_assert_num_queries(8):
            browser.get(reverse("problem_list"))

    def test_the_admins_first_page_counts_what_is_to_be_checked_in_ones_own_part(self, browser, line, school):
        Problem.objects.update(done_on=TODAY)

        def waiting(who):
            errands = who.get(reverse("admin:index")).context["errands"]
            return {one["label"]: one["waiting"] for one in errands}["核查述职整改"]

        stranger = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        assert (waiting(browser), waiting(stranger)) == (1, 0)


class TestALine:
    def test_the_secretary_reports_and_staff_check(self, browser, line, author):
        own = cast.a_browser(author)
        sent = {"evidence": "计划已公布，每月照开。", "done_on": "2026-12-10", "version": 1}
        assert own.post(page("problem_report", line), sent).status_code == 302
        shown = text_of(browser.get(page("problem", line)))
        assert ("计划已公布，每月照开。" in shown, "保存核查意见" in shown) == (True, True)
        browser.post(page("problem_check", line), {"is_met": "yes", "result": "属实", "version": 2})
        assert "已核查" in text_of(own.get(page("problem", line)))

    def test_of_two_windows_the_second_sees_both(self, line, author):
        own = cast.a_browser(author)
        own.post(page("problem_report", line), {"evidence": "先写的情况", "version": 1})
        answer = own.post(page("problem_report", line), {"evidence": "后写的情况", "version": 1})
        assert answer.status_code == 409
        assert all(words in text_of(answer) for words in ("先写的情况", "后写的情况", "刚被别人改过"))

    def test_what_lacks_is_told(self, browser, line, author):
        own = cast.a_browser(author)
        answer = own.post(page("problem_report", line), {"evidence": "", "version": 1})
        assert (answer.status_code, "请填写整改情况。" in text_of(answer)) == (422, True)
        answer = browser.post(page("problem_change", line), {"problem": "短", "version": 1})
        assert answer.status_code == 422

    def test_added_changed_and_dropped(self, browser, subject, author):
        facts = {
            "problem": "学习不够深入",
            "measure": "每月集中学习",
            "owner": "甲书记",
            "due_on": "2027-06-30",
        }
        assert cast.a_browser(author).post(page("problem_add", subject.report), facts).status_code == 302
        row = Problem.objects.get()
        browser.post(page("problem_change", row), {**facts, "owner": "乙委员", "version": 1})
        row.refresh_from_db()
        assert row.owner == "乙委员"
        browser.post(page("problem_drop", row), {"version": 2})
        assert not Problem.objects.exists()

    def test_a_stranger_adds_nothing(self, subject, school):
        stranger = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        assert stranger.get(page("problem_add", subject.report)).status_code == 404

    def test_not_before_publishing(self, browser, grading):
        assert browser.get(page("problem_add", grading.subjects.first().report)).status_code == 404


class TestObjectionsAndCorrections:
    def test_an_objection_is_answered_on_the_page(self, browser, subject, author):
        row = after.object_to(subject, "到会率没有计入补学的人，请复核。", by=author)
        assert "到会率没有计入补学的人" in text_of(browser.get(page("duty_feedback", subject.report)))
        browser.post(page("objection_answer", row), {"answer": "补学不计入，维持原等次。"})
        row.refresh_from_db()
        assert row.answer == "补学不计入，维持原等次。"

    def test_a_foreign_objection(self, subject, author, school):
        row = after.object_to(subject, "到会率没有计入补学的人，请复核。", by=author)
        stranger = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        assert stranger.post(page("objection_answer", row), {"answer": "甲乙丙丁"}).status_code == 404

    def test_a_foreign_archive(self, published, school):
        stranger = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        assert stranger.get(page("round_corrections", published)).status_code == 404

    def test_a_correction_of_the_archive(self, browser, published, subject, staff, author):
        address = page("round_corrections", published)
        sent = {
            "subject": subject.pk,
            "text": "原写“缺 2 次”，应为“缺 1 次”。",
            "citation": "2027年3月2日党委会",
        }
        assert browser.post(address, sent).status_code == 422
        for one in published.subjects.select_related("round", "member"):
            after.give_feedback(one, WORDS, on=TODAY, version=one.version, by=staff)
        rounds.archive(published, by=staff)
        assert browser.post(address, sent).status_code == 302
        assert Correction.objects.get().subject == subject
        assert "应为“缺 1 次”" in text_of(browser.get(address))
        assert "与归档时一致" in text_of(browser.get(address))
        own = text_of(cast.a_browser(author).get(page("own_report", subject.report)))
        assert "应为“缺 1 次”" in own
        assert fresh(published).digest == sealing.digest_of(fresh(published))
        published.subjects.update(decided="差")
        assert "与归档时的校验值不一致" in text_of(browser.get(address))
