"""What stands against a step: waiting periods, votes, named people, training, the right of who approves.

Each guard says which rule refuses, what is missing and, where time heals it, from when it could pass.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from lib.dates import written
from lib.workdays import count_workdays
from members import local_rules
from members.controls import IN_ORDER, ONCE
from members.models import DevelopmentPerson, Post, StatusPeriod

from .attempts import Attempt
from .membership_forms import NUMBER, obstacle
from .planning import NOTICED, expired_training, floors_of, is_due_again, leaving, local_block, plan
from .rules import Block, block, order_of, refuse
from .steps import TABLE, order_between
from .vocabulary import Step
from .votes import votes_of_the_committee, votes_of_the_meeting

TRAINING_DAYS, TRAINING_HOURS = 3, 24
EXTENSION = range(6, 13)
CONTACTS = range(1, 3)
INTRODUCERS = 2


Guard = Callable[[Attempt], Iterator[Block]]


def blocks_of(attempt: Attempt, today: date) -> list[Block]:
    """Everything that stands against the attempt. At most six queries."""
    order = list(_order(attempt, today))
    if order:
        return order
    found = list(_time(attempt))
    for guard in GUARDS.get(attempt.step, ()):
        found += guard(attempt)
    return found


def _order(attempt: Attempt, today: date) -> Iterator[Block]:
    """Nothing is skipped, nothing is dated before what it rests on, and nothing lies in the future."""
    spec, progress = attempt.spec, attempt.progress
    if attempt.on > today:
        yield refuse(IN_ORDER, f"日期不能晚于今天（{written(today)}）。")
    is_again = spec.is_repeated or is_due_again(progress, spec.step, today)
    if progress.is_elsewhere(spec.step):
        yield refuse(ONCE, f"“{spec.title}”在原单位办理，日期见档案，这里不再登记。")
    elif progress.has(spec.step) and not is_again:
        yield refuse(ONCE, f"“{spec.title}”已经登记过，要更正请先撤回原来的记录。")
    for need in attempt.needs:
        done, needed = progress.day_of(need) or progress.person.admitted_elsewhere_on, TABLE[need]
        if not progress.has(need):
            said = f"还没有“{needed.title}”的记录，不能跳过。"
            yield refuse(order_of(needed.rule, spec.rule), said, _earliest(attempt, today))
        elif done and attempt.on < done:
            said = f"日期不能早于“{needed.title}”（{written(done)}）。"
            yield refuse(order_between(need, spec.step), said, done)


def _earliest(attempt: Attempt, today: date) -> date | None:
    """The day the planner gives the step, when those before it are taken as soon as they may be."""
    if attempt.cancels:
        return None
    planned = plan(attempt.progress, today)
    return next((each.earliest for each in planned if each.step == attempt.step), None)


def _time(attempt: Attempt) -> Iterator[Block]:
    days = {step: day for step in TABLE if (day := attempt.progress.day_of(step))}
    if attempt.cancels:
        return
    for floor, refusal in floors_of(attempt.progress, attempt.spec, days):
        if attempt.on < floor:
            yield refusal


def _meeting_fits(attempt: Attempt) -> Iterator[Block]:
    """细则 8, 13: the branch committee decides; where there is none, the meeting of all members."""
    if attempt.facts.get("meeting") != "committee":
        return
    branch = attempt.development.member.branch
    if not Post.objects.on(attempt.on).filter(branch=branch, title=Post.Title.COMMITTEE).exists():
        said = (
            "本支部当时没有登记支部委员，不设支委会的由支部党员大会研究决定；如有支委会，请先登记委员的任职。"
        )
        yield block("FZ-03", said)


def _contacts(attempt: Attempt) -> Iterator[Block]:
    if len(attempt.people) not in CONTACTS:
        yield block("FZ-04", f"培养联系人应为一至两名，现选了{len(attempt.people)}名。")
    yield from _are_full(attempt, "FZ-04")
    limit = attempt.progress.number_of(local_rules.CONTACT_LIMIT)
    for person in attempt.people if limit else ():
        others = DevelopmentPerson.objects.filter(
            member=person,
            step__step=Step.CONTACTS,
            step__withdrawn_at=None,
            step__development__closed_on=None,
        ).count()
        if others >= limit:
            said = f"{person.name}已联系{others}人，每人最多联系{limit}人。"
            yield local_block(attempt.progress, local_rules.CONTACT_LIMIT, said)


def _introducers(attempt: Attempt) -> Iterator[Block]:
    if len(attempt.people) != INTRODUCERS:
        yield block("FZ-09", f"入党介绍人应为两名，现选了{len(attempt.people)}名。")
    yield from _are_full(attempt, "FZ-09")
    if not attempt.facts.get("undisciplined"):
        yield block(
            "FZ-09", "受留党察看处分、尚未恢复党员权利的党员，不能作入党介绍人；请确认两人均未受此处分。"
        )


def _are_full(attempt: Attempt, code: str) -> Iterator[Block]:
    held = StatusPeriod.objects.on(attempt.on).filter(
        member__in=[person.pk for person in attempt.people], status=StatusPeriod.Status.FULL
    )
    full: set[UUID] = set(held.values_list("member", flat=True))
    for person in attempt.people:
        if person.pk not in full:
            yield block(code, f"{person.name}在{written(attempt.on)}不是正式党员。")
        elif person.pk == attempt.development.member_id:
            yield block(code, "不能由本人担任。")


def _opinions(attempt: Attempt) -> Iterator[Block]:
    if not attempt.facts.get("opinions"):
        yield block("FZ-08", "确定发展对象前，须听取党小组、培养联系人、党员和群众意见。")


def _training(attempt: Attempt) -> Iterator[Block]:
    days, hours = attempt.number("days"), attempt.number("hours")
    if attempt.is_effective and days < TRAINING_DAYS and hours < TRAINING_HOURS:
        said = f"培训{days}天、{hours}学时，不足三天，也不足二十四个学时。"
        yield block("FZ-11", said)


def _leaving(attempt: Attempt) -> Iterator[Block]:
    """一般: a recorded reason settles it."""
    if attempt.is_effective and not attempt.facts.get("leaving_reason"):
        yield from filter(None, [leaving(attempt.progress, attempt.on)])


def _training_is_valid(attempt: Attempt) -> Iterator[Block]:
    yield from filter(None, [expired_training(attempt.progress, attempt.on)])


def _form_is_free(attempt: Attempt) -> Iterator[Block]:
    """A form serves once, and not after it was void, lost or returned."""
    if said := obstacle(str(attempt.facts.get(NUMBER, ""))):
        yield refuse(ONCE, said)


def _may_admit(attempt: Attempt) -> Iterator[Block]:
    """支部条例 8: whoever only takes part in a temporary or functional branch is admitted where he belongs."""
    branch = attempt.development.member.branch
    if branch.form in (branch.Form.TEMPORARY, branch.Form.FUNCTIONAL):
        said = f"“{branch.short_name}”是{branch.get_form_display()}党支部，不发展党员；请在组织关系所在的党支部办理。"
        yield block("ZB-08", said)


def _extension(attempt: Attempt) -> Iterator[Block]:
    """细则 32: once only, from half a year to a year."""
    if attempt.facts.get("decision") != "extend":
        return
    months = attempt.number("extension")
    if attempt.progress.is_extended:
        yield block("FZ-21", "预备期已经延长过一次，只能延长一次；请决定按期转正或取消预备党员资格。")
    elif months not in EXTENSION:
        yield block("FZ-21", f"延长{months}个月；延长不能少于半年，最长不超过一年（6至12个月）。")


def _notice(attempt: Attempt) -> Iterator[Block]:
    days = attempt.progress.number_of(local_rules.NOTICE_DAYS)
    if not days or not attempt.is_effective:
        return
    first, last = _as_day(attempt.facts.get("notice_from")), _as_day(attempt.facts.get("notice_until"))
    decided = attempt.progress.day_of(NOTICED[attempt.step])
    if first is None or last is None or decided is None:
        yield local_block(
            attempt.progress, local_rules.NOTICE_DAYS, f"请填写公示起止日期，至少{days}个工作日。"
        )
    elif first < decided or last > attempt.on:
        said = f"公示应在{written(decided)}之后、{written(attempt.on)}之前。"
        yield local_block(attempt.progress, local_rules.NOTICE_DAYS, said)
    elif (held := count_workdays(first, last)) < days:
        said = f"公示{held}个工作日，至少要{days}个工作日。"
        yield local_block(attempt.progress, local_rules.NOTICE_DAYS, said)


def _as_day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None


GUARDS: dict[Step, tuple[Guard, ...]] = {
    Step.ACTIVIST_DECISION: (_meeting_fits,),
    Step.CONTACTS: (_contacts,),
    Step.TARGET_DECISION: (_opinions, _meeting_fits),
    Step.TARGET_FILING: (_notice,),
    Step.INTRODUCERS: (_introducers,),
    Step.TRAINING: (_training,),
    Step.ADMISSION_REVIEW: (_meeting_fits,),
    Step.PRE_REVIEW: (_leaving,),
    Step.MEMBERSHIP_FORM: (_form_is_free,),
    Step.ADMISSION_MEETING: (_may_admit, _training_is_valid, votes_of_the_meeting),
    Step.ADMISSION_APPROVAL: (_notice, votes_of_the_committee),
    Step.FULL_MEETING: (_extension, votes_of_the_meeting),
    Step.FULL_APPROVAL: (_notice, votes_of_the_committee),
}
