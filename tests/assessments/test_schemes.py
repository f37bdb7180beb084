"""Schemes as data: they read back as they were kept, and what does not hold together is refused by name."""

import json

import pytest

from assessments import published
from assessments.schemes import Scale, SchemeError, read


@pytest.mark.parametrize("name", published.ALL)
def test_a_published_scheme_reads_back_as_it_was_kept(name):
    scheme = published.ALL[name]
    assert read(json.loads(json.dumps(scheme.as_kept()))) == scheme


def test_what_the_published_schemes_say():
    half, two, work = published.ALL.values()
    assert [(item.title, int(item.weight)) for item in half.items] == [
        ("书记述职评议", 50),
        ("支部综合评价", 50),
    ]
    assert [(group.title[:2], int(group.weight)) for group in two.groups] == [("A票", 60), ("B票", 40)]
    assert [(item.title, int(item.weight)) for item in work.items] == [("党建工作考核", 80), ("述职评议", 20)]
    assert (half.report.problems * 3, work.report.problems * 4, work.report.most_characters) == (1, 1, 3000)
    assert [(quota.grades[0], quota.is_most, quota.bound(20)) for quota in half.quotas] == [
        ("较好", False, 3)
    ]


def kept(name="half"):
    return json.loads(json.dumps(published.ALL[name].as_kept()))


def spoiled(place, value):
    """A scheme with one figure written wrongly; ``place`` is the way to it."""
    whole = kept("work")
    *way, last = place
    at = whole
    for step in way:
        at = at[step]
    at[last] = value
    return whole


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        (("title",), " ", "请填写方案名称。"),
        (("items",), [], "方案里还没有评分项目。"),
        (("items", 0, "weight"), "79", "“总分”下各项权重合计 99%，应为 100%。"),
        (("items", 0, "weight"), "0", "“总分”下每个项目的权重都应大于 0。"),
        (("items", 0, "children", 0, "weight"), "61", "“党建工作考核”下各项权重合计 101%，应为 100%。"),
        (("items", 1, "way"), None, "“述职评议”还没有评分方式。"),
        (("items", 1, "way"), "computed", "“述职评议”由记录计算的，须写明计算什么；其他方式不写。"),
        (("items", 1, "code"), "check", "评分项目“check”写了两次，或者是空的。"),
        (("groups",), [], "有测评项目的方案，须写明参加测评的类别。"),
        (("groups", 0, "weight"), "70", "测评各类别的权重合计 110%，应为 100%，每类都大于 0。"),
        (("groups", 1, "code"), "leaders", "测评类别“leaders”写了两次，或者是空的。"),
        (("grades", 1, "points"), "100", "“好”的分值和起点分应高于“较好”。"),
        (("grades", 3, "least"), "10", "最后一个等次“差”的起点分应为 0。"),
        (("grades", 1, "title"), "好", "等次“好”写了两次，或者是空的。"),
        (("gates", 0, "grade"), "优秀", "“所在单位年度考核为优秀”限制的等次“优秀”不在方案的等次里。"),
        (("threshold",), 4, "少于 5 票的结果不能公布，起算票数至少是 5。"),
        (("deductions",), "101", "扣分上限应在 0 至 100 之间。"),
        (
            ("quotas",),
            [{"grades": ["较好"], "share": "1/2", "is_most": True}],
            "比例只能限制从最高或者最低算起相连的等次，“较好”不是。",
        ),
        (
            ("quotas",),
            [{"grades": ["好"], "share": "3/2", "is_most": True}],
            "“好”的比例应在 0 和 100% 之间。",
        ),
    ],
)
def test_what_does_not_hold_together_is_refused(place, value, sentence):
    with pytest.raises(SchemeError) as refusal:
        read(spoiled(place, value))
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("items", 0, "weight"), "很多"),
        (("scale",), "stars"),
        (("grades",), None),
        (("items", 1, "way"), "guess"),
    ],
)
def test_what_cannot_be_read_is_refused(place, value):
    with pytest.raises(SchemeError, match="方案的内容不完整或者写错了"):
        read(spoiled(place, value))


def test_a_ballot_may_ask_for_points():
    assert read({**kept("two"), "scale": "points"}).scale is Scale.POINTS
