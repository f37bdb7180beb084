"""The pages of the reviews: begun in few steps, written, graded, sent, concluded; who sees what, and at what cost."""

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from assessments.models import Review
from assessments.reviews import ballot, keeping, writing
from branches.roles import Role
from members.models import ReviewResult
from tests import cast
from tests.assessments import reviewing
from tests.assessments.reviewing import DAY, OPINION, entry, fresh

TEXT = "一年来认真学习，按时参加组织生活。"


def at(name, row=None):
    return reverse(name, args=[row.pk] if row else [])


def said(answer):
    return answer.content.decode()


@pytest.fixture
def desk(staff):
    return cast.a_browser(staff)


@pytest.fixture
def phone(keeper):
    return cast.a_browser(keeper)


@pytest.fixture
def grading(school, keeper):
    return reviewing.grading(school.teachers, keeper)


@pytest.fixture
def own(review):
    """正1 with an account."""
    member = entry(review, "正1").member
    member.account = cast.a_user(name="正1")
    member.save()
    return cast.a_browser(member.account)


class TestBegin:
    def test_a_secretary_his_branch(self, school, phone):
        facts = {"organisation": school.teachers.pk, "year": "2026", "on": "2026-12-08"}
        answer = phone.post(at("review_new"), facts)
        assert answer["Location"] == at("review", Review.objects.get())

    def test_staff_all_below_at_once(self, school, desk, members):
        cast.a_member(school.students)
        facts = {"organisation": school.physics.pk, "year": "2026", "on": "2026-12-08"}
        assert "已为 2 个党支部发起" in said(desk.post(at("review_new"), facts, follow=True))

    def test_only_what_one_keeps_is_offered(self, school, phone, desk):
        def offered(browser):
            return [
                pk for pk, _ in browser.get(at("review_new")).context["form"].fields["organisation"].choices
            ]

        assert offered(phone) == [str(school.teachers.pk)]
        assert offered(desk) == [str(one.pk) for one in (school.physics, school.teachers, school.students)]

    def test_a_strange_branch_is_refused(self, school, phone):
        facts = {"organisation": school.students.pk, "year": "2026", "on": "2026-12-08"}
        answer = phone.post(at("review_new"), facts)
        assert (answer.status_code, Review.objects.count()) == (422, 0)

    def test_a_refusal_stands_on_the_form(self, school, phone, review):
        facts = {"organisation": school.teachers.pk, "year": "2026", "on": "2026-12-08"}
        answer = phone.post(at("review_new"), facts)
        assert answer.status_code == 422
        assert "的民主评议已经发起" in said(answer)


class TestList:
    def test_branches_with_and_without(self, school, desk, grading):
        lines = desk.get(at("review_list")).context["lines"]
        assert [(line.branch, line.stage) for line in lines] == [
            (school.teachers, "评定等次"),
            (school.students, "还没有发起"),
        ]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("state=none", ["物理学生党支部"]),
            ("state=grading", ["物理教师党支部"]),
            ("state=closed", []),
            ("excellent=some", ["物理教师党支部"]),
            ("excellent=none", ["物理学生党支部"]),
            ("year=2025", ["物理教师党支部", "物理学生党支部"]),
            ("year=1999&state=grading", ["物理教师党支部"]),
        ],
    )
    def test_filters(self, desk, keeper, grading, query, found):
        reviewing.graded(grading, keeper, "正1")
        lines = desk.get(f"{at('review_list')}?{query}").context["lines"]
        assert [line.branch.short_name for line in lines] == found

    def test_of_one_branch(self, school, desk, grading):
        lines = desk.get(f"{at('review_list')}?under={school.students.pk}").context["lines"]
        assert [line.branch for line in lines] == [school.students]

    def test_figures(self, desk, keeper, grading):
        reviewing.graded(grading, keeper, "正1")
        conclusion = desk.get(at("review_list")).context["conclusion"]
        assert conclusion == "2 个党支部，已发起 1 个，已报送待审核 0 个，已办结 0 个；评为“优秀” 1 人。"

    def test_a_stranger_finds_nothing(self, school, grading):
        stranger = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        answer = stranger.get(at("review_list"))
        assert [line.branch for line in answer.context["lines"]] == [school.musicians]
        assert "已发起 0 个" in answer.context["conclusion"]
        for page in ("review", "review_counts"):
            assert stranger.get(at(page, grading)).status_code == 404
        assert stranger.get(at("review_entry", entry(grading, "正1"))).status_code == 404

    @pytest.mark.parametrize("role", [Role.RECORDER, Role.ATTENDANCE_TAKER, Role.LEADER])
    def test_not_for_others_of_the_branch(self, school, grading, role):
        browser = cast.a_browser(cast.a_user(role, school.teachers))
        statuses = [
            browser.get(at("review_list")).status_code,
            browser.get(at("review", grading)).status_code,
        ]
        assert statuses == [403, 404]

    def test_costs_the_same_for_many(self, school, staff, desk, grading):
        def cost():
            with CaptureQueriesContext(connection) as found:
                desk.get(at("review_list"))
            return len(found)

        cost()
        assert cost() == 3 + 6
        for number in range(20):
            code = f"{school.physics.code}{number + 100}"
            made = cast.found(school.physics, f"第{number}党支部", "branch", code, category="staff")
            cast.a_member(made)
        keeping.begin_below(school.physics, year=2026, on=DAY, by=staff)
        assert cost() == 3 + 6


