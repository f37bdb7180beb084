"""One person's lawful way through all steps, and every step of it in one line."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from branches.roles import Role
from lib.periods import months_after
from members import enrolment
from members.development import loading, planning, recording
from members.development.recording import Refused
from members.development.rules import RULES
from members.development.steps import TABLE
from members.development.vocabulary import By, Step
from members.enrolment import NewMember
from members.models import Development, DevelopmentPerson, DevelopmentStep, Member
from tests import cast, scenes

S = Step
VOTES = {
    "expected": 5,
    "present": 4,
    "in_favour": 4,
    "against": 0,
    "abstained": 0,
    "void": 0,
    "written_for": 0,
    "written_against": 0,
    "written_abstained": 0,
    "result": "passed",
}
#: Step → its day and its facts, when nothing is special.
WAY = {
    S.APPLICATION: (date(2024, 3, 1), {}),
    S.APPLICATION_TALK: (date(2024, 3, 20), {"talker": "张明"}),
    S.ACTIVIST_DECISION: (date(2024, 6, 10), {"way": "league", "meeting": "general"}),
    S.ACTIVIST_FILING: (date(2024, 6, 20), {}),
    S.CONTACTS: (date(2024, 6, 20), {}),
    S.OBSERVATION: (date(2024, 12, 5), {"content": "表现良好"}),
    S.TARGET_DECISION: (date(2025, 6, 10), {"opinions": True, "meeting": "general"}),
    S.TARGET_FILING: (date(2025, 6, 20), {}),
    S.INTRODUCERS: (date(2025, 6, 20), {"undisciplined": True}),
    S.POLITICAL_REVIEW: (date(2025, 6, 25), {"result": "passed"}),
    S.TRAINING: (date(2025, 7, 5), {"days": 3, "result": "passed"}),
    S.ADMISSION_REVIEW: (date(2025, 7, 10), {"meeting": "general"}),
    S.PRE_REVIEW: (date(2025, 7, 20), {"result": "passed"}),
    S.MEMBERSHIP_FORM: (date(2025, 7, 25), {"form_number": "2025001"}),
    S.ADMISSION_MEETING: (date(2025, 8, 1), VOTES),
    S.COMMITTEE_TALK: (date(2025, 8, 20), {"talker": "李红"}),
    S.ADMISSION_APPROVAL: (date(2025, 9, 1), {"result": "approved"}),
    S.ADMISSION_FILING: (date(2025, 9, 5), {}),
    S.SEATING: (date(2025, 9, 5), {}),
    S.OATH: (date(2025, 9, 10), {}),
    S.FULL_APPLICATION: (date(2026, 7, 20), {}),
    S.FULL_MEETING: (date(2026, 8, 3), {**VOTES, "decision": "confirm"}),
    S.FULL_APPROVAL: (date(2026, 9, 1), {"result": "approved"}),
    S.ARCHIVE: (date(2026, 9, 10), {}),
}
#: The meeting is two days after the end of probation.
LATE = {S.FULL_MEETING}
#: Steps beside the way: they hold nobody up and may be taken again.
BESIDE = {
    S.REPORT: (date(2024, 9, 10), {}),
    S.PROBATION_OBSERVATION: (date(2026, 2, 1), {"content": "表现良好"}),
    S.PROBATION_REPORT: (date(2025, 12, 1), {}),
}
PEOPLE = {S.CONTACTS: 2, S.INTRODUCERS: 2}


@dataclass
class Way:
    """Somebody of the students' branch on his way; ``secretary`` and ``staff`` take the steps of their side."""

    school: cast.University = field(default_factory=cast.a_university)
    born: date = date(2005, 3, 7)
    graduates_on: date | None = None

    def __post_init__(self):
        self.branch = self.school.students
        self.secretary = cast.a_user(Role.SECRETARY, self.branch)
        self.staff = cast.a_user(Role.COMMITTEE_STAFF, self.school.physics)
        self.full = scenes.once(("five", self.branch.pk), self._five)
        self.development = None

    def _five(self):
        return [cast.a_member(self.branch) for _ in range(5)]

    @property
    def member(self):
        return Member.objects.get(pk=self.development.member_id)

    def apply(self, on=WAY[S.APPLICATION][0]):
        person = NewMember(
            name="林微",
            sex="female",
            branch=self.branch,
            status="applicant",
            stages={"applicant": on},
            birth_date=self.born,
            graduates_on=self.graduates_on,
        )
        self.development = recording.apply(person, on, by=self.secretary)
        return self.development

    def take(self, step, on=None, *, by=None, people=None, **facts):
        """Take one step, on its own day and with its own facts where nothing else is said."""
        day, usual = {**WAY, **BESIDE}[step]
        named = self.full[: PEOPLE.get(step, 0)] if people is None else people
        return recording.record(
            self.development, step, on or day, {**usual, **facts}, named, by=by or self.side(step)
        )

    def side(self, step):
        return self.staff if TABLE[step].by is By.COMMITTEE else self.secretary

    def step_by_step(self, until):
        """Everything up to and with ``until``, each step through the verb."""
        self.apply()
        for step in list(WAY)[1 : list(WAY).index(until) + 1]:
            self.take(step)

    def walk(self, until):
        """The same laid down in one piece, which is faster (test_way.py compares the two)."""
        steps = list(WAY)[1 : list(WAY).index(until) + 1]
        self.apply()
        rows = DevelopmentStep.objects.bulk_create(
            DevelopmentStep(
                development=self.development,
                step=step,
                on=day,
                facts=dict(facts),
                entered_by=self.side(step),
                is_late=step in LATE,
            )
            for step in steps
            for day, facts in [WAY[step]]
        )
        DevelopmentPerson.objects.bulk_create(
            DevelopmentPerson(step=row, member=member)
            for row in rows
            for member in self.full[: PEOPLE.get(row.step, 0)]
        )
        if changed := self._changed_by(steps):
            enrolment.change(self.development.member, changed, by=self.secretary)
        if until == S.ARCHIVE:
            Development.objects.update(closed_on=WAY[until][0], outcome="joined")
        self.development = Development.objects.select_related("member__branch").get(pk=self.development.pk)
        return self.development

    def _changed_by(self, steps):
        """The status that the steps lead to, and its dates."""
        changed = {}
        reached = {S.ACTIVIST_DECISION: "activist", S.TARGET_DECISION: "target"}
        stages = {status: WAY[step][0] for step, status in reached.items() if step in steps}
        if stages:
            changed = {"status": [*stages][-1], "stages": stages}
        if S.ADMISSION_APPROVAL in steps:
            changed |= {"status": "probationary", "joined_on": WAY[S.ADMISSION_MEETING][0]}
        if S.FULL_APPROVAL in steps:
            changed |= {"status": "full", "full_on": months_after(WAY[S.ADMISSION_MEETING][0], 12)}
        return changed

    def before(self, step):
        """Everything before ``step``."""
        steps = list(WAY)
        return self.walk(steps[steps.index(step) - 1])


def refused(way, step, *args, **more):
    """Code, article and earliest day of what stands against the step; the step is not recorded."""
    with pytest.raises(Refused) as caught:
        way.take(step, *args, **more)
    assert not way.development.steps.filter(step=step).exists()
    return [(each.code, each.article, each.earliest) for each in caught.value.blocks]


def against(code, earliest=None):
    return [(code, RULES[code].article, earliest)]


def late_on(way, day):
    progress = loading.progress_of(way.development)
    return {each.step: each.lateness for each in planning.plan(progress, day) if each.is_late}
