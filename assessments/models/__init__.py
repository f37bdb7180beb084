from .after import Correction, Objection, Problem
from .ballots import BallotCode, PaperSheet, Rater, RaterGroup, Rating
from .judging import Deducted, GateAnswer, Points, StageDone
from .reports import Report
from .reviews import Review, ReviewCode, ReviewCorrection, ReviewEntry, ReviewQuerySet
from .rounds import Remark, Round, RoundQuerySet, Subject, SubjectQuerySet

__all__ = [
    "BallotCode",
    "Correction",
    "Deducted",
    "GateAnswer",
    "Objection",
    "PaperSheet",
    "Points",
    "Problem",
    "Rater",
    "RaterGroup",
    "Rating",
    "Remark",
    "Report",
    "Review",
    "ReviewCode",
    "ReviewCorrection",
    "ReviewEntry",
    "ReviewQuerySet",
    "Round",
    "RoundQuerySet",
    "StageDone",
    "Subject",
    "SubjectQuerySet",
]