class TestOwnPage:
    def test_it_is_asked_for_and_written(self, review, own):
        assert "2026年度民主评议党员" in said(own.get(reverse("me")))
        answer = own.post(at("own_review"), {"version": "1", "text": TEXT}, follow=True)
        assert "自评已保存" in said(answer)
        assert entry(review, "正1").self_text == TEXT
        assert TEXT in said(own.get(at("own_review")))

    def test_nothing_typed_is_lost(self, review, own, keeper):
        """Somebody saved meanwhile: both texts stand on the page, and saving again takes this one."""
        writing.write_for(entry(review, "正1"), "支部代录的另一份自评。", "", version=1, by=keeper)
        answer = own.post(at("own_review"), {"version": "1", "text": TEXT})
        page = said(answer)
        assert (answer.status_code, TEXT in page, "支部代录的另一份自评。" in page) == (422, True, True)
        assert 'name="version" value="2"' in page
        own.post(at("own_review"), {"version": "2", "text": TEXT})
        assert entry(review, "正1").self_text == TEXT

    def test_too_short_it_stays_on_the_page(self, review, own):
        answer = own.post(at("own_review"), {"version": "1", "text": "好"})
        assert (answer.status_code, ">好</textarea>" in said(answer).replace("\n", "")) == (422, True)

    def test_once_it_is_voted_it_is_only_read(self, review, own, keeper):
        writing.write_for(entry(review, "正1"), TEXT, "", version=1, by=keeper)
        reviewing.counted(review, keeper)
        page = said(own.get(at("own_review")))
        assert (TEXT in page, "<textarea" in page) == (True, False)
        answer = own.post(at("own_review"), {"version": "2", "text": TEXT}, follow=True)
        assert "现在没有要写的自评" in said(answer)

    def test_the_result_only_after_it_is_concluded(self, school, members, keeper, staff):
        members[0].account = cast.a_user(name="正1")
        members[0].save()
        browser = cast.a_browser(members[0].account)
        review = reviewing.submitted(school.teachers, keeper, "正1")
        assert "优秀" not in said(browser.get(at("own_review")))
        keeping.conclude(review, by=staff)
        page = said(browser.get(at("own_review")))
        assert ("优秀" in page, OPINION in page) == (True, True)
        assert "2026年度民主评议党员" in said(browser.get(reverse("me")))

    def test_nobody_elses_result(self, school, keeper, staff):
        reviewing.concluded(school.teachers, keeper, staff)
        page = said(cast.a_browser(cast.a_user()).get(at("own_review")))
        assert "还没有您的民主评议" in page


