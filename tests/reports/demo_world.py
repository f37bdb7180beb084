"""A demo small enough for every test run, and its campaigns counted as the statistics count them."""

from collections import Counter
from datetime import date

from activities.kinds import Kind
from activities.models import Campaign
from activities.statistics import organizational_life
from lib.periods import Period, quarter_of
from reports.cases.inserted import compose
from reports.demo.scale import PARTY_HISTORY, THEME_EDUCATION, Scale, Setting
from reports.models import CaseReport

TODAY = date(2026, 11, 22)
TINY = Scale(
    branches=13,
    members=200,
    stations=2,
    units=frozenset({"党政机关", "教育科学学院", "数学科学学院", "计算机学院", "离退休工作处"}),
    campaigns={
        PARTY_HISTORY: {Kind.PARTY_LECTURE: 9, Kind.THEME_DAY: 38, Kind.FILM: 4},
        THEME_EDUCATION: {Kind.SEMINAR: 14, Kind.PRACTICE: 24},
    },
)


def campaign_counts(ranges, scale, today=TODAY):
    """Kind by kind, summed over the quarters, as the statistics give them."""
    first = Setting(scale, 7, today).start
    found = {}
    for campaign in Campaign.objects.all():
        counts = Counter()
        for quarter in Period(quarter_of(first).start, quarter_of(today).end).quarters():
            for kind, figures in organizational_life(ranges, quarter, today, campaign).total.items():
                counts[kind] += figures.activities
        found[campaign.name] = dict(counts)
    return found


def campaign_numbers(scale):
    """Seminars, practice, lectures, theme days and films, as the case report names them."""
    study, history = scale.campaigns[THEME_EDUCATION], scale.campaigns[PARTY_HISTORY]
    kinds = (Kind.PARTY_LECTURE, Kind.THEME_DAY, Kind.FILM)
    return [study[Kind.SEMINAR], study[Kind.PRACTICE], *(history[kind] for kind in kinds)]


def told_case(today=TODAY):
    """The demo's case report with its figures of that day."""
    return compose(CaseReport.objects.get(name="典型案例"), today)
