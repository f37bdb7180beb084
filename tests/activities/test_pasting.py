"""Minutes pasted as one text, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.pasting import take_apart

TEXT = """会议由张明远主持。

一、学习全国两会精神
张明远领学了报告。
6 名党员发言。
决议：4月10日前各小组学完。

二、接收周可心为预备党员
讨论情况：介绍人汇报培养考察情况。
会议决定：
同意接收。
"""


def test_headings_begin_items_and_decisions_are_told_apart():
    first, second = take_apart(TEXT)
    assert first.title == "学习全国两会精神"
    assert first.proceedings == "会议由张明远主持。\n\n张明远领学了报告。\n6 名党员发言。"
    assert first.decision == "4月10日前各小组学完。"
    assert (second.title, second.proceedings, second.decision) == (
        "接收周可心为预备党员",
        "介绍人汇报培养考察情况。",
        "同意接收。",
    )


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("1. 学习\n内容\n2、讨论\n内容", ["学习", "讨论"]),
        ("议题一：学习\n议题二：讨论", ["学习", "讨论"]),
        ("第一项 、学习\n1. 甲\n2. 乙", ["学习"]),
        ("一、学习\n1. 甲\n2. 乙\n二、讨论", ["学习", "讨论"]),
        ("2026.3.15 开会\n学习了文件", ["2026.3.15 开会"]),
        ("没有编号的一段话", ["没有编号的一段话"]),
        ("  \n \n", []),
    ],
)
def test_what_numbers_the_items(text, titles):
    assert [item.title for item in take_apart(text)] == titles


def test_a_line_too_long_for_a_title_is_kept_whole():
    line = "学" * 300
    [item] = take_apart(line)
    assert len(item.title) == 120
    assert item.proceedings == line


@given(
    st.lists(
        st.sampled_from(["一、学习", "二、讨论", "1. 甲", "决议：同意", "讨论：好", "发言", "", "　空格"]),
        max_size=12,
    )
)
def test_nothing_is_lost(lines):
    items = take_apart("\n".join(lines))
    kept = "\n".join(f"{item.title}\n{item.proceedings}\n{item.decision}" for item in items)
    for word in ("学习", "甲", "同意", "好", "发言", "空格"):
        assert kept.count(word) == "\n".join(lines).count(word)
