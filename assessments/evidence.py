"""What lies beside a report: the year as the records have it, and what became of last year's list.

Every figure is that of :mod:`assessments.measures`, of the development and of the rectification list; each leads to the
rows it is made of where the reader may open them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import may
from lib.templatetags.ui import percent

from . import gathering, problems
from .measures import Developed, Measured
from .models import Subject
from .schemes import Measure
from .scoring import Part

#: A rate of fewer is not told.
LEAST_FOR_A_RATE: Final = 5
_LABELS: Final = {
    Measure.DUTIES: "组织生活按规定开展",
    Measure.ATTENDANCE: "到会",
    Measure.ON_TIME: "按时登记",
    Measure.HOURS: "党员学时",
    Measure.LECTURES: "本人讲党课",
}


@dataclass(frozen=True)
class Fact:
    """A line of the sheet. ``links`` are words and addresses; ``look`` the state of the status tag, or empty."""

    label: str
    words: str
    look: str = ""
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """``as_of``: the day the figures are of; ``is_frozen``: they were taken when the ballot was closed."""

    facts: Sequence[Fact]
    before: Sequence[problems.Line]
    as_of: date
    is_frozen: bool


def sheet_of(subject: Subject, user: User, today: date) -> Sheet:
    round_ = subject.round
    measured = gathering.computed_of(round_, [subject], today)[subject.pk]
    posts = _Posts.of(subject, user)
    is_frozen = bool(subject.evidence and round_.closed_at)
    return Sheet(
        [*_facts(measured, posts, round_.year), *_developed(gathering.developed_of(round_, subject), posts)],
        problems.lines(problems.before(subject), today),
        timezone.localdate(round_.closed_at) if is_frozen else today,
        is_frozen,
    )


@dataclass(frozen=True)
class _Posts:
    """The branches led in the year, in the order of the posts, and which of their lists the reader may open.

    ``told`` says which post a line is about: nothing of the only one, its days where one branch was led twice.
    """

    branches: Sequence[Branch]
    told: Sequence[str]
    seen: frozenset[int]
    developed: frozenset[int]
    who: str

    @classmethod
    def of(cls, subject: Subject, user: User) -> "_Posts":
        found = Branch.objects.in_bulk({post["branch"] for post in subject.posts})
        branches = [found[post["branch"]] for post in subject.posts]
        return cls(
            branches,
            _told(subject.posts, branches),
            frozenset(one.pk for one in branches if may(user, Right.SEE_FIGURES, one.path)),
            frozenset(one.pk for one in branches if may(user, Right.SEE_DEVELOPMENT, one.path)),
            str(subject.member_id),
        )


def _told(posts: Sequence[Mapping[str, Any]], branches: Sequence[Branch]) -> list[str]:
    if len(posts) == 1:
        return [""]
    names = [branch.short_name for branch in branches]
    return [
        f"（{name}，{post['since']} 至 {post['until']}）" if names.count(name) > 1 else f"（{name}）"
        for post, name in zip(posts, names, strict=True)
    ]


def _facts(measured: Measured, posts: _Posts, year: int) -> Iterator[Fact]:
    for measure, label in _LABELS.items():
        parts = measured.get(measure, [])
        if measure is Measure.LECTURES:
            yield from (_lectured(label, part, posts, year) for part in parts)
        else:
            for branch, told, part in zip(posts.branches, posts.told, parts, strict=False):
                is_seen = branch.pk in posts.seen
                yield _fact(measure, f"{label}{told}", part, part.url if is_seen else "")


def _fact(measure: Measure, label: str, part: Part, url: str) -> Fact:
    met, required = int(part.met), int(part.required)
    if not required:
        return Fact(label, "这一年还没有数据" if measure is not Measure.DUTIES else "还没有到期的要求")
    missed = required - met
    if measure is Measure.DUTIES:
        words = f"应开 {required} 次，已开 {met} 次" + (f"，缺 {missed} 次" if missed else "")
        links = _links(("全部", url), ("未开的", _with(url, state="missed") if missed else ""))
        return Fact(label, words, "late" if missed else "done", links)
    if measure is Measure.ATTENDANCE:
        rate = f"，到会率 {percent(part.met / part.required)}" if required >= LEAST_FOR_A_RATE else ""
        return Fact(label, f"应到 {required} 人次，实到 {met} 人次{rate}", "", _links(("记录", url)))
    if measure is Measure.ON_TIME:
        words = f"登记 {required} 次，按时 {met} 次"
        links = _links(("记录", url), ("补记的", _with(url, on_time="0") if missed else ""))
        return Fact(label, words, "due" if missed else "done", links)
    words = f"应达标 {required} 人，已达标 {met} 人"
    return Fact(label, words, "due" if missed else "done", _links(("名单", url)))


def _lectured(label: str, part: Part, posts: _Posts, year: int) -> Fact:
    met, required = int(part.met), int(part.required)
    asked = urlencode({"year": year, "who": posts.who})
    url = f"{reverse('lecture_list')}?{asked}" if posts.seen else ""
    look = "done" if met >= required else "due"
    return Fact(label, f"已讲 {met} 次，每年至少 {required} 次", look, _links(("记录", url)))


def _developed(developed: Sequence[Developed], posts: _Posts) -> Iterator[Fact]:
    """How many were admitted and became full members, in the branches led."""
    for branch, told, each in zip(posts.branches, posts.told, developed, strict=True):
        asked = urlencode({"branch": branch.pk})
        url = f"{reverse('development_list')}?{asked}" if branch.pk in posts.developed else ""
        words = f"接收预备党员 {each.admitted} 人，转正 {each.became_full} 人"
        yield Fact(f"发展党员{told}", words, "", _links(("培养情况", url)))


def _links(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((words, url) for words, url in pairs if url)


def _with(url: str, **asked: str) -> str:
    return f"{url}&{urlencode(asked)}" if url else ""
