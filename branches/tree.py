"""The verbs of the organisation tree: found, move, reorder, dissolve. Each one writes in one transaction.

A path step is the branch's own number, so a path is never reused and a past ``org_path`` keeps its meaning.
``order_key`` carries the official order (建制顺序) and may change at any time.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import models, transaction
from django.db.models import F, Max, Q, QuerySet, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone

from accounts import audit
from accounts.models import User
from lib.dated import Dated

from .models import Branch, Placement, RoleGrant, Scoped
from .scope import STEP, Range, covering_ranges, line_down_to, next_sibling, step

LONG_AGO = date(1921, 7, 1)
ORDER_WIDTH = 5


class TreeError(ValueError):
    """The tree would no longer be one; the message is for the user."""


def order_step(position: int, number: int) -> str:
    """A step of ``order_key``: official position, then the number of founding."""
    return f"{min(position, 99999):0{ORDER_WIDTH}d}{step(number)[-3:]}"


def found(*, by: User | None, parent: Branch | None, **fields: object) -> Branch:
    """Create a branch below ``parent`` with its placement; the last position when none is given. Audited."""
    if parent and parent.is_leaf:
        raise TreeError(f"“{parent.short_name}”是党支部，不能再设下级党组织。")
    with transaction.atomic():
        if not fields.get("position"):
            siblings = Branch.objects.filter(parent=parent)
            fields["position"] = (siblings.aggregate(last=Max("position"))["last"] or 0) + 1
        branch = Branch(parent=parent, path=uuid4().hex, order_key="", **fields)
        branch.full_clean(exclude=["path", "order_key", "parent"])
        branch.save()
        _place(branch, parent)
        Branch.objects.filter(pk=branch.pk).update(path=branch.path, order_key=branch.order_key)
        Placement.objects.create(branch=branch, path=branch.path, since=branch.founded_on or LONG_AGO)
        audit.record("branch.found", by=by, on=branch, after={"name": branch.name, "code": branch.code})
    return branch


def _place(branch: Branch, parent: Branch | None) -> None:
    branch.path = (parent.path if parent else "") + step(branch.pk)
    branch.order_key = (parent.order_key if parent else "") + order_step(branch.position, branch.pk)


def change(branch: Branch, *, by: User | None, **facts: Any) -> None:
    """Give new values to columns of ``branch`` that are not its place. Audited with old and new ones."""
    with transaction.atomic():
        before = {name: str(getattr(branch, name) or "") for name in facts}
        for name, value in facts.items():
            setattr(branch, name, value)
        branch.full_clean(exclude=["path", "order_key", "parent"])
        branch.save(update_fields=list(facts))
        after = {name: str(value or "") for name, value in facts.items()}
        audit.record("branch.change", by=by, on=branch, before=before, after=after)


def move(branch: Branch, to: Branch, *, on: date | None = None, by: User | None) -> None:
    """Put ``branch`` with all below it under ``to``.

    In one transaction: the paths of the subtree and of every row that belongs to it (access follows at once), the
    placements (the old ones end the day before ``on``; what was recorded keeps its ``org_path``), the audit entry.
    """
    day = on or timezone.localdate()
    with transaction.atomic():
        branch = Branch.objects.select_for_update().get(pk=branch.pk)
        to = Branch.objects.select_for_update().get(pk=to.pk)
        if to.path.startswith(branch.path):
            raise TreeError("不能把党组织移到它自己或它的下级党组织之下。")
        if to.is_leaf:
            raise TreeError(f"“{to.short_name}”是党支部，不能再设下级党组织。")
        old_path, old_key = branch.path, branch.order_key
        old_parent = branch.parent
        subtree = list(Branch.objects.below(old_path).values_list("pk", flat=True))
        branch.parent = to
        _place(branch, to)
        branch.save(update_fields=["parent"])
        _rewrite(Branch.objects.below(old_path), "path", old_path, branch.path)
        _rewrite(Branch.objects.filter(pk__in=subtree), "order_key", old_key, branch.order_key)
        for model in scoped_models():
            _rewrite(_rows_below(model, old_path), "branch_path", old_path, branch.path)
        _new_placements(subtree, day)
        audit.record(
            "branch.move",
            by=by,
            on=branch,
            before={"parent": old_parent.name if old_parent else ""},
            after={"parent": to.name, "on": day.isoformat()},
        )


def school_name() -> str:
    """The university's committee, by its whole name; blank before it was founded."""
    root = Branch.objects.filter(parent=None).order_by("order_key").first()
    return root.name if root else ""


def affected_by(branch: Branch) -> list[tuple[type[models.Model], int]]:
    """How many rows of each kind are seen by whoever gets ``branch``, the branches themselves first.

    Of people, posts and the like those of today, of records all.
    """
    counts: list[tuple[type[models.Model], int]] = [(Branch, Branch.objects.below(branch.path).count())]
    counts += [(model, _of_today(_rows_below(model, branch.path)).count()) for model in scoped_models()]
    return [(model, count) for model, count in counts if count]


