"""Which branches a change of the local duties would concern, seen before it is made."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from branches.tree import whole_tree
from lib.periods import Period, quarter_of

from . import duties, local_duties
from .duties import STATE_LABELS, Duty
from .local_duties import InForce
from .models import LocalDuty


@dataclass(frozen=True)
class Effect:
    """One branch, and each duty of it that would be asked, not asked or judged otherwise."""

    branch: str
    changes: tuple[str, ...]


def of_starting(draft: LocalDuty, today: date) -> tuple[Period, list[Effect]]:
    """In the first quarter in which ``draft`` would hold."""
    period = quarter_of(max(draft.since, today))
    rows = sorted([*local_duties.rows_during(period), draft], key=lambda row: (row.code, row.since))
    return period, _compared(period, today, local_duties.of_rows(rows))


def of_ending(row: LocalDuty, last: Period, today: date) -> tuple[Period, list[Effect]]:
    """In the first quarter in which ``row`` would not hold any more."""
    period = last.next()
    rows = local_duties.rows_during(period).exclude(pk=row.pk)
    return period, _compared(period, today, local_duties.of_rows(rows))


def _compared(period: Period, today: date, then: InForce) -> list[Effect]:
    everything = whole_tree()
    before = _by_subject(duties.evaluate(everything, period, today))
    after = _by_subject(duties.evaluate(everything, period, today, in_force=then))
    changes: dict[str, list[str]] = defaultdict(list)
    for subject in {**before, **after}:
        old, new = before.get(subject), after.get(subject)
        if _word(old) != _word(new):
            duty = new or old
            assert duty is not None
            label = f"{duty.period.short_label}{duty.title}"
            changes[duty.branch_name].append(f"{label}：{_word(old)} → {_word(new)}")
    return [Effect(name, tuple(lines)) for name, lines in changes.items()]


def _by_subject(found: Iterable[Duty]) -> dict[str, Duty]:
    return {duty.subject: duty for duty in found}


def _word(duty: Duty | None) -> str:
    return STATE_LABELS[duty.state] if duty else "无要求"
