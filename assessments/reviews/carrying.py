"""How the rows of a review go over when two records of one person are merged (see `members.merging`)."""

from assessments.models import ReviewEntry
from members import merging


def register() -> None:
    merging.register(ReviewEntry, merging.each_once(ReviewEntry, ("review_id",)))
