"""Two periods beside each other, the last quarters as lines, and the projector."""

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from django.urls import reverse

from branches.models import Branch
from branches.roles import Role
from branches.terms import elect, postpone
from reports.comparing import in_words
from reports.projecting import ROWS
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]


@pytest.fixture
def browser(client, school):
    client.force_login(cast.a_user(Role.LEADER, school.root))
    return client


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (12, 9, "多 3"),
        (9, 1_012, "少 1,003"),
        (9, 9, "不变"),
        (Fraction(9, 10), Fraction(7, 8), "升 2.5 个百分点"),
        (Fraction(7, 8), Fraction(9, 10), "降 2.5 个百分点"),
        (Fraction(9, 10), Fraction(9, 10), "不变"),
        (Fraction(1), Fraction(1999, 2000), "升 0.1 个百分点"),  # 99.9% → 100.0%
        (Fraction(3336, 10000), Fraction(3334, 10000), "升 0.1 个百分点"),  # 33.3% → 33.4%
        (Fraction(12349, 100000), Fraction(1225, 10000), "不变"),  # both 12.3%
        (None, 3, "没有可比的数"),
    ],
)
def test_what_became_of_a_figure_in_words(now, before, words):
    assert in_words(now, before) == words


class TestCompare:
    def test_with_the_period_before_and_each_number_opens_its_list(self, browser):
        page = browser.get(reverse("compare", args=["2026Q3"]))
        comparison = page.context["comparison"]
        held = {line.code: line for line in comparison.lines}["held"]
        assert (held.before.text, held.now.text, held.difference) == ("0", "8", "多 8")
        assert browser.get(held.now.url).context["totals"].held == 8
        assert comparison.sentence.startswith("2026年三季度与2026年二季度相比，")

    def test_two_clicks_from_the_dashboard(self, browser):
        page = browser.get(reverse("dashboard"), {"period": "2026Q3"}).content.decode()
        assert reverse("compare", args=["2026Q3"]) in page  # the menu 更多, then this

    def test_with_any_other(self, browser):
        page = browser.get(reverse("compare", args=["2026Q3"]), {"against": "2025Q3"})
        assert page.context["comparison"].before.period.code == "2025Q3"

    @pytest.mark.parametrize("against", ["去年", "2099Q1"])
    def test_a_period_that_is_none_is_said_and_the_one_before_is_taken(self, browser, against):
        page = browser.get(reverse("compare", args=["2026Q3"]), {"against": against})
        assert "“与哪个期间比”没有采用" in page.content.decode()
        assert page.context["comparison"].before.period.code == "2026Q2"

    @pytest.mark.parametrize(("period", "against"), [("2026Q4", "2026Q3"), ("2026Q3", "2026Q4")])
    def test_nothing_is_concluded_while_one_runs(self, browser, period, against):
        page = browser.get(reverse("compare", args=[period]), {"against": against})
        comparison = page.context["comparison"]
        assert comparison.sentence == "2026年四季度还没有结束，先不下结论。下面是到今天为止的数，还会变。"
        assert {line.code for line in comparison.lines} >= {"held", "completion"}

    def test_a_college_compares_its_own(self, client, school):
        client.force_login(cast.a_user(Role.LEADER, school.music))
        page = client.get(reverse("compare", args=["2026Q3"]))
        assert {line.code: line.now.text for line in page.context["comparison"].lines}["held"] == "2"

    def test_of_a_branch_that_came_since_it_is_said_that_there_is_nothing(self, client, school):
        """It stood in another college then, whose figures the leader does not see."""
        client.force_login(cast.a_user(Role.LEADER, school.music))
        asked = {"org": school.students.pk}
        page = client.get(reverse("compare", args=["2026Q3"]), asked, follow=True)
        assert page.redirect_chain == [
            (f"{reverse('quarter_period', args=['2026Q3'])}?org={asked['org']}", 302)
        ]
        said = "物理学生党支部2026年二季度不在您查看的范围内，没有可以比较的数。"
        assert said in page.content.decode()
        assert client.get(reverse("compare", args=["2026Q2"]), asked).status_code == 404

    def test_the_number_of_queries_does_not_grow(self, browser, school, django_assert_num_queries):
        _same_with_more(browser, school, reverse("compare", args=["2026Q3"]), 31, django_assert_num_queries)


