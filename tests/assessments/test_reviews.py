"""The verbs of a branch's democratic review: who takes part, what is written, the share of 优秀, and its end."""

from datetime import date

import pytest

from accounts.models import AuditEntry
from assessments.models import Review, ReviewEntry
from assessments.refusals import AssessmentError, Conflict
from assessments.reviews import keeping, shares, writing
from branches import local
from branches.models import Branch
from branches.roles import Role
from members import merging
from members.models import Exemption, MembershipSpell, ReviewResult, StatusPeriod
from tests import cast
from tests.assessments import reviewing
from tests.assessments.reviewing import DAY, OPINION, entry, fresh, graded


def names(review):
    return list(review.entries.order_by("member__name_order").values_list("member__name", flat=True))


def decided(code, value):
    local.decide(local.rule_of(code), value, "校组字〔2026〕9号", by=None)


class TestWhoTakesPart:
    def test_the_roster_of_the_day(self, review):
        assert names(review) == [*(f"正{number}" for number in range(1, 10)), "预1"]
        assert entry(review, "预1").in_words == "不评定等次（预备党员）"

    def test_who_moved_is_reviewed_where_he_stands_on_the_day(self, school, members, keeper, staff):
        moved = members[0]
        MembershipSpell.objects.filter(member=moved).update(until=date(2026, 12, 8))
        MembershipSpell.objects.create(
            member=moved, branch=school.students, branch_path=school.students.path, since=date(2026, 12, 9)
        )
        assert "正1" in names(reviewing.begun(school.teachers, keeper))
        Review.objects.all().delete()
        assert "正1" not in names(reviewing.begun(school.teachers, keeper, on=date(2026, 12, 9)))
        assert names(reviewing.begun(school.students, staff, on=date(2026, 12, 9))) == ["正1"]

    def test_nobody_is_reviewed_twice_a_year(self, school, members, keeper, staff):
        reviewing.begun(school.teachers, keeper)
        MembershipSpell.objects.filter(member=members[0]).update(until=date(2026, 12, 8))
        MembershipSpell.objects.create(
            member=members[0],
            branch=school.students,
            branch_path=school.students.path,
            since=date(2026, 12, 9),
        )
        with pytest.raises(AssessmentError, match="都已在其他党支部参加评议"):
            reviewing.begun(school.students, staff, on=date(2026, 12, 9))

    def test_who_changed_on_the_day_is_what_he_became(self, school, members, keeper):
        StatusPeriod.objects.filter(member=members[-1]).update(until=date(2026, 12, 7))
        StatusPeriod.objects.create(member=members[-1], status="full", since=DAY)
        assert entry(reviewing.begun(school.teachers, keeper), "预1").is_to_grade

    def test_the_exempt_are_listed_and_not_graded_unless_the_branch_wants_it(self, school, members, keeper):
        Exemption.objects.create(member=members[0], since=date(2026, 1, 1), ground="old")
        review = reviewing.grading(school.teachers, keeper)
        exempt = entry(review, "正1")
        assert exempt.in_words == "不评定等次（参加活动免于要求）"
        writing.leave_ungraded(exempt, "", version=exempt.version, by=keeper)
        graded(review, keeper, "正1", "competent")
        assert entry(review, "正1").in_words == "合格"

    def test_only_branches_hold_one(self, school, staff):
        with pytest.raises(AssessmentError, match="以党支部为单位"):
            reviewing.begun(school.physics, staff)

    def test_an_empty_branch(self, school, staff, today):
        with pytest.raises(AssessmentError, match="名册上没有党员"):
            reviewing.begun(school.students, staff)

    def test_once_a_year(self, school, review, keeper):
        with pytest.raises(AssessmentError, match="“物理教师党支部”2026 年度的民主评议已经发起。"):
            reviewing.begun(school.teachers, keeper)

    @pytest.mark.parametrize("role", [Role.RECORDER, Role.ATTENDANCE_TAKER, Role.LEADER])
    def test_others_do_not_begin_one(self, school, members, role):
        with pytest.raises(AssessmentError, match="由党支部书记和上级党组织的工作人员办理"):
            reviewing.begun(school.teachers, cast.a_user(role, school.teachers))

    @pytest.mark.parametrize(
        ("year", "on", "sentence"),
        [
            (2024, DAY, "可以发起 2026 年度或 2025 年度"),
            (2026, date(2025, 12, 31), "应在 2026-01-01 至 2027-03-31 之间"),
            (2025, date(2026, 4, 1), "应在 2025-01-01 至 2026-03-31 之间"),
            (2026, date(2027, 2, 9), "最多提前 60 天"),
        ],
    )
    def test_a_day_that_cannot_be(self, school, keeper, year, on, sentence):
        with pytest.raises(AssessmentError, match=sentence):
            keeping.begin(school.teachers, year=year, on=on, by=keeper)

    def test_sixty_days_ahead(self, school, keeper):
        assert reviewing.begun(school.teachers, keeper, on=date(2027, 2, 8)).held_on == date(2027, 2, 8)


