"""Statistics of 发展党员: who is on the way, and which steps were taken in the period."""

from dataclasses import replace
from typing import Any

from django.db.models import Q

from branches.roles import Right
from members.development.statistics import became_full_in, steps_in
from members.development.vocabulary import Step
from members.models import DevelopmentStep, StatusPeriod
from reports.asked import Asked

from .base import Figure, LeftOut, Line
from .people import ON_THE_WAY, person
from .tables import ByOrganisation
from .things import Rows

Status = StatusPeriod.Status
NOW = "统计日当天组织关系或培养单位在党支部的"


def _steps(asked: Asked) -> Any:
    return steps_in(asked.ranges, asked.period.start, asked.last)


def _taken_back(asked: Asked) -> Any:
    withdrawn = DevelopmentStep.objects.exclude(withdrawn_at=None)
    return steps_in(asked.ranges, asked.period.start, asked.last, withdrawn)


def _full(asked: Asked) -> Any:
    return became_full_in(asked.ranges, asked.period.start, asked.last)


def _step(row: Any, named: bool) -> Line:
    member = row.development.member
    label, url = person(member.name, member.pk, named)
    return Line(label, url, (row.unit_name, str(row.on)))


def _turned(row: Any, named: bool) -> Line:
    label, url = person(row.member.name, row.member_id, named)
    return Line(label, url, (row.unit_name, str(row.since)))


STEPS = Rows(
    noun="人次",
    find=_steps,
    heads=("姓名", "党支部", "日期"),
    show=_step,
    right=Right.SEE_DEVELOPMENT,
    order=("on", "pk"),
    select=("development__member",),
    path="unit_path",
    branch="unit",
)
TAKEN_BACK = replace(STEPS, find=_taken_back)
BECAME_FULL = Rows(
    noun="人",
    find=_full,
    heads=("姓名", "党支部", "转正日期"),
    show=_turned,
    right=Right.SEE_DEVELOPMENT,
    order=("since", "pk"),
    select=("member",),
    path="unit_path",
    branch="unit",
)


def _standing(status: Status) -> Figure:
    return Figure(
        code=f"now_{status.value}",
        heading=status.label,
        band="统计日在册（人）",
        definition=f"{NOW}{status.label}。",
        things=ON_THE_WAY,
        which=Q(standing=status),
    )


def _taken(step: Step, heading: str, definition: str, **facts: str) -> Figure:
    taken = Q(step=step.value, **{f"facts__{name}": value for name, value in facts.items()})
    return Figure(
        code="_".join(("step", step.value, *facts.values())),
        heading=heading,
        band="期内办理（人次）",
        definition=f"{definition}记在当天所在的党支部；撤销登记的、没有通过的不计。",
        things=STEPS,
        which=taken & Q(is_effective=True),
        left_out=(
            LeftOut("登记后撤销的", TAKEN_BACK, taken),
            LeftOut("讨论或审批没有通过的", STEPS, taken & Q(is_effective=False)),
        ),
    )


DEVELOPMENT_TABLE = ByOrganisation(
    name="development",
    title="发展党员",
    section="党员",
    note="统计日各阶段的人数，和期内办理的步骤。",
    columns=(
        *map(_standing, (Status.APPLICANT, Status.ACTIVIST, Status.TARGET, Status.PROBATIONARY)),
        _taken(Step.APPLICATION, "递交申请", "期内递交入党申请书的。"),
        _taken(Step.ACTIVIST_DECISION, "确定积极分子", "期内支部研究确定为入党积极分子的。"),
        _taken(Step.TARGET_DECISION, "确定发展对象", "期内支部研究确定为发展对象的。"),
        _taken(Step.ADMISSION_APPROVAL, "审批接收预备党员", "期内上级党委审批接收为预备党员的。"),
        _taken(Step.FULL_MEETING, "延长预备期", "期内支部大会决定延长预备期的。", decision="extend"),
        _taken(Step.FULL_MEETING, "取消资格", "期内支部大会决定取消预备党员资格的。", decision="cancel"),
        Figure(
            code="became_full",
            heading="转正",
            band="期内办理（人次）",
            definition="正式党员身份从期内起算的预备党员，记在当天所在的党支部；恢复党籍或转来的正式党员不计。",
            things=BECAME_FULL,
            which=Q(),
        ),
    ),
)
