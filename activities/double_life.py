"""双重组织生活: how leaders above the branches took part in the life of branches (支部条例 15, 教育管理条例 16).

In one's own branch one is expected, so there is an n of m. Elsewhere nobody is: what a record shows there is told as
it is, be it a place on the roll, a lecture, or a name among its guests. Lines stand in the order of the organisations.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from branches.scope import Range, within
from lib.periods import Period
from members.models import Member, MembershipSpell, Post

from . import guests
from .kinds import Kind
from .lecturers import leading_posts, post_in_words
from .models import Activity, ActivityQuerySet, Attendance, Lecture

ARTICLE: Final = "支部条例第十五条：党员领导干部带头参加所在党支部或者党小组组织生活"
#: What a branch or a group holds for all its members.
LIFE: Final = (
    Kind.GENERAL_MEETING,
    Kind.GROUP_MEETING,
    Kind.PARTY_LECTURE,
    Kind.THEME_DAY,
    Kind.ORGANIZATION_LIFE_MEETING,
    Kind.DEMOCRATIC_REVIEW,
)
State = Attendance.State


@dataclass(frozen=True)
class Own:
    """A record of one's own branch, and how one's name is marked there."""

    record: Activity
    state: str
    reason: str

    @property
    def is_present(self) -> bool:
        return self.state == State.PRESENT

    @property
    def word(self) -> str:
        return str(State(self.state).label)


@dataclass(frozen=True)
class Elsewhere:
    """A record of another branch, and as what one was there."""

    record: Activity
    as_what: str


@dataclass(frozen=True)
class Leader:
    member: Member
    post: str
    branch: str
    own: Sequence[Own]
    elsewhere: Sequence[Elsewhere]

    @property
    def expected(self) -> int:
        """Of the exempt nothing is expected."""
        return sum(each.state != State.EXEMPT for each in self.own)

    @property
    def present(self) -> int:
        return sum(each.is_present for each in self.own)


def held(ranges: Iterable[Range], year: int) -> ActivityQuerySet:
    """What branches now within ``ranges`` held for their members in the year, of what counts."""
    records = Activity.objects.valid().of_kinds(LIFE).held_in(Period.year(year))
    return records.filter(within("branch_path", ranges))


def leaders_of(ranges: Sequence[Range], year: int) -> list[Leader]:
    """Everybody who led an organisation above the branches within ``ranges`` in the year. Five queries."""
    posts = leading_posts(within("branch_path", ranges), Period.year(year))
    return _of_posts(posts, held(ranges, year), year)


def _of_posts(posts: Mapping[UUID, list[Post]], records: ActivityQuerySet, year: int) -> list[Leader]:
    people = {key: own[0].member for key, own in posts.items()}
    belonging = _belonging(people, year)
    own, attended = _on_rolls(people, records, belonging)
    others = _elsewhere(people, records, attended)
    return [
        Leader(
            member,
            "、".join(dict.fromkeys(map(post_in_words, posts[key]))),
            "、".join(dict.fromkeys(spell.branch.short_name for spell in belonging[key])),
            own[key],
            _apart_from(own[key], others[key]),
        )
        for key, member in people.items()
    ]


def _belonging(people: Iterable[UUID], year: int) -> dict[UUID, list[MembershipSpell]]:
    period = Period.year(year)
    spells = MembershipSpell.objects.filter(member__in=people, kind=MembershipSpell.Kind.BELONGING)
    found: dict[UUID, list[MembershipSpell]] = defaultdict(list)
    for spell in spells.during(period.start, period.end).select_related("branch").order_by("since"):
        found[spell.member_id].append(spell)
    return found


def _on_rolls(
    people: Iterable[UUID], records: ActivityQuerySet, belonging: Mapping[UUID, list[MembershipSpell]]
) -> tuple[dict[UUID, list[Own]], dict[UUID, list[Elsewhere]]]:
    """Marks on the rolls of one's own branch; and presence on those of others."""
    rows = Attendance.objects.filter(member__in=people, activity__in=records)
    own: dict[UUID, list[Own]] = defaultdict(list)
    others: dict[UUID, list[Elsewhere]] = defaultdict(list)
    for row in rows.select_related("activity__branch").order_by("activity__held_on", "activity"):
        record = row.activity
        if _is_of(belonging[row.member_id], record.branch_id, record.held_on):
            own[row.member_id].append(Own(record, row.state, row.reason))
        elif row.state == State.PRESENT:
            others[row.member_id].append(Elsewhere(record, "参加"))
    return own, others


def _is_of(spells: Iterable[MembershipSpell], branch_id: int, day: date) -> bool:
    return any(spell.branch_id == branch_id and spell.holds_on(day) for spell in spells)


def _elsewhere(
    people: Mapping[UUID, Member], records: ActivityQuerySet, attended: Mapping[UUID, list[Elsewhere]]
) -> dict[UUID, list[Elsewhere]]:
    """By roll, lecture or guests; of one record, or of what several held jointly, the first that is said."""
    found: dict[UUID, dict[UUID, Elsewhere]] = defaultdict(dict)
    by_roll = ((key, each) for key, rows in attended.items() for each in rows)
    for key, each in (*by_roll, *_lectured(people, records), *_guests(people, records)):
        found[key].setdefault(_whole(each.record), each)
    order = {key: sorted(rows.values(), key=lambda one: one.record.held_on) for key, rows in found.items()}
    return defaultdict(list, order)


def _lectured(people: Iterable[UUID], records: ActivityQuerySet) -> Iterator[tuple[UUID, Elsewhere]]:
    rows = Lecture.objects.filter(member__in=people, activity__in=records)
    for row in rows.select_related("activity__branch"):
        if row.member_id:
            yield row.member_id, Elsewhere(row.activity, "讲党课")


def _guests(people: Mapping[UUID, Member], records: ActivityQuerySet) -> Iterator[tuple[UUID, Elsewhere]]:
    """Guests are words: a name that only one of the leaders has is taken for him."""
    named: dict[str, list[UUID]] = defaultdict(list)
    for key, member in people.items():
        named[member.name].append(key)
    for record in records.exclude(guests="").select_related("branch"):
        for guest in guests.read(record.guests):
            if len(keys := named.get(guest.name, [])) == 1:
                yield keys[0], Elsewhere(record, "列席")


def _apart_from(own: Sequence[Own], others: Sequence[Elsewhere]) -> list[Elsewhere]:
    """Without one's own branch's records, and the other branches' parts of what was held jointly with it."""
    mine = {key for each in own for key in (each.record.pk, _whole(each.record))}
    return [each for each in others if not {each.record.pk, _whole(each.record)} & mine]


def _whole(record: Activity) -> UUID:
    """What several branches held as one has one key."""
    return record.joint_of_id or record.pk
