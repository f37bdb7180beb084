"""The stages of a scheme, as data: which there are, what the university calls each, and what it adds of its own.

Two of them no scheme can do without: the report and the grade. A stage that is left out is not asked for. Those of the
university's own (互查, 实地核查, 考察谈话 …) are noted for each secretary, before the review meeting or after it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST_TITLE: Final = 8


class Step(StrEnum):
    """What is done at a stage, in the order in which a round goes."""

    REPORT = "report"  # each secretary writes
    READING = "reading"  # the organiser accepts or sends back
    BEFORE = "before"  # of the university's own, noted for each before the meeting
    BALLOT = "ballot"  # the ballots of the review meeting
    AFTER = "after"  # of its own, noted before the grades are published
    GRADING = "grading"  # the committee decides
    FEEDBACK = "feedback"  # each is told
    RECTIFICATION = "rectification"  # what is to be put right


TITLES: Final = {
    Step.REPORT: "述职报告",
    Step.READING: "审阅",
    Step.BALLOT: "现场测评",
    Step.GRADING: "综合评定",
    Step.FEEDBACK: "反馈",
    Step.RECTIFICATION: "整改",
}
#: Those that a university names itself; there may be several.
OWN: Final = (Step.BEFORE, Step.AFTER)
_NEEDED: Final = (Step.REPORT, Step.GRADING)


@dataclass(frozen=True)
class Stage:
    """``citation`` is the document that asks for it."""

    code: str
    title: str
    step: Step
    citation: str = ""

    @property
    def is_own(self) -> bool:
        return self.step in OWN


def in_order(stages: Iterable[Stage]) -> tuple[Stage, ...]:
    """As a round goes through them; of two of one step the one named first is first."""
    return tuple(sorted(stages, key=lambda stage: list(Step).index(stage.step)))


def usual(*, has_ballot: bool) -> tuple[Stage, ...]:
    """Report, reading, ballot where the scheme has one, grade, feedback, rectification."""
    return tuple(
        Stage(step.value, title, step)
        for step, title in TITLES.items()
        if has_ballot or step is not Step.BALLOT
    )


def fault_of(stages: Sequence[Stage], *, has_ballot: bool) -> str:
    """What does not hold together, for the user; empty when it does."""
    return _fault_of_steps([stage.step for stage in stages], has_ballot) or _fault_of_names(stages)


def _fault_of_steps(steps: Sequence[Step], has_ballot: bool) -> str:
    for step in _NEEDED:
        if step not in steps:
            return f"方案少了“{TITLES[step]}”这个环节，每次述职评议都要有。"
    for step, title in TITLES.items():
        if steps.count(step) > 1:
            return f"“{title}”这个环节写了 {steps.count(step)} 次，只能有一次。"
    if has_ballot and Step.BALLOT not in steps:
        return f"有测评项目的方案，须有“{TITLES[Step.BALLOT]}”这个环节。"
    if Step.BALLOT in steps and not has_ballot:
        return f"方案里没有测评项目，请去掉“{TITLES[Step.BALLOT]}”这个环节，或者加上测评项目。"
    return ""


def _fault_of_names(stages: Sequence[Stage]) -> str:
    titles = [stage.title.strip() for stage in stages]
    for title in titles:
        if not 1 <= len(title) <= MOST_TITLE:
            return f"环节名称应为 1 至 {MOST_TITLE} 个字，“{title}”不是。"
        if titles.count(title) > 1:
            return f"环节“{title}”写了两次。"
    return "" if len({stage.code for stage in stages}) == len(stages) else "两个环节用了同一个代码。"