class TestBegunBelow:
    def test_all_branches_at_once(self, school, members, staff):
        cast.a_member(school.students)
        cast.a_member(school.musicians)
        assert keeping.begin_below(school.physics, year=2026, on=DAY, by=staff) == 2
        held = set(Review.objects.values_list("branch", flat=True))
        assert held == {school.teachers.pk, school.students.pk}

    def test_those_that_have_one_keep_it(self, school, review, staff):
        cast.a_member(school.students)
        assert keeping.begin_below(school.physics, year=2026, on=DAY, by=staff) == 1
        with pytest.raises(AssessmentError, match="都已发起"):
            keeping.begin_below(school.physics, year=2026, on=DAY, by=staff)

    def test_costs_few_queries_a_branch(self, school, staff, today, django_assert_num_queries):
        for number in range(10):
            code = f"{school.physics.code}{number + 100}"
            made = cast.found(
                school.physics, f"第{number}党支部", Branch.Level.BRANCH, code, category="staff"
            )
            reviewing.people(made, 2, 0)
        with django_assert_num_queries(7 + 5 * 10):
            keeping.begin_below(school.physics, year=2026, on=DAY, by=staff)

    def test_a_secretary_does_not(self, school, keeper):
        with pytest.raises(AssessmentError, match="由上级党组织的工作人员审核"):
            keeping.begin_below(school.physics, year=2026, on=DAY, by=keeper)


class TestDay:
    def test_another_day_reads_the_roster_anew(self, school, review, keeper):
        newcomer = cast.a_member(school.teachers, "新来", joined=date(2026, 12, 10), full=None)
        MembershipSpell.objects.filter(member__name="正1").update(until=date(2026, 12, 9))
        kept = entry(review, "正2")
        writing.write_for(kept, "一年来认真学习，按时参加活动。", "", version=1, by=keeper)
        keeping.set_day(review, date(2026, 12, 10), version=1, by=keeper)
        assert names(review) == [*(f"正{number}" for number in range(2, 10)), "预1", newcomer.name]
        assert entry(review, "正2").self_text == "一年来认真学习，按时参加活动。"

    def test_two_at_once(self, review, keeper):
        keeping.set_day(review, DAY, version=1, by=keeper)
        with pytest.raises(Conflict, match="刚被别人改过"):
            keeping.set_day(review, DAY, version=1, by=keeper)

    def test_begun_by_mistake(self, review, keeper):
        keeping.drop(review, by=keeper)
        assert (Review.objects.count(), ReviewEntry.objects.count()) == (0, 0)

    def test_not_once_it_is_voted(self, school, keeper):
        review = reviewing.grading(school.teachers, keeper)
        with pytest.raises(AssessmentError, match="现在是“评定等次”，在“自评互评”时才能"):
            keeping.drop(review, by=keeper)


