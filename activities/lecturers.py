"""Who may have given a lecture: people of the branch, leaders of the organisations above it, whoever one may see."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from branches.models import Branch
from branches.scope import line_down_to
from lib.periods import Period
from members import rosters
from members.models import Member, Post

TITLES = rosters.COMMITTEE_TITLES


@dataclass(frozen=True)
class Candidate:
    """Somebody to choose; ``post`` is what a leader above leads."""

    member_id: UUID
    name: str
    post: str = ""

    @property
    def label(self) -> str:
        return f"{self.name}（{self.post}）" if self.post else self.name


def leaders_above(branch: Branch, day: date) -> list[Candidate]:
    """Who led the organisations above ``branch`` on ``day``, from the top: their names and posts, known to all below.

    Of an organisation above the branches also its own committee. One query.
    """
    line = line_down_to(branch.path)
    paths = line[:-1] if branch.is_leaf else line
    posts = Post.objects.on(day).filter(branch__path__in=paths, title__in=TITLES)
    return [
        Candidate(post.member_id, post.member.name, post_in_words(post))
        for post in in_order(posts_with(posts))
    ]


def posts_with(posts: Iterable[Post]) -> list[Post]:
    return list(posts.select_related("member", "branch"))  # type: ignore[attr-defined]


def in_order(posts: Iterable[Post]) -> list[Post]:
    """By organisation, the secretary first."""
    return sorted(
        posts, key=lambda post: (post.branch.order_key, TITLES.index(Post.Title(post.title)), post.pk)
    )


def leading_posts(seen: Q, period: Period) -> dict[UUID, list[Post]]:
    """The posts that ``seen`` names in organisations above the branches, of ``period``: person by person, in order."""
    posts = Post.objects.filter(seen, title__in=TITLES).during(period.start, period.end)
    found: dict[UUID, list[Post]] = {}
    for post in in_order(posts_with(posts.exclude(branch__level=Branch.Level.BRANCH))):
        found.setdefault(post.member_id, []).append(post)
    return found


def post_in_words(post: Post) -> str:
    return f"{post.branch.short_name}{post.get_title_display()}"


def of_branch(branch: Branch, day: date) -> list[Candidate]:
    rows = rosters.branch_members_on(branch, day).values_list("pk", "name")
    return [Candidate(pk, name) for pk, name in rows]


def named(name: str, branch: Branch, day: date, by: User | None) -> Member | None:
    """The one person of that name among them; None for none, and where two have the name."""
    if not name:
        return None
    near = {each.member_id for each in _near(branch, day) if each.name == name}
    if by is not None and not near:
        near = set(Member.objects.visible_to(by).filter(name=name).values_list("pk", flat=True)[:2])
    return Member.objects.get(pk=near.pop()) if len(near) == 1 else None


def _near(branch: Branch, day: date) -> Iterator[Candidate]:
    yield from leaders_above(branch, day)
    yield from of_branch(branch, day)
