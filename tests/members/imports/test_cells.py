"""What a cell is taken for."""

from datetime import date, datetime

import pytest

from members.imports.cells import MASKED, Fault, clean
from tests.members.rosters import an_id

ID = an_id(1, date(1987, 4, 21))


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("name", " 朱　军 ", "朱军"),
        ("name", "王 小 明", "王小明"),
        ("name", "John  Smith", "John  Smith"),
        ("name", "阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("name", "无", "无"),
        ("id_number", f" {ID} ", ID),
        ("id_number", f"'{ID}", ID),
        ("id_number", ID.translate({ord(str(n)): 0xFF10 + n for n in range(10)}), ID),
        ("id_number", "99999919800101029x", "99999919800101029X"),
        ("sex", "女性", "female"),
        ("nation", "汉", "01"),
        ("nation", "维吾尔", "05"),
        ("nation", "维吾尔族", "05"),
        ("education", "大学本科毕业", "21"),
        ("education", "本科", "21"),
        ("education", "硕士", "14"),
        ("status", "中共预备党员", "probationary"),
        ("standing", "正常", False),
        ("birth_date", "1987年04月21日", date(1987, 4, 21)),
        ("joined_on", "2007.9.11", date(2007, 9, 11)),
        ("joined_on", 20070911, date(2007, 9, 11)),
        ("joined_on", datetime(2007, 9, 11), date(2007, 9, 11)),
        ("phone", 13900001111, "13900001111"),
        ("phone", "+86 139-0000-1111", "13900001111"),
        ("job", "辅导员", "辅导员"),
        ("is_lost", "否", False),
        ("floating_to", "/", None),
        ("note", None, None),
        ("id_number", "**************1234", MASKED),
        ("phone", "139****1111", MASKED),
        ("birth_date", "1987-04", MASKED),
    ],
)
def test_repaired(name, cell, value):
    assert clean(name, cell) == value


@pytest.mark.parametrize(
    ("name", "cell", "code", "is_warning"),
    [
        ("sex", "未知性别", "unknown_sex", False),
        ("nation", "外星", "unknown_nation", True),
        ("education", "本科在读", "unknown_education", True),
        ("status", "群众", "unknown_status", False),
        ("political", "共青团员", "unknown_political", True),
        ("job", "宇航员", "unknown_job", True),
        ("phone", "1234", "odd_phone", True),
        ("joined_on", "2019.13", "bad_date", False),
        ("joined_on", "2019年3月", "bad_date", False),
        ("is_lost", "可能", "unknown_word", False),
        ("name", "长" * 65, "too_long", False),
    ],
)
def test_faults(name, cell, code, is_warning):
    with pytest.raises(Fault) as caught:
        clean(name, cell)
    assert (caught.value.code, caught.value.is_warning) == (code, is_warning)


def test_an_unknown_job_is_kept():
    with pytest.raises(Fault) as caught:
        clean("job", "宇航员")
    assert caught.value.value == "宇航员"


class TestIdentityAsNumber:
    """T18: Excel keeps 15 digits of a number, so the type of the cell decides, not what is left in it."""

    @pytest.mark.parametrize("cell", [int(ID[:17] + "0"), float(ID[:15] + "000"), 110101850101001, 1.5])
    def test_every_number_is_refused(self, cell):
        with pytest.raises(Fault) as caught:
            clean("id_number", cell)
        assert caught.value.code == "numeric_id"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("1.10101E+17", "truncated_id"),
            ("9.99999198704216E+17", "truncated_id"),
            ("999999200509266000", "truncated_id"),
            ("110101850101001", "bad_length"),
            (ID[:17] + ("1" if ID[17] != "1" else "2"), "bad_checksum"),
            ("999999198713010012", "bad_birth"),
        ],
    )
    def test_what_is_left_of_one_is_named(self, text, code):
        with pytest.raises(Fault) as caught:
            clean("id_number", text)
        assert (
            caught.value.code in {code, "bad_checksum"} if code == "bad_birth" else caught.value.code == code
        )
        assert text not in caught.value.message

    def test_a_number_that_ends_in_000_and_checks_is_one(self):
        assert clean("id_number", "999999200308185000") == "999999200308185000"
