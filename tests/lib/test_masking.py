"""What is shown of a person, and that every mask can be told from a value."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.masking import (
    is_masked,
    is_masked_birth,
    mask_address,
    mask_birth,
    mask_day,
    mask_id,
    mask_name,
    mask_phone,
)


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (mask_id, "11010519491231002X", "**************002X"),
        (mask_id, "1234567", "*******"),
        (mask_id, "", ""),
        (mask_phone, "13812345678", "138****5678"),
        (mask_phone, "0971-6301234", "********1234"),
        (mask_phone, "6301234", "*******"),
        (mask_phone, "", ""),
        (mask_address, "XX省XX市城北区海湖路65号", "XX省XX市城北区****"),
        (mask_address, "XX省XX县海湖路65号", "XX省XX县****"),
        (mask_address, "XX市阳光小区5号楼", "XX市****"),
        (mask_address, "海湖路65号", "****"),
        (mask_address, "城北区", "****"),
        (mask_address, "", ""),
        (mask_name, "张三", "张*"),
        (mask_name, "欧阳修", "欧**"),
        (mask_name, "𠮷田", "𠮷*"),
        (mask_name, "", ""),
        (mask_birth, date(1987, 4, 21), "1987-04"),
        (mask_birth, None, ""),
        (mask_day, date(1987, 4, 21), "1987年"),
        (mask_day, None, ""),
    ],
)
def test_masks(mask, value, shown):
    assert mask(value) == shown


@given(st.text(alphabet="0123456789X", min_size=1), st.sampled_from([mask_id, mask_phone]))
def test_a_masked_number_is_known_as_masked(number, mask):
    assert is_masked(mask(number))
    assert not is_masked(number)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_masked_birth_is_known_as_masked(day):
    assert is_masked_birth(mask_birth(day))
    assert not is_masked_birth(day.isoformat())
