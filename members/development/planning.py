"""What comes next for one person: the earliest lawful day of every remaining step, what blocks it, and what is late.

Pure: a plan is made from a :class:`Progress` and a day. Every remaining step is taken to happen on its earliest day.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lib.dates import written
from lib.periods import anniversary, months_after
from lib.workdays import after_workdays
from members import local_rules

from .progress import Progress
from .rules import RULES, Block, block, order_of, refuse
from .steps import TABLE
from .vocabulary import Spec, Step, Term

ADULT = 18
LEAVING_MONTHS = 3
POSTPONED_MONTHS = 6
APPLY_MONTHS = 1
#: Beside the way itself: they hold nobody up and are not what comes next.
BESIDE = frozenset({Step.OBSERVATION, Step.REPORT, Step.PROBATION_OBSERVATION, Step.PROBATION_REPORT})
#: 公示 lies between a decision and the step that follows it.
NOTICED = {
    Step.TARGET_FILING: Step.TARGET_DECISION,
    Step.ADMISSION_APPROVAL: Step.ADMISSION_MEETING,
    Step.FULL_APPROVAL: Step.FULL_MEETING,
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A remaining step. ``due`` is the last day in time; ``is_next`` means that all it needs is done.

    ``opens_on`` is the first lawful day, however long ago; ``is_timed``: not another step, but time brings it.
    """

    spec: Spec
    earliest: date
    opens_on: date
    is_timed: bool
    blocked_by: tuple[Block, ...]
    due: date | None
    is_late: bool
    is_next: bool
    lateness: str = ""
    excuse: str = ""

    @property
    def step(self) -> Step:
        return self.spec.step

    @property
    def is_possible(self) -> bool:
        """Nothing but facts that only the form can tell stands against it."""
        return self.is_next and not self.blocked_by

    def is_possible_by(self, day: date) -> bool:
        """What stands against it now is over by then."""
        return self.is_next and all(each.earliest and each.earliest <= day for each in self.blocked_by)


def local_block(progress: Progress, code: str, message: str, earliest: date | None = None) -> Block:
    """A refusal under a local rule; its article is the document it rests on."""
    decided = progress.limits[code]
    return Block(code, f"校内规定：{decided.citation or decided.rule.title}", message, earliest)


def _block(progress: Progress, code: str, message: str, earliest: date | None = None) -> Block:
    is_national = code in RULES
    return block(code, message, earliest) if is_national else local_block(progress, code, message, earliest)


def plan(progress: Progress, on: date) -> list[Planned]:
    """Every remaining step in the order of the table; a finished person has none but the archive."""
    days: dict[Step, date] = {}
    found: list[Planned] = []
    for step, spec in TABLE.items():
        day = None if is_due_again(progress, step, on) else progress.day_of(step)
        if progress.is_elsewhere(step):
            day = progress.person.admitted_elsewhere_on
        if day is not None:
            days[step] = day
        if (day is not None and not spec.is_repeated) or _is_over(progress, spec):
            continue
        planned = _planned(progress, spec, days, on)
        days.setdefault(step, planned.earliest)
        found.append(planned)
    return found


def _is_over(progress: Progress, spec: Spec) -> bool:
    """Repeated steps end with their stage; one that nothing asks for is not expected.

    Nobody applies for what the meeting has already decided: it cancels without an application.
    """
    if not spec.is_repeated:
        return spec.step == Step.FULL_APPLICATION and progress.has(Step.FULL_MEETING)
    if spec.due and not progress.months_of(spec.due.months):
        return True
    ends = Step.ADMISSION_MEETING if Step.ADMISSION_APPROVAL not in spec.needs else Step.FULL_MEETING
    return progress.has(ends)


