"""What a run of T44 is judged by: the limits themselves, and that each of them is asked."""

from collections import Counter

from tests.load.browser import Asked
from tests.load.verdict import Used, faults, p95_of, used
from tests.load.watching import Sample

MEMORY = "memory of web, MB"


def asked(seconds, *, writes=False):
    return [Asked("page", writes, 0.0, one, "") for one in seconds]


def samples(*values):
    return [Sample(float(at), {MEMORY: value}) for at, value in enumerate(values)]


def test_the_ninety_fifth_of_a_hundred():
    assert p95_of(asked([n / 100 for n in range(100)]), writes=False) == 0.95
    assert p95_of(asked([1.0]), writes=True) == 0.0


def test_reads_and_writes_have_limits_of_their_own():
    slow = [*asked([0.9] * 20), *asked([1.4] * 20, writes=True)]
    assert faults(slow, Counter(), []) == ["p95 of reads 0.90 s, limit 0.8 s"]
    slower = [*asked([0.7] * 20), *asked([1.5] * 20, writes=True)]
    assert faults(slower, Counter(), []) == ["p95 of writes 1.50 s, limit 1.5 s"]


def test_whatever_failed_is_a_fault():
    assert faults(asked([0.1]), Counter({"member: 500 at /me/": 2}), []) == ["2 × member: 500 at /me/"]


def test_growth_counts_after_warming_up():
    warming = samples(100, 200, 300, *[400] * 10)
    assert used(warming, warm_at=3.0) == [Used(MEMORY, 400, 400)]
    assert used(warming, warm_at=0.0) == [Used(MEMORY, 150, 400)]


def test_a_tenth_more_is_too_much():
    assert [Used(MEMORY, 400, end).grew for end in (440, 441)] == [False, True]
    assert [Used("connections of the database", 3, end).grew for end in (5, 6)] == [False, True]
    assert not Used("load of the machine", 1, 9).grew
