"""Scores: the three published schemes worked out on paper, and what holds of any scheme."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from assessments import published
from assessments.figures import shown
from assessments.schemes import Grade, Group, Item, Scheme, Way
from assessments.scoring import Deduction, Inputs, Part, score, shown_groups

HALF, TWO, WORK = published.ALL.values()


def part(met, required, days=365, title="文学院党支部"):
    return Part(title, Fraction(met), Fraction(required), days, f"/{title}")


def line(result, code):
    return next(one for one in result.lines if one.code == code)


class TestOnPaper:
    def test_half_and_half(self):
        """Ballots: leaders 6×100+4×85 over 10 = 94; secretaries 5×100+5×85 = 92.5; members 4×100+4×85+2×70 = 88.
        94×40 % + 92.5×30 % + 88×30 % = 91.75. Branch: duties 27 of 30 = 90, attendance 45 of 50 = 90, hours 10 of 10 =
        100, committee 80: 90×40 % + 90×20 % + 100×10 % + 80×30 % = 88. Total (91.75 + 88) / 2 = 89.875, rounded 89.88.
        """
        result = score(
            HALF,
            Inputs(
                ballots={
                    "leaders": {"好": 6, "较好": 4},
                    "secretaries": {"好": 5, "较好": 5},
                    "members": {"好": 4, "较好": 4, "一般": 2},
                },
                experts={"work": [Fraction(80)]},
                computed={"duties": [part(27, 30)], "attendance": [part(45, 50)], "hours": [part(10, 10)]},
            ),
        )
        assert (line(result, "review").raw, line(result, "branch").raw) == (Fraction("91.75"), Fraction(88))
        assert (result.total, result.proposed, result.open_items) == (Decimal("89.88"), "较好", [])
        assert result.sentence == "89.88 = 书记述职评议 91.75×50% + 支部综合评价 88×50%"
        assert line(result, "review").why == (
            "学院党委班子 10 票 94×40%；党支部书记 10 票 92.5×30%；党员代表 10 票 88×30%"
        )
        assert line(result, "duties").why == "文学院党支部应 30、已 27"
        assert line(result, "duties").urls == (("文学院党支部", "/文学院党支部"),)
        assert [shown(line(result, code).points) for code in ("duties", "attendance", "hours", "work")] == [
            "18",
            "9",
            "5",
            "12",
        ]

    def test_two_ballots(self):
        """A: 8×100+1×85 over 9 = 98.333…; B: 20×100+8×85+2×70 over 30 = 94. 98.333…×60 % + 94×40 % = 96.6."""
        ballots = {"a": {"好": 8, "较好": 1}, "b": {"好": 20, "较好": 8, "一般": 2}}
        result = score(TWO, Inputs(ballots=ballots))
        assert (result.total, result.proposed) == (Decimal("96.60"), "好")

    def test_work_and_report(self):
        """Check: graders 92 and 88 = 90; duties 24 of 30 = 80: 90×60 % + 80×40 % = 86. Ballots: leaders 5×100 = 100,
        peers 5×100+5×85 = 92.5: 100×60 % + 92.5×40 % = 97. 86×80 % + 97×20 % = 88.2; 2 points off = 86.2.
        """
        inputs = Inputs(
            ballots={"leaders": {"好": 5}, "peers": {"好": 5, "较好": 5}},
            experts={"check": [Fraction(92), Fraction(88)]},
            computed={"duties": [part(24, 30)]},
            deductions=[Deduction("迟交报告", Fraction(2))],
            gates={"annual": True},
        )
        result = score(WORK, inputs)
        assert (result.total, result.proposed) == (Decimal("86.20"), "较好")
        assert result.sentence == "86.20 = 党建工作考核 86×80% + 述职评议 97×20% − 扣分 2"
        assert line(result, "check").why == "2 人评分的平均：92、88"

    def test_a_gate_keeps_from_the_grade(self):
        inputs = Inputs(
            ballots={"leaders": {"好": 9}, "peers": {"好": 9}},
            experts={"check": [Fraction(100)]},
            computed={"duties": [part(30, 30)]},
        )
        result = score(WORK, inputs)
        assert (result.total, result.proposed, result.gates) == (
            Decimal("100.00"),
            "较好",
            ["所在单位年度考核为优秀"],
        )


class TestDefinedAnswers:
    def test_a_group_of_four_ballots_counts_nothing(self):
        few = score(TWO, Inputs(ballots={"a": {"好": 4}, "b": {"较好": 10}}))
        assert few.total == Decimal("85.00")
        assert line(few, "review").why == (
            "B票：书记、党群部门负责人、组织员 10 票 85×100%；1 类不足 5 票，权重分给其他类别"
        )

    def test_five_ballots_count(self):
        assert score(TWO, Inputs(ballots={"a": {"好": 5}, "b": {"较好": 10}})).total == Decimal("94.00")

    def test_no_group_with_enough_ballots_leaves_the_total_open(self):
        result = score(TWO, Inputs(ballots={"a": {"好": 4}, "b": {"好": 4}}))
        assert (result.total, result.open_items, result.proposed) == (None, ["述职测评"], "")
        assert result.sentence == "还不能计分：述职测评。"

    def test_an_item_of_which_nothing_was_asked_gives_its_weight_away(self):
        inputs = Inputs(
            ballots={"leaders": {"好": 5}, "peers": {"好": 5}},
            experts={"check": [Fraction(70)]},
            computed={"duties": [part(0, 0)]},
        )
        result = score(WORK, inputs)
        assert (line(result, "work").raw, line(result, "duties").applies) == (Fraction(70), False)
        assert result.total == Decimal("76.00")

    def test_two_posts_weigh_by_their_days(self):
        """Three quarters of the year with everything done, one with nothing: 75."""
        inputs = Inputs(
            ballots={"leaders": {"好": 5}, "peers": {"好": 5}},
            experts={"check": [Fraction(75)]},
            computed={"duties": [part(10, 10, 270, "甲支部"), part(0, 4, 90, "乙支部")]},
        )
        assert line(score(WORK, inputs), "duties").raw == 75
        assert line(score(WORK, inputs), "duties").why == (
            "甲支部应 10、已 10（任职 270 天）；乙支部应 4、已 0（任职 90 天）"
        )

    def test_more_than_was_asked_is_no_more_than_all(self):
        inputs = Inputs(computed={"duties": [part(12, 10)]})
        assert line(score(WORK, inputs), "duties").raw == 100

    def test_deductions_stop_at_their_limit(self):
        inputs = Inputs(deductions=[Deduction("甲", Fraction(8)), Deduction("乙", Fraction(7))])
        assert score(WORK, inputs).deducted == 10

    def test_a_total_is_rounded_half_up_before_it_is_graded(self):
        """89.995 is shown as 90.00, and is a 好."""
        scheme = Scheme(
            "甲",
            (Item("x", "评分", Fraction(100), Way.EXPERT),),
            (),
            (Grade("好", Fraction(100), Fraction(90)), Grade("差", Fraction(0), Fraction(0))),
        )
        result = score(scheme, Inputs(experts={"x": [Fraction("89.995")]}))
        assert (result.total, result.proposed) == (Decimal("90.00"), "好")

    def test_whoever_has_nothing_at_all_is_open_in_every_item(self):
        assert score(HALF, Inputs()).open_items == ["书记述职评议", "党委综合评价"]


MARKS = st.dictionaries(st.sampled_from(HALF.titles), st.integers(0, 12), max_size=4)
BALLOTS = st.fixed_dictionaries({group.code: MARKS for group in HALF.groups})
POINTS = st.integers(0, 100).map(Fraction)


def inputs_of(ballots, expert, met):
    return Inputs(
        ballots=ballots,
        experts={"work": [expert]},
        computed={"duties": [part(met, 20)], "attendance": [part(9, 10)], "hours": [part(1, 2)]},
    )


class TestProperties:
    @given(BALLOTS, POINTS, POINTS, st.integers(0, 20))
    def test_more_points_never_give_less(self, ballots, one, other, met):
        low, high = sorted((one, other))
        less, more = (score(HALF, inputs_of(ballots, each, met)).total for each in (low, high))
        assert less is None if more is None else less <= more

    @given(BALLOTS, POINTS, st.integers(0, 20), st.integers(0, 20))
    def test_more_done_never_gives_less(self, ballots, expert, one, other):
        low, high = sorted((one, other))
        less, more = (score(HALF, inputs_of(ballots, expert, each)).total for each in (low, high))
        assert less is None if more is None else less <= more

    @given(BALLOTS, st.sampled_from(HALF.groups), st.integers(0, 2))
    def test_a_better_mark_never_gives_less(self, ballots, group, place):
        """One ballot of a group turned from a grade into the one above it."""
        better, worse = HALF.titles[place], HALF.titles[place + 1]
        marks = dict(ballots[group.code])
        if not marks.get(worse):
            return
        changed = {**marks, worse: marks[worse] - 1, better: marks.get(better, 0) + 1}
        before = score(HALF, inputs_of(ballots, Fraction(50), 10)).total
        after = score(HALF, inputs_of({**ballots, group.code: changed}, Fraction(50), 10)).total
        assert before is None if after is None else before <= after

    @given(BALLOTS)
    def test_the_order_of_the_groups_is_irrelevant(self, ballots):
        turned = dict(reversed(list(ballots.items())))
        assert score(HALF, inputs_of(ballots, Fraction(50), 10)) == score(
            HALF, inputs_of(turned, Fraction(50), 10)
        )

    @given(BALLOTS, POINTS, st.integers(0, 20))
    def test_shares_of_what_applies_sum_to_one(self, ballots, expert, met):
        result = score(HALF, inputs_of(ballots, expert, met))
        leaves = [leaf.code for leaf in HALF.leaves()]
        assert sum(one.share for one in result.lines if one.code in leaves) == 1

    @given(BALLOTS, POINTS, st.integers(0, 20))
    def test_the_total_lies_between_the_items(self, ballots, expert, met):
        result = score(HALF, inputs_of(ballots, expert, met))
        if result.total is not None:
            raws = [one.raw for one in result.lines if one.depth == 0]
            assert min(raws) - Fraction(1, 200) <= Fraction(result.total) <= max(raws) + Fraction(1, 200)

    @given(BALLOTS, st.sampled_from(HALF.groups), MARKS)
    def test_a_hidden_group_leaves_no_trace(self, ballots, group, few):
        """T15: whatever its few ballots say, everything shown is the same."""
        marks = {mark: 1 for mark, number in few.items() if number}
        one = score(HALF, inputs_of({**ballots, group.code: marks}, Fraction(50), 10))
        none = score(HALF, inputs_of({**ballots, group.code: {}}, Fraction(50), 10))
        assert one == none
        assert shown_groups(HALF, {group.code: marks}) == shown_groups(HALF, {group.code: {}})

    @given(st.lists(st.integers(1, 9), min_size=2, max_size=5), st.lists(POINTS, min_size=5, max_size=5))
    def test_weights_count_in_proportion(self, weights, points):
        """A scheme with weights w and one with 3 w say the same."""

        def of(factor):
            items = tuple(
                Item(str(place), str(place), Fraction(weight * factor), Way.EXPERT)
                for place, weight in enumerate(weights)
            )
            scheme = Scheme("甲", items, (Group("g", "g", Fraction(100)),), HALF.grades)
            return score(scheme, Inputs(experts={str(n): [points[n]] for n in range(len(weights))})).total

        assert of(1) == of(3)
