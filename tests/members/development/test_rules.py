"""The rules of 发展党员 up to the target, one by one: a case that passes, one on the boundary, one refused or late."""

from datetime import date

import pytest

from branches.roles import Role
from lib.severity import Enforcement
from members import enrolment, local_rules
from members.development import listing
from members.development.recording import Refused, take_back
from members.development.rules import RULES
from members.development.vocabulary import Step
from members.models import Development, Post, StatusPeriod
from tests import cast
from tests.members.development.way import against, late_on, refused

S = Step
TRAINING = local_rules.TRAINING_MONTHS
pytestmark = pytest.mark.django_db

TODAY = date(2026, 10, 20)


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
        assert refused(way, S.TARGET_DECISION) == against("FZ-03", TODAY)


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
        assert refused(way, S.ADMISSION_REVIEW) == against("FZ-10", TODAY)

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
        assert refused(way, S.MEMBERSHIP_FORM) == against("FZ-12", TODAY)

    def test_no_meeting_without_it(self, way):
        way.walk(S.ADMISSION_REVIEW)
        assert ("FZ-12", RULES["FZ-12"].article, TODAY) in refused(way, S.ADMISSION_MEETING)


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


def test_what_has_no_boundary_is_a_hint_that_says_why():
    hints = {code: rule.why for code, rule in RULES.items() if rule.enforced is Enforcement.HINT}
    assert sorted(hints) == ["FZ-06", "FZ-19", "FZ-26"]
    assert all(hints.values())


def test_every_rule_stands_in_the_table():
    assert sorted(RULES) == [*(f"FZ-{number:02d}" for number in range(1, 27)), "ZB-08"]
