"""Everybody who is being developed, with what comes next, on a day: what the list shows and the filing lists write.

Four queries for any number of people; the plans themselves are made in Python.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q

from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import Range, covering_ranges, has_right, within
from lib.dated import holds_on
from lib.periods import month_of
from members import searching
from members.models import Development, Member, MembershipSpell

from . import planning
from .loading import progress_of_all
from .planning import Planned, leaving
from .progress import Progress
from .rules import Block
from .steps import STAGES, TABLE
from .vocabulary import Spec, Stage, Step


@dataclass(frozen=True)
class Line:
    """One person being developed, as of a day."""

    development: Development
    progress: Progress
    planned: tuple[Planned, ...]
    following: Planned | None
    clash: Block | None

    @property
    def member(self) -> Member:
        return self.development.member

    @property
    def stage(self) -> Stage:
        return self.progress.stage

    @property
    def reached(self) -> Spec:
        return TABLE[self.progress.reached]

    @property
    def late(self) -> list[Planned]:
        return [each for each in self.planned if each.is_late]

    def planned_step(self, step: Step) -> Planned | None:
        return next((each for each in self.planned if each.step == step), None)

    def may_take(self, step: Step, by: date | None = None) -> bool:
        """Nothing but what the form will ask stands against the step, or will when ``by`` has come."""
        planned = self.planned_step(step)
        if planned is None or not (planned.is_possible or (by and planned.is_possible_by(by))):
            return False
        return step != Step.PRE_REVIEW or leaving(self.progress, planned.earliest) is None


def people_of(user: User, branch: Branch | None = None, q: str = "") -> Any:
    """Running developments whom ``user`` may see, in official order, then by name."""
    found = Development.objects.visible_to(user).open()
    if branch:
        found = found.filter(within("member__branch_path", covering_ranges([branch.path])))
    if q:
        whole = has_right(user, Right.UNMASK)
        people = searching.find(Member.objects.all(), q, by_whole_number=whole)
        found = found.filter(member__in=people.values("pk"))
    return _ordered(found)


def people_on(day: date, ranges: Iterable[Range]) -> Any:
    """Developments that ran on ``day``, of whoever belonged to a part of the tree then, each with ``branch_then``.

    For work that nobody in particular asked for. ``branch_then`` is the code.
    """
    belonged = Q(
        holds_on(day, "member__spells__"),
        within("member__spells__branch_path", ranges),
        member__spells__kind=MembershipSpell.Kind.BELONGING,
    )
    found = Development.objects.running_on(day).filter(belonged)
    then = found.annotate(branch_then=F("member__spells__branch__code")).select_related("member__branch")
    return then.order_by("member__spells__branch__order_key", "member__name_order", "member__number")


def _ordered(found: Any) -> Any:
    order = ("member__branch__order_key", "member__name_order", "member__number")
    return found.select_related("member__branch").order_by(*order)


def lines(developments: Iterable[Development], on: date, *, named: bool = False) -> list[Line]:
    """The people with their plans as of ``on``; who had not applied by then is left out.

    ``named`` loads who was named in the steps, too.
    """
    wanted = [each for each in developments if each.since and each.since <= on]
    progress = progress_of_all(wanted, on, named=named)
    return [_line(each, progress[each.pk], on) for each in wanted if each.pk in progress]


def _line(development: Development, progress: Progress, on: date) -> Line:
    planned = planning.plan(progress, on)
    following = planning.following(progress, planned, on)
    return Line(development, progress, tuple(planned), following, planning.clash(progress, planned))


def eligible(found: Iterable[Line], step: Step) -> list[Line]:
    """Those who may take ``step`` now."""
    return [line for line in found if line.may_take(step)]


def shown(found: Iterable[Line], show: str, step: Step | None, stage: str, on: date) -> list[Line]:
    """Cut to a stage, to a next step, and to one of the questions of the query row."""
    kept = [line for line in found if not stage or line.stage.name.lower() == stage]
    if step:
        kept = [line for line in kept if line.following and line.following.step == step]
    return [line for line in kept if _answers(line, show, on)]


def _answers(line: Line, show: str, on: date) -> bool:
    if show == "eligible":
        following = line.following
        return following is not None and following.earliest <= month_of(on).end
    if show == "late":
        return bool(line.late)
    if show == "talk":
        return line.planned_step(Step.APPLICATION_TALK) is not None
    if show == "full":
        planned = line.planned_step(Step.FULL_APPROVAL)
        ends = line.progress.probation_ends
        return planned is not None and line.progress.has(Step.ADMISSION_APPROVAL) and bool(ends and ends < on)
    return show != "clash" or line.clash is not None


def by_stage(found: Iterable[Line]) -> list[tuple[Stage, int]]:
    """How many stand in each stage, in the order of the stages."""
    counted = Counter(line.stage for line in found)
    return [(stage, counted[stage]) for stage in STAGES]
