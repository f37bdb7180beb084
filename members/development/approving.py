"""Who may approve: the nearest party committee, never a 总支 or a temporary organisation, never who asked for it."""

from collections.abc import Iterator, Mapping, Sequence

from django.db import transaction
from django.db.models import QuerySet

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import covering_ranges, covers, line_down_to, may
from members import local_rules
from members.controls import APART
from members.models import Development, DevelopmentPlan, DevelopmentStep

from .attempts import Attempt
from .planning import local_block
from .rules import Block, block, refuse
from .steps import TABLE
from .vocabulary import By, Step

COMMITTEES = (Branch.Level.PARTY_COMMITTEE, Branch.Level.COLLEGE_COMMITTEE)


def committee_of(path: str) -> Branch | None:
    """The nearest organisation above ``path`` that may approve (细则 23). One query."""
    return _committees().filter(path__in=line_down_to(path)).order_by("-path").first()


def committees_by_path() -> dict[str, Branch]:
    """Every organisation that may approve. One query."""
    return {branch.path: branch for branch in _committees()}


def nearest(committees: Mapping[str, Branch], path: str) -> Branch | None:
    """What :func:`committee_of` says, out of all of them."""
    return next((committees[each] for each in reversed(line_down_to(path)) if each in committees), None)


def _committees() -> QuerySet[Branch]:
    return Branch.objects.filter(level__in=COMMITTEES, form=Branch.Form.STANDING)


def may_take(user: User, development: Development, by: By) -> bool:
    """Whether ``user`` has the right for steps of that kind where the person is; the committee's are asked later."""
    right = Right.APPROVE if by is By.COMMITTEE else Right.DEVELOP
    return may(user, right, development.member.branch_path)


def refusals(attempt: Attempt, user: User) -> Iterator[Block]:
    """What stands against this user taking the step."""
    if attempt.development.member.account_id == user.pk:
        yield refuse(APART, "不能办理自己的发展手续，请由其他有权的人员登记。")
    if attempt.spec.by is not By.COMMITTEE:
        return
    committee = committee_of(attempt.development.member.branch_path)
    if committee is None or not may(user, Right.APPROVE, committee.path):
        name = f"应由“{committee.short_name}”办理。" if committee else "上级没有党委，请先建立。"
        yield block("FZ-16", f"党总支、党支部没有审批和备案的权限，{name}")
    for request in requests_of(attempt.step):
        asked = attempt.progress.last(request)
        if asked and asked.entered_by == user.pk:
            said = f"“{TABLE[request].title}”是您登记的，“{attempt.spec.title}”请由另一人办理。"
            yield refuse(APART, said)


def requests_of(step: Step) -> set[Step]:
    """What the branch asked for with a step of the committee: its own steps before it, past others of the committee."""
    found: set[Step] = set()
    for need in TABLE[step].needs:
        found |= requests_of(need) if TABLE[need].by is By.COMMITTEE else {need}
    return found


def plan_of(path: str, year: int) -> DevelopmentPlan | None:
    """The year's plan of the nearest organisation that has one. One query."""
    plans = DevelopmentPlan.objects.filter(branch_path__in=line_down_to(path), year=year)
    return plans.order_by("-branch_path").first()


def quota(attempt: Attempt) -> Iterator[Block]:
    """发展党员计划, where the university follows one."""
    decided = attempt.progress.limits[local_rules.PLAN]
    if attempt.step != Step.ADMISSION_APPROVAL or not attempt.is_effective or not decided.value:
        return
    plan = plan_of(attempt.development.member.branch_path, attempt.on.year)
    if plan is None:
        yield local_block(
            attempt.progress, local_rules.PLAN, f"没有{attempt.on.year}年发展党员计划，请先下达计划。"
        )
    elif with_use([plan])[0][2] <= 0:
        said = f"“{plan.branch.short_name}”{plan.year}年计划{plan.quota}名，已经用完。"
        yield local_block(attempt.progress, local_rules.PLAN, said)


def keep_plan(plan: DevelopmentPlan, *, by: User) -> None:
    """Give an organisation its quota of a year. Audited."""
    with transaction.atomic():
        plan.branch_path = plan.branch.path
        plan.save()
        after = {"year": plan.year, "quota": plan.quota, "document": plan.document}
        audit.record("development.plan", by=by, on=plan, after=after, branch_path=plan.branch_path)


def with_use(plans: Sequence[DevelopmentPlan]) -> list[tuple[DevelopmentPlan, int, int]]:
    """Each plan with how many were admitted and how many places are left; one query for all."""
    if not plans:
        return []
    years = {plan.year for plan in plans}
    admitted = taken(Step.ADMISSION_APPROVAL, min(years), max(years))
    found = []
    for plan in plans:
        ranges = covering_ranges([plan.branch_path])
        used = sum(year == plan.year and covers(ranges, path) for path, year in admitted)
        found.append((plan, used, plan.quota - used))
    return found


def taken(step: Step, first: int, last: int) -> list[tuple[str, int]]:
    """Where those stand now who took ``step`` between the two years, and in which year they did. One query."""
    rows = DevelopmentStep.objects.standing().filter(step=step, is_effective=True)
    within_years = rows.filter(on__year__gte=first, on__year__lte=last)
    return list(within_years.values_list("development__member__branch_path", "on__year"))
