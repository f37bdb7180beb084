"""党课 of a year: what was lectured, and by which leading cadres, each counted for the person (支部条例 16).

Who leads is told by the posts in organisations above the branches; where no post says so, by what the record says of
its lecturer. Nobody is compared with anybody: lines stand in the order of the organisations.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Final
from uuid import UUID

from django.db.models import Q

from branches.models import Branch
from branches.scope import Range, covers, within
from lib.periods import Period
from members.models import Member, Post

from .hours import Rules
from .kinds import Kind
from .lecturers import leading_posts, post_in_words
from .models import Activity, ActivityQuerySet, Lecture

ARTICLE: Final = "支部条例第十六条：党委（党组）书记每年至少讲1次党课"
COMMITTEES: Final = (Branch.Level.PARTY_COMMITTEE, Branch.Level.COLLEGE_COMMITTEE)
_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Leader:
    """One person's lectures of a year. ``owed`` is what the article asks of him, 0 for nothing or when his organisation
    lies outside what was asked; ``path`` is his place.

    ``member_id`` is None for a name that was not found on the roster.
    """

    name: str
    post: str
    path: str
    member_id: UUID | None
    owed: int
    lectures: Sequence[Activity]
    hours: Decimal

    @property
    def is_short(self) -> bool:
        return len(self.lectures) < self.owed

    @property
    def without_length(self) -> int:
        return sum(not each.minutes for each in self.lectures)


def held(ranges: Iterable[Range], year: int) -> ActivityQuerySet:
    """The lectures of a year that count, of branches now within ``ranges``, those held within another meeting too.

    One that several branches held jointly is one lecture.
    """
    lectures = Activity.objects.valid().of_kind(Kind.PARTY_LECTURE).held_in(Period.year(year))
    return lectures.filter(within("branch_path", ranges)).one_of_each()


def leaders_of(ranges: Sequence[Range], year: int) -> list[Leader]:
    """Everybody who led in the year within ``ranges``, and every other leader who lectured there. Four queries."""
    by_member: dict[UUID, list[Activity]] = defaultdict(list)
    by_name: dict[str, list[Activity]] = defaultdict(list)
    for record in held(ranges, year).select_related("lecture__member").order_by("held_on", "pk"):
        lecture: Lecture | None = getattr(record, "lecture", None)
        if lecture and lecture.member_id:
            by_member[lecture.member_id].append(record)
        elif lecture and lecture.category in Lecture.LEADING and record.lecturer:
            by_name[record.lecturer].append(record)
    rules = Rules.held()
    found = list(_in_posts(ranges, year, by_member, rules))
    return [*found, *_said_to_lead(by_member, {each.member_id for each in found}, by_name, rules)]


def _in_posts(
    ranges: Sequence[Range], year: int, by_member: Mapping[UUID, list[Activity]], rules: Rules
) -> Iterator[Leader]:
    seen = within("branch_path", ranges) | Q(member__in=by_member)
    for member_id, own in leading_posts(seen, Period.year(year)).items():
        owed = any(_owes(post) and covers(ranges, post.branch_path) for post in own)
        words = "、".join(dict.fromkeys(map(post_in_words, own)))
        yield _leader(
            own[0].member, words, own[0].branch_path, by_member.get(member_id, []), rules, int(owed)
        )


def _owes(post: Post) -> bool:
    return post.title == Post.Title.SECRETARY and post.branch.level in COMMITTEES


def _said_to_lead(
    by_member: Mapping[UUID, list[Activity]],
    known: set[UUID | None],
    by_name: Mapping[str, list[Activity]],
    rules: Rules,
) -> Iterator[Leader]:
    """Whom only records call leaders: people of the roster in its order, then names."""
    others = [
        (member, records)
        for member_id, records in by_member.items()
        if member_id not in known
        and any(_is_leading(each) for each in records)
        and (member := records[0].lecture.member)
    ]
    for member, records in sorted(others, key=lambda each: (each[0].branch_path, each[0].name_order)):
        yield _leader(member, _as_recorded(records), member.branch_path, records, rules)
    for name, records in sorted(by_name.items()):
        hours = hours_of(records, rules)
        yield Leader(name, _as_recorded(records), records[0].branch_path, None, 0, records, hours)


def _leader(
    member: Member, post: str, path: str, records: Sequence[Activity], rules: Rules, owed: int = 0
) -> Leader:
    return Leader(member.name, post, path, member.pk, owed, records, hours_of(records, rules))


def _is_leading(record: Activity) -> bool:
    return record.lecture.category in Lecture.LEADING


def _as_recorded(records: Iterable[Activity]) -> str:
    """What the records say he is: his rank, else his category."""
    told = (each.lecture for each in records)
    return "、".join(dict.fromkeys(lecture.rank or str(lecture.get_category_display()) for lecture in told))


def hours_of(records: Iterable[Activity], rules: Rules) -> Decimal:
    """Hours lectured, by the minutes of an hour that hold here."""
    minutes = sum(each.minutes or 0 for each in records)
    return (Decimal(minutes) / rules.minutes).quantize(_TENTH, ROUND_DOWN)
