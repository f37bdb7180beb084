"""Political birthdays: leap days, year ends, who has one, the two rules of the university, and milestones."""

from datetime import date, timedelta

import pytest

from branches import local
from branches.scope import covering_ranges
from members import birthdays, enrolment
from members.models import Member, MembershipSpell
from tests import cast

pytestmark = pytest.mark.django_db

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
CITATION = "校组字〔2026〕1号第三条"


def decide(code, value):
    local.decide(local.rule_of(code), value, CITATION, by=None)


def shown(start, end):
    return [(one.name, one.day, one.years) for one in birthdays.between(start, end)]


@pytest.fixture
def branch(db):
    return cast.a_university().teachers


@pytest.mark.parametrize(
    ("joined", "start", "expected"),
    [
        (date(2016, 9, 30), date(2026, 9, 28), [(date(2026, 9, 30), 10)]),
        (date(2016, 2, 29), date(2027, 2, 25), [(date(2027, 2, 28), 11)]),
        (date(2016, 2, 29), date(2028, 2, 25), [(date(2028, 2, 29), 12)]),
        (date(2016, 1, 2), date(2026, 12, 28), [(date(2027, 1, 2), 11)]),
        (date(2016, 12, 31), date(2026, 12, 28), [(date(2026, 12, 31), 10)]),
        (date(2016, 10, 6), date(2026, 9, 28), []),
        (date(2026, 9, 30), date(2026, 9, 28), []),
    ],
)
def test_the_next_seven_days(branch, joined, start, expected):
    cast.a_member(branch, joined=joined, full=None)
    found = birthdays.between(start, start + timedelta(days=7))
    assert [(birthday.day, birthday.years) for birthday in found] == expected


def test_everybody_has_one_in_each_of_ten_years(branch):
    for day in (date(2012, 2, 29), date(2013, 1, 1), date(2013, 12, 31), date(2014, 6, 30)):
        cast.a_member(branch, joined=day, full=None)
    found = [
        birthday.member_number
        for year in range(2016, 2026)
        for birthday in birthdays.between(date(year, 1, 1), date(year, 12, 31))
    ]
    assert sorted(found.count(number) for number in set(found)) == [10, 10, 10, 10]


def test_probationary_members_have_one_and_those_who_left_have_none(branch):
    cast.a_member(branch, "预备", joined=date(2025, 9, 30), full=None)
    left = cast.a_member(branch, "离开", joined=date(2015, 9, 30))
    left.statuses.update(status="left")
    found = birthdays.between(date(2026, 9, 30), date(2026, 9, 30))
    assert [birthday.name for birthday in found] == ["预备"]


class TestWhoHasOne:
    def test_nobody_on_the_day_of_joining_itself(self, branch):
        cast.a_member(branch, "当年", joined=date(2026, 11, 20), full=None)
        cast.a_member(branch, "上年", joined=date(2025, 11, 20), full=None)
        assert shown(*NOVEMBER) == [("上年", date(2026, 11, 20), 1)]

    @pytest.mark.parametrize("status", ["suspended", "left", "applicant", "target"])
    def test_nobody_who_is_no_member_then(self, branch, status):
        member = cast.a_member(branch, joined=date(2015, 11, 20))
        member.statuses.update(status=status)
        assert shown(*NOVEMBER) == []

    def test_whoever_leaves_within_the_month_has_none_and_past_months_stay(self, branch):
        member = cast.a_member(branch, "离世", joined=date(2015, 11, 20))
        member.statuses.update(until=date(2026, 11, 25))
        assert shown(*NOVEMBER) == []
        assert shown(date(2025, 11, 1), date(2025, 11, 30)) == [("离世", date(2025, 11, 20), 10)]

    def test_after_a_move_it_is_the_new_branchs(self, branch):
        school_of = {one.short_name: one for one in type(branch).objects.all()}
        students = school_of["物理学生党支部"]
        member = cast.a_member(branch, "转走", joined=date(2015, 11, 20))
        enrolment.move(member, students, on=date(2026, 11, 25), by=None)
        old, new = (birthdays.between(*NOVEMBER, covering_ranges([one.path])) for one in (branch, students))
        assert (old, [one.branch_name for one in new]) == ([], ["物理学生党支部"])
        assert [one.branch_name for one in birthdays.between(date(2025, 11, 1), date(2025, 11, 30))] == [
            "物理教师党支部"
        ]

    def test_the_guests_of_a_functional_branch_have_theirs_at_home(self, branch):
        member = cast.a_member(branch, joined=date(2015, 11, 20))
        guest = type(branch).objects.get(short_name="音乐教师党支部")
        MembershipSpell.objects.create(
            member=member, branch=guest, branch_path=guest.path, kind="attending", since=date(2020, 1, 1)
        )
        assert [one.branch_id for one in birthdays.between(*NOVEMBER)] == [branch.pk]

    def test_probation_is_no_age(self, branch):
        cast.a_member(branch, "预备", joined=date(2025, 11, 20), full=None)
        cast.a_member(branch, "正式", joined=date(2015, 11, 20), full=date(2016, 12, 1))
        found = {one.name: one for one in birthdays.between(*NOVEMBER)}
        assert (found["预备"].age, found["预备"].is_probationary) == (None, True)
        assert (found["正式"].joined_years, found["正式"].age) == (11, 9)