def line_of(path: str) -> list[str]:
    """The names from the root down to ``path``."""
    return list(
        Branch.objects.filter(path__in=line_down_to(path))
        .order_by("path")
        .values_list("short_name", flat=True)
    )


def scoped_models() -> list[type[models.Model]]:
    """Every model whose rows follow a branch, whichever room it stands in."""
    return [model for model in apps.get_models() if issubclass(model, Scoped)] + [RoleGrant]


def _rows_below(model: type[models.Model], path: str) -> QuerySet[models.Model]:
    rows: QuerySet[models.Model] = model._default_manager.filter(
        branch_path__gte=path, branch_path__lt=next_sibling(path)
    )
    return rows


def _of_today(rows: QuerySet[models.Model]) -> QuerySet[models.Model]:
    if issubclass(rows.model, Dated):
        return rows.filter(until__isnull=True)
    return rows.filter(getattr(rows.model, "IS_PRESENT", Q()))


def _rewrite(rows: QuerySet[models.Model], field: str, old: str, new: str) -> None:
    rows.update(**{field: Concat(Value(new), Substr(F(field), len(old) + 1))})


def _new_placements(branch_ids: list[int], day: date) -> None:
    """End the open placements the day before ``day``; one that began on or after it is corrected in place."""
    running = Placement.objects.filter(branch__in=branch_ids, until__isnull=True)
    young = list(running.filter(since__gte=day).values_list("branch", flat=True))
    paths = dict(Branch.objects.filter(pk__in=branch_ids).values_list("pk", "path"))
    for pk in young:
        running.filter(branch=pk).update(path=paths[pk])
    running.exclude(branch__in=young).update(until=day - timedelta(days=1))
    Placement.objects.bulk_create(
        Placement(branch_id=pk, path=path, since=day) for pk, path in paths.items() if pk not in young
    )


def reorder(parent: Branch | None, children: Iterable[Branch], *, by: User | None) -> None:
    """Give ``children`` of ``parent`` the official order in which they are listed."""
    with transaction.atomic():
        for position, child in enumerate(children, start=1):
            old_key = child.order_key
            child.position = position
            new_key = (parent.order_key if parent else "") + order_step(position, child.pk)
            _rewrite(Branch.objects.below(child.path), "order_key", old_key, new_key)
            Branch.objects.filter(pk=child.pk).update(position=position)
        audit.record("branch.reorder", by=by, on=parent, branch_path=parent.path if parent else "")


#: What a room above knows against dissolving a branch on a day: a sentence for the user, "" when nothing.
Obstacle = Callable[[Branch, date], str]
_obstacles: list[Obstacle] = []


def minding(obstacle: Obstacle) -> Obstacle:
    """Let a room above have a say before a branch is dissolved; each room registers its own once."""
    if obstacle not in _obstacles:
        _obstacles.append(obstacle)
    return obstacle


def obstacle_to_dissolving(branch: Branch, on: date) -> str:
    """Why ``branch`` cannot be dissolved on ``on``; "" when it can."""
    if Branch.objects.below(branch.path).exclude(pk=branch.pk).existing_on(on).exists():
        return "还有未撤销的下级党组织，请先处理下级党组织。"
    return next(filter(None, (obstacle(branch, on) for obstacle in _obstacles)), "")


def dissolve(branch: Branch, on: date, *, by: User | None) -> None:
    """Close a branch in which nothing runs on any more. Its records stay."""
    with transaction.atomic():
        if reason := obstacle_to_dissolving(branch, on):
            raise TreeError(reason)
        branch.dissolved_on = on
        branch.full_clean(exclude=["path", "order_key"])
        branch.save(update_fields=["dissolved_on"])
        audit.record("branch.dissolve", by=by, on=branch, after={"on": on.isoformat()})


def bequeath(branch: Branch, to: Branch) -> None:
    """Whoever reads ``to`` reads what ``branch`` recorded: rows of the models that say so. ``org_path`` stays."""
    for model in scoped_models():
        if getattr(model, "follows_heir", False):
            _rows_below(model, branch.path).update(branch_path=to.path)


def confirm_categories(branches: Iterable[Branch], *, by: User | None) -> int:
    """The categories guessed from the names are right: take the mark away. Audited for each branch."""
    with transaction.atomic():
        guessed = [branch for branch in branches if branch.category_is_guess]
        Branch.objects.filter(pk__in=[branch.pk for branch in guessed]).update(category_is_guess=False)
        for branch in guessed:
            audit.record("branch.confirm", by=by, on=branch, after={"category": branch.category})
    return len(guessed)


def whole_tree() -> tuple[Range, ...]:
    """Everything: for what works for everybody, and what is scoped when it is read."""
    return covering_ranges(Branch.objects.filter(parent=None).values_list("path", flat=True))


def ranges_during(branch: Branch, start: date, end: date) -> tuple[Range, ...]:
    """The places ``branch`` held between the two days: what a past figure of it is asked with."""
    held = branch.placements.during(start, end).values_list("path", flat=True)
    return covering_ranges(list(held) or [branch.path])


def depth(path: str) -> int:
    """0 for the root."""
    return len(path) // STEP - 1
