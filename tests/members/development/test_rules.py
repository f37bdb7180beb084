"""The rules of 发展党员, one by one: a case that passes, one on the boundary, one refused or late, with the article."""

from datetime import date, timedelta

import pytest

from branches import local
from branches.models import Branch
from branches.roles import Role
from lib.periods import months_after
from members import enrolment, local_rules
from members.development import listing, loading, papers, planning
from members.development.recording import Refused, take_back
from members.development.rules import RULES, Enforced
from members.development.steps import TABLE
from members.development.vocabulary import Step
from members.models import Development, DevelopmentPlan, Post, StatusPeriod
from tests import cast

S = Step
TRAINING = local_rules.TRAINING_MONTHS
pytestmark = pytest.mark.django_db


def refused(way, step, *args, **more):
    """Code, article and earliest day of what stands against the step; the step is not recorded."""
    with pytest.raises(Refused) as caught:
        way.take(step, *args, **more)
    assert not way.development.steps.filter(step=step).exists()
    return [(each.code, each.article, each.earliest) for each in caught.value.blocks]


def against(code, earliest=None):
    return [(code, RULES[code].article, earliest)]


class TestFZ01Eighteen:
    @pytest.mark.parametrize("on", [date(2023, 3, 7), date(2023, 3, 8), date(2026, 1, 1)])
    def test_from_the_birthday_on(self, way, on):
        assert way.apply(on).applied_on == on

    def test_the_day_before_is_refused(self, way):
        with pytest.raises(Refused) as caught:
            way.apply(date(2023, 3, 6))
        (found,) = caught.value.blocks
        assert (found.code, found.earliest) == ("FZ-01", date(2023, 3, 7))
        assert "发展党员细则第五条" in str(caught.value)
        assert not StatusPeriod.objects.filter(status="applicant").exists()

    def test_born_on_29_february_on_1_march(self, way):
        way.born = date(2004, 2, 29)
        with pytest.raises(Refused):
            way.apply(date(2022, 2, 28))
        assert way.apply(date(2022, 3, 1))

    def test_without_a_birth_date_nobody_can_tell(self, way):
        way.born = None
        with pytest.raises(Refused, match="请填写出生日期"):
            way.apply()


@pytest.mark.parametrize(
    ("step", "began", "in_time", "late"),
    [
        # FZ-02: within a month
        (S.APPLICATION_TALK, S.APPLICATION, date(2024, 4, 1), date(2024, 4, 2)),
        # FZ-05: every half-year
        (S.OBSERVATION, S.CONTACTS, date(2024, 12, 10), date(2024, 12, 11)),
        # FZ-18 and FZ-23: within three months
        (S.ADMISSION_APPROVAL, S.COMMITTEE_TALK, date(2025, 11, 1), date(2025, 11, 2)),
        (S.FULL_APPROVAL, S.FULL_MEETING, date(2026, 10, 19), None),
    ],
)
def test_duties_on_their_last_day_and_the_day_after(way, step, began, in_time, late):
    way.walk(began)
    assert way.take(step, in_time).is_late is False
    if late:
        take_back(way.development, "日期填错", by=way.staff)
        assert way.take(step, late).is_late is True


def late_on(way, day):
    progress = loading.progress_of(way.development)
    return {each.step: each.lateness for each in planning.plan(progress, day) if each.is_late}


@pytest.mark.parametrize(
    ("until", "step", "last", "code"),
    [
        (S.APPLICATION, S.APPLICATION_TALK, date(2024, 4, 1), "FZ-02"),
        (S.CONTACTS, S.OBSERVATION, date(2024, 12, 10), "FZ-05"),
        (S.OBSERVATION, S.OBSERVATION, date(2025, 6, 5), "FZ-05"),
        (S.COMMITTEE_TALK, S.ADMISSION_APPROVAL, date(2025, 11, 1), "FZ-18"),
        (S.FULL_APPLICATION, S.FULL_MEETING, date(2026, 8, 1), "FZ-20"),
        (S.FULL_MEETING, S.FULL_APPROVAL, date(2026, 11, 3), "FZ-23"),
    ],
)
def test_what_is_not_done_is_late_the_day_after(way, until, step, last, code):
    way.walk(until)
    assert step not in late_on(way, last)
    after = date.fromordinal(last.toordinal() + 1)
    assert RULES[code].article in late_on(way, after)[step]