class TestOneMember:
    def test_graded_one_after_the_other(self, grading, phone):
        first = entry(grading, "正1")
        facts = {"version": first.version, "grade": "competent", "opinion": OPINION, "disposal": ""}
        answer = phone.post(at("review_grade", first), facts)
        assert answer["Location"] == at("review_entry", entry(grading, "正2"))
        assert entry(grading, "正1").grade == "competent"

    def test_after_the_last_back_to_the_list(self, grading, keeper, phone):
        writing.grade_rest(grading, OPINION, by=keeper)
        last = entry(grading, "正9")
        facts = {"version": last.version, "grade": "basic", "opinion": OPINION, "disposal": ""}
        assert phone.post(at("review_grade", last), facts)["Location"] == at("review", grading)

    def test_refused_what_was_typed_stays(self, grading, phone):
        first = entry(grading, "正1")
        facts = {"version": first.version, "grade": "failing", "opinion": "多次无故缺席。", "disposal": ""}
        answer = phone.post(at("review_grade", first), facts)
        page = said(answer)
        assert (answer.status_code, "多次无故缺席。" in page, "请写明处置意见" in page) == (422, True, True)

    def test_two_graders_lose_nothing(self, grading, keeper, phone):
        first = entry(grading, "正1")
        reviewing.graded(grading, keeper, "正1", "competent", "另一人写的意见。")
        facts = {"version": first.version, "grade": "basic", "opinion": "我写的评定意见。", "disposal": ""}
        page = said(phone.post(at("review_grade", first), facts))
        assert ("另一人写的意见。" in page, "我写的评定意见。" in page) == (True, True)
        assert entry(grading, "正1").grade == "competent"

    def test_typed_for_somebody_and_what_others_said(self, review, phone):
        one = entry(review, "正1")
        phone.post(at("review_self", one), {"version": "1", "text": TEXT})
        phone.post(at("review_note", one), {"version": "2", "mutual": "发言再多些。", "masses": ""})
        phone.post(at("review_ungraded", one), {"version": "3", "why": "长期出国"})
        page = said(phone.get(at("review_entry", one)))
        assert [text in page for text in (TEXT, "发言再多些。", "不评定等次（长期出国）")] == [True] * 3

    def test_counts_of_five_and_more(self, school, members, keeper, phone):
        review = reviewing.begun(school.teachers, keeper)
        reviewing.counted(review, keeper, returned=9, 正1=(7, 1, 0, 0))
        assert "优秀 7，合格 1，未评 1（共 9 票）" in said(
            phone.get(at("review_entry", entry(review, "正1")))
        )
        reviewing.counted(review, keeper, returned=4)
        assert "民主测评</dt>" not in said(phone.get(at("review_entry", entry(review, "正1"))))

    def test_corrected_by_staff_alone(self, school, keeper, staff, desk, phone):
        review = reviewing.concluded(school.teachers, keeper, staff)
        one = entry(review, "正1")
        facts = {
            "version": one.version,
            "grade": "basic",
            "opinion": OPINION,
            "disposal": "",
            "citation": "党委会纪要",
        }
        assert phone.post(at("review_correct", one), facts).status_code == 403
        desk.post(at("review_correct", one), facts)
        assert ReviewResult.objects.get(member__name="正1").grade == "basic"
        assert "合格 更正为 基本合格" in said(phone.get(at("review", review)))