class TestRules:
    def test_full_membership_counts_where_the_university_says_so(self, branch):
        cast.a_member(branch, "正式", joined=date(2015, 5, 6), full=date(2016, 11, 7))
        cast.a_member(branch, "预备", joined=date(2025, 11, 20), full=None)
        cast.a_member(branch, "入党在十一月", joined=date(2015, 11, 1), full=date(2016, 12, 1))
        decide("birthday-from", "full")
        found = birthdays.between(*NOVEMBER)
        assert [(one.name, one.title) for one in found] == [
            ("正式", "转正 10 周年"),
            ("预备", "入党 1 周年"),
        ]

    @pytest.mark.parametrize(("rule", "common"), [("02-28", date(2000, 2, 28)), ("03-01", date(2000, 3, 1))])
    def test_29_february_over_ten_years(self, branch, rule, common):
        cast.a_member(branch, joined=date(2016, 2, 29), full=date(2017, 3, 1))
        if rule != "02-28":
            decide("birthday-leap-day", rule)
        days = [
            one.day
            for year in range(2017, 2027)
            for one in birthdays.between(date(year, 1, 1), date(year, 12, 31))
        ]
        leap = {2020: date(2020, 2, 29), 2024: date(2024, 2, 29)}
        assert days == [leap.get(year, common.replace(year=year)) for year in range(2017, 2027)]

    @pytest.mark.parametrize(("rule", "february", "march"), [("02-28", 1, 0), ("03-01", 0, 1)])
    def test_each_month_has_it_once(self, branch, rule, february, march):
        cast.a_member(branch, joined=date(2016, 2, 29), full=date(2017, 3, 1))
        if rule != "02-28":
            decide("birthday-leap-day", rule)
        numbers = [
            len(birthdays.between(first, last))
            for first, last in (
                (date(2027, 2, 1), date(2027, 2, 28)),
                (date(2027, 3, 1), date(2027, 3, 31)),
            )
        ]
        assert numbers == [february, march]

    def test_the_turn_of_the_year_has_each_side_once(self, branch):
        cast.a_member(branch, "除夕", joined=date(2015, 12, 31))
        cast.a_member(branch, "元旦", joined=date(2015, 1, 1))
        assert shown(date(2026, 12, 28), date(2027, 1, 4)) == [
            ("除夕", date(2026, 12, 31), 11),
            ("元旦", date(2027, 1, 1), 12),
        ]


class TestMilestones:
    @pytest.mark.parametrize(
        ("full", "expected"),
        [
            (date(1996, 11, 20), [(date(2026, 11, 20), 30)]),
            (date(1986, 11, 1), [(date(2026, 11, 1), 40)]),
            (date(1976, 11, 30), [(date(2026, 11, 30), 50)]),
            (date(1997, 11, 20), []),
            (date(1995, 11, 20), []),
            (date(1996, 12, 1), []),
            (date(1996, 10, 31), []),
            (date(1966, 11, 20), []),
        ],
    )
    def test_they_count_from_full_membership(self, branch, full, expected):
        cast.a_member(branch, joined=date(1960, 11, 20), full=full)
        found = birthdays.almanac(*NOVEMBER).milestones
        assert [(one.day, one.years) for one in found] == expected

    @pytest.mark.parametrize(("rule", "day"), [("02-28", date(2026, 2, 28)), ("03-01", date(2026, 3, 1))])
    def test_29_february_follows_the_rule(self, branch, rule, day):
        cast.a_member(branch, joined=date(1995, 2, 1), full=date(1996, 2, 29))
        if rule != "02-28":
            decide("birthday-leap-day", rule)
        found = birthdays.almanac(date(2026, 1, 1), date(2026, 12, 31)).milestones
        assert [(one.day, one.years) for one in found] == [(day, 30)]

    def test_joining_and_full_membership_on_one_day_as_in_1970(self, branch):
        cast.a_member(branch, joined=date(1976, 11, 20), full=date(1976, 11, 20))
        [birthday] = birthdays.between(*NOVEMBER)
        assert (birthday.years, birthday.age, birthday.is_milestone) == (50, 50, True)

    def test_whoever_left_before_has_none(self, branch):
        member = cast.a_member(branch, joined=date(1995, 11, 20), full=date(1996, 11, 20))
        member.statuses.update(until=date(2026, 10, 1))
        assert birthdays.almanac(*NOVEMBER).milestones == []


class TestUndated:
    def undated(self, branch):
        rules = birthdays.reckoning()
        found = birthdays.undated(covering_ranges([branch.path]), date(2026, 11, 20), rules)
        return sorted(found.values_list("name", flat=True))

    def test_members_without_a_joining_date_are_work_to_fix(self, branch):
        for name in ("齐全", "缺入党", "离开"):
            cast.a_member(branch, name)
        Member.objects.exclude(name="齐全").update(joined_on=None)
        Member.objects.get(name="离开").statuses.update(status="left")
        assert self.undated(branch) == ["缺入党"]

    def test_where_full_membership_counts_that_date_is_missed(self, branch):
        cast.a_member(branch, "预备", joined=date(2026, 3, 1), full=None)
        for name in ("缺转正", "缺入党"):
            cast.a_member(branch, name)
        Member.objects.filter(name="缺转正").update(full_on=None)
        Member.objects.filter(name="缺入党").update(joined_on=None)
        decide("birthday-from", "full")
        assert self.undated(branch) == ["缺转正"]


def test_it_is_two_queries_for_a_year(branch, django_assert_num_queries):
    cast.a_member(branch, joined=date(2016, 2, 29))
    with django_assert_num_queries(2):
        birthdays.almanac(date(2026, 1, 1), date(2026, 12, 31))
