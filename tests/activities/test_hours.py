"""Study hours: what counts, what a half day takes at most, what is owed; nothing twice, nobody ranked."""

from datetime import date, time

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from activities import hours
from activities.attendance import Mark
from activities.hours import ARTICLE, Row, Rules, _counted, of_minutes
from activities.local_rules import HALF_DAY_MOST, STUDY_MINUTES
from activities.records import withdraw
from branches import local
from branches.roles import Role
from branches.scope import covering_ranges
from members.local_rules import TRAINING_HOURS
from members.models import Member, Training
from tests import cast
from tests.sheets import exported, run

DAY = date(2026, 9, 15)


def lecture(branch, day=DAY, starts_at=time(14), minutes=120, kind="party_lecture", **more):
    return cast.a_record(branch, kind, day, starts_at=starts_at, minutes=minutes, **more)


def hours_of(name="教师3", year=2026):
    [line] = hours.of_people([Member.objects.get(name=name)], year)
    return line


def decide(code, value):
    local.decide(local.rule_of(code), value, "校组字〔2026〕1号", by=None)


@pytest.mark.parametrize(
    ("kind", "counted"),
    [("party_lecture", 2), ("theme_day", 2), ("seminar", 2), ("general_meeting", 0), ("volunteering", 0)],
)
def test_which_kinds_are_study(branch, kind, counted):
    lecture(branch, kind=kind)
    assert hours_of().studied == counted


def test_only_who_was_there(branch):
    marks = cast.all_present("party_lecture", branch, DAY)
    marks[Member.objects.get(name="教师3").pk] = Mark("leave", "出差")
    lecture(branch, marks=marks)
    assert (hours_of("教师3").studied, hours_of("教师4").studied) == (0, 2)


def test_of_the_year_and_not_withdrawn(branch, secretary):
    lecture(branch, date(2025, 12, 31))
    withdraw(lecture(branch), by=secretary, version=1, reason="重复")
    lecture(branch, date(2026, 1, 1), minutes=90)
    assert float(hours_of().studied) == 1.5
    assert float(hours_of(year=2025).studied) == 2


def test_one_that_does_not_say_how_long_it_took_is_pointed_out(branch):
    lecture(branch, minutes=None)
    assert (hours_of().studied, hours_of().without_length) == (0, 1)


def test_minutes_of_an_hour_are_a_local_rule(branch):
    lecture(branch, minutes=90)
    decide(STUDY_MINUTES, 45)
    assert hours_of().studied == 2


@pytest.mark.parametrize(
    ("held", "counted"),
    [
        ([(time(8), 180), (time(14), 180)], 6),
        ([(time(8), 300)], 4),
        ([(time(8), 180), (time(10), 180)], 4),
        ([(time(14), 240), (time(18), 60)], 5),
        ([(None, 300), (time(8), 60)], 5),
        ([(time(8, 30), 510)], 7.5),
        ([(time(8, 30), 510), (time(13), 60)], 7.5),
        ([(time(8), 660), (time(19), 60)], 9),
        ([(time(11, 30), 240)], 4),
    ],
)
def test_a_half_day_takes_so_many_at_most(branch, held, counted):
    for starts_at, minutes in held:
        lecture(branch, starts_at=starts_at, minutes=minutes)
    assert hours_of().studied == sum(minutes for _, minutes in held) / 60
    decide(HALF_DAY_MOST, 4)
    assert hours_of().studied == counted


@given(
    st.lists(
        st.tuples(st.sampled_from([time(8), time(11, 59), time(12), time(18), None]), st.integers(1, 600))
    ),
    st.integers(0, 12),
    st.sampled_from([45, 50, 60]),
)
def test_no_half_day_is_counted_beyond_its_limit(held, most, hour):
    rows = [Row(None, DAY, "theme_day", "", starts_at, minutes) for starts_at, minutes in held]
    rules = Rules(hour, most, 0, "")
    found = _counted(rows, rules)
    assert len(found) == len(held)
    whole = sum(minutes for _, minutes in held) / hour
    total = float(sum(each.counted for each in found))
    assert total <= whole + 1e-9
    if most:
        assert total <= 4 * most
    else:
        assert [each.counted for each in found] == [of_minutes(minutes, rules) for _, minutes in held]