class TestWriting:
    TEXT = "一年来认真学习，按时参加组织生活。"

    @pytest.fixture
    def own(self, review):
        """正1 with an account."""
        one = entry(review, "正1")
        one.member.account = cast.a_user(name="正1")
        one.member.save()
        return one

    def test_a_member_writes_his_own(self, own):
        writing.write_own(own, f" {self.TEXT} ", "", version=1, by=own.member.account)
        kept = entry(own.review, "正1")
        assert (kept.self_text, kept.version, kept.self_at is None) == (self.TEXT, 2, False)
        assert self.TEXT not in kept.self_cipher

    def test_nobody_elses(self, own):
        with pytest.raises(AssessmentError, match="自评由本人填写"):
            writing.write_own(own, self.TEXT, "", version=1, by=cast.a_user())

    def test_not_once_it_is_voted(self, own, keeper):
        reviewing.counted(own.review, keeper)
        with pytest.raises(AssessmentError, match="在“自评互评”时才能"):
            writing.write_own(own, self.TEXT, "", version=1, by=own.member.account)

    @pytest.mark.parametrize("text", ["九个字九个字九个", "字" * 2001])
    def test_too_short_or_too_long(self, own, text):
        with pytest.raises(AssessmentError, match="10 至 2000 个字"):
            writing.write_own(own, text, "", version=1, by=own.member.account)

    def test_of_two_windows_the_second_is_told(self, own, keeper):
        writing.write_for(own, self.TEXT, "", version=1, by=keeper)
        with pytest.raises(Conflict, match="刚在别处保存过"):
            writing.write_own(own, self.TEXT, "", version=1, by=own.member.account)

    def test_the_grade_only_where_the_university_asks(self, school, members, keeper):
        decided("review-self-grade", True)
        review = reviewing.begun(school.teachers, keeper)
        one = entry(review, "正1")
        with pytest.raises(AssessmentError, match="请选择自报的等次"):
            writing.write_for(one, self.TEXT, "", version=1, by=keeper)
        writing.write_for(one, self.TEXT, "competent", version=1, by=keeper)
        writing.write_for(entry(review, "预1"), self.TEXT, "competent", version=1, by=keeper)
        assert [entry(review, name).self_grade for name in ("正1", "预1")] == ["competent", ""]

    def test_what_others_said(self, review, keeper):
        writing.note(entry(review, "正1"), "发言可以再多些。", "群众认可。", version=1, by=keeper)
        kept = entry(review, "正1")
        assert (kept.mutual, kept.masses) == ("发言可以再多些。", "群众认可。")

    def test_the_trail_has_no_word_of_it(self, own, keeper):
        writing.write_for(own, self.TEXT, "", version=1, by=keeper)
        writing.note(own, "发言可以再多些。", "", version=2, by=keeper)
        writing.leave_ungraded(own, "因病住院", version=3, by=keeper)
        said = str(list(AuditEntry.objects.values_list("before", "after")))
        assert self.TEXT not in said
        assert "发言可以" not in said
        assert "因病" not in said


class TestShare:
    @pytest.mark.parametrize(
        ("base", "most"), [(0, 0), (1, 0), (2, 0), (3, 1), (8, 2), (9, 3), (10, 3), (30, 10), (31, 10)]
    )
    def test_a_third_rounded_down(self, base, most):
        assert shares.allowed("1/3", base) == most

    @pytest.mark.parametrize(
        ("share", "most"), [("3/10", 3), ("1/4", 2), ("3/20", 1), ("2/5", 4), ("1/10", 1)]
    )
    def test_others(self, share, most):
        assert shares.allowed(share, 10) == most

    def test_inside_on_and_outside(self, school, keeper):
        """Nine full members, one on probation: three."""
        review = reviewing.grading(school.teachers, keeper)
        for name in ("正1", "正2", "正3"):
            graded(review, keeper, name)
        with pytest.raises(AssessmentError) as refusal:
            graded(review, keeper, "正4")
        assert str(refusal.value) == (
            "全体正式党员 9 人，“优秀”不超过三分之一，最多 3 人，现在是 4 人"
            "（中央组织部关于民主评议党员工作的年度通知：优秀等次一般不超过三分之一）。"
        )
        assert entry(review, "正4").grade == ""

    def test_of_another_grade_as_many_as_there_are(self, school, keeper):
        review = reviewing.grading(school.teachers, keeper)
        for number in range(1, 10):
            graded(review, keeper, f"正{number}", "basic")
        assert review.entries.filter(grade="basic").count() == 9

    def test_of_those_graded_where_the_university_says_so(self, school, members, keeper):
        decided("review-excellent-base", "graded")
        review = reviewing.grading(school.teachers, keeper)
        for name in ("正1", "正2", "正3"):
            graded(review, keeper, name)
        left = entry(review, "正9")
        with pytest.raises(
            AssessmentError, match=r"评定等次的正式党员 8 人，.*最多 2 人，现在是 3 人（校组字"
        ):
            writing.leave_ungraded(left, "长期出国", version=left.version, by=keeper)

    def test_a_setting_does_not_touch_a_review_that_runs(self, review, keeper):
        decided("review-excellent-share", "1/10")
        assert fresh(review).share == "1/3"