class TestSteps:
    def test_paper_is_typed(self, review, phone):
        keys = review.entries.values_list("pk", flat=True)
        counts = {f"n-{pk}-competent": "8" for pk in keys}
        answer = phone.post(
            at("review_counts", review), {"version": "1", "issued": "10", "returned": "9", **counts}
        )
        assert (answer["Location"], fresh(review).state) == (at("review", review), "grading")
        assert entry(review, "正1").counts == (0, 8, 0, 0)

    def test_paper_that_does_not_add_up_stays_on_the_page(self, review, phone):
        one = entry(review, "正1")
        facts = {"version": "1", "issued": "10", "returned": "9", f"n-{one.pk}-competent": "10"}
        answer = phone.post(at("review_counts", review), facts)
        assert (answer.status_code, "多于收回的 9 张" in said(answer)) == (422, True)

    def test_a_ballot_on_phones_from_its_codes_to_its_close(self, review, phone, keeper):
        codes = ballot.issue(review, 6, known=0, by=keeper)
        ballot.cast(codes[0], {})
        assert "已收回 <b>1</b> 张" in said(phone.get(at("review", review)))
        phone.post(at("review_recall", review))
        phone.post(at("review_close_ballot", review))
        assert (fresh(review).state, fresh(review).issued) == ("grading", 1)

    def test_the_record_is_written_once_and_linked_from_both_sides(self, grading, phone):
        assert reverse("activity_log", args=["democratic_review"]) in said(phone.get(at("review", grading)))
        record = cast.a_record(grading.branch, "democratic_review", DAY)
        assert "关联到民主评议党员" in said(phone.get(at("activity_detail", record)))
        phone.post(at("review_link", grading), {"meeting": str(record.pk)})
        assert fresh(grading).meeting == record
        page = said(phone.get(at("activity_detail", record)))
        assert ("名单和结果" in page, at("review", grading) in page) == (True, True)
        assert at("activity_detail", record) in said(phone.get(at("review", grading)))

    def test_the_meeting_of_its_own_day_is_chosen_and_that_of_another_year_is_none(
        self, school, phone, keeper
    ):
        before = reviewing.begun(school.teachers, keeper, on=date(2026, 1, 8), year=2025)
        reviewing.linked(before, keeper, date(2026, 1, 8))
        review = reviewing.begun(school.teachers, keeper)
        earlier = cast.a_record(review.branch, "democratic_review", date(2026, 12, 7))
        form = phone.get(at("review", review)).context["meeting_form"]
        assert (list(form.meetings.values()), form.initial["meeting"]) == ([earlier], None)
        same_day = cast.a_record(review.branch, "democratic_review", DAY)
        form = phone.get(at("review", review)).context["meeting_form"]
        assert form.initial["meeting"] == str(same_day.pk)

    def test_no_link_for_who_may_not_see_it(self, school, grading, keeper):
        record = reviewing.linked(grading, keeper).meeting
        recorder = cast.a_browser(cast.a_user(Role.RECORDER, school.teachers))
        assert "民主评议党员：名单和结果" not in said(recorder.get(at("activity_detail", record)))

    def test_rest_sent_returned_and_concluded(self, grading, keeper, phone, desk):
        reviewing.linked(grading, keeper)
        phone.post(at("review_rest", grading), {"opinion": OPINION})
        phone.post(at("review_submit", grading), {"decided_by": "meeting", "decided_on": "2026-12-08"})
        assert phone.post(at("review_conclude", grading)).status_code == 403
        desk.post(at("review_return", grading), {"why": "意见太简单"})
        assert "上级退回：意见太简单" in said(phone.get(at("review", grading)))
        phone.post(at("review_submit", grading), {"decided_by": "committee", "decided_on": "2026-12-08"})
        desk.post(at("review_conclude", grading))
        assert fresh(grading).state == "closed"

    def test_all_on_the_list_concluded(self, school, keeper, desk, phone):
        review = reviewing.submitted(school.teachers, keeper)
        assert phone.post(at("review_conclude_all")).status_code == 403
        desk.post(at("review_conclude_all"), {"year": "2025"})
        assert fresh(review).state == "submitted"
        assert "已办结 1 个党支部" in said(
            desk.post(at("review_conclude_all"), {"year": "2026"}, follow=True)
        )

    def test_so_many_at_a_time(self, school, keeper, staff, desk, monkeypatch):
        monkeypatch.setattr("assessments.views.reviews.CONCLUDED_AT_ONCE", 1)
        reviewing.people(school.students)
        reviewing.submitted(school.teachers, keeper)
        reviewing.submitted(school.students, staff)
        answer = desk.post(at("review_conclude_all"), {"year": "2026"}, follow=True)
        assert "已办结 1 个党支部。还有 1 个，请再点一次。" in said(answer)

    def test_a_day_and_begun_by_mistake(self, review, phone):
        phone.post(at("review_day", review), {"version": "1", "on": "2026-12-09"})
        assert fresh(review).held_on.day == 9
        phone.post(at("review_drop", review))
        assert Review.objects.count() == 0

    @pytest.mark.parametrize(
        ("page", "facts"),
        [
            ("review_day", {}),
            ("review_link", {}),
            ("review_rest", {}),
            ("review_submit", {}),
            ("review_issue", {}),
            ("review_return", {}),
        ],
    )
    def test_nothing_typed(self, review, desk, page, facts):
        assert desk.post(at(page, review), facts).status_code == 422

    def test_the_page_costs_the_same_for_many(self, review, phone):
        def cost(page, row):
            with CaptureQueriesContext(connection) as found:
                phone.get(at(page, row))
            return len(found)

        one = entry(review, "正1")
        cost("review", review)
        few = [cost("review", review), cost("review_entry", one), cost("review_counts", review)]
        for number in range(30):
            review.entries.create(member=cast.a_member(review.branch, f"多{number}"), standing="full")
        many = [cost("review", review), cost("review_entry", one), cost("review_counts", review)]
        assert (few, many) == ([7, 6, 5], [7, 6, 5])