def _planned(progress: Progress, spec: Spec, days: dict[Step, date], on: date) -> Planned:
    missing = [need for need in spec.needs if not progress.has(need)]
    floors = list(floors_of(progress, spec, days))
    opens_on = max([*(days[need] for need in spec.needs), *(day for day, _ in floors)], default=on)
    earliest = max(on, opens_on)
    blocks = [_missing(need) for need in missing]
    if not missing:
        blocks += [each for day, each in floors if day > on]
    if spec.step == Step.ADMISSION_MEETING:
        blocks += filter(None, [expired_training(progress, earliest)])
    due = due_of(progress, spec)
    late = due is not None and due < on
    lateness, excuse = (_lateness(progress, spec, due), excuse_of(progress, spec)) if late else ("", "")
    return Planned(
        spec, earliest, opens_on, bool(floors), tuple(blocks), due, late, not missing, lateness, excuse
    )


def _missing(need: Step) -> Block:
    spec = TABLE[need]
    return refuse(order_of(spec.rule), f"还没有“{spec.title}”的记录。")


def floors_of(progress: Progress, spec: Spec, days: dict[Step, date]) -> Iterator[tuple[date, Block]]:
    """The days before which the step cannot lawfully be taken, when the others are taken on ``days``."""
    for term in spec.not_before:
        months = progress.months_of(term.months)
        if months and term.after in days:
            day = months_after(days[term.after], months)
            said = f"{TABLE[term.after].title}在{written(days[term.after])}，须满{months}个月，"
            yield day, _block(progress, term.rule, f"{said}最早{written(day)}可以“{spec.title}”。", day)
    if spec.step == Step.APPLICATION and progress.person.birth_date:
        birth = progress.person.birth_date
        day = anniversary(birth, birth.year + ADULT, "03-01")
        yield day, block("FZ-01", f"{written(day)}年满十八岁，此前不能申请入党。", day)
    if spec.step == Step.FULL_MEETING and Step.ADMISSION_MEETING in days:
        day = progress.probation_ends or months_after(days[Step.ADMISSION_MEETING], 12)
        yield day, block("FZ-20", f"预备期到{written(day)}届满，此前不能讨论转正。", day)
    if notice := progress.number_of(local_rules.NOTICE_DAYS) if spec.step in NOTICED else 0:
        decided = days.get(NOTICED[spec.step])
        if decided:
            day = after_workdays(decided, notice)
            said = f"“{TABLE[NOTICED[spec.step]].title}”之后须公示{notice}个工作日，最早到{written(day)}。"
            yield day, local_block(progress, local_rules.NOTICE_DAYS, said, day)


def expired_training(progress: Progress, on: date) -> Block | None:
    """校内规定: a meeting on ``on`` would rest on training that no longer counts."""
    months, trained = progress.number_of(local_rules.TRAINING_MONTHS), progress.day_of(Step.TRAINING)
    if not months or trained is None or on <= (last := months_after(trained, months)):
        return None
    said = f"集中培训{written(trained)}结业，{months}个月内有效，到{written(last)}为止；须重新培训，再开支部大会。"
    return local_block(progress, local_rules.TRAINING_MONTHS, said)


def is_due_again(progress: Progress, step: Step, on: date) -> bool:
    """Training that has expired before the meeting is taken anew; nothing else that is done comes again."""
    waits = step == Step.TRAINING and not progress.has(Step.ADMISSION_MEETING)
    return waits and expired_training(progress, on) is not None


def due_of(progress: Progress, spec: Spec, facts: Mapping[str, Any] | None = None) -> date | None:
    """The last day on which the step is in time; None when nothing limits it or what it counts from is not there.

    ``facts`` are those of the step itself: a special circumstance written there moves the day where the text allows it.
    """
    if spec.step == Step.FULL_MEETING:
        return _meeting_due(progress)
    term = spec.due
    if term is None:
        return None
    began = progress.day_of(term.after)
    months = term.longest if _is_excused(term, facts) else progress.months_of(term.months)
    if began is None or not months:
        return None
    if spec.is_repeated:
        here_since = progress.person.came_on if progress.person.admitted_elsewhere_on else None
        began = max(filter(None, [began, here_since, progress.day_of(spec.step)]))
    return months_after(began, months)


