"""The democratic reviews of the lively college: last year's concluded, this year's open in the lively branch."""

import random
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Final

from accounts.models import User
from activities.kinds import Kind
from activities.models import Activity
from assessments.models import Review, ReviewEntry
from assessments.reviews import ballot, keeping, roster, shares, writing
from branches.models import Branch
from members.models import ReviewGrade

from .organisations import Leaf
from .scale import Setting, moment

OWN: Final = (
    "一年来坚持每周自学，按时参加组织生活，完成了联系学生的工作。不足是学习联系实际不够，下一步多到课堂和宿舍了解情况。",
    "按期参加主题党日和党课，交流发言两次，参加志愿服务三次。不足是主动承担支部工作少，下一步参加党小组的学习组织。",
    "认真履行岗位职责，带头完成教学和科研任务。不足是和党外同志谈心少，下一步每季度主动谈一次。",
)
BEST: Final = "理论学习扎实，带头完成急难任务，师生反映好。"
REST: Final = "能履行党员义务，按时参加组织生活，发挥作用较好。"


def review(leaf: Leaf, setting: Setting, clerk: User, secretary: User) -> None:
    """``clerk`` concludes last year's; ``secretary`` has begun this year's, and half of his branch has written."""
    stream = setting.stream("reviews")
    year = setting.today.year - 1
    for branch in Branch.objects.below(leaf.unit.branch.path).leaves().order_by("order_key"):
        held = Activity.objects.valid().filter(branch=branch).of_kind(Kind.DEMOCRATIC_REVIEW)
        meeting = held.filter(held_on__range=keeping.days_of(year)).order_by("held_on", "pk").last()
        if meeting and roster.of([branch], meeting.held_on)[branch.pk]:
            _last_year(meeting, year, setting, stream, clerk)
    begun = keeping.begin(
        leaf.branch, year=setting.today.year, on=setting.today, by=secretary, today=setting.today
    )
    _write(keeping.entries_of(begun)[::2], setting.last_day, stream)


def _last_year(meeting: Activity, year: int, setting: Setting, stream: random.Random, clerk: User) -> None:
    made = keeping.begin(meeting.branch, year=year, on=meeting.held_on, by=clerk, today=setting.today)
    entries = keeping.entries_of(made)
    _write(entries, meeting.held_on - timedelta(days=3), stream)
    keeping.link(made, meeting, by=clerk)
    _count(made, entries, stream, clerk)
    to_grade = [entry for entry in keeping.entries_of(made) if entry.is_to_grade]
    most = shares.allowed(made.share, shares.base_of(made, entries))
    for entry in stream.sample(to_grade, min(most, len(to_grade))):
        writing.grade(entry, ReviewGrade.EXCELLENT, BEST, "", version=entry.version, by=clerk)
    if len(to_grade) > most:
        writing.grade_rest(made, REST, by=clerk)
    keeping.submit(made, decided_on=meeting.held_on, decided_by=Review.Decider.MEETING, by=clerk)
    keeping.conclude(made, by=clerk)
    sent, closed = (min(meeting.held_on + timedelta(days=days), setting.last_day) for days in (3, 10))
    Review.objects.filter(pk=made.pk).update(
        submitted_at=moment(sent, time(16)), closed_at=moment(closed, time(10))
    )


def _count(made: Review, entries: Sequence[ReviewEntry], stream: random.Random, clerk: User) -> None:
    """Everybody voted on paper, and left himself blank."""
    number = len(entries)
    counts = {}
    for entry in entries:
        excellent = stream.randint(0, number - 1)
        counts[entry.pk] = (excellent, number - 1 - excellent, 0, 0)
    facts = {"issued": number, "returned": number, "version": Review.objects.get(pk=made.pk).version}
    ballot.type_counts(made, **facts, counts=counts, by=clerk)


def _write(entries: Sequence[ReviewEntry], day: date, stream: random.Random) -> None:
    """Their own words, written on ``day``."""
    for entry in entries:
        entry.self_text = stream.choice(OWN)
        entry.self_at = moment(day, time(20, stream.randint(0, 59)))
        entry.version += 1
    ReviewEntry.objects.bulk_update(entries, ["self_cipher", "self_at", "version"])
