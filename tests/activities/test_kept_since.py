"""启用日期: what was to be done before records were kept here and is not recorded is not judged."""

from datetime import date

import pytest
from django.urls import reverse

from activities import compliance, duties, statistics, yearly
from branches import local
from branches.local_rules import KEPT_SINCE, not_judged
from branches.roles import Role
from branches.scope import covering_ranges
from lib.periods import Period
from tests import cast
from tests.sheets import exported

AFTER = date(2027, 1, 15)
YEAR = Period.year(2026)
BEFORE = "启用支部簿，此前没有在这里登记，不作判断。"
WITHIN = "启用支部簿，期间不满，不作判断。"


def keep_since(day):
    local.decide(local.rule_of(KEPT_SINCE), day, "校党字〔2026〕1号", by=None)


def evaluated(branch, period=YEAR, today=AFTER, **asked):
    return duties.evaluate(covering_ranges([branch.path]), period, today, **asked)


def first_judged(branch, kind):
    """The first sub-period that is missed, where nothing is recorded; None when none is."""
    return next((duty.period.code for duty in evaluated(branch, kinds=[kind]) if duty.is_missed), None)


@pytest.mark.parametrize(
    ("day", "month", "quarter", "meeting_of_the_year"),
    [
        ("2026-01-01", "2026-01", "2026Q1", "2026"),
        ("2026-08-31", "2026-09", "2026Q4", "2026"),
        ("2026-09-01", "2026-09", "2026Q4", "2026"),
        ("2026-09-02", "2026-10", "2026Q4", "2026"),
        ("2026-10-01", "2026-10", "2026Q4", "2026"),
        ("2026-10-02", "2026-11", None, None),
        ("2026-12-01", "2026-12", None, None),
        ("2026-12-02", None, None, None),
        ("2027-09-01", None, None, None),
    ],
)
def test_the_first_that_begins_on_the_day_or_after_it_is_judged(
    branch, day, month, quarter, meeting_of_the_year
):
    keep_since(day)
    assert first_judged(branch, "theme_day") == month
    assert first_judged(branch, "general_meeting") == quarter
    assert first_judged(branch, "organization_life_meeting") == meeting_of_the_year


def test_without_a_day_everything_is_judged(branch):
    assert first_judged(branch, "theme_day") == "2026-01"
    keep_since("2026-09-01")
    assert first_judged(branch, "theme_day") == "2026-09"
    keep_since("")
    assert first_judged(branch, "theme_day") == "2026-01"


def test_what_is_recorded_before_counts(branch):
    keep_since("2026-09-15")
    cast.a_record(branch, "theme_day", date(2026, 7, 3))
    cast.a_record(branch, "theme_day", date(2026, 9, 3))
    found = evaluated(branch, Period.quarter(2026, 3), kinds=["theme_day"])
    assert [(duty.period.code, duty.is_met, duty.is_required) for duty in found] == [
        ("2026-07", True, True),
        ("2026-08", False, False),
        ("2026-09", True, True),
    ]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2026-08-01", ""),
        ("2026-08-02", f"2026-08-02 {WITHIN}"),
        ("2026-08-31", f"2026-08-31 {WITHIN}"),
        ("2026-09-01", f"2026-09-01 {BEFORE}"),
    ],
)
def test_the_reason_says_whether_the_day_lies_before_or_within(day, reason):
    assert not_judged(date.fromisoformat(day), date(2026, 8, 1), date(2026, 8, 31)) == reason


def test_what_is_known_of_a_branch_is_told_before(school):
    """A branch that is not asked at all is not told that it is not judged."""
    keep_since("2026-09-01")
    [duty] = evaluated(school.students, Period.month(2026, 10), kinds=["theme_day"])
    assert duty.reason == "期间没有党员，不作要求。"
    [duty] = evaluated(school.students, Period.month(2026, 8), kinds=["theme_day"])
    assert duty.reason == f"2026-09-01 {BEFORE}"


def test_figures_count_it_as_not_asked(branch):
    keep_since("2026-09-01")
    ranges = covering_ranges([branch.path])
    found = statistics.organizational_life(ranges, Period.quarter(2026, 3), AFTER).total["theme_day"]
    assert (found.required, found.met, found.missed) == (1, 0, 1)


def test_the_number_of_queries_is_the_same(branch, django_assert_num_queries):
    for day in ("2026-09-01", ""):
        with django_assert_num_queries(9):
            evaluated(branch)
        keep_since(day)


