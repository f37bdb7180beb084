from .after import Correction, Objection, Problem
from .ballots import BallotCode, PaperSheet, Rater, RaterGroup, Rating
from .judging import Deducted, GateAnswer, Points
from .reports import Report
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
    "Round",
    "RoundQuerySet",
    "Subject",
    "SubjectQuerySet",
]
