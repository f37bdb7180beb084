"""接续培养: somebody who was an activist elsewhere goes on here, the time counted from the original date (细则 12).

It rests on the materials that the former organisation hands over: without them nothing is counted, and whoever has none
begins with an application. The steps they prove are kept as they were; who looks after the person is decided anew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from branches.roles import Right
from branches.scope import may
from lib.dates import written
from members import enrolment
from members.controls import IN_ORDER
from members.enrolment import NewMember
from members.models import Development, StatusPeriod

from . import history
from .loading import limits
from .recording import Refused
from .rules import Block, block, refuse
from .steps import TABLE
from .vocabulary import Step

Status = StatusPeriod.Status
#: The steps that the materials may prove; the first and the decision they have to.
PROVED = (
    Step.APPLICATION,
    Step.APPLICATION_TALK,
    Step.ACTIVIST_DECISION,
    Step.ACTIVIST_FILING,
    Step.OBSERVATION,
)
NEEDED = (Step.APPLICATION, Step.ACTIVIST_DECISION)


@dataclass(frozen=True, slots=True)
class Handover:
    """What the former organisation (``elsewhere``) handed over, when, and the days of the steps it proves."""

    elsewhere: str
    materials: str
    received_on: date
    dates: Mapping[str, date]

    @property
    def evidence(self) -> dict[str, Any]:
        words = {"elsewhere": self.elsewhere.strip(), "materials": self.materials.strip()}
        return {**words, "received_on": self.received_on.isoformat()}


def take_over(person: NewMember, handed: Handover, *, by: User) -> Development:
    """Enrol an activist with the steps he took elsewhere; :class:`Refused` when a rule stands against it.

    He belongs to the branch from the day the materials came. EnrolmentError when the identity is taken. Audited.
    """
    if not may(by, Right.DEVELOP, person.branch.path):
        raise PermissionDenied
    if found := list(_refusals(person, handed)):
        raise Refused(found)
    stages: dict[str, date] = {
        Status.APPLICANT: handed.dates[Step.APPLICATION],
        Status.ACTIVIST: handed.dates[Step.ACTIVIST_DECISION],
    }
    newcomer = replace(person, status=Status.ACTIVIST, stages=stages, transferred_in_on=handed.received_on)
    with transaction.atomic():
        member = enrolment.enrol(newcomer, by=by)
        facts = {str(Step.ACTIVIST_DECISION): handed.evidence}
        history.adopt_all([history.Past(member, handed.dates, facts, {})], by=by)
        return Development.objects.select_related("member__branch").get(member=member)


def _refusals(person: NewMember, handed: Handover) -> Iterator[Block]:
    if not handed.elsewhere.strip() or not handed.materials.strip():
        yield block(
            "FZ-07",
            "请写明原培养党组织和转交的材料；没有转交材料的，培养教育时间不能连续计算，请登记入党申请。",
        )
    if missing := [step for step in NEEDED if step not in handed.dates]:
        named = "、".join(f"“{TABLE[step].title}”" for step in missing)
        yield block("FZ-07", f"转交的材料中须有{named}的日期。")
    if person.birth_date is None:
        yield block("FZ-01", "请填写出生日期，才能核对是否年满十八岁。")
    if handed.received_on > (today := timezone.localdate()):
        yield refuse(IN_ORDER, f"材料转入日期不能晚于今天（{written(today)}）。")
    yield from _refusals_of_days(person, handed)


def _refusals_of_days(person: NewMember, handed: Handover) -> Iterator[Block]:
    """What was late elsewhere was so; an order that cannot have been, or an age, is not taken over."""
    latest = max(handed.dates.values(), default=handed.received_on)
    if latest > handed.received_on:
        said = f"原党组织的各步日期不能晚于材料转入日期（{written(handed.received_on)}）。"
        yield block("FZ-07", said, latest)
    for found in history.findings(handed.dates, limits(), birth_date=person.birth_date):
        if found.is_impossible or found.code == "FZ-01":
            yield refuse(found, found.message, found.earliest)
