"""What is kept of those who lead branches: trainings, the checklist, double leaders; and the certificates given."""

import random
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from accounts.models import User
from branches.models import Branch
from members import certificates, classes
from members.classes import Grade
from members.competence import ITEMS
from members.models import Competence, Member, Training, TrainingClass

from .offices import Office, Offices, Tenure
from .organisations import University
from .scale import Setting

CERTIFICATES = 12
PURPOSES = (
    "报考公务员政治面貌证明",
    "应聘单位政治面貌审核",
    "出国（境）政审",
    "评奖评优材料",
    "组织关系核查",
)
ORGANIZER = "校党委组织部"
#: From the first day of a class to the last.
LENGTH = timedelta(days=2)


def _secretaries(offices: Offices, today: date) -> list[tuple[Office, Tenure]]:
    """Each person once: somebody may lead a branch of his own and a functional one."""
    found: dict[int, tuple[Office, Tenure]] = {}
    for office in offices.values():
        if tenure := office.secretary_on(today):
            found.setdefault(id(tenure.person), (office, tenure))
    return list(found.values())


def choose_double_leaders(offices: Offices, setting: Setting) -> None:
    """Of the secretaries of teachers' branches most; before the people are written, with their first history."""
    stream = setting.stream("double leaders")
    for office, tenure in _secretaries(offices, setting.today):
        if not office.leaf.is_student and tenure.person.member.job == "专任教师":
            tenure.person.member.is_double_leader = stream.random() < 0.8


def write(offices: Offices, university: University, setting: Setting, clerk: User) -> None:
    """Inductions and this year's class of most secretaries, ticks, and a dozen certificates of membership."""
    stream = setting.stream("trainings")
    trainings: list[Training] = []
    ticks: list[Competence] = []
    secretaries = _secretaries(offices, setting.today)
    for _, tenure in secretaries:
        trainings += _inductions(tenure, stream, setting.today)
        known = len(ITEMS) if stream.random() < 0.6 else stream.randint(2, len(ITEMS) - 1)
        ticks += [
            Competence(
                member=tenure.person.member,
                item=item.code,
                ticked_on=max(tenure.since, setting.today - timedelta(days=stream.randint(20, 200))),
                ticked_by=clerk,
            )
            for item in ITEMS[:known]
        ]
    Training.objects.bulk_create(trainings, batch_size=500)
    Competence.objects.bulk_create(ticks, batch_size=500)
    _hold_classes([tenure.person.member for _, tenure in secretaries], university.root, setting, clerk)
    _certify([tenure for _, tenure in secretaries], clerk, stream)


def _inductions(tenure: Tenure, stream: random.Random, today: date) -> list[Training]:
    if stream.random() >= 0.9:
        return []
    day = min(today, tenure.since + timedelta(days=stream.randint(20, 120)))
    return [_training(tenure.person.member.pk, "induction", f"{day.year}年新任党支部书记任职培训班", day, 16)]


def _hold_classes(people: list[Member], root: Branch, setting: Setting, clerk: User) -> None:
    """The rotation of spring, finished, for three in four; and one of the autumn, over but not graded to its end."""
    stream, year = setting.stream("classes"), setting.today.year
    spring, autumn = date(year, 5, 18), date(year, 10, 19)
    chosen = [person for person in people if stream.random() < 0.75]
    rest = [person for person in people if person not in chosen]
    if spring + LENGTH <= setting.today:
        one = _open(root, f"{year}年党支部书记集中轮训班", spring, clerk)
        classes.enrol(one, chosen, by=clerk)
        keys = one.trainees.order_by("pk").values_list("pk", flat=True)
        classes.grade(one, {pk: _grade(stream) for pk in keys}, by=clerk)
        classes.finish(one, on=spring + LENGTH, by=clerk)
    if autumn + LENGTH <= setting.today and rest:
        one = _open(root, f"{year}年党支部书记集中轮训补训班", autumn, clerk)
        classes.enrol(one, rest, by=clerk)
        first = one.trainees.order_by("pk").values_list("pk", flat=True)[: len(rest) // 2]
        classes.grade(one, {pk: Grade(score=Decimal(stream.randint(75, 95))) for pk in first}, by=clerk)


def _open(root: Branch, title: str, day: date, clerk: User) -> TrainingClass:
    return classes.open_class(
        by=clerk,
        branch=root,
        title=title,
        kind=Training.Kind.ROTATION,
        starts_on=day,
        ends_on=day + LENGTH,
        hours=Decimal(24),
        organizer="校党委党校",
    )


def _grade(stream: random.Random) -> Grade:
    """One in thirty did not come, one in fifty did not pass."""
    drawn = stream.random()
    if drawn < 1 / 30:
        return Grade(result="missed")
    return Grade(score=Decimal(55 if drawn > 0.98 else stream.randint(70, 98)))


def _training(member: UUID, kind: str, title: str, day: date, hours: int) -> Training:
    return Training(member_id=member, kind=kind, title=title, held_on=day, hours=hours, organizer=ORGANIZER)


def _certify(tenures: list[Tenure], clerk: User, stream: random.Random) -> None:
    """Through the verb: each has its number, code and entry in the trail."""
    for tenure in stream.sample(tenures, min(CERTIFICATES, len(tenures))):
        certificates.issue(tenure.person.member, stream.choice(PURPOSES), by=clerk)