class TestFZ03WhoDecides:
    def test_the_general_meeting_where_there_is_no_committee(self, way):
        way.walk(S.ACTIVIST_DECISION)
        assert way.member.status == "activist"

    def test_a_committee_where_there_is_one(self, way):
        cast.a_post(way.full[0], Post.Title.COMMITTEE)
        way.before(S.ACTIVIST_DECISION)
        assert way.take(S.ACTIVIST_DECISION, meeting="committee")

    def test_no_committee_decides_where_there_is_none(self, way):
        way.before(S.ACTIVIST_DECISION)
        assert refused(way, S.ACTIVIST_DECISION, meeting="committee") == against("FZ-03")

    def test_without_the_filing_nobody_becomes_a_target(self, way):
        way.walk(S.ACTIVIST_DECISION)
        way.take(S.CONTACTS)
        assert refused(way, S.TARGET_DECISION) == against("FZ-03")


class TestFZ04Contacts:
    @pytest.mark.parametrize("number", [1, 2])
    def test_one_or_two_full_members(self, way, number):
        way.before(S.CONTACTS)
        assert way.take(S.CONTACTS, people=way.full[:number]).people.count() == number

    @pytest.mark.parametrize("number", [0, 3])
    def test_neither_none_nor_three(self, way, number):
        way.before(S.CONTACTS)
        assert refused(way, S.CONTACTS, people=way.full[:number]) == against("FZ-04")

    def test_nobody_on_probation(self, way):
        way.before(S.CONTACTS)
        young = cast.a_member(way.branch, joined=date(2024, 1, 1), full=None)
        assert refused(way, S.CONTACTS, people=[young]) == against("FZ-04")


class TestFZ07AMoveKeepsTheTime:
    def test_the_year_as_an_activist_goes_on_in_another_branch(self, way):
        way.before(S.TARGET_DECISION)
        enrolment.move(way.member, way.school.teachers, on=date(2025, 1, 10), by=None)
        secretary = cast.a_user(Role.SECRETARY, way.school.teachers)
        assert way.take(S.TARGET_DECISION, by=secretary).on == date(2025, 6, 10)


class TestFZ08AYear:
    @pytest.mark.parametrize("on", [date(2025, 6, 10), date(2025, 9, 1)])
    def test_a_year_to_the_day_is_enough(self, way, on):
        way.before(S.TARGET_DECISION)
        way.take(S.TARGET_DECISION, on)
        assert way.member.status == "target"

    def test_a_day_less_is_refused_with_the_day_it_passes(self, way):
        way.before(S.TARGET_DECISION)
        found = refused(way, S.TARGET_DECISION, date(2025, 6, 9))
        assert found == against("FZ-08", date(2025, 6, 10))
        assert way.member.status == "activist"

    def test_opinions_have_to_be_heard(self, way):
        way.before(S.TARGET_DECISION)
        assert refused(way, S.TARGET_DECISION, opinions=False) == against("FZ-08")


class TestFZ09Introducers:
    @pytest.mark.parametrize("number", [1, 3])
    def test_two_neither_more_nor_less(self, way, number):
        way.before(S.INTRODUCERS)
        assert refused(way, S.INTRODUCERS, people=way.full[:number]) == against("FZ-09")
        assert way.take(S.INTRODUCERS).people.count() == 2

    def test_nobody_under_probation_of_the_party(self, way):
        way.before(S.INTRODUCERS)
        assert refused(way, S.INTRODUCERS, undisciplined=False) == against("FZ-09")


