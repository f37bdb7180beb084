"""谈心谈话 (支部条例 19): who may read what was said, of which pairs a talk was, and who had none of a kind."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Self
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from branches.models import Branch
from branches.roles import Role
from branches.scope import covering_ranges, grants_of
from lib.periods import Period
from members import rosters
from members.models import Member, Post

from .kinds import Kind
from .models import Activity, ActivityQuerySet, Attendance, Talk

Pair = Talk.Pair
NOTHING: Final = Q(pk__in=[])
ARTICLE: Final = "支部条例第十九条：每年谈心谈话一般不少于1次"
REFUSAL: Final = "谈话内容只有谈话人和本支部书记能看。"


def may_read(user: User, activity: Activity) -> bool:
    """Those who talked, and the secretary of the very branch: nobody above, nobody who only keeps the record."""
    if is_secretary(user, activity.branch_path):
        return True
    return activity.attendances.filter(member__account=user, state=Attendance.State.PRESENT).exists()


def is_secretary(user: User, path: str) -> bool:
    return any(grant.role == Role.SECRETARY and grant.branch_path == path for grant in grants_of(user))


def pair_of(came: Collection[UUID], committee: Collection[UUID]) -> str:
    """What a talk was, by the posts of its day; empty for fewer than two."""
    seated = sum(member in committee for member in came)
    if len(came) < 2:
        return ""
    if seated == 0:
        return Pair.MEMBERS
    return Pair.COMMITTEE if seated == len(came) else Pair.COMMITTEE_MEMBER


def pairs_of(member: UUID, came: Collection[UUID], committee: Collection[UUID]) -> set[str]:
    """The kinds of pair in which ``member`` talked with each of the others."""
    return {pair_of((member, other), committee) for other in came if other != member}


@dataclass(frozen=True)
class Coverage:
    """One person's talks of a year by kind of pair; ``owed`` are the kinds of which he normally has one.

    Of a guest, who belongs elsewhere, nothing is owed here.
    """

    member: Member
    talks: Mapping[str, list[Activity]]
    owed: frozenset[str]
    is_guest: bool

    @property
    def missing(self) -> list[str]:
        return [pair for pair in Pair.values if pair in self.owed and not self.talks.get(pair)]


class Year:
    """Talks of one year, those who talked, and the committees they sat on. Three queries."""

    def __init__(self, records: ActivityQuerySet, year: int) -> None:
        self.period = Period.year(year)
        held = records.valid().of_kind(Kind.HEART_TALK).held_in(self.period).select_related("talk")
        self.records = list(held.order_by("held_on", "pk"))
        self.names: dict[UUID, dict[UUID, str]] = defaultdict(dict)
        self._of: dict[UUID, list[Activity]] = defaultdict(list)
        here = Attendance.objects.filter(activity__in=self.records, state=Attendance.State.PRESENT)
        for activity, member, name in here.order_by("member__name_order").values_list(
            "activity", "member", "member__name"
        ):
            self.names[activity][member] = name
        for record in self.records:
            for member in self.names[record.pk]:
                self._of[member].append(record)
        branches = {record.branch_id for record in self.records}
        self._posts = list(Post.objects.filter(branch__in=branches, title__in=rosters.COMMITTEE_TITLES))

    @classmethod
    def of_people(cls, people: Collection[UUID], year: int, also: Q = NOTHING) -> Self:
        """Wherever they talked, and ``also`` other records: for figures, who may open a record is another question."""
        came = Attendance.objects.filter(member__in=people, state=Attendance.State.PRESENT)
        return cls(Activity.objects.filter(Q(pk__in=came.values("activity")) | also), year)

    def seen_by(self, user: User) -> set[UUID]:
        """Which of the records ``user`` may open. One query."""
        own = Activity.objects.visible_to(user).filter(pk__in=[record.pk for record in self.records])
        return set(own.values_list("pk", flat=True))

    def _committee(self, record: Activity) -> set[UUID]:
        day = record.held_on
        return {
            post.member_id
            for post in self._posts
            if post.branch_id == record.branch_id
            and post.since <= day
            and (post.until is None or day <= post.until)
        }

    def pairs_in(self, record: Activity, member: UUID) -> set[str]:
        """The kinds of pair the record counts as for ``member``: what was chosen, else what the posts tell."""
        talk: Talk | None = getattr(record, "talk", None)
        if talk and talk.pair and not talk.is_pair_derived:
            return {talk.pair}
        return pairs_of(member, self.names[record.pk], self._committee(record))

    def talks_of(self, member: UUID, branch: Branch | None = None) -> dict[str, list[Activity]]:
        """Those he was in by kind of pair, of ``branch`` alone when given."""
        found: dict[str, list[Activity]] = defaultdict(list)
        for record in self._of[member]:
            if branch is None or record.branch_id == branch.pk:
                for pair in self.pairs_in(record, member):
                    found[pair].append(record)
        return found


def coverage(branch: Branch, year: int, today: date) -> list[Coverage]:
    """Everybody on the branch's roster at the end of the year, or today, in its order. Six queries.

    Who belongs here is told all his talks, in whatever branch they were; a guest those of this branch alone.
    """
    day = min(Period.year(year).end, today)
    people = list(rosters.branch_members_on(branch, day))
    belonging = set(rosters.members_on(day, covering_ranges([branch.path])).values_list("pk", flat=True))
    committee = set(rosters.committee_on(branch, day).values_list("pk", flat=True))
    found = Year.of_people(belonging, year, also=Q(branch=branch))
    has_others = bool(belonging - committee)
    nothing: frozenset[str] = frozenset()
    return [
        Coverage(
            member,
            found.talks_of(member.pk, None if member.pk in belonging else branch),
            owed_by(is_seated=member.pk in committee, seats=len(committee), has_others=has_others)
            if member.pk in belonging
            else nothing,
            is_guest=member.pk not in belonging,
        )
        for member in people
    ]


def owed_by(*, is_seated: bool, seats: int, has_others: bool) -> frozenset[str]:
    """Committee members with each other and with members, members with the committee and with each other."""
    between = [Pair.COMMITTEE] if is_seated and seats > 1 else []
    across = [Pair.COMMITTEE_MEMBER] if (has_others if is_seated else seats) else []
    among = [] if is_seated else [Pair.MEMBERS]
    return frozenset([*between, *across, *among])


def count_missing(found: Iterable[Coverage]) -> int:
    return sum(bool(each.missing) for each in found)
