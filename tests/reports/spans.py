"""Of what period the tests ask each statistic."""

from lib.periods import Period
from reports.figures.catalogue import STATISTICS


def period_of(name, period="2026Q3"):
    """``period``, or its year of a statistic that is of years."""
    is_any = STATISTICS[name].span == "any"
    return period if is_any else Period.year(Period.parse(period).start.year).code