class TestWorkbook:
    def rows(self, answer, sheet):
        book = load_workbook(BytesIO(b"".join(answer.streaming_content)))[sheet]
        found = [list(row) for row in book.iter_rows(values_only=True)]
        start = next(place for place, row in enumerate(found) if row[0] == "序号")
        return found[start:]

    def test_the_columns_of_published_exports(self, school, keeper, staff, desk):
        review = reviewing.concluded(school.teachers, keeper, staff, "正1")
        head, first, *_, last = self.rows(desk.post(at("review_workbook", review)), "民主评议党员结果")
        assert (
            head
            == (
                "序号 评议批次 评议年度 姓名 所属党组织 自评 互评平均分 互评人数 群众评议 组织评定 综合得分 等次 "
                "组织评定意见 处置意见"
            ).split()
        )
        assert first[1:] == [
            "2026年度民主评议党员",
            2026,
            "正1",
            "物理教师党支部",
            "未自评",
            None,
            10,
            None,
            "支部党员大会，2026-12-08",
            None,
            "优秀",
            OPINION,
            None,
        ]
        assert last[11] == "不评定等次（预备党员）"

    def test_the_ballots(self, school, keeper, desk, members):
        review = reviewing.begun(school.teachers, keeper)
        reviewing.counted(review, keeper, returned=9, 正1=(7, 1, 0, 0))
        _, first, *_ = self.rows(desk.post(at("review_workbook", review)), "测评汇总")
        assert first[3:] == [10, 9, 7, 1, 0, 0, 1]
        reviewing.counted(review, keeper, returned=4)
        _, first, *_ = self.rows(desk.post(at("review_workbook", review)), "测评汇总")
        assert first[3:] == [10, 4, None, None, None, None, None]

    def test_the_list_as_it_is_filtered(self, school, grading, desk):
        _, *rows = self.rows(desk.post(at("review_export"), {"year": "2026"}), "民主评议党员结果")
        assert len(rows) == 10
        _, *rows = self.rows(
            desk.post(at("review_export"), {"year": "2026", "under": school.students.pk}), "民主评议党员结果"
        )
        assert rows == []

    def test_a_stranger_exports_nothing_of_it(self, school, grading):
        stranger = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        _, *rows = self.rows(stranger.post(at("review_export"), {"year": "2026"}), "民主评议党员结果")
        assert rows == []

    def test_a_blank_ballot_to_print(self, review, phone):
        book = load_workbook(BytesIO(b"".join(phone.post(at("review_sheet", review)).streaming_content)))
        found = [list(row) for row in book.active.iter_rows(values_only=True)]
        head = found.index(
            ["姓名", *"理想信念 政治理论素质 组织纪律 廉洁自律 联系服务群众 模范作用 综合评定".split()]
        )
        assert [row[0] for row in found[head + 1 :]] == [*(f"正{number}" for number in range(1, 10)), "预1"]
        assert {cell for row in found[head + 1 :] for cell in row[1:]} == {None}

    def test_a_whole_university_by_parts(self, grading, desk, monkeypatch):
        monkeypatch.setattr("assessments.views.reviews.MOST_AT_ONCE", 9)
        answer = desk.post(at("review_export"), {"year": "2026"}, follow=True)
        assert "一次最多导出 9 人，现在有 10 人" in said(answer)