class TestWhatIsOwed:
    def test_thirty_two_by_the_regulation(self, branch):
        assert (hours_of().owed, hours_of().article) == (32, ARTICLE)

    def test_more_of_secretaries_when_the_university_says_so(self, branch):
        decide(TRAINING_HOURS, 56)
        assert (hours_of("教师0").owed, hours_of("教师0").article) == (56, "校组字〔2026〕1号")
        assert hours_of("教师5").owed == 32

    def test_trainings_are_added(self, branch):
        person = Member.objects.get(name="教师3")
        Training.objects.create(member=person, kind="rotation", title="轮训", held_on=DAY, hours=8)
        Training.objects.create(
            member=person, kind="other", title="去年的", held_on=date(2025, 1, 1), hours=8
        )
        lecture(branch)
        assert (hours_of().trained, hours_of().total) == (8, 10)


class TestCommand:
    def test_everybody_in_the_order_of_the_roster(self, branch):
        lecture(branch, minutes=90)
        status, rows = run("hours", "2026", "--branch", branch.code)
        assert status == 0
        assert [row["name"] for row in rows] == [
            person.name for person in Member.objects.filter(branch=branch).order_by("name_order", "number")
        ]
        assert rows[0].keys() == {
            *(
                "number",
                "name",
                "branch",
                "hours",
                "study",
                "training",
                "owed",
                "exempt_months",
                "without_length",
            )
        }
        assert (rows[0]["hours"], rows[0]["branch"]) == (1.5, branch.code)

    @pytest.mark.parametrize(
        ("arguments", "said"), [(["26"], "年份应为"), (["2026", "--branch", "X"], "没有代码")]
    )
    def test_what_it_cannot_do(self, branch, arguments, said):
        status, report = run("hours", *arguments)
        assert status == 2
        assert said in report["error"]

    @pytest.mark.parametrize("count", [1, 50])
    def test_fifty_people_cost_what_one_does(self, branch, django_assert_num_queries, count):
        for number in range(count):
            cast.a_member(branch, f"同志{number}")
        lecture(branch)
        with django_assert_num_queries(7):
            hours.of_year(covering_ranges([branch.path]), 2026, DAY)


class TestPages:
    def test_the_list_leads_to_what_a_figure_is_made_of(self, branch, browser):
        record = lecture(branch, title="纪律教育")
        page = browser.get(reverse("study_hours"))
        assert {line.total for line in page.context["lines"]} == {2}
        person = reverse("study_hours_person", args=[Member.objects.get(name="教师3").pk])
        assert f"{person}?year=2026" in page.content.decode()
        text = browser.get(person).content.decode()
        assert "纪律教育" in text
        assert reverse("activity_detail", args=[record.pk]) in text

    def test_a_foreign_branch_is_no_choice(self, branch, school, browser):
        answer = browser.get(reverse("study_hours"), {"branch": school.musicians.pk})
        assert answer.context["form"].chosen is None
        assert {line.member.branch for line in answer.context["lines"]} == {branch}

    def test_as_a_workbook(self, branch, secretary):
        lecture(branch)
        banner, rows = exported(secretary, reverse("hours_export"), year="2026")
        assert banner[1] == "范围：2026 年；共 10 行。"
        person = Member.objects.get(name="教师3")
        place = (branch.short_name, branch.code)
        assert [row for row in rows if row[1] == "教师3"] == [
            (person.number, "教师3", *place, 2, 0, 2, 32, None, None)
        ]

    def test_one_s_own_page_tells_one_s_own(self, branch):
        person = Member.objects.get(name="教师3")
        person.account = cast.a_user()
        person.save()
        lecture(branch, title="纪律教育")
        browser = cast.a_browser(person.account)
        address = reverse("study_hours_person", args=[person.pk])
        assert address in browser.get(reverse("me")).content.decode()
        text = browser.get(address).content.decode()
        assert "纪律教育" in text
        assert "/activities/" not in text
        other = Member.objects.get(name="教师4")
        assert browser.get(reverse("study_hours_person", args=[other.pk])).status_code == 404

    def test_a_leader_sees_no_list_of_people(self, branch, school):
        leader = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        assert leader.get(reverse("study_hours")).status_code == 403

    def test_another_year_is_one_of_those_offered(self, branch, browser):
        lecture(branch, date(2025, 9, 15))
        assert browser.get(reverse("study_hours"), {"year": "2025"}).context["year"] == 2025
        assert browser.get(reverse("study_hours"), {"year": "1900"}).context["year"] == 2026