def _same_with_more(browser, school, address, number, django_assert_num_queries):
    browser.get(reverse("figure_index"))
    for more in (0, 5):
        for n in range(more):
            leaf = cast.found(school.physics, f"第{n}党支部", "branch", f"9{n:03d}", category="staff")
            cast.a_record(leaf, "theme_day", date(2026, 8, 1), marks={})
        with django_assert_num_queries(number):
            browser.get(address)


class TestTrend:
    def test_eight_quarters_the_running_one_dashed(self, browser):
        trend = browser.get(reverse("trend")).context["trend"]
        assert [period.code for period in trend.periods][-2:] == ["2026Q3", "2026Q4"]
        assert len(trend.periods) == 8
        completion, attendance = trend.series
        assert [stroke.is_dashed for stroke in completion.strokes][-2:] == [False, True]
        assert attendance.points[-2].share == 1
        assert trend.title.startswith("2026年三季度完成率")

    def test_its_shares_are_those_of_the_statistics(self, browser):
        point = browser.get(reverse("trend"), {"period": "2026Q3"}).context["trend"].series[0].points[-1]
        table = browser.get(reverse("figure_table", args=["life"]), {"period": "2026Q3"}).context["table"]
        shares = {
            column.code: cell.value for column, cell in zip(table.columns, table.total.cells, strict=True)
        }
        assert point.share == shares["completion"]

    @pytest.mark.parametrize("page", ["trend", "projector"])
    def test_a_branch_that_moved_has_its_quarters_where_it_stood_then(self, client, school, page):
        """The students' branch belongs to the college of music since 1 September."""
        client.force_login(cast.a_user(Role.SECRETARY, Branch.objects.get(pk=school.students.pk)))
        places = [4] if page == "projector" else []
        shown = client.get(reverse(page, args=places), {"period": "2026Q4"}).context
        found = shown["trend"] if page == "trend" else shown["screen"].content["trend"]
        for point in found.series[0].points[-3:-1]:
            table = client.get(point.url, follow=True).context["by_unit"]
            cells = zip(table.measures, table.total.cells, strict=True)
            counted = {one.code: cell.text for one, cell in cells}
            assert point.share == Fraction(int(counted["met"]), int(counted["required"])), point.label

    def test_of_a_branch_that_came_a_college_sees_what_was_since(self, client, school):
        client.force_login(cast.a_user(Role.LEADER, school.music))
        asked = {"period": "2026Q4", "org": school.students.pk}
        points = client.get(reverse("trend"), asked).context["trend"].series[0].points
        assert [point.period.code for point in points if point.share is not None] == ["2026Q3", "2026Q4"]
        page = client.get(reverse("trend"), asked).content.decode()
        assert reverse("quarter_period", args=["2026Q2"]) not in page

    def test_with_a_quarter_in_which_nothing_was_asked_nothing_is_compared(self, browser):
        found = browser.get(reverse("trend")).context["trend"]
        line = found.series[0]
        points = [replace(one, share=None) if one.period.code == "2026Q2" else one for one in line.points]
        broken = replace(found, series=[replace(line, points=points), found.series[1]])
        assert broken.title == found.title.partition("，")[0]

    def test_everything_stands_in_a_table_too(self, browser):
        page = browser.get(reverse("trend")).content.decode()
        assert page.count("<circle") == sum(
            len(one.shown) for one in browser.get(reverse("trend")).context["trend"].series
        )
        assert len(re.findall(r'<th scope="row">20', page)) == 8

    def test_the_number_of_queries_does_not_grow(self, browser, school, django_assert_num_queries):
        _same_with_more(browser, school, reverse("trend"), 14, django_assert_num_queries)


