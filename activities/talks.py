"""谈心谈话 (支部条例 19): who may read what was said, of which pairs a talk was, and who had none of a kind."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Self
from uuid import UUID

from accounts.models import User
from branches.models import Branch
from branches.roles import Role
from branches.scope import grants_of
from lib.periods import Period
from members import rosters
from members.models import Member, Post

from .kinds import Kind
from .models import Activity, ActivityQuerySet, Attendance, Talk

Pair = Talk.Pair
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
    """One person's talks of a year by kind of pair; ``owed`` are the kinds of which he normally has one."""

    member: Member
    talks: Mapping[str, list[Activity]]
    owed: frozenset[str]

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
        here = Attendance.objects.filter(activity__in=self.records, state=Attendance.State.PRESENT)
        for activity, member, name in here.order_by("member__name_order").values_list(
            "activity", "member", "member__name"
        ):
            self.names[activity][member] = name
        branches = {record.branch_id for record in self.records}
        self._posts = list(Post.objects.filter(branch__in=branches, title__in=rosters.COMMITTEE_TITLES))

    @classmethod
    def of_branch(cls, branch: Branch, year: int) -> Self:
        return cls(Activity.objects.filter(branch=branch), year)

    @classmethod
    def of_person(cls, member: Member, year: int, user: User) -> Self:
        """Wherever he talked, as far as ``user`` sees the records; all for himself."""
        seen = Activity.objects.all() if member.account_id == user.pk else Activity.objects.visible_to(user)
        return cls(seen.filter(attendances__member=member), year)

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

    def talks_of(self, member: UUID) -> dict[str, list[Activity]]:
        found: dict[str, list[Activity]] = defaultdict(list)
        for record in self.records:
            if member in self.names[record.pk]:
                for pair in self.pairs_in(record, member):
                    found[pair].append(record)
        return found


def coverage(branch: Branch, year: int, today: date) -> list[Coverage]:
    """Everybody on the branch's roster at the end of the year, or today, in its order. Five queries."""
    found = Year.of_branch(branch, year)
    day = min(found.period.end, today)
    people = list(rosters.branch_members_on(branch, day))
    committee = set(rosters.committee_on(branch, day).values_list("pk", flat=True))
    has_others = any(member.pk not in committee for member in people)
    return [
        Coverage(
            member,
            found.talks_of(member.pk),
            owed_by(is_seated=member.pk in committee, seats=len(committee), has_others=has_others),
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