class TestFZ10PoliticalReview:
    def test_a_failed_review_is_kept_and_lets_nobody_pass(self, way):
        way.before(S.POLITICAL_REVIEW)
        assert way.take(S.POLITICAL_REVIEW, result="failed").is_effective is False
        way.take(S.TRAINING)
        assert refused(way, S.ADMISSION_REVIEW) == against("FZ-10")

    def test_a_later_one_may_pass(self, way):
        way.before(S.POLITICAL_REVIEW)
        way.take(S.POLITICAL_REVIEW, result="failed")
        way.take(S.POLITICAL_REVIEW, date(2025, 6, 30))
        way.take(S.TRAINING)
        assert way.take(S.ADMISSION_REVIEW)


class TestFZ11Training:
    @pytest.mark.parametrize("length", [{"days": 3, "hours": 0}, {"days": 0, "hours": 24}, {"days": 5}])
    def test_three_days_or_twenty_four_hours(self, way, length):
        way.before(S.TRAINING)
        assert way.take(S.TRAINING, **length)

    def test_less_of_both_is_refused(self, way):
        way.before(S.TRAINING)
        assert refused(way, S.TRAINING, days=2, hours=23) == against("FZ-11")


class TestFZ12PreReview:
    def test_a_refused_review_gives_no_form(self, way):
        way.before(S.PRE_REVIEW)
        way.take(S.PRE_REVIEW, result="failed")
        assert refused(way, S.MEMBERSHIP_FORM) == against("FZ-12")

    def test_no_meeting_without_it(self, way):
        way.walk(S.ADMISSION_REVIEW)
        assert ("FZ-12", RULES["FZ-12"].article, None) in refused(way, S.ADMISSION_MEETING)


class TestFZ13Leaving:
    @pytest.mark.parametrize(
        ("leaves", "is_refused"), [(date(2025, 10, 20), False), (date(2025, 10, 19), True)]
    )
    def test_three_months_before_leaving(self, way, leaves, is_refused):
        way.graduates_on = leaves
        way.before(S.PRE_REVIEW)
        if is_refused:
            assert refused(way, S.PRE_REVIEW) == against("FZ-13")
            assert way.take(S.PRE_REVIEW, leaving_reason="留校工作")
        else:
            assert way.take(S.PRE_REVIEW)

    @pytest.mark.parametrize(
        ("leaves", "is_listed"), [(date(2025, 10, 20), True), (date(2025, 10, 19), False)]
    )
    def test_who_leaves_soon_is_not_listed_as_eligible(self, way, leaves, is_listed):
        way.graduates_on = leaves
        development, day = way.before(S.PRE_REVIEW), date(2025, 7, 20)
        [line] = listing.lines(Development.objects.filter(pk=development.pk), day)
        assert line.may_take(S.PRE_REVIEW) is is_listed

    def test_after_the_review_the_meeting_is_warned_of(self, way):
        way.graduates_on = date(2025, 10, 30)
        development = way.walk(S.PRE_REVIEW)
        way.take(S.MEMBERSHIP_FORM)
        [line] = listing.lines(Development.objects.filter(pk=development.pk), date(2025, 8, 1))
        assert line.clash
        assert (line.clash.code, "支部大会" in line.clash.message) == ("FZ-13", True)


class TestFZ14Present:
    @pytest.mark.parametrize(("expected", "present"), [(5, 3), (4, 3)])
    def test_more_than_half(self, way, expected, present):
        way.before(S.ADMISSION_MEETING)
        votes = {"expected": expected, "present": present, "in_favour": present}
        assert way.take(
            S.ADMISSION_MEETING, **votes, uncounted_reason="" if expected == 5 else "一人长期卧床"
        )

    def test_exactly_half_is_refused(self, way):
        way.before(S.ADMISSION_MEETING)
        votes = {"expected": 4, "present": 2, "in_favour": 2, "written_for": 1}
        found = refused(way, S.ADMISSION_MEETING, **votes, uncounted_reason="一人长期卧床")
        assert found == against("FZ-14")


