"""Coverage of 集中轮训: who owes one, who had it, by organisation; as page, workbook and JSON."""

from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from branches import local
from branches.roles import Role
from branches.scope import covering_ranges
from members import competence, coverage
from members.local_rules import COMMITTEES, EVERYBODY, ROTATION_FOR
from members.models import Exemption, Training
from tests import cast
from tests.sheets import run

pytestmark = pytest.mark.django_db

TODAY = date(2026, 10, 20)


@pytest.fixture(autouse=True)
def that_day():
    with time_machine.travel("2026-10-20 12:00 +0800"):
        yield


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def people(school):
    """A secretary and a committee member of one branch, the secretary of another, somebody without a post."""
    first = cast.a_post(cast.a_member(school.teachers, "书记一"), "secretary").member
    second = cast.a_post(cast.a_member(school.teachers, "委员二")).member
    third = cast.a_post(cast.a_member(school.students, "书记三"), "secretary").member
    return [first, second, third, cast.a_member(school.students, "党员四")]


def trained(member, day=date(2026, 5, 20), kind="rotation"):
    Training.objects.create(member=member, kind=kind, title="轮训班", held_on=day, hours=Decimal(24))


def decide(value):
    local.decide(local.rule_of(ROTATION_FOR), value, "校组字〔2026〕3号", by=None)


def found(school, year=2026):
    ranges = covering_ranges([school.root.path])
    people = coverage.people_of(ranges, year, TODAY, coverage.Scope.held())
    return [(each.member.name, each.post, each.is_covered) for each in people]


class TestWho:
    """ZB-38: 支部条例第二十五条; JY-02 is a plan, and so a local rule."""

    def test_secretaries_of_branches_by_law(self, school, people):
        cast.a_post(cast.a_member(school.physics), "secretary")
        trained(people[0])
        assert found(school) == [("书记一", "书记", True), ("书记三", "书记", False)]

    def test_committees_and_everybody_by_local_rule(self, school, people):
        decide(COMMITTEES)
        assert [name for name, *_ in found(school)] == ["书记一", "委员二", "书记三"]
        decide(EVERYBODY)
        assert [name for name, *_ in found(school)] == ["书记一", "委员二", "书记三", "党员四"]

    def test_each_once_where_he_is_secretary(self, school, people):
        decide(EVERYBODY)
        people[0].posts.update(until=date(2026, 1, 1))
        cast.a_post(people[1], "secretary")
        assert found(school)[0] == ("委员二", "书记", False)
        assert len(found(school)) == 4

    def test_whoever_is_exempt_all_year_owes_nothing(self, school, people):
        decide(EVERYBODY)
        Exemption.objects.create(member=people[3], since=date(2025, 6, 1), ground="old")
        assert "党员四" not in [name for name, *_ in found(school)]
        assert "党员四" in [name for name, *_ in found(school, 2024)]

    @pytest.mark.parametrize(
        ("day", "kind", "is_covered"),
        [
            (date(2026, 1, 1), "rotation", True),
            (date(2025, 12, 31), "rotation", False),
            (date(2026, 5, 1), "induction", False),
        ],
    )
    def test_only_a_rotation_of_the_year(self, school, people, day, kind, is_covered):
        trained(people[0], day, kind)
        assert found(school)[0] == ("书记一", "书记", is_covered)

    def test_a_year_that_is_over_asks_its_last_day(self, school, people):
        people[0].posts.update(since=date(2026, 2, 1))
        assert [name for name, *_ in found(school, 2025)] == ["书记三"]

    def test_the_checklist_asks_the_committee_as_well(self, school, people):
        decide(COMMITTEES)
        [line] = competence.lines([people[1].posts.get()], TODAY)
        assert [(lack.code, lack.article) for lack in line.lacks] == [("rotation", "校组字〔2026〕3号")]


class TestPages:
    @pytest.fixture
    def browser(self, school):
        return cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))

    def rows(self, browser, **asked):
        lines = browser.get(reverse("training_coverage"), asked).context["lines"]
        return [(row.branch.short_name, row.owed, row.had, row.lacking) for row, _ in lines]

    def test_one_step_down_each_time(self, browser, school, people):
        cast.a_post(cast.a_member(school.musicians), "secretary")
        trained(people[0])
        assert self.rows(browser) == [("物理学院党委", 2, 1, 1), ("音乐学院党总支", 1, 0, 1)]
        assert self.rows(browser, branch=school.physics.pk) == [
            ("物理教师党支部", 1, 1, 0),
            ("物理学生党支部", 1, 0, 1),
        ]

    def test_a_college_sees_its_own(self, school, people):
        cast.a_post(cast.a_member(school.musicians), "secretary")
        browser = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        assert self.rows(browser) == [("物理教师党支部", 1, 0, 1), ("物理学生党支部", 1, 0, 1)]

    def test_each_number_leads_to_its_people(self, browser, school, people):
        trained(people[0])
        [(row, url)] = browser.get(reverse("training_coverage")).context["lines"]
        for state, number in (("", row.owed), ("had", row.had), ("lacking", row.lacking)):
            assert browser.get(f"{url}&state={state}").context["page"].paginator.count == number

    def test_a_branch_out_of_reach_is_not_taken_for_all(self, browser, people):
        answer = browser.post(reverse("coverage_export"), {"year": "2026", "branch": "987654"}, follow=True)
        assert "年度或党组织认不出，没有导出" in answer.content.decode()

    def test_as_a_workbook(self, browser, people):
        trained(people[0])
        answer = browser.post(reverse("coverage_export"), {"year": "2026"})
        first, second = load_workbook(BytesIO(answer.getvalue())).worksheets
        assert [cell.value for cell in first[first.max_row]] == [1, "物理学院党委", 2, 1, 1]
        assert [cell.value for cell in second[second.max_row]] == [
            *(2, "书记三", "物理学生党支部", "书记", "未参加", None)
        ]

    @pytest.mark.parametrize("number", [1, 50])
    def test_queries(self, browser, school, number, django_assert_num_queries):
        for index in range(number):
            branch = cast.found(school.physics, f"第{index}支部", "branch", f"x{index}")
            trained(cast.a_post(cast.a_member(branch), "secretary").member)
        browser.get(reverse("training_coverage"))
        with django_assert_num_queries(10):
            browser.get(reverse("training_coverage"))


class TestCommand:
    def test_json(self, people):
        trained(people[0])
        _, told = run("training_coverage", "2026")
        assert told[0] == {
            "number": people[0].number,
            "name": "书记一",
            "branch": "001001001",
            "post": "书记",
            "covered": True,
            "trainings": [{"on": "2026-05-20", "title": "轮训班", "hours": 24.0}],
        }
        assert [one["covered"] for one in told] == [True, False]

    def test_in_words(self, people):
        out = StringIO()
        call_command("training_coverage", "2026", stdout=out)
        assert out.getvalue().splitlines() == [
            "物理教师党支部  书记一  书记  未参加",
            "物理学生党支部  书记三  书记  未参加",
            "2026 年应参加 2 人（党支部书记），已参加 0 人。",
        ]
