"""The steps of 发展党员 in a file: which column is which step, and what the transition table says of their dates.

The past is what it was: a term or a waiting period that was broken is a warning. Only an order that cannot have been
is an error.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from branches.local import Decided
from lib.dates import written
from lib.periods import months_after
from members.development import history
from members.development.guards import EXTENSION
from members.development.progress import PROBATION_MONTHS
from members.development.rules import RULES
from members.development.steps import TABLE
from members.development.vocabulary import Step

from .checks import Finding

#: Field of the import → step.
STEPS: Final[dict[str, Step]] = {
    "applied_on": Step.APPLICATION,
    "talked_on": Step.APPLICATION_TALK,
    "activist_on": Step.ACTIVIST_DECISION,
    "discussed_on": Step.TARGET_DECISION,
    "target_on": Step.TARGET_FILING,
    "trained_on": Step.TRAINING,
    "reviewed_on": Step.PRE_REVIEW,
    "joined_on": Step.ADMISSION_MEETING,
    "interviewed_on": Step.COMMITTEE_TALK,
    "admitted_on": Step.ADMISSION_APPROVAL,
    "sworn_on": Step.OATH,
    "full_applied_on": Step.FULL_APPLICATION,
    "full_on": Step.FULL_MEETING,
    "full_approved_on": Step.FULL_APPROVAL,
    "archived_on": Step.ARCHIVE,
}
#: Those that the record and its status periods keep too.
KEPT_ELSEWHERE: Final = frozenset({"applied_on", "activist_on", "target_on", "joined_on", "full_on"})
OWN: Final = frozenset(STEPS) - KEPT_ELSEWHERE
#: People named in a step, and the column by whose date they were named: a file has none of its own for them.
NAMED: Final[dict[str, tuple[Step, str]]] = {
    "contacts": (Step.CONTACTS, "activist_on"),
    "introducers": (Step.INTRODUCERS, "target_on"),
}
TALKER: Final = "interviewer"
_BETWEEN_NAMES: Final = re.compile(r"[、,，;；/\s]+")


def dates_of(values: Mapping[str, Any]) -> dict[str, date]:
    """Step → date, of what a row or a record says."""
    return {step: values[name] for name, step in STEPS.items() if values.get(name)}


def says_any(values: Mapping[str, Any]) -> bool:
    """Whether a row says more than the record itself keeps."""
    return any(values.get(name) for name in (*OWN, *NAMED))


def facts_of(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What else is said of the steps: who talked, and the names as the file wrote them."""
    found = {}
    if values.get(TALKER):
        found[str(Step.COMMITTEE_TALK)] = {"talker": values[TALKER]}
    for name, (step, _) in NAMED.items():
        if values.get(name):
            found[str(step)] = {"note": values[name]}
    return found


def names_of(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Step → the people named in it."""
    return {
        str(step): [word for word in _BETWEEN_NAMES.split(values[name]) if word]
        for name, (step, _) in NAMED.items()
        if values.get(name)
    }


def dates_to_keep(values: Mapping[str, Any]) -> dict[str, date]:
    """Step → date, the steps in which people were named too."""
    named = {
        str(step): values[place]
        for name, (step, place) in NAMED.items()
        if values.get(name) and values.get(place)
    }
    return {**dates_of(values), **named}


def label_of(name: str) -> str:
    return TABLE[STEPS[name]].title


def check(values: Mapping[str, Any], birth: date | None, limits: Mapping[str, Decided]) -> Iterator[Finding]:
    """What the transition table and the local rules say against the dates; ``code`` is the rule's."""
    fields = {step: name for name, step in STEPS.items()}
    for found in history.findings(
        dates_of(values), limits, birth_date=birth, graduates_on=values.get("graduates_on")
    ):
        yield Finding(fields[found.step], found.code, _sentence(found), is_warning=not found.is_impossible)
    yield from _seniority(values)


def _seniority(values: Mapping[str, Any]) -> Iterator[Finding]:
    """细则 34: the column has the day of the meeting, and 党龄 counts from the end of probation, extended or not."""
    joined, full = values.get("joined_on"), values.get("full_on")
    if not joined or not full or full <= (ends := months_after(joined, PROBATION_MONTHS)):
        return
    if full not in {months_after(joined, PROBATION_MONTHS + months) for months in EXTENSION}:
        said = (
            f"党龄从预备期满之日算起：没有延长预备期的，转正日期应为{written(ends)}，"
            f"这里的{written(full)}会作为转正日期写入，请核对。"
        )
        rule = RULES["FZ-24"]
        yield Finding("full_on", rule.code, f"{said}（{rule.article}，{rule.code}）", is_warning=True)


def _sentence(found: history.Finding) -> str:
    parts = [] if found.article in found.message else [found.article]
    if found.code.isupper():
        parts.append(found.code)
    if found.earliest and found.earliest.isoformat() not in found.message:
        parts.append(f"最早 {found.earliest.isoformat()}")
    return f"{found.message}（{'，'.join(parts)}）" if parts else found.message
