"""What the tests of an election share."""

from datetime import date
from uuid import uuid4

from activities import minutes
from activities.elections import verbs
from activities.elections.verbs import Seat
from activities.models import Election
from activities.voting import Ballot
from members.models import Post
from tests import cast

MEETING = date(2026, 9, 20)
NUMBER = "文学院党〔2026〕5号"


def fresh(election):
    return Election.objects.select_related("branch", "meeting", "term").get(pk=election.pk)


def a_vote(branch, votes, by, *, absent=0):
    """A general meeting of nine voters (and one on probation) with the votes in its minutes."""
    meeting = cast.a_record(branch, "general_meeting", MEETING)
    minutes.keep_item(
        meeting,
        item_id=uuid4(),
        version=0,
        title="选举支部委员会",
        vote="election",
        ballots=[Ballot(subject=name, in_favour=number) for name, number in votes.items()],
        by=by,
    )
    missed = list(meeting.attendances.filter(may_vote=True).values_list("pk", flat=True))[:absent]
    meeting.attendances.filter(pk__in=missed).update(state="absent")
    return meeting


def approve(election, by, first, *others, **more):
    seats = [Seat(first.pk, "secretary"), *(Seat(one.pk, "committee") for one in others)]
    filed_on = more.pop("filed_on", MEETING)
    verbs.approve(election, on=MEETING, number=NUMBER, filed_on=filed_on, seats=seats, by=by, **more)


def held(branch, day):
    rows = Post.objects.on(day).filter(branch=branch).order_by("member__name_order")
    return [f"{row.member.name} {row.title}" for row in rows.select_related("member")]
