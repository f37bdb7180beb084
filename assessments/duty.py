"""What a round writes down for the duty that counts it (支部条例 27): whose report was asked for, and when given."""

from uuid import UUID

from activities import secretary_reports
from activities.secretary_reports import Above
from branches.models import Branch

from .models import Round, Subject


def write_down(round_: Round) -> None:
    """Of branch secretaries, in every round of the organisation in that year; one is given at the review meeting."""
    rounds = Round.objects.filter(branch=round_.branch_id, year=round_.year).exclude(state=Round.State.DRAFT)
    subjects = Subject.objects.filter(round__in=rounds, branch__level=Branch.Level.BRANCH)
    told: dict[UUID, Above] = {}
    for subject in subjects.select_related("branch", "round"):
        before = told.get(subject.member_id)
        if before is None or before.given_on is None:
            told[subject.member_id] = Above(subject.member_id, subject.branch, subject.round.meeting_on)
    secretary_reports.tell_above(round_.branch, round_.year, told.values())