class TestFZ15InFavour:
    def test_written_opinions_count(self, way):
        way.before(S.ADMISSION_MEETING)
        votes = {"present": 3, "in_favour": 2, "against": 1, "written_for": 1}
        assert way.take(S.ADMISSION_MEETING, **votes).is_effective

    def test_exactly_half_is_refused(self, way):
        way.before(S.ADMISSION_MEETING)
        votes = {"expected": 4, "present": 3, "in_favour": 2, "against": 1}
        found = refused(way, S.ADMISSION_MEETING, **votes, uncounted_reason="一人长期卧床")
        assert found == against("FZ-15")

    def test_a_meeting_that_did_not_pass_is_kept(self, way):
        way.before(S.ADMISSION_MEETING)
        votes = {"in_favour": 2, "against": 2, "result": "failed"}
        assert way.take(S.ADMISSION_MEETING, **votes).is_effective is False
        assert way.take(S.ADMISSION_MEETING, date(2025, 8, 10)).is_effective

    @pytest.mark.parametrize(
        ("votes", "is_refused"),
        [
            ({"present": 3, "in_favour": 3}, True),
            ({"present": 3, "in_favour": 2, "against": 1, "written_for": 1}, True),
            ({"present": 3, "in_favour": 2, "against": 1}, False),
            ({"present": 2, "in_favour": 2, "written_for": 1}, False),
        ],
        ids=["carried", "carried by a written opinion", "not carried", "no quorum"],
    )
    def test_what_was_carried_is_not_written_down_as_failed(self, way, votes, is_refused):
        way.before(S.ADMISSION_MEETING)
        votes = {"result": "failed", **votes}
        if is_refused:
            assert refused(way, S.ADMISSION_MEETING, **votes) == against("FZ-15")
        else:
            assert way.take(S.ADMISSION_MEETING, **votes).is_effective is False

    @pytest.mark.parametrize(
        "votes",
        [
            {"expected": 6},
            {"expected": 4, "present": 4},
            {"present": 3},
            {"written_for": 2},
        ],
        ids=[
            "more than the roster",
            "fewer without a reason",
            "more ballots than people",
            "more than expected",
        ],
    )
    def test_votes_that_cannot_be(self, way, votes):
        way.before(S.ADMISSION_MEETING)
        assert refused(way, S.ADMISSION_MEETING, **votes) == against("FZ-14")


class TestFZ16WhoApproves:
    def test_a_general_branch_does_not(self, way):
        Branch.objects.filter(pk=way.school.physics.pk).update(level="general_branch")
        assert refused(self.at_approval(way), S.ADMISSION_APPROVAL)[0][0] == "FZ-16"

    @pytest.mark.parametrize("form", ["temporary", "functional"])
    def test_neither_does_a_temporary_committee(self, way, form):
        Branch.objects.filter(pk=way.school.physics.pk).update(form=form)
        assert refused(self.at_approval(way), S.ADMISSION_APPROVAL)[0][0] == "FZ-16"

    def test_the_committee_above_it_does(self, way):
        Branch.objects.filter(pk=way.school.physics.pk).update(level="general_branch")
        staff = cast.a_user(Role.ORGANIZATION_STAFF, way.school.root)
        way.staff = staff
        assert way.walk(S.ADMISSION_APPROVAL).member.status == "probationary"

    @staticmethod
    def at_approval(way):
        college, way.staff = way.staff, cast.a_user(Role.ORGANIZATION_STAFF, way.school.root)
        way.before(S.ADMISSION_APPROVAL)
        way.staff = college
        return way


class TestZB08TemporaryBranch:
    @pytest.mark.parametrize("form", ["temporary", "functional"])
    def test_it_admits_nobody(self, way, form):
        way.before(S.ADMISSION_MEETING)
        Branch.objects.filter(pk=way.branch.pk).update(form=form)
        assert refused(way, S.ADMISSION_MEETING) == against("ZB-08")


class TestFZ17TheTalk:
    def test_no_approval_before_it(self, way):
        way.walk(S.ADMISSION_MEETING)
        assert refused(way, S.ADMISSION_APPROVAL) == against("FZ-17")

    def test_on_the_same_day(self, way):
        way.before(S.ADMISSION_APPROVAL)
        assert way.take(S.ADMISSION_APPROVAL, date(2025, 8, 20))


