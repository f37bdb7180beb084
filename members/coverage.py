"""Coverage of 集中轮训 in a year: of those who owe one, who had it and who had not yet.

Secretaries of branches owe one a year (支部条例 25, ZB-38); whether the committees or all members do is a local rule
(JY-02). Somebody counts once, in the branch of his post, else in the one he belongs to. Lines stand in the order of
the organisations: nobody is compared with anybody.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from branches import local
from branches.models import Branch
from branches.scope import STEP, Range, within
from lib.periods import Period

from . import exemptions, rosters
from .branch_rules import RULES
from .competence import TITLES
from .local_rules import COMMITTEES, EVERYBODY, ROTATION_FOR
from .models import Member, Post, Training

ARTICLE: Final = f"{RULES['ZB-38'].article}：党支部书记每年应当至少参加1次集中轮训"


@dataclass(frozen=True)
class Scope:
    """Who owes a training each year, in words, and where that is written."""

    titles: Sequence[str]
    everybody: bool
    words: str
    article: str

    @classmethod
    def held(cls) -> "Scope":
        """One query."""
        rule = local.decided([ROTATION_FOR])[ROTATION_FOR]
        titles = TITLES if rule.value in (COMMITTEES, EVERYBODY) else TITLES[:1]
        article = "；".join(filter(None, (ARTICLE, rule.citation)))
        return cls(titles, rule.value == EVERYBODY, rule.shown, article)


@dataclass(frozen=True)
class Person:
    """Somebody who owes a training, with those he had; ``branch`` is where he counts, ``post`` why, if by a post."""

    member: Member
    branch: Branch
    post: str
    trainings: Sequence[Training]

    @property
    def is_covered(self) -> bool:
        return bool(self.trainings)


@dataclass(frozen=True)
class Row:
    """One organisation with all below it."""

    branch: Branch
    owed: int
    had: int

    @property
    def lacking(self) -> int:
        return self.owed - self.had


def day_of(year: int, today: date) -> date:
    """The day whose posts and roster say who owes: today, or the last one of a year that is over."""
    return min(Period.year(year).end, today)


def people_of(ranges: Sequence[Range], year: int, today: date, scope: Scope) -> list[Person]:
    """Everybody within ``ranges`` who owes a training in ``year``. Five queries."""
    day = day_of(year, today)
    found = {member.pk: (member, branch, post) for member, branch, post in _in_posts(ranges, day, scope)}
    if scope.everybody:
        for member in _on_roster(ranges, day):
            found.setdefault(member.pk, (member, member.branch, ""))
    keys = list(found)
    exempt = {key for key, months in exemptions.months_of(keys, year).items() if months == 12}
    trainings = _trainings(keys, year, day)
    people = [
        Person(member, branch, post, trainings[key])
        for key, (member, branch, post) in found.items()
        if key not in exempt
    ]
    return sorted(
        people, key=lambda one: (one.branch.order_key, not one.post, one.member.name_order, one.member.number)
    )


def _in_posts(ranges: Sequence[Range], day: date, scope: Scope) -> Iterator[tuple[Member, Branch, str]]:
    """Holders of the posts on ``day``, each at the first in the order of branches and titles."""
    posts = Post.objects.on(day).filter(
        within("branch_path", ranges), title__in=scope.titles, branch__level=Branch.Level.BRANCH
    )
    held = sorted(
        posts.select_related("member", "branch"),
        key=lambda post: (TITLES.index(Post.Title(post.title)), post.branch.order_key),
    )
    seen: set[UUID] = set()
    for post in held:
        if post.member_id not in seen:
            seen.add(post.member_id)
            yield post.member, post.branch, str(post.get_title_display())


def _on_roster(ranges: Sequence[Range], day: date) -> QuerySet[Member]:
    return rosters.members_on(day, tuple(ranges)).select_related("branch")


def _trainings(keys: Sequence[UUID], year: int, day: date) -> dict[UUID, list[Training]]:
    found: dict[UUID, list[Training]] = defaultdict(list)
    rows = Training.objects.filter(
        kind=Training.Kind.ROTATION, held_on__range=(Period.year(year).start, day)
    ).order_by("held_on", "pk")
    wanted = set(keys)
    for training in rows:
        if training.member_id in wanted:
            found[training.member_id].append(training)
    return found


def trained(members: Sequence[UUID] | QuerySet[Any, Any], day: date) -> tuple[set[UUID], set[UUID]]:
    """Of ``members`` (keys or a query of them) who ever had a 任职培训 until ``day``, and who owes no 集中轮训 of its
    year any more: whoever had one, or is exempt all year. Two queries.
    """
    had = Training.objects.filter(member__in=members, held_on__lte=day).values_list(
        "member", "kind", "held_on"
    )
    rows = list(had.filter(kind__in=(Training.Kind.INDUCTION, Training.Kind.ROTATION)))
    inducted = {member for member, kind, _ in rows if kind == Training.Kind.INDUCTION}
    rotated = {member for member, kind, on in rows if kind == Training.Kind.ROTATION and on.year == day.year}
    exempt = {key for key, months in exemptions.months_of(members, day.year).items() if months == 12}
    return inducted, rotated | exempt


def rows_of(people: Iterable[Person], above: str) -> list[Row]:
    """What the people amount to for each organisation one step below ``above``. One query."""
    owed: dict[str, int] = defaultdict(int)
    had: dict[str, int] = defaultdict(int)
    for person in people:
        path = person.branch.path[: len(above) + STEP]
        owed[path] += 1
        had[path] += person.is_covered
    branches = Branch.objects.filter(path__in=owed).order_by("order_key")
    return [Row(branch, owed[branch.path], had[branch.path]) for branch in branches]