class TestGrading:
    @pytest.fixture
    def grading(self, school, keeper):
        return reviewing.grading(school.teachers, keeper)

    def test_probationary_members_get_none(self, grading, keeper):
        with pytest.raises(AssessmentError, match="预1不评定等次（预备党员）"):
            graded(grading, keeper, "预1", "competent")

    def test_failing_needs_what_is_to_follow(self, grading, keeper):
        with pytest.raises(AssessmentError, match="请写明处置意见"):
            graded(grading, keeper, "正1", "failing")
        graded(grading, keeper, "正1", "failing", disposal="限期改正")
        assert entry(grading, "正1").disposal == "限期改正"

    @pytest.mark.parametrize("grade", ["", "好"])
    def test_no_grade_at_all(self, grading, keeper, grade):
        with pytest.raises(AssessmentError, match="请为正1选择等次：优秀、合格、基本合格、不合格"):
            graded(grading, keeper, "正1", grade)

    def test_an_opinion_is_asked_of_every_grade(self, grading, keeper):
        with pytest.raises(AssessmentError, match="请写明评定意见"):
            graded(grading, keeper, "正1", "competent", opinion="好")

    def test_the_rest_at_once(self, grading, keeper):
        graded(grading, keeper, "正1")
        assert writing.grade_rest(grading, OPINION, by=keeper) == 8
        assert [entry(grading, name).grade for name in ("正1", "正2", "预1")] == [
            "excellent",
            "competent",
            "",
        ]
        assert entry(grading, "正2").opinion == OPINION
        with pytest.raises(AssessmentError, match="都已评定等次"):
            writing.grade_rest(grading, OPINION, by=keeper)

    def test_not_before_the_ballot(self, review, keeper):
        with pytest.raises(AssessmentError, match="现在是“自评互评”"):
            graded(review, keeper, "正1")

    def test_who_is_left_out_has_no_grade(self, grading, keeper):
        graded(grading, keeper, "正1")
        one = entry(grading, "正1")
        writing.leave_ungraded(one, "长期出国", version=one.version, by=keeper)
        assert entry(grading, "正1").in_words == "不评定等次（长期出国）"
        with pytest.raises(AssessmentError, match="不评定等次（长期出国）"):
            graded(grading, keeper, "正1")


class TestRecordOfTheMeeting:
    @pytest.mark.parametrize(
        ("kind", "day", "sentence"),
        [
            ("theme_day", DAY, "类型为“民主评议党员”"),
            ("democratic_review", date(2025, 12, 30), "2026-01-01 至 2027-03-31 之间"),
        ],
    )
    def test_of_the_kind_and_the_year(self, review, keeper, kind, day, sentence):
        with pytest.raises(AssessmentError, match=sentence):
            keeping.link(review, cast.a_record(review.branch, kind, day), by=keeper)

    def test_held_with_another_meeting(self, review, keeper):
        record = cast.a_record(
            review.branch, "organization_life_meeting", DAY, also_kinds="democratic_review"
        )
        keeping.link(review, record, by=keeper)
        assert fresh(review).meeting == record

    def test_not_another_branches(self, school, review, keeper):
        cast.a_member(school.students)
        with pytest.raises(AssessmentError, match="请选择本支部"):
            keeping.link(review, cast.a_record(school.students, "democratic_review", DAY), by=keeper)


class TestTheEnd:
    def test_nothing_is_sent_unfinished(self, school, keeper):
        review = reviewing.begun(school.teachers, keeper)
        submit = {"decided_on": DAY, "decided_by": "meeting", "by": keeper}
        with pytest.raises(AssessmentError, match="现在是“自评互评”"):
            keeping.submit(review, **submit)
        reviewing.counted(review, keeper)
        with pytest.raises(AssessmentError, match="还没有关联会议记录"):
            keeping.submit(review, **submit)
        reviewing.linked(review, keeper)
        with pytest.raises(AssessmentError, match="还有正式党员没有评定等次：正1、正2、正3、正4、正5等 9 人"):
            keeping.submit(review, **submit)

    @pytest.mark.parametrize("day", [date(2026, 12, 7), date(2026, 12, 11)])
    def test_decided_between_the_review_and_today(self, school, keeper, day):
        review = reviewing.linked(reviewing.grading(school.teachers, keeper), keeper)
        writing.grade_rest(review, OPINION, by=keeper)
        with pytest.raises(AssessmentError, match="评定日期不能"):
            keeping.submit(review, decided_on=day, decided_by="meeting", by=keeper)

    def test_sent_back_and_sent_again(self, school, keeper, staff):
        review = reviewing.submitted(school.teachers, keeper, "正1")
        with pytest.raises(AssessmentError, match="由上级党组织的工作人员审核"):
            keeping.send_back(review, "意见太简单", by=keeper)
        keeping.send_back(review, "意见太简单", by=staff)
        again = fresh(review)
        assert (again.state, again.returned_why) == ("grading", "意见太简单")
        keeping.submit(again, decided_on=DAY, decided_by="committee", by=keeper)
        assert (fresh(review).state, fresh(review).returned_why) == ("submitted", "")

    def test_concluded_it_stands_in_the_records(self, school, keeper, staff):
        review = reviewing.concluded(school.teachers, keeper, staff, "正1")
        results = ReviewResult.objects.order_by("member__name_order")
        assert [(row.member.name, row.in_words) for row in results][:2] == [("正1", "优秀"), ("正2", "合格")]
        last = results.last()
        assert (last.in_words, last.opinion) == ("不评定等次（预备党员）", "")
        first = results.first()
        assert (first.year, first.branch, first.decided_by, first.opinion) == (
            2026,
            review.branch,
            "支部党员大会",
            OPINION,
        )

    def test_concluded_it_is_locked(self, school, keeper, staff):
        review = reviewing.concluded(school.teachers, keeper, staff)
        for verb in (
            lambda: graded(review, keeper, "正1"),
            lambda: reviewing.counted(review, keeper),
            lambda: keeping.send_back(review, "意见太简单", by=staff),
            lambda: writing.note(entry(review, "正1"), "", "", version=2, by=staff),
        ):
            with pytest.raises(AssessmentError, match="现在是“已办结”"):
                verb()

    def test_not_by_one_of_the_branch(self, school, members, keeper, staff):
        members[0].account = staff
        members[0].save()
        review = reviewing.submitted(school.teachers, keeper)
        with pytest.raises(AssessmentError, match="您自己所在的党支部"):
            keeping.conclude(review, by=staff)

    def test_many_at_once_name_what_is_in_the_way(self, school, keeper, staff, members):
        review = reviewing.submitted(school.teachers, keeper)
        assert keeping.conclude_all([review], by=staff) == (1, [])
        assert keeping.conclude_all([review], by=staff) == (
            0,
            ["物理教师党支部：这次民主评议现在是“已办结”，在“已报送”时才能这样做。"],
        )


