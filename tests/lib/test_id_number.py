"""Identity numbers: the standard's own examples, what spreadsheets do to them, and messages that keep them private."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.id_number import birth_of, check_digit, fault_message, faults, last_four, normalise, sex_of

WOMAN, MAN = "11010519491231002X", "440524188001010014"
SYNTHETIC = "999999198704216315"
TODAY = date(2026, 11, 1)


@st.composite
def numbers(draw):
    day = draw(st.dates(date(1900, 1, 1), TODAY))
    first = f"{draw(st.integers(100000, 999999))}{day:%Y%m%d}{draw(st.integers(1, 999)):03}"
    return first + check_digit(first), day


@given(numbers())
def test_a_right_number_has_no_fault(made):
    number, day = made
    assert faults(number, on=TODAY) == []
    assert birth_of(number) == day
    assert sex_of(number) == ("male" if int(number[16]) % 2 else "female")
    assert last_four(number) == number[14:]


@given(numbers(), st.integers(0, 16), st.integers(1, 9))
def test_any_one_wrong_digit_is_found(made, place, shift):
    number, _day = made
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert faults(wrong, on=TODAY) != []


def test_examples_of_the_standard():
    assert faults(WOMAN) == []
    assert (birth_of(WOMAN), sex_of(WOMAN)) == (date(1949, 12, 31), "female")
    assert faults(MAN) == ["bad_birth"], "born in 1880: nobody alive"
    assert faults(SYNTHETIC) == []


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " １１０１０５１９４９１２３１００２Ｘ ",
        "'11010519491231002X",
        "110105 19491231 002X",
        "11010519491231002X\u200b\u3000",
    ],
)
def test_typing_is_repaired(typed):
    assert normalise(typed) == WOMAN
    assert faults(typed) == []


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("999999200509266000", ["truncated_id"]),
        ("1.10105E+17", ["truncated_id"]),
        ("110105491231002", ["bad_length"]),
        ("1101051949123100", ["bad_length"]),
        ("", ["bad_length"]),
        ("11010519491231002A", ["bad_length"]),
        ("110105194912310021", ["bad_checksum"]),
        ("11010519491331" + "0026", ["bad_birth", "bad_checksum"]),
    ],
)
def test_faults(number, expected):
    assert faults(number, on=TODAY) == expected


def test_three_zeros_that_check_are_taken():
    first = next(
        text
        for n in range(100)
        if check_digit(text := f"9999991987{n // 28 % 12 + 1:02}{n % 28 + 1:02}600"[:17]) == "0"
    )
    assert faults(first + "0", on=TODAY) == []


def test_nobody_is_born_tomorrow():
    first = "99999920261102001"
    assert faults(first + check_digit(first), on=TODAY) == ["bad_birth"]


@pytest.mark.parametrize("code", ["truncated_id", "bad_length", "bad_checksum", "bad_birth"])
def test_messages_never_show_the_number(code):
    message = fault_message(code, WOMAN)
    assert "“**************002X”" in message
    assert "110105" not in message
    assert "1949" not in message


def test_short_numbers_show_nothing():
    assert fault_message("bad_length", "1234567") == "证件号码“*******”有 7 位，应为 18 位，请补全或更正。"


@pytest.mark.parametrize("read", [birth_of, sex_of])
def test_reading_from_a_broken_number_is_an_error(read):
    with pytest.raises(ValueError, match="证件号码"):
        read("110105491231002")


@given(st.text())
def test_no_text_breaks_it(text):
    assert set(faults(text)) <= {"truncated_id", "bad_length", "bad_checksum", "bad_birth"}


@given(st.text(alphabet="0123456789xX０９Ｘ 　\u200b'’-"))
def test_what_was_repaired_stays(text):
    assert normalise(normalise(text)) == normalise(text)