class TestFZ18SpecialCircumstances:
    @pytest.mark.parametrize(
        ("on", "reason", "late"),
        [
            (date(2025, 11, 1), "", False),
            (date(2025, 11, 2), "", True),
            (date(2025, 11, 2), "  ", True),
            (date(2025, 12, 15), "党委换届", False),
            (date(2026, 2, 1), "党委换届", False),
            (date(2026, 2, 2), "党委换届", True),
        ],
    )
    def test_six_months_where_the_reason_is_written_down(self, way, on, reason, late):
        way.before(S.ADMISSION_APPROVAL)
        row = way.take(S.ADMISSION_APPROVAL, on, special_reason=reason)
        assert (row.is_late, way.member.status) == (late, "probationary")

    def test_what_is_pending_says_the_article_and_how_long_a_reason_counts(self, way):
        way.walk(S.COMMITTEE_TALK)
        said = late_on(way, date(2025, 11, 2))[S.ADMISSION_APPROVAL]
        assert said == (
            "“党委审批”应在2025年11月1日前完成，已经逾期。写明“超过三个月审批的特殊情况”的，最迟2026年2月1日。"
            f"（{RULES['FZ-18'].article}，FZ-18）"
        )


class TestFZ20Probation:
    def test_it_begins_with_the_meeting_not_with_the_approval(self, way):
        way.walk(S.ADMISSION_APPROVAL)
        assert (way.member.status, way.member.joined_on) == ("probationary", date(2025, 8, 1))
        spans = way.member.statuses.filter(status="probationary").values_list("since", "until")
        assert list(spans) == [(date(2025, 8, 1), None)]

    def test_a_year_to_the_day(self, way):
        way.before(S.FULL_MEETING)
        assert way.take(S.FULL_MEETING, date(2026, 8, 1))

    def test_a_day_less_is_refused(self, way):
        way.before(S.FULL_MEETING)
        assert refused(way, S.FULL_MEETING, date(2026, 7, 31)) == against("FZ-20", date(2026, 8, 1))


class TestFZ21Extension:
    def extended(self, way, months):
        way.before(S.FULL_MEETING)
        way.take(S.FULL_MEETING, date(2026, 8, 1), decision="extend", extension=months)
        way.take(S.FULL_APPROVAL, date(2026, 8, 5))
        return loading.progress_of(way.development)

    @pytest.mark.parametrize(("months", "ends"), [(6, date(2027, 2, 1)), (12, date(2027, 8, 1))])
    def test_half_a_year_to_a_year_moves_the_end(self, way, months, ends):
        progress = self.extended(way, months)
        assert (progress.probation_ends, progress.is_complete) == (ends, False)
        assert way.member.status == "probationary"

    @pytest.mark.parametrize("months", [0, 5, 13])
    def test_less_or_more_is_refused(self, way, months):
        way.before(S.FULL_MEETING)
        found = refused(way, S.FULL_MEETING, decision="extend", extension=months)
        assert found == against("FZ-21")

    def test_not_twice(self, way, today):
        self.extended(way, 6)
        way.take(S.FULL_APPLICATION, date(2026, 8, 10))
        with pytest.raises(Refused) as caught:
            way.take(S.FULL_MEETING, date(2026, 8, 20), decision="extend", extension=6)
        assert [each.code for each in caught.value.blocks] == ["FZ-20", "FZ-21"]


class TestFZ22TheMeeting:
    @pytest.mark.parametrize(
        ("votes", "is_refused"),
        [
            ({"present": 3, "in_favour": 3}, False),
            ({"expected": 4, "present": 2, "in_favour": 2, "uncounted_reason": "一人长期卧床"}, True),
            ({"present": 3, "in_favour": 2, "against": 1}, True),
            ({"result": "failed"}, True),
            ({"present": 3, "in_favour": 2, "against": 1, "result": "failed"}, False),
        ],
    )
    def test_as_at_the_admission(self, way, votes, is_refused):
        way.before(S.FULL_MEETING)
        if is_refused:
            assert {code for code, _, _ in refused(way, S.FULL_MEETING, **votes)} == {"FZ-22"}
        else:
            assert way.take(S.FULL_MEETING, **votes)


