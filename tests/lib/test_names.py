"""Names in a sentence: the first few, and how many in all."""

import pytest

from lib.names import first_of


@pytest.mark.parametrize(
    ("names", "most", "said"),
    [
        ([], 3, ""),
        (["甲"], 3, "甲"),
        (["甲", "乙", "丙"], 3, "甲、乙、丙"),
        (["甲", "乙", "丙", "丁"], 3, "甲、乙、丙等 4 人"),
        (["甲", "乙"], 1, "甲等 2 人"),
    ],
)
def test_the_first_few_and_how_many(names, most, said):
    assert first_of(names, most) == said