def _is_excused(term: Term, facts: Mapping[str, Any] | None) -> bool:
    return bool(term.excuse and facts and str(facts.get(term.excuse) or "").strip())


def _meeting_due(progress: Progress) -> date | None:
    """细则 32, 36: at the end of probation; who was transferred in during it may wait for half a year."""
    ends = progress.probation_ends
    if ends is None or not progress.has(Step.ADMISSION_APPROVAL):
        return None
    came = progress.person.came_on
    return months_after(ends, POSTPONED_MONTHS) if came and came <= ends else ends


def rule_of_lateness(progress: Progress, spec: Spec) -> str:
    """The rule that says when the step is due; only who came during probation may wait by 细则 36."""
    if spec.step != Step.FULL_MEETING:
        return spec.due.rule if spec.due else ""
    came, ends = progress.person.came_on, progress.probation_ends
    return "FZ-25" if came and ends and came <= ends else "FZ-20"


def article_of_due(progress: Progress, spec: Spec) -> str:
    """What the rule that says when the step is due asks."""
    return _block(progress, rule_of_lateness(progress, spec), "").article


def _lateness(progress: Progress, spec: Spec, due: date | None) -> str:
    assert due is not None
    sentence = f"“{spec.title}”应在{written(due)}前完成，已经逾期。{excuse_of(progress, spec)}"
    return str(_block(progress, rule_of_lateness(progress, spec), sentence))


def excuse_of(progress: Progress, spec: Spec) -> str:
    """What may still be said for a step past its usual day: which reason, and until when it counts."""
    term, began = spec.due, progress.day_of(spec.due.after) if spec.due else None
    if term is None or not term.excuse or began is None:
        return ""
    label = next(fact.label for fact in spec.facts if fact.name == term.excuse)
    last = months_after(began, term.longest)
    return f"写明“{label}”的，最迟{written(last)}。"


def is_late(spec: Spec, progress: Progress, on: date, facts: Mapping[str, Any]) -> bool:
    """Whether taking the step on ``on`` with ``facts`` would be late."""
    due = due_of(progress, spec, facts)
    return due is not None and on > due


def following(progress: Progress, planned: Iterable[Planned], on: date) -> Planned | None:
    """The first open step of the way. An application for full membership is none before the last month of probation.

    Nobody is sent after the oath of whoever came on probation: most took it where they were admitted.
    """
    beside = BESIDE | ({Step.OATH} if progress.person.admitted_elsewhere_on else set())
    for each in planned:
        if not each.is_next or each.step in beside:
            continue
        ends = progress.probation_ends
        if each.step == Step.FULL_APPLICATION and ends and on < months_after(ends, -APPLY_MONTHS):
            return None
        return each
    return None


def leaving(progress: Progress, on: date) -> Block | None:
    """细则 19: whoever has less than three months left is normally not admitted; a stated reason settles it."""
    leaves = progress.person.graduates_on
    if leaves is None or on <= months_after(leaves, -LEAVING_MONTHS):
        return None
    return block("FZ-13", f"预计{written(leaves)}毕业，不足三个月，一般不办理；确需办理的请写明理由。")


def clash(progress: Progress, planned: list[Planned]) -> Block | None:
    """细则 19, said as soon as it can be foreseen: of the pre-review, and after it of the meeting that admits."""
    leaves = progress.person.graduates_on
    admitting = (Step.PRE_REVIEW, Step.ADMISSION_MEETING)
    ahead = next((each for each in planned if each.step in admitting), None)
    if leaves is None or ahead is None:
        return None
    last = months_after(leaves, -LEAVING_MONTHS)
    if ahead.earliest <= last:
        return None
    said = (
        f"预计{written(leaves)}毕业，{written(last)}以后一般不办理接收；"
        f"最早{written(ahead.earliest)}才能“{ahead.spec.title}”，毕业前来不及。"
    )
    return block("FZ-13", said, ahead.earliest)
