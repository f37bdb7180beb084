"""Names are found by their sounds and listed by their strokes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.pinyin import STROKE_KEY_LENGTH, initials, pinyin, stroke_key


@pytest.mark.parametrize(
    ("name", "whole", "letters"),
    [
        ("张三", "zhangsan", "zs"),
        ("单雄信", "shanxiongxin", "sxx"),
        ("曾国藩", "zengguofan", "zgf"),
        ("仇英", "qiuying", "qy"),
        ("解缙", "xiejin", "xj"),
        ("区大相", "oudaxiang", "odx"),
        ("查良镛", "zhaliangyong", "zly"),
        ("朴树", "piaoshu", "ps"),
        ("盖叫天", "gejiaotian", "gjt"),
        ("翟志刚", "zhaizhigang", "zzg"),
        ("乐毅", "yueyi", "yy"),
        ("覃子豪", "qinzihao", "qzh"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("长孙无忌", "zhangsunwuji", "zswj"),
        ("万俟卨", "moqixie", "mqx"),
        ("单于浩", "chanyuhao", "cyh"),
        ("吕布", "lvbu", "lb"),
        ("买买提·吐尔逊", "maimaitituerxun", "mmttex"),
        ("John Smith", "johnsmith", "js"),
        ("Ann", "ann", "a"),
        ("张朝阳", "zhangzhaoyang", "zzy"),
        ("", "", ""),
    ],
)
def test_names_are_read_as_names(name, whole, letters):
    assert (pinyin(name), initials(name)) == (whole, letters)


@given(st.text())
def test_only_small_letters_and_digits(text):
    sounds = pinyin(text)
    assert sounds == "".join(c for c in sounds if c.isascii() and c.isalnum() and c == c.lower())
    assert len(initials(text)) <= len(sounds)


def test_lists_by_strokes_as_official_lists_do():
    # 丁 2, 马 3 (折 after 横), 王 4 横, 牛 4 撇, 刘 6, 李 7 横, 张 7 折, 赵 9, 黄 11
    names = ["丁一", "马三", "王五", "牛二", "刘七", "李八", "张九", "赵六", "黄十"]
    assert sorted(set(names), key=stroke_key) == names


def test_one_surname_goes_on_by_the_next_character():
    names = ["王一", "王二", "王小二", "王强", "欧阳修"]
    assert sorted(set(names), key=stroke_key) == names


def test_unknown_characters_come_last_and_dots_do_not_count():
    assert sorted(["Ann", "龘", "王一"], key=stroke_key) == ["王一", "龘", "Ann"]
    assert stroke_key("买买提·吐尔逊") == stroke_key("买买提吐尔逊")
    assert len(stroke_key("买" * 100)) == STROKE_KEY_LENGTH