class TestProjector:
    @pytest.mark.parametrize("slide", range(1, 7))
    def test_each_screen_has_its_content_and_the_arrows(self, browser, slide):
        page = browser.get(reverse("projector", args=[slide]), {"period": "2026Q3"})
        text = page.content.decode()
        assert ('data-key="ArrowRight"' in text, 'data-key="ArrowLeft"' in text) == (slide < 6, slide > 1)
        assert "2026年三季度组织生活" in text

    def test_nothing_is_said_to_be_held_of_which_nothing_is_asked(self, browser):
        Branch.objects.filter(level="branch").update(form="functional")
        page = browser.get(reverse("projector", args=[3]), {"period": "2026Q4"})
        assert page.context["screen"].content["bars"].title == "10月没有应开主题党日的支部"

    @pytest.mark.parametrize("slide", [0, 7])
    def test_there_is_no_other(self, browser, slide):
        assert browser.get(f"/dashboard/projector/{slide}/").status_code == 404

    def test_what_is_more_than_a_screen_goes_on_to_the_next(self, browser, school):
        for n in range(12):
            cast.found(school.root, f"第{n}学院党委", "college_committee", f"8{n:02d}")
            unit = Branch.objects.get(code=f"8{n:02d}")
            leaf = cast.found(unit, f"第{n}学院党支部", "branch", f"9{n:03d}", category="staff")
            cast.a_record(leaf, "theme_day", date(2026, 8, 1), marks={})
        first = browser.get(reverse("projector", args=[2]), {"period": "2026Q3"})
        assert len(first.context["screen"].content["matrix"].rows) == ROWS
        second = browser.get(first.context["next_url"])
        assert len(second.context["screen"].content["matrix"].rows) == 2
        assert second.context["before_url"] == f"{reverse('projector', args=[2])}?period=2026Q3"
        assert second.context["next_url"] == f"{reverse('projector', args=[3])}?period=2026Q3"

    @pytest.mark.parametrize(("slide", "number"), [(1, 16), (2, 19), (3, 17), (4, 15), (5, 6), (6, 6)])
    def test_each_asks_only_for_what_stands_on_it(
        self, browser, school, slide, number, django_assert_num_queries
    ):
        address = reverse("projector", args=[slide])
        _same_with_more(browser, school, address, number, django_assert_num_queries)


class TestStructure:
    @pytest.fixture
    def divisions(self, browser):
        page = browser.get(reverse("dashboard"), {"period": "2026Q3"})
        return {one.code: one for one in page.context["board"].structure.divisions}

    def test_each_way_counts_everybody(self, browser, divisions):
        members = browser.get(reverse("quarter_period", args=["2026Q3"])).context["figures"].roster.members
        counted = {
            code: sum(int(bar.value) for bar in one.bars) for code, one in divisions.items() if one.bars
        }
        assert counted == {"category": members, "age": members}
        stacked = {
            code: sum(int(counts[0].number) for _, _, counts in one.rows)
            for code, one in divisions.items()
            if one.stacks
        }
        assert stacked == {"sex": members, "education": members}

    def test_a_stacked_bar_is_a_hundred_percent(self, divisions):
        for stack in (*divisions["sex"].stacks, *divisions["education"].stacks):
            assert sum(piece.width for piece in stack.pieces) == pytest.approx(100, abs=0.05)

    def test_every_number_opens_its_list(self, browser, divisions):
        for bar in divisions["age"].bars:
            assert browser.get(bar.value_url).context["found"].number == int(bar.value)

    def test_few_are_told_in_numbers(self, client, school):
        client.force_login(cast.a_user(Role.LEADER, school.physics))
        [first, *_] = client.get(reverse("dashboard")).context["board"].structure.divisions
        assert "%" not in first.title

    def test_a_branch_reads_of_itself(self, client, school):
        client.force_login(cast.a_user(Role.SECRETARY, school.teachers))
        page = client.get(reverse("dashboard"), {"period": "2026-09"})
        words = "".join(piece.text for piece in page.context["board"].sentence)
        assert words.startswith("9月主题党日还未开展。")
        assert page.context["board"].matrix_title == "2 项逾期未开"

    @pytest.mark.parametrize(
        ("to", "told"),
        [
            ("2027-04-01", []),
            ("2026-11-20", [("due", "2026-11-20 延期到期")]),
            ("2026-09-30", [("late", "2026-09-30 延期到期，未换届")]),
        ],
    )
    def test_a_term_that_was_postponed_ends_on_its_new_day(self, browser, school, to, told):
        term = elect(school.teachers, date(2023, 5, 1), by=None)
        postpone(term, to=date.fromisoformat(to), approval="组织部批复", by=None)
        terms = browser.get(reverse("dashboard"), {"period": "2026Q3"}).context["board"].terms
        assert [(item.look, item.text) for item in terms] == told

    def test_terms_that_end_are_those_of_the_organisation_asked_for(self, browser, school):
        for branch in (school.teachers, school.musicians):
            elect(branch, date(2023, 10, 20), by=None)
        shown = {
            org: [
                item.title for item in browser.get(reverse("dashboard"), {"org": org}).context["board"].terms
            ]
            for org in ("", school.music.pk)
        }
        assert shown == {"": ["物理教师党支部", "音乐教师党支部"], school.music.pk: ["音乐教师党支部"]}
