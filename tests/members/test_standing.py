"""From the dates of a record to statuses without gap."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from members.standing import Dates, Span, Status, interrupted, spell_start, timeline

TODAY = date(2026, 11, 22)
JOINED, FULL = date(2015, 6, 1), date(2016, 6, 1)


def line(status, dates, fallback=date(2014, 1, 1)):
    return timeline(status, dates, fallback=fallback, today=TODAY)


def test_a_full_member_was_probationary_until_the_day_before():
    assert line(Status.FULL, Dates(JOINED, FULL)) == [
        Span("probationary", JOINED, date(2016, 5, 31)),
        Span("full", FULL),
    ]


def test_a_probationary_member_is_so_since_joining():
    assert line(Status.PROBATIONARY, Dates(date(2026, 4, 1))) == [Span("probationary", date(2026, 4, 1))]


def test_the_years_without_probation():
    day = date(1970, 7, 1)
    assert line(Status.FULL, Dates(day, day)) == [Span("full", day)]


def test_full_membership_without_a_date_is_assumed_after_a_year():
    assert line(Status.FULL, Dates(JOINED)) == [
        Span("probationary", JOINED, date(2016, 5, 31)),
        Span("full", FULL, is_assumed=True),
    ]
    assert line(Status.FULL, Dates(date(2026, 6, 1)))[-1] == Span("full", TODAY, is_assumed=True)


def test_nothing_known_begins_with_the_spell():
    assert line(Status.PROBATIONARY, Dates()) == [Span("probationary", date(2014, 1, 1), is_assumed=True)]


def test_stages_come_before_joining():
    stages = {"applicant": date(2013, 9, 1), "activist": date(2014, 3, 1), "target": date(2015, 3, 1)}
    spans = line(Status.PROBATIONARY, Dates(JOINED, None, stages))
    assert [(span.status, span.until) for span in spans] == [
        ("applicant", date(2014, 2, 28)),
        ("activist", date(2015, 2, 28)),
        ("target", date(2015, 5, 31)),
        ("probationary", None),
    ]


def test_a_suspension_is_cut_out_of_full_membership():
    gap = Span("suspended", date(2020, 1, 1), date(2020, 12, 31))
    assert interrupted([Span("full", FULL)], [gap]) == [
        Span("full", FULL, date(2019, 12, 31)),
        gap,
        Span("full", date(2021, 1, 1)),
    ]


days = st.dates(date(1950, 1, 1), date(2030, 1, 1))


@given(
    st.sampled_from(list(Status)[:6]),
    st.none() | days,
    st.none() | days,
    st.dictionaries(st.sampled_from(["applicant", "activist", "target"]), days),
    days,
)
def test_there_is_never_a_gap_an_overlap_or_a_second_open_end(status, joined, full, stages, fallback):
    spans = timeline(status, Dates(joined, full, stages), fallback=fallback, today=TODAY)
    assert [span.until for span in spans].count(None) == 1
    assert all((later.since - span.until).days == 1 for span, later in pairwise(spans))


def test_a_spell_starts_with_the_transfer_or_is_assumed():
    dates = Dates(JOINED, FULL)
    assert spell_start(date(2000, 1, 1), dates, date(2020, 9, 1), TODAY) == (date(2020, 9, 1), False)
    assert spell_start(date(2000, 1, 1), dates, None, TODAY) == (JOINED, True)
    assert spell_start(date(2018, 3, 1), dates, None, TODAY) == (date(2018, 3, 1), True)
    assert spell_start(None, Dates(), None, TODAY) == (TODAY, True)