class TestFZ24SeniorityFromTheEndOfProbation:
    def test_whatever_the_day_of_the_meeting_or_the_approval(self, way):
        way.walk(S.FULL_APPROVAL)
        assert (way.member.status, way.member.full_on) == ("full", date(2026, 8, 1))

    def test_a_cancellation_waits_for_no_application(self, way):
        way.walk(S.OATH)
        way.take(S.FULL_MEETING, date(2026, 1, 10), decision="cancel")
        progress = loading.progress_of(way.development)
        [line] = listing.lines(Development.objects.select_related("member__branch"), date(2026, 1, 11))
        assert (progress.has(S.FULL_APPLICATION), line.following.step) == (False, S.FULL_APPROVAL)
        way.take(S.FULL_APPROVAL, date(2026, 1, 20))
        way.development.refresh_from_db()
        assert (way.member.status, way.development.outcome) == ("left", "cancelled")

    def test_it_waits_for_the_admission_all_the_same(self, way):
        way.walk(S.COMMITTEE_TALK)
        found = refused(way, S.FULL_MEETING, date(2026, 1, 10), decision="cancel")
        assert found == against("FZ-16")

    @pytest.mark.parametrize("decision", ["confirm", "extend"])
    def test_the_other_decisions_wait_for_the_application(self, way, decision):
        way.walk(S.OATH)
        with pytest.raises(Refused, match="还没有“提出转正申请”的记录"):
            way.take(S.FULL_MEETING, decision=decision, extension=6)

    def test_a_cancelled_probation_leaves_the_roster(self, way):
        way.before(S.FULL_MEETING)
        way.take(S.FULL_MEETING, decision="cancel")
        way.take(S.FULL_APPROVAL)
        way.development.refresh_from_db()
        assert (way.member.status, way.development.outcome) == ("left", "cancelled")


class TestFZ25TransferredIn:
    def test_the_meeting_may_wait_for_half_a_year(self, way):
        way.walk(S.OATH)
        enrolment.move(way.member, way.school.teachers, on=date(2026, 3, 1), by=None)
        way.development.member.refresh_from_db()
        assert S.FULL_MEETING not in late_on(way, date(2027, 2, 1))
        assert RULES["FZ-25"].article in late_on(way, date(2027, 2, 2))[S.FULL_MEETING]


