"""Who talked with whom this year in the lively branch: through the verb, as if entered the next day, without a word of
what was said.
"""

import random
from collections.abc import Iterator
from datetime import date, time, timedelta
from itertools import combinations
from typing import Final
from uuid import UUID

from accounts.models import User
from activities import records
from activities.attendance import Mark
from activities.kinds import Kind
from activities.models import Activity
from branches.models import Branch
from members import rosters

from .organisations import Leaf
from .scale import Setting, new_key
from .together import date_back

COMMITTEE: Final = "支委之间交流思想和分工"
ACROSS: Final = "了解学习、就业和家庭情况"
AMONG: Final = "结对党员谈学习和支部工作"
#: Of the members, every such one has still to be talked to.
EVERY: Final = 5
#: Over how many days the talks were held.
DAYS: Final = 40
Talk = tuple[str, tuple[UUID, UUID]]


def talk(leaf: Leaf, setting: Setting, clerk: User) -> int:
    """Returns how many records it made."""
    stream = setting.stream("talking")
    last = setting.today - timedelta(days=10)
    first = max(last - timedelta(days=DAYS), last.replace(month=1, day=1))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    pairs = list(_pairs(leaf.branch, first, last))
    made = [_log(leaf.branch, stream.choice(days), said, pair, clerk, stream) for said, pair in pairs]
    date_back(made)
    return len(made)


def _pairs(branch: Branch, first: date, last: date) -> Iterator[Talk]:
    """Of those who were there on both days: all of the committee with each other; each in turn with members; members
    in twos.
    """
    before = set(rosters.branch_members_on(branch, first).values_list("pk", flat=True))
    here = [pk for pk in rosters.branch_members_on(branch, last).values_list("pk", flat=True) if pk in before]
    sat = [set(rosters.committee_on(branch, day).values_list("pk", flat=True)) for day in (first, last)]
    seated = [pk for pk in here if pk in sat[0] & sat[1]]
    others = [pk for number, pk in enumerate(here) if pk not in sat[0] | sat[1] and number % EVERY]
    yield from ((COMMITTEE, pair) for pair in combinations(seated, 2))
    if seated:
        yield from ((ACROSS, (seated[number % len(seated)], pk)) for number, pk in enumerate(others))
    yield from ((AMONG, pair) for pair in zip(others[::2], others[1::2], strict=False))


def _log(
    branch: Branch, day: date, said: str, pair: tuple[UUID, UUID], clerk: User, stream: random.Random
) -> Activity:
    record, _ = records.log(
        by=clerk,
        record_id=new_key(stream),
        branch=branch,
        kind=Kind.HEART_TALK,
        held_on=day,
        marks=dict.fromkeys(pair, Mark("present")),
        details={Kind.HEART_TALK: {"pair": ""}},
        title=said,
        starts_at=time(17),
        minutes=30,
        place="支部活动室",
    )
    return record
