"""Cell texts are repaired as people meant them, and no text ever becomes a formula."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.sheets.text import TRIGGERS, guard, repair_text, unguard


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" ９９９９９９１９７１０５１７４０３２ ", "99999919710517" + "4032"),
        ("ＡＢｃ　１", "ABc 1"),
        ("中共XX大学（本部）党支部：一", "中共XX大学（本部）党支部：一"),
        ("张 三\u200b", "张 三"),
        ("\ufeff姓名\r\n（全称）", "姓名\n（全称）"),
        ("⽥野", "田野"),
        ("'=1+1", "=1+1"),
        ("''=1+1", "'=1+1"),
        ("'张三", "'张三"),
        ("it's", "it's"),
        (None, ""),
        (True, "是"),
        (False, "否"),
        (19931789322, "19931789322"),
        (19931789322.0, "19931789322"),
        (1.5, "1.5"),
        (date(2019, 3, 5), "2019-03-05"),
        (datetime(2019, 3, 5), "2019-03-05"),
        (datetime(2019, 3, 5, 8, 30), "2019-03-05 08:30:00"),
        (time(8, 30), "08:30:00"),
    ],
)
def test_repair(value, expected):
    assert repair_text(value) == expected


@given(st.text())
def test_guarding_is_undone_exactly(text):
    assert unguard(guard(text)) == text


@given(st.sampled_from(TRIGGERS), st.text())
def test_a_guarded_text_begins_with_an_apostrophe(trigger, rest):
    assert guard(trigger + rest) == "'" + trigger + rest


@given(st.text(alphabet="张三abc 019'·"))
def test_repairing_twice_changes_nothing(text):
    assert repair_text(repair_text(text)) == repair_text(text)