class TestLocalRules:
    @pytest.fixture(autouse=True)
    def way_with_rules(self, way):
        for code, value in (
            (local_rules.NOTICE_DAYS, 5),
            (local_rules.APPLICATION_MONTHS, 3),
            (local_rules.CONTACT_LIMIT, 1),
            (local_rules.TRAINING_MONTHS, 12),
        ):
            local.decide(local.rule_of(code), value, "校组字〔2025〕3号", by=None)

    def test_three_months_before_becoming_an_activist(self, way):
        way.before(S.ACTIVIST_DECISION)
        article = "校内规定：校组字〔2025〕3号"
        found = refused(way, S.ACTIVIST_DECISION, date(2024, 5, 31))
        assert found == [(local_rules.APPLICATION_MONTHS, article, date(2024, 6, 1))]
        assert way.take(S.ACTIVIST_DECISION, date(2024, 6, 1))

    @pytest.mark.parametrize(
        ("first", "last", "is_refused"),
        [
            (date(2025, 6, 11), date(2025, 6, 17), False),
            (date(2025, 6, 11), date(2025, 6, 16), True),
            (None, None, True),
        ],
    )
    def test_five_working_days_of_notice(self, way, first, last, is_refused):
        way.before(S.TARGET_FILING)
        notice = {"notice_from": first, "notice_until": last}
        if is_refused:
            assert [code for code, _, _ in refused(way, S.TARGET_FILING, **notice)] == [
                local_rules.NOTICE_DAYS
            ]
        else:
            assert way.take(S.TARGET_FILING, **notice)

    def test_no_more_people_for_one_contact(self, way):
        way.walk(S.CONTACTS)
        way.before(S.CONTACTS)
        assert [code for code, _, _ in refused(way, S.CONTACTS)] == [local_rules.CONTACT_LIMIT] * 2
        assert way.take(S.CONTACTS, people=way.full[3:4])

    @pytest.mark.parametrize(
        ("code", "step", "until", "last"),
        [
            # from the decision on, then from the last one
            (local_rules.REPORT_MONTHS, S.REPORT, S.CONTACTS, date(2024, 9, 10)),
            (local_rules.REPORT_MONTHS, S.PROBATION_REPORT, S.OATH, date(2025, 11, 1)),
            (local_rules.PROBATION_MONTHS, S.PROBATION_OBSERVATION, S.OATH, date(2025, 11, 1)),
        ],
    )
    def test_reports_and_observations_every_so_many_months(self, way, code, step, until, last):
        after = date.fromordinal(last.toordinal() + 1)
        local.decide(local.rule_of(local_rules.NOTICE_DAYS), 0, "", by=None)
        way.walk(until)
        assert [step in late_on(way, day) for day in (last, after)] == [False, False]
        local.decide(local.rule_of(code), 3, "校组字〔2025〕5号", by=None)
        assert [step in late_on(way, day) for day in (last, after)] == [False, True]
        assert "（校内规定：校组字〔2025〕5号）" in late_on(way, after)[step]
        way.take(step, last)
        due = months_after(last, 3)
        assert [step in late_on(way, day) for day in (due, due + timedelta(1))] == [False, True]

    @pytest.mark.parametrize(
        ("code", "step", "until"),
        [
            (local_rules.REPORT_MONTHS, S.REPORT, S.CONTACTS),
            (local_rules.PROBATION_MONTHS, S.PROBATION_OBSERVATION, S.OATH),
        ],
    )
    def test_a_report_in_time_or_not_is_kept_as_such(self, way, code, step, until):
        local.decide(local.rule_of(local_rules.NOTICE_DAYS), 0, "", by=None)
        way.walk(until)
        day = months_after(way.development.steps.get(step=TABLE[step].due.after).on, 3)
        took = [way.take(step, day + timedelta(1)).is_late]
        take_back(way.development, "再登记", by=way.secretary)
        local.decide(local.rule_of(code), 3, "校组字〔2025〕5号", by=None)
        for on in (day + timedelta(1), day):
            took.append(way.take(step, on).is_late)
            take_back(way.development, "再登记", by=way.secretary)
        assert took == [False, True, False]

    @pytest.mark.parametrize("step", [S.ADMISSION_APPROVAL, S.FULL_APPROVAL])
    def test_notice_before_each_approval(self, way, step):
        local.decide(local.rule_of(local_rules.NOTICE_DAYS), 0, "", by=None)
        way.before(step)
        local.decide(local.rule_of(local_rules.NOTICE_DAYS), 5, "校组字〔2025〕3号", by=None)
        assert [code for code, _, _ in refused(way, step)] == [local_rules.NOTICE_DAYS]

    @pytest.mark.parametrize("months", [1, 12])
    def test_training_that_is_still_valid(self, way, months):
        local.decide(local.rule_of(local_rules.NOTICE_DAYS), 0, "", by=None)
        way.before(S.ADMISSION_MEETING)
        local.decide(local.rule_of(local_rules.TRAINING_MONTHS), months, "校组字〔2025〕3号", by=None)
        assert way.take(S.ADMISSION_MEETING, date(2025, 8, 5))

    def test_training_that_has_expired(self, way):
        local.decide(local.rule_of(local_rules.NOTICE_DAYS), 0, "", by=None)
        way.before(S.ADMISSION_MEETING)
        local.decide(local.rule_of(local_rules.TRAINING_MONTHS), 1, "校组字〔2025〕3号", by=None)
        found = refused(way, S.ADMISSION_MEETING, date(2025, 8, 6))
        assert [code for code, _, _ in found] == [local_rules.TRAINING_MONTHS]

    def expiring(self, way, until=S.PRE_REVIEW):
        """Trained on 5 July, for a month."""
        local.decide(local.rule_of(local_rules.NOTICE_DAYS), 0, "", by=None)
        way.walk(until)
        local.decide(local.rule_of(local_rules.TRAINING_MONTHS), 1, "校组字〔2025〕3号", by=None)

    def line(self, way, day):
        [line] = listing.lines(Development.objects.filter(pk=way.development.pk), day)
        return line

    @pytest.mark.parametrize(
        ("day", "blocked"), [(date(2025, 8, 5), ["FZ-12"]), (date(2025, 8, 6), ["FZ-12", TRAINING])]
    )
    def test_the_plan_says_that_the_training_has_to_be_repeated(self, way, day, blocked):
        self.expiring(way)
        found = self.line(way, day).planned_step(S.ADMISSION_MEETING).blocked_by
        assert [each.code for each in found] == blocked
        if TRAINING in blocked:
            assert str(found[1]) == (
                "集中培训2025年7月5日结业，1个月内有效，到2025年8月5日为止；须重新培训，再开支部大会。"
                "（校内规定：校组字〔2025〕3号）"
            )

    def test_who_has_to_repeat_it_is_not_eligible_for_the_meeting_but_for_the_training(self, way):
        self.expiring(way, S.MEMBERSHIP_FORM)
        for day, step in ((date(2025, 8, 5), S.ADMISSION_MEETING), (date(2025, 8, 6), S.TRAINING)):
            line = self.line(way, day)
            may = [line.may_take(each) for each in (S.TRAINING, S.ADMISSION_MEETING)]
            assert (line.following.step, may) == (step, [step == S.TRAINING, step != S.TRAINING])
            assert papers.LISTS["m13"].waits(line) is (step == S.TRAINING)

    def test_repeated_it_counts_from_then(self, way):
        self.expiring(way, S.MEMBERSHIP_FORM)
        way.take(S.TRAINING, date(2025, 8, 10))
        assert way.take(S.ADMISSION_MEETING, date(2025, 9, 10)).is_effective
        with pytest.raises(Refused, match="已经登记过"):
            way.take(S.TRAINING, date(2025, 9, 20))