class TestCorrection:
    @pytest.fixture
    def concluded(self, school, keeper, staff):
        return reviewing.concluded(school.teachers, keeper, staff, "正1", "正2", "正3")

    def corrected(self, review, by, name, grade, disposal=""):
        one = entry(review, name)
        facts = {"version": one.version, "by": by}
        return writing.correct(one, grade, "经复核更正。", disposal, "学院党委会纪要〔2026〕12号", **facts)

    def test_it_is_recorded_and_stands_in_the_record(self, concluded, staff):
        made = self.corrected(concluded, staff, "正1", "competent")
        assert (made.before, made.after, made.said_before) == ("优秀", "合格", OPINION)
        result = ReviewResult.objects.get(member__name="正1")
        assert (result.grade, result.opinion) == ("competent", "经复核更正。")

    def test_the_share_holds_then_too(self, concluded, staff):
        with pytest.raises(AssessmentError, match="最多 3 人，现在是 4 人"):
            self.corrected(concluded, staff, "正4", "excellent")
        assert ReviewResult.objects.get(member__name="正4").grade == "competent"
        assert concluded.corrections.count() == 0

    def test_who_was_left_out_may_get_a_grade(self, school, members, keeper, staff):
        Exemption.objects.create(member=members[8], since=date(2026, 1, 1), ground="old")
        review = reviewing.concluded(school.teachers, keeper, staff)
        made = self.corrected(review, staff, "正9", "competent")
        assert (made.before, made.after) == ("不评定等次（参加活动免于要求）", "合格")

    def test_not_by_the_branch_and_not_of_oneself(self, concluded, keeper, staff):
        with pytest.raises(AssessmentError, match="由上级党组织的工作人员审核"):
            self.corrected(concluded, keeper, "正1", "competent")
        member = entry(concluded, "正1").member
        member.account = staff
        member.save()
        with pytest.raises(AssessmentError, match="自己的民主评议由另一人办理"):
            self.corrected(concluded, staff, "正1", "competent")


class TestMerged:
    """Two records of one person made one: in one review he stands once, and taken apart as before."""

    @pytest.fixture
    def above(self, school):
        return cast.a_user(Role.ORGANIZATION_STAFF, school.root)

    def test_both_in_one_review(self, review, members, above):
        writing.note(entry(review, "正1"), "发言再多些。", "", version=1, by=above)
        writing.note(entry(review, "正2"), "多做些工作。", "", version=1, by=above)
        done = merging.merge(members[0], members[1], by=above)
        assert names(review) == ["正1", *(f"正{number}" for number in range(3, 10)), "预1"]
        assert entry(review, "正1").mutual == "发言再多些。"
        merging.undo(done, by=above)
        assert [entry(review, name).mutual for name in ("正1", "正2")] == ["发言再多些。", "多做些工作。"]

    def test_each_in_a_review_of_his_own(self, school, review, members, above):
        other = cast.a_member(school.students, "学1")
        begun = reviewing.begun(school.students, above)
        done = merging.merge(members[0], other, by=above)
        assert begun.entries.get().member == members[0]
        merging.undo(done, by=above)
        assert names(begun) == ["学1"]
