"""What a branch may want to look at once more. Nothing here is counted, kept, or told to anybody but who writes."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from branches.roles import SCRIBES, Right
from branches.scope import grants_of, may
from lib.names import first_of

from .minutes import Item
from .models import Activity, AgendaItem, Attendance, Evidence

#: Pictures that differ in no more bits of 64 are taken for one, saved anew or made smaller.
NEAR: Final = 5
#: Minutes of fewer characters resemble others without meaning anything.
SHORTEST: Final = 60
LONGEST: Final = 5_000
SHINGLE: Final = 4
ALIKE: Final = 0.8
AROUND: Final = timedelta(days=366)
MOST: Final = 5
#: How long the branch alone is told.
BRANCH_FIRST: Final = timedelta(days=7)


@dataclass(frozen=True)
class Hint:
    """One sentence about this record and another one that the reader may see."""

    said: str
    other: Activity


def may_see(user: User, activity: Activity) -> bool:
    """The branch first: whoever keeps its records at once, those above who may write them when it has had a week."""
    if not may(user, Right.RECORD, activity.branch_path):
        return False
    is_own = any(
        grant.role in SCRIBES and grant.branch_path == activity.branch_path for grant in grants_of(user)
    )
    return is_own or timezone.now() - activity.entered_at >= BRANCH_FIRST


def of(activity: Activity, agenda: Sequence[Item], pictures: Sequence[Evidence], user: User) -> list[Hint]:
    """For whoever :func:`may_see` them. At most four queries; none about what the record does not have."""
    if activity.is_withdrawn:
        return []
    found = [
        *_same_files(activity, pictures, user),
        *_same_minutes(activity, agenda, user),
        *_two_places(activity, user),
    ]
    return found[:MOST]


def _same_files(activity: Activity, evidence: Sequence[Evidence], user: User) -> Iterator[Hint]:
    if not evidence:
        return
    others = Evidence.objects.visible_to(user).shown().exclude(activity=activity)
    others = others.filter(_may_be_like(evidence)).select_related("activity__branch")
    told = set()
    for other in others.order_by("-activity__held_on", "pk"):
        mine = next((each for each in evidence if _is_like(each, other)), None)
        if mine and (mine.pk, other.activity_id) not in told:
            told.add((mine.pk, other.activity_id))
            what = "同一张照片" if mine.is_picture else "同一份文件"
            yield Hint(f"“{mine.name}”与另一条记录里的“{other.name}”像是{what}", other.activity)


def _may_be_like(evidence: Iterable[Evidence]) -> Q:
    wanted = Q(sha256__in={each.sha256 for each in evidence})
    hashes = [each.dhash for each in evidence if each.dhash]
    for number, parts in enumerate(zip(*hashes, strict=True), start=1):
        wanted |= Q(**{f"dhash_{number}__in": set(parts)})
    return wanted


def _is_like(one: Evidence, other: Evidence) -> bool:
    if one.sha256 == other.sha256:
        return True
    if one.dhash is None or other.dhash is None:
        return False
    pairs = zip(one.dhash, other.dhash, strict=True)
    return sum((mine ^ theirs).bit_count() for mine, theirs in pairs) <= NEAR


def _same_minutes(activity: Activity, agenda: Sequence[Item], user: User) -> Iterator[Hint]:
    """Compared with the branch's own records of a year before and after."""
    mine = _letters([activity.notes, *_written(item.row for item in agenda)])
    if len(mine) < SHORTEST:
        return
    days = (activity.held_on - AROUND, activity.held_on + AROUND)
    others = Activity.objects.visible_to(user).valid().exclude(pk=activity.pk)
    others = others.filter(branch=activity.branch, held_on__range=days).select_related("branch")
    shingles = _shingles(mine)
    for other in others.prefetch_related("agenda"):
        theirs = _letters([other.notes, *_written(other.agenda.all())])
        # Texts of very different lengths cannot be alike; most records end here.
        if ALIKE * len(mine) <= len(theirs) <= len(mine) / ALIKE and _share(shingles, _shingles(theirs)):
            yield Hint("会议内容与另一条记录几乎相同", other)


def _written(rows: Iterable[AgendaItem]) -> Iterator[str]:
    for row in rows:
        yield from (row.title, row.proceedings, row.decision)


def _letters(texts: Iterable[str]) -> str:
    """Without dates, figures, blanks and punctuation, in which copies differ first."""
    plain = unicodedata.normalize("NFKC", "".join(texts))[:LONGEST]
    return "".join(each for each in plain if each.isalpha())


def _shingles(text: str) -> set[str]:
    return {text[start : start + SHINGLE] for start in range(len(text) - SHINGLE + 1)}


def _share(one: set[str], other: set[str]) -> bool:
    """Whether the two have most of their pieces in common (Jaccard)."""
    return len(one & other) >= ALIKE * len(one | other)


def _two_places(activity: Activity, user: User) -> Iterator[Hint]:
    """People who came here and, by another record, were elsewhere at the same time."""
    if activity.starts_at is None or not activity.place:
        return
    came = Attendance.objects.filter(state=Attendance.State.PRESENT)
    elsewhere = Activity.objects.visible_to(user).valid().filter(held_on=activity.held_on)
    elsewhere = elsewhere.exclude(place__in=("", activity.place)).exclude(starts_at=None)
    rows = came.filter(activity__in=elsewhere, member__in=came.filter(activity=activity).values("member"))
    rows = rows.select_related("activity__branch").order_by("activity__starts_at", "member__name_order")
    names: dict[UUID, list[str]] = {}
    records: dict[UUID, Activity] = {}
    for row in rows.annotate(who=F("member__name")):
        if _overlap(activity, row.activity):
            names.setdefault(row.activity_id, []).append(row.who)
            records[row.activity_id] = row.activity
    for key, other in records.items():
        yield Hint(f"{first_of(names[key])}同一时间还登记在“{other.place}”到会", other)


def _overlap(one: Activity, other: Activity) -> bool:
    (begins, ends), (others_begin, others_end) = _minutes(one), _minutes(other)
    return begins < others_end and others_begin < ends


def _minutes(activity: Activity) -> tuple[int, int]:
    """Minutes of the day; one without a known end is taken for its first minute."""
    assert activity.starts_at
    begins = activity.starts_at.hour * 60 + activity.starts_at.minute
    return begins, begins + (activity.minutes or 1)