class TestPlan:
    @pytest.fixture(autouse=True)
    def _plans_are_followed(self, way):
        local.decide(local.rule_of(local_rules.PLAN), True, "校组字〔2025〕4号", by=None)

    def plan(self, way, quota):
        branch = way.school.physics
        return DevelopmentPlan.objects.create(branch=branch, branch_path=branch.path, year=2025, quota=quota)

    def test_without_a_plan_nobody_is_admitted(self, way):
        way.before(S.ADMISSION_APPROVAL)
        found = refused(way, S.ADMISSION_APPROVAL)
        assert [(code, article) for code, article, _ in found] == [
            (local_rules.PLAN, "校内规定：校组字〔2025〕4号")
        ]

    def test_up_to_the_quota(self, way):
        self.plan(way, 1)
        assert way.walk(S.ADMISSION_APPROVAL).member.status == "probationary"

    def test_not_beyond_it(self, way):
        self.plan(way, 0)
        way.before(S.ADMISSION_APPROVAL)
        assert [code for code, _, _ in refused(way, S.ADMISSION_APPROVAL)] == [local_rules.PLAN]


def test_what_has_no_boundary_is_a_hint_that_says_why():
    hints = {code: rule.why for code, rule in RULES.items() if rule.enforced is Enforced.HINT}
    assert sorted(hints) == ["FZ-06", "FZ-19", "FZ-26"]
    assert all(hints.values())


def test_every_rule_stands_in_the_table():
    assert sorted(RULES) == [*(f"FZ-{number:02d}" for number in range(1, 27)), "ZB-08"]
