"""What the transition table is written in: steps, stages, who decides, terms and facts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class By(StrEnum):
    """Who takes a step."""

    APPLICANT = "applicant"
    BRANCH = "branch"
    COMMITTEE = "committee"


BY_LABELS: Final = {By.APPLICANT: "本人", By.BRANCH: "党支部", By.COMMITTEE: "上级党委"}


class Step(StrEnum):
    APPLICATION = "application"
    APPLICATION_TALK = "application_talk"
    ACTIVIST_DECISION = "activist_decision"
    ACTIVIST_FILING = "activist_filing"
    CONTACTS = "contacts"
    OBSERVATION = "observation"
    REPORT = "report"
    TARGET_DECISION = "target_decision"
    TARGET_FILING = "target_filing"
    INTRODUCERS = "introducers"
    POLITICAL_REVIEW = "political_review"
    TRAINING = "training"
    ADMISSION_REVIEW = "admission_review"
    PRE_REVIEW = "pre_review"
    MEMBERSHIP_FORM = "membership_form"
    ADMISSION_MEETING = "admission_meeting"
    COMMITTEE_TALK = "committee_talk"
    ADMISSION_APPROVAL = "admission_approval"
    ADMISSION_FILING = "admission_filing"
    SEATING = "seating"
    OATH = "oath"
    PROBATION_OBSERVATION = "probation_observation"
    PROBATION_REPORT = "probation_report"
    FULL_APPLICATION = "full_application"
    FULL_MEETING = "full_meeting"
    FULL_APPROVAL = "full_approval"
    ARCHIVE = "archive"


class Stage(StrEnum):
    APPLICATION = "申请入党"
    ACTIVIST = "入党积极分子"
    TARGET = "发展对象"
    ADMISSION = "接收预备党员"
    PROBATION = "考察和转正"


@dataclass(frozen=True, slots=True)
class Term:
    """So many months after another step: a waiting period or a deadline, and the rule that says so.

    ``months`` is a number, or the code of the local rule that holds it (0: not asked for). Where the fact ``excuse`` of
    the step says why it took longer, a deadline lies ``longest`` months after.
    """

    after: Step
    months: int | str
    rule: str
    longest: int = 0
    excuse: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a step writes down beside its date. ``kind``: text, long, number, date, yes, choice, people.

    What is not asked for in the form of the step comes from another verb.
    """

    name: str
    label: str
    kind: str = "text"
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class Spec:
    """One row of the table. ``outcomes`` names the fact and its values that let the step count as done."""

    step: Step
    number: int
    stage: Stage
    title: str
    by: By
    needs: tuple[Step, ...] = ()
    facts: tuple[Fact, ...] = ()
    documents: str = ""
    not_before: tuple[Term, ...] = ()
    due: Term | None = None
    outcomes: tuple[str, frozenset[str]] | None = None
    status: str = ""
    is_repeated: bool = False
    #: The rule that asks for this step, named when it is missing.
    rule: str = ""
