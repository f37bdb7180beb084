"""Students on their way into the party: applicants, activists, targets and people on probation, each at a believable step.

Written in bulk like the rest of the demo, as :func:`members.development.history.adopt` would keep them: the same rows,
the status periods that follow from the dates, and one audit entry for all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from branches.models import Branch
from lib.periods import months_after
from members import enrolment
from members.development.steps import Step
from members.enrolment import NewMember
from members.models import Development, DevelopmentPerson, DevelopmentPlan, DevelopmentStep, Member, StatusPeriod

from .scale import Setting

S = Step
#: Step → days after the step before it, shortest and longest, along the usual way.
PACE: tuple[tuple[Step, int, int], ...] = (
    (S.APPLICATION_TALK, 5, 40),
    (S.ACTIVIST_DECISION, 90, 160),
    (S.ACTIVIST_FILING, 7, 25),
    (S.CONTACTS, 0, 10),
    (S.OBSERVATION, 120, 175),
    (S.TARGET_DECISION, 230, 290),
    (S.TARGET_FILING, 10, 25),
    (S.INTRODUCERS, 0, 7),
    (S.POLITICAL_REVIEW, 5, 25),
    (S.TRAINING, 5, 30),
    (S.ADMISSION_REVIEW, 5, 20),
    (S.PRE_REVIEW, 5, 20),
    (S.MEMBERSHIP_FORM, 2, 8),
)
FACTS: dict[Step, dict[str, Any]] = {
    S.APPLICATION_TALK: {"talker": "党支部书记"},
    S.ACTIVIST_DECISION: {"way": "league", "meeting": "committee"},
    S.OBSERVATION: {"content": "学习努力，积极参加支部活动，群众评价好。"},
    S.TARGET_DECISION: {"opinions": True, "meeting": "committee"},
    S.INTRODUCERS: {"undisciplined": True},
    S.POLITICAL_REVIEW: {"result": "passed"},
    S.TRAINING: {"days": 3, "hours": 24, "result": "passed"},
    S.ADMISSION_REVIEW: {"meeting": "committee"},
    S.PRE_REVIEW: {"result": "passed"},
}
