"""Trainings and the competence checklist of secretaries and committee members: what each lacks, with its article.

No score and no order among people: an item is fulfilled or not yet, by whom it was found so, and when.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.models import User
from branches import local
from branches.local import Decided
from branches.models import Branch
from branches.roles import Right
from lib.periods import year_of

from .local_rules import ROTATION_FOR, SECRETARIES, TRAINING_HOURS
from .models import Competence, Member, Post, Trainee, Training

TITLES: Final = (Post.Title.SECRETARY, Post.Title.DEPUTY, Post.Title.COMMITTEE)


@dataclass(frozen=True)
class Item:
    code: str
    title: str
    article: str


ITEMS: Final = (
    Item("meetings", "能组织党员大会、支委会、党小组会和党课", "支部条例第十一条至第十六条"),
    Item("voting", "掌握到会人数和表决的要求", "支部条例第十一条、第十二条"),
    Item("theme_day", "能安排主题党日，抓好议定事项的落实", "支部条例第十六条"),
    Item("life", "能组织组织生活会和民主评议党员", "支部条例第十七条、第十八条"),
    Item("talks", "能开展谈心谈话，关心有困难的党员", "支部条例第十九条"),
    Item("development", "熟悉发展党员的程序和材料", "发展党员细则第五条至第三十七条"),
    Item("education", "能安排党员教育，熟悉学时要求", "教育管理条例第二十条"),
    Item("reporting", "能向上级和党员大会述职", "支部条例第二十七条"),
)
BY_CODE: Final = {item.code: item for item in ITEMS}


class TrainingError(ValueError):
    """The training cannot be recorded; the message is for the user."""


@dataclass(frozen=True)
class Lack:
    """One thing that is missing; ``code`` is what the list is filtered by."""

    code: str
    text: str
    article: str


LACKS: Final = {
    "induction": "没有任职培训",
    "rotation": "今年没有集中轮训",
    "hours": "学时不足",
    "items": "清单没有完成",
}


@dataclass(frozen=True)
class Line:
    """A post with the year's trainings of its holder, and what is lacking."""

    post: Post
    hours: Decimal
    ticked: int
    lacks: list[Lack]

    def lacks_any(self, code: str) -> bool:
        return any(lack.code == code for lack in self.lacks)


def holders(user: User, on: date) -> QuerySet[Post]:
    """Secretaries, deputies and committee members of the branches that ``user`` keeps, on ``on``."""
    mine = Post.objects.reachable_by(user, Right.KEEP_BRANCHES).on(on).filter(title__in=TITLES)
    mine = mine.filter(branch__level=Branch.Level.BRANCH)
    return mine.select_related("member", "branch").order_by("branch__order_key", "-title", "pk")


def lines(posts: Iterable[Post], on: date) -> list[Line]:
    """What each holder has and lacks in the year of ``on``. Three queries for any number, but for the posts."""
    found = list(posts)
    people = [post.member_id for post in found]
    trainings: dict[UUID, list[Training]] = defaultdict(list)
    for training in Training.objects.filter(member__in=people, held_on__lte=on):
        trainings[training.member_id].append(training)
    ticked: dict[UUID, set[str]] = defaultdict(set)
    for member, item in Competence.objects.filter(member__in=people).values_list("member", "item"):
        ticked[member].add(item)
    rules = local.decided([TRAINING_HOURS, ROTATION_FOR])
    return [_line(post, trainings[post.member_id], ticked[post.member_id], rules, on) for post in found]


def _line(
    post: Post, trainings: Sequence[Training], ticked: set[str], rules: Mapping[str, Decided], on: date
) -> Line:
    year = year_of(on)
    this_year = [training for training in trainings if year.contains(training.held_on)]
    hours = sum((training.hours for training in this_year), Decimal(0))
    lacks = []
    if post.title == Post.Title.SECRETARY:
        lacks = _lacks_of_secretary(trainings, this_year, ticked)
    elif (rotation := rules[ROTATION_FOR]).value != SECRETARIES and not _has_rotation(this_year):
        lacks = [Lack("rotation", "今年还没有参加集中轮训", rotation.citation)]
    rule = rules[TRAINING_HOURS]
    if rule.value and hours < int(rule.value):
        text = f"{on.year} 年学时 {hours:g}，规定 {rule.value} 学时"
        lacks.append(Lack("hours", text, rule.citation))
    return Line(post, hours, len(ticked & BY_CODE.keys()), lacks)


def _lacks_of_secretary(
    trainings: Sequence[Training], this_year: Sequence[Training], ticked: set[str]
) -> list[Lack]:
    lacks = []
    if not any(training.kind == Training.Kind.INDUCTION for training in trainings):
        lacks.append(Lack("induction", "没有任职培训记录", "支部条例第二十五条"))
    if not _has_rotation(this_year):
        lacks.append(Lack("rotation", "今年还没有参加集中轮训", "支部条例第二十五条"))
    if missing := [item for item in ITEMS if item.code not in ticked]:
        lacks.append(Lack("items", f"清单还有 {len(missing)} 条没有确认", "履职清单"))
    return lacks


def _has_rotation(this_year: Iterable[Training]) -> bool:
    return any(training.kind == Training.Kind.ROTATION for training in this_year)


def checklist(member: Member) -> list[tuple[Item, Competence | None]]:
    """Every item, with who found it fulfilled and when. One query."""
    ticked = {row.item: row for row in member.competences.select_related("ticked_by")}
    return [(item, ticked.get(item.code)) for item in ITEMS]


def record_training(member: Member, *, by: User, on: date, **facts: Any) -> Training:
    """Note a training of ``member`` that ended by ``on`` (today). Audited."""
    with transaction.atomic():
        training = Training(member=member, **facts)
        if training.held_on > on:
            raise TrainingError(f"结业日期不能晚于今天（{on:%Y-%m-%d}）。")
        training.full_clean()
        training.save()
        after = {"member": member.number, "title": training.title, "hours": str(training.hours)}
        audit.record("training.add", by=by, on=training, after=after, branch_path=member.branch_path)
    return training


def drop_training(training: Training, *, by: User) -> None:
    """Take back a training noted by mistake; the trail keeps it. Audited."""
    if trainee := Trainee.objects.filter(training=training).select_related("training_class").first():
        raise TrainingError(f"这次培训来自培训班 {trainee.training_class.number}，请在培训班中更正。")
    with transaction.atomic():
        before = {"member": training.member.number, "title": training.title, "hours": str(training.hours)}
        audit.record("training.delete", by=by, on=training, before=before)
        training.delete()


def tick(member: Member, item: Item, *, by: User) -> None:
    """``by`` found the item fulfilled today; one found so before stays as it was. Audited."""
    with transaction.atomic():
        row, is_new = Competence.objects.get_or_create(
            member=member, item=item.code, defaults={"ticked_by": by}
        )
        if is_new:
            after = {"member": member.number, "item": item.code}
            audit.record("competence.tick", by=by, on=row, after=after, branch_path=member.branch_path)


def untick(member: Member, item: Item, *, by: User) -> None:
    """It is not fulfilled after all. Audited."""
    with transaction.atomic():
        for row in Competence.objects.filter(member=member, item=item.code):
            before = {"member": member.number, "item": item.code, "on": row.ticked_on.isoformat()}
            audit.record("competence.untick", by=by, on=row, before=before, branch_path=member.branch_path)
            row.delete()
