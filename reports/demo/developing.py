"""Students on their way into the party, each at a believable step: applicants to targets, and those on probation.

Written in bulk like the rest of the demo, with the rows that the verbs would leave; the trail says once that it is the
demo. Steps are counted back from the day the person reached what he is now.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from random import Random
from typing import Any

from members.development import arrivals
from members.development.vocabulary import Step
from members.models import (
    Development,
    DevelopmentPerson,
    DevelopmentPlan,
    DevelopmentStep,
    Member,
    MembershipSpell,
    StatusPeriod,
)

from .inserting import insert
from .membership_forms import Use, give_out
from .organisations import Leaf, University
from .people import People, Person
from .scale import Setting, moment

S = Step
Status = StatusPeriod.Status
#: What each step writes down.
FACTS: dict[Step, dict[str, Any]] = {
    S.APPLICATION_TALK: {"talker": "支部组织委员"},
    S.ACTIVIST_DECISION: {"way": "league"},
    S.OBSERVATION: {"content": "学习努力，积极参加支部活动，群众评价好。"},
    S.TARGET_DECISION: {"opinions": True},
    S.INTRODUCERS: {"undisciplined": True},
    S.POLITICAL_REVIEW: {"result": "passed"},
    S.TRAINING: {"days": 3, "hours": 24, "result": "passed"},
    S.PRE_REVIEW: {"result": "passed"},
    S.COMMITTEE_TALK: {"talker": "党委组织员"},
    S.ADMISSION_APPROVAL: {"result": "approved"},
}
#: Days from one great step to the next, shortest and longest.
TO_ACTIVIST, TO_TARGET, TO_MEETING = (95, 170), (366, 430), (60, 120)


@dataclass
class Course:
    """One person's steps by day, and who was named in them."""

    member: Member
    days: list[tuple[Step, date]] = field(default_factory=list)
    named: dict[Step, Sequence[Member]] = field(default_factory=dict)
    form_number: str = ""

    def add(self, step: Step, day: date) -> None:
        self.days.append((step, day))


def develop(people: People, university: University, setting: Setting) -> int:
    """Developments of all candidates and of those on probation among the students; returns how many."""
    leaves = {leaf.branch.pk: leaf for leaf in university.leaves}
    courses = []
    for member, status, since in people.candidates:
        stream = setting.stream(f"development:{member.number}")
        courses.append(_course(member, status, since, people, leaves[member.branch_id], stream, setting))
    for leaf in university.leaves:
        if leaf.is_student and leaf.has_own_members:
            courses += _probationary(leaf, people, setting)
    _number(courses, people, university, setting)
    _write(courses)
    _move_beginnings(courses, people)
    arrivals.align(list(Member.objects.filter(status=Status.PROBATIONARY)))
    _plans(university, setting)
    return len(courses)


def _probationary(leaf: Leaf, people: People, setting: Setting) -> Iterator[Course]:
    for person in people.on(leaf, setting.today):
        if person.full is None or person.full > setting.today:
            stream = setting.stream(f"development:{person.member.number}")
            yield _admitted(person, people, leaf, stream, setting.last_day)


def _course(
    member: Member, status: str, since: date, people: People, leaf: Leaf, stream: Random, setting: Setting
) -> Course:
    """A candidate's steps: back to the application, and on to what was done since."""
    course, last = Course(member), setting.last_day
    if status == Status.APPLICANT:
        _apply(course, since, stream, last)
    elif status == Status.ACTIVIST:
        _become_activist(course, since, people, leaf, stream, last)
    else:
        _become_target(course, since, people, leaf, stream, last)
    return course


def _apply(course: Course, on: date, stream: Random, last: date) -> None:
    course.add(S.APPLICATION, on)
    talk = on + timedelta(days=stream.choice((6, 10, 14, 18, 22, 26, 28, 36)))
    if talk <= last and stream.random() < 0.9:
        course.add(S.APPLICATION_TALK, talk)


def _become_activist(
    course: Course,
    on: date,
    people: People,
    leaf: Leaf,
    stream: Random,
    last: date,
    until: date | None = None,
) -> None:
    applied = on - timedelta(days=stream.randint(*TO_ACTIVIST))
    course.add(S.APPLICATION, applied)
    course.add(S.APPLICATION_TALK, applied + timedelta(days=stream.randint(5, 32)))
    course.add(S.ACTIVIST_DECISION, on)
    for step, days in ((S.ACTIVIST_FILING, stream.randint(7, 25)), (S.CONTACTS, stream.randint(3, 12))):
        day = on + timedelta(days=days)
        if day <= last:
            course.add(step, day)
            if step == S.CONTACTS:
                course.named[step] = _full(people, leaf, day, stream)
    observed = on + timedelta(days=stream.randint(150, 186))
    while observed <= min(last, until or last):
        course.add(S.OBSERVATION, observed)
        observed += timedelta(days=stream.randint(150, 186))