class TestYear:
    """What a year asks of people: a year that began before is not judged."""

    def rows(self, branch):
        found = compliance.of_period(covering_ranges([branch.path]), YEAR, AFTER)
        return [row for row in found if row.rule in yearly.RULES]

    def test_from_its_first_day_on_it_is_judged(self, branch):
        keep_since("2026-01-01")
        assert {row.state for row in self.rows(branch)} == {"overdue"}

    def test_a_year_that_began_before_is_not(self, branch):
        keep_since("2026-01-02")
        found = self.rows(branch)
        assert {(row.state, row.required, row.missed) for row in found} == {("not_applicable", 0, 0)}
        assert {row.reason for row in found} == {f"2026-01-02 {WITHIN}已登记 0 人。"}

    def test_who_had_it_is_counted(self, branch):
        keep_since("2026-01-02")
        cast.a_training(branch.members.order_by("number")[3], "other", date(2026, 5, 1), 32)
        [hours] = [row for row in self.rows(branch) if row.rule == "JY-01"]
        assert (hours.required, hours.met, hours.missed) == (1, 1, 0)
        assert hours.reason == f"2026-01-02 {WITHIN}已登记 1 人。"


class TestPages:
    @pytest.fixture(autouse=True)
    def kept(self, branch):
        keep_since("2026-09-01")

    def test_the_page_of_a_duty(self, browser, branch):
        page = browser.get(reverse("duty_page", args=[branch.pk, "theme_day", "2026-08"]))
        assert (page.context["word"], page.context["reasons"]) == ("不适用", [f"2026-09-01 {BEFORE}"])
        assert (page.context["record_url"], page.context["waive_url"]) == ("", "")

    def test_the_page_of_a_branch(self, browser, branch):
        page = browser.get(reverse("branch_page", args=[branch.pk]))
        assert f"2026-09-01 {BEFORE}" in page.text
        assert {line.word for line in page.context["yearly"].lines} == {"不作判断"}
        assert f"2026-09-01 {WITHIN}已登记 0 人。" in page.text

    def test_the_page_of_a_committee_names_no_branch_as_behind(self, branch):
        staff = cast.a_user(Role.COMMITTEE_STAFF, branch.parent)
        page = cast.a_browser(staff).get(reverse("branch_page", args=[branch.parent.pk]))
        assert [line.parts for line in page.context["yearly"].lines if line.parts] == []

    def test_the_list_of_duties(self, branch, school):
        staff = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        asked = {"kind": "theme_day", "period": "2026-08"}
        page = staff.get(reverse("duty_list"), {**asked, "state": "exempt"})
        assert f"2026-09-01 {BEFORE}" in page.text
        assert "没有符合条件的义务。" in staff.get(reverse("duty_list"), {**asked, "state": "missed"}).text


class TestLists:
    """Lists of names go on saying who had it; of a year that is not judged they do not say who lacks it."""

    @pytest.fixture
    def lists(self, branch, school):
        member = branch.members.order_by("number")[0]
        cast.a_post(member, "secretary", branch=school.root)
        staff = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        addresses = {
            "hours": reverse("study_hours"),
            "talks": reverse("talk_coverage", args=[branch.pk]),
            "lectures": reverse("lecture_leaders"),
            "coverage": reverse("training_coverage"),
            "people": reverse("coverage_people"),
        }
        return lambda: {name: staff.get(address, {"year": 2026}).text for name, address in addresses.items()}

    @pytest.mark.today("2026-11-22 12:00 +0800")
    def test_a_judged_year_says_who_lacks_it(self, lists):
        keep_since("2026-01-01")
        found = lists()
        assert not [name for name, page in found.items() if "不作判断" in page or "没有登记" in page]
        assert [name for name, page in found.items() if "还没有" in page] == ["talks", "lectures", "people"]

    @pytest.mark.today("2026-11-22 12:00 +0800")
    def test_another_says_that_it_does_not_know(self, lists):
        keep_since("2026-09-01")
        found = lists()
        assert [name for name, page in found.items() if f"2026-09-01 {WITHIN}" not in page] == []
        assert [name for name, page in found.items() if "还没有" in page] == []

    @pytest.mark.today("2026-11-22 12:00 +0800")
    @pytest.mark.parametrize("name", ["hours_export", "talk_export", "lecture_export", "coverage_export"])
    def test_so_do_their_workbooks(self, branch, school, name):
        keep_since("2026-09-01")
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        place = [branch.pk] if name == "talk_export" else []
        banner, _ = exported(staff, reverse(name, args=place), year=2026)
        assert f"2026-09-01 {WITHIN}" in banner
