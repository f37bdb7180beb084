"""All statistics there are, in the order of the page that lists them."""

from collections.abc import Mapping
from typing import Final

from branches.roles import Right
from lib.periods import Period

from .annual import ANNUAL_TABLES
from .base import Figure, Statistic
from .birthdays import BIRTHDAY_TABLE
from .development import DEVELOPMENT_TABLE
from .duty_reports import DUTY_TABLE
from .graduates import GRADUATE_TABLE
from .life import LIFE_TABLES
from .member_reviews import REVIEW_TABLE
from .members import CHANGE_TABLE, MEMBER_TABLE, STRUCTURE_TABLE
from .ministry import MINISTRY_TABLES
from .organisations import ORGANISATION_TABLE
from .stations import STATION_TABLE
from .teaching import LECTURE_TABLE, TRAINING_TABLE

STATISTICS: Final[Mapping[str, Statistic]] = {
    one.name: one
    for one in (
        ORGANISATION_TABLE,
        STATION_TABLE,
        MEMBER_TABLE,
        STRUCTURE_TABLE,
        CHANGE_TABLE,
        DEVELOPMENT_TABLE,
        GRADUATE_TABLE,
        *LIFE_TABLES,
        LECTURE_TABLE,
        TRAINING_TABLE,
        BIRTHDAY_TABLE,
        DUTY_TABLE,
        REVIEW_TABLE,
        *ANNUAL_TABLES,
        *MINISTRY_TABLES,
    )
}
#: Those that are the same for everybody who sees figures, and so may stand in a text that others read.
INSERTABLE: Final[Mapping[str, Statistic]] = {
    name: one for name, one in STATISTICS.items() if one.right == Right.SEE_FIGURES
}
#: Of those, what a quarter has, too: they go out by mail after it.
QUARTERLY: Final[Mapping[str, Statistic]] = {
    name: one for name, one in INSERTABLE.items() if one.span == "any"
}


def is_kept(statistic: Statistic, period: Period) -> bool:
    """Whether it is locked with ``period``: what comes of a year is not over when the year is, and is never locked."""
    return statistic.span == "any" or (statistic.span == "year" and period.kind == "year")


def figure_of(statistic: Statistic, code: str) -> Figure | None:
    """The figure of that code whose rows can be opened here; None where there is none, or a list elsewhere has them."""
    return next((one for one in statistic.columns if isinstance(one, Figure) and one.code == code), None)