def _become_target(course: Course, on: date, people: People, leaf: Leaf, stream: Random, last: date) -> None:
    activist = on - timedelta(days=stream.randint(*TO_TARGET))
    _become_activist(course, activist, people, leaf, stream, last, until=on)
    course.add(S.TARGET_DECISION, on)
    day = on
    for step, least, most in (
        (S.TARGET_FILING, 8, 20),
        (S.INTRODUCERS, 0, 4),
        (S.POLITICAL_REVIEW, 4, 14),
        (S.TRAINING, 3, 12),
    ):
        day += timedelta(days=stream.randint(least, most))
        if day > last:
            return
        course.add(step, day)
        if step == S.INTRODUCERS:
            course.named[step] = _full(people, leaf, day, stream)


def _admitted(person: Person, people: People, leaf: Leaf, stream: Random, last: date) -> Course:
    course = Course(person.member)
    target = person.joined - timedelta(days=stream.randint(*TO_MEETING))
    _become_target(course, target, people, leaf, stream, person.joined)
    for step, days in ((S.ADMISSION_REVIEW, 9), (S.PRE_REVIEW, 5), (S.MEMBERSHIP_FORM, 2)):
        course.add(step, person.joined - timedelta(days=days))
    course.days.sort(key=lambda taken: taken[1])
    course.add(S.ADMISSION_MEETING, person.joined)
    day = person.joined
    steps = (
        (S.COMMITTEE_TALK, 10, 30),
        (S.ADMISSION_APPROVAL, 10, 40),
        (S.ADMISSION_FILING, 3, 12),
        (S.SEATING, 1, 5),
        (S.OATH, 3, 40),
    )
    for step, least, most in steps:
        day += timedelta(days=stream.randint(least, most))
        if day <= last:
            course.add(step, day)
    return course


def _number(courses: Sequence[Course], people: People, university: University, setting: Setting) -> None:
    """Whoever filled in a form has one that was drawn."""
    uses = [
        Use(course.member, day)
        for course in courses
        for step, day in course.days
        if step == S.MEMBERSHIP_FORM
    ]
    numbers = give_out(uses, people, university, setting)
    for course in courses:
        course.form_number = numbers.get(course.member, "")


def _full(people: People, leaf: Leaf, day: date, stream: Random) -> list[Member]:
    full = [person.member for person in people.on(leaf, day) if person.may_vote(day)]
    return stream.sample(full, min(2, len(full)))


def _write(courses: Sequence[Course]) -> None:
    developments = [
        Development(member=course.member, applied_on=min(day for _, day in course.days)) for course in courses
    ]
    insert(developments)
    rows, named = [], []
    first = (DevelopmentStep.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    for development, course in zip(developments, courses, strict=True):
        for step, day in course.days:
            rows.append(
                DevelopmentStep(
                    development=development,
                    step=step,
                    on=day,
                    facts=_facts(step, course),
                    entered_at=moment(day, time(16)),
                )
            )
            named += [(len(rows) - 1, member) for member in course.named.get(step, ())]
    DevelopmentStep.objects.bulk_create(rows, batch_size=500)
    kept = list(DevelopmentStep.objects.filter(pk__gte=first).order_by("pk"))
    DevelopmentPerson.objects.bulk_create(
        (DevelopmentPerson(step=kept[index], member=member) for index, member in named), batch_size=500
    )


def _facts(step: Step, course: Course) -> dict[str, Any]:
    facts = dict(FACTS.get(step, {}))
    if step == S.MEMBERSHIP_FORM:
        facts["form_number"] = course.form_number
    if step == S.ADMISSION_MEETING:
        facts |= {"expected": 12, "present": 11, "in_favour": 11, "result": "passed"}
    return facts


def _move_beginnings(courses: Sequence[Course], people: People) -> None:
    """A candidate belongs to the branch from the application on, and was in the stages before the present one."""
    reached = {member.pk: since for member, _, since in people.candidates}
    earlier: list[StatusPeriod] = []
    for course in courses:
        if course.member.pk not in reached:
            continue
        days = dict(reversed(course.days))
        applied = days[S.APPLICATION]
        founded_on = course.member.branch.founded_on or applied
        MembershipSpell.objects.filter(member=course.member).update(since=max(applied, founded_on))
        starts = [(Status.APPLICANT, applied), (Status.ACTIVIST, days.get(S.ACTIVIST_DECISION))]
        starts = [(status, day) for status, day in starts if day and day < reached[course.member.pk]]
        ends = [*(day for _, day in starts[1:]), reached[course.member.pk]]
        for (status, since), until in zip(starts, ends, strict=False):
            assert since
            assert until
            earlier.append(
                StatusPeriod(
                    member=course.member, status=status, since=since, until=until - timedelta(days=1)
                )
            )
    StatusPeriod.objects.bulk_create(earlier, batch_size=500)


def _plans(university: University, setting: Setting) -> None:
    """This year's plan of every college that has students: a little more than it has used."""
    year = setting.today.year
    stream = setting.stream("plans")
    colleges = {leaf.branch.parent_id: leaf.branch.parent for leaf in university.leaves if leaf.is_student}
    for college in colleges.values():
        if college is None:
            continue
        DevelopmentPlan.objects.create(
            branch=college,
            branch_path=college.path,
            year=year,
            quota=stream.randint(24, 40),
            document=f"校组字〔{year}〕{stream.randint(2, 9)}号",
        )
