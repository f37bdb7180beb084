"""People who may stand on the roster twice: found by what they share, decided by a person, and remembered."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from accounts import audit
from accounts.models import User
from branches.roles import Right
from branches.scope import may

from .models import DistinctPair, Member

SAME_NUMBER: Final = "学工号相同"
SAME_NAME: Final = "姓名、出生日期相同"
LIKE_NAME: Final = "姓名相近、出生日期相同"
_DOTS = str.maketrans("", "", "· •‧・")


class DuplicateError(ValueError):
    """The two cannot be told apart by this user, or not so; the message is for the user."""


class Named(Protocol):
    """Whatever has a name and knows its sound."""

    @property
    def name(self) -> str: ...

    @property
    def name_pinyin(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records and why they may be one person's; ``first`` has the smaller member number."""

    first: Member
    second: Member
    reasons: tuple[str, ...]


def likely(user: User) -> list[Pair]:
    """The pairs within the user's reach that nobody has told apart, by name. Four queries.

    An equal ID number cannot stand twice: the database refuses it.
    """
    mine = Member.objects.reachable_by(user, Right.KEEP_MEMBERS)
    births = _repeated(mine, "birth_date")
    numbers = _repeated(mine.exclude(school_number=""), "school_number")
    wanted = mine.filter(Q(birth_date__in=births) | Q(school_number__in=numbers))
    people = list(wanted.select_related("branch").order_by("number"))
    told_apart = set(DistinctPair.objects.values_list("first", "second"))
    reasons: dict[tuple[UUID, UUID], list[str]] = defaultdict(list)
    for key, words in (*_same_numbers(people), *_alike(people)):
        reasons[key].append(words)
    by_key = {member.pk: member for member in people}
    pairs = [
        Pair(by_key[first], by_key[second], tuple(words))
        for (first, second), words in reasons.items()
        if _in_order(first, second) not in told_apart
    ]
    return sorted(pairs, key=lambda pair: (pair.first.name_order, pair.first.number, pair.second.number))


def _repeated(people: "object", column: str) -> list[object]:
    counted = people.order_by().values(column).annotate(people=Count("pk"))  # type: ignore[attr-defined]
    return [row[column] for row in counted.filter(people__gt=1) if row[column]]


def _same_numbers(people: Iterable[Member]) -> Iterator[tuple[tuple[UUID, UUID], str]]:
    by_number: dict[str, list[Member]] = defaultdict(list)
    for member in people:
        if member.school_number:
            by_number[member.school_number].append(member)
    for same in by_number.values():
        yield from (((one.pk, other.pk), SAME_NUMBER) for one, other in combinations(same, 2))


def _alike(people: Iterable[Member]) -> Iterator[tuple[tuple[UUID, UUID], str]]:
    by_birth: dict[object, list[Member]] = defaultdict(list)
    for member in people:
        if member.birth_date:
            by_birth[member.birth_date].append(member)
    for same in by_birth.values():
        for one, other in combinations(same, 2):
            if _has_two_identities(one, other):
                continue
            if words := likeness(one, other):
                yield (one.pk, other.pk), words


def _has_two_identities(one: Member, other: Member) -> bool:
    return bool(one.id_number_hash and other.id_number_hash and one.id_number_hash != other.id_number_hash)


def likeness(one: Named, other: Named) -> str:
    """How near two names are: the same, the same sound, or one apart in three characters; empty when they are not."""
    first, second = one.name.translate(_DOTS), other.name.translate(_DOTS)
    if first == second:
        return SAME_NAME
    if one.name_pinyin and one.name_pinyin == other.name_pinyin:
        return LIKE_NAME
    return LIKE_NAME if min(len(first), len(second)) >= 3 and _is_one_apart(first, second) else ""


def _is_one_apart(first: str, second: str) -> bool:
    """One character replaced, added or left out."""
    if len(first) == len(second):
        return sum(a != b for a, b in zip(first, second, strict=True)) == 1
    long, short = sorted((first, second), key=len, reverse=True)
    return len(long) == len(short) + 1 and any(long[:n] + long[n + 1 :] == short for n in range(len(long)))


def _in_order(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    return (one, other) if one < other else (other, one)


def tell_apart(one: Member, other: Member, reason: str, *, by: User) -> DistinctPair:
    """Record that two are not the same person; from now on they are no likely pair. Audited."""
    if one.pk == other.pk:
        raise DuplicateError("请选择两份不同的记录。")
    if not all(may(by, Right.KEEP_MEMBERS, member.branch_path) for member in (one, other)):
        raise DuplicateError("两份记录都须在您的管理范围内。")
    first, second = _in_order(one.pk, other.pk)
    with transaction.atomic():
        pair, _ = DistinctPair.objects.update_or_create(
            first_id=first, second_id=second, defaults={"reason": reason, "decided_by": by}
        )
        audit.record("member.tell_apart", by=by, on=one, after={"other": other.number, "reason": reason})
    return pair
