"""What is kept of those who lead branches: trainings, the checklist, double leaders; and the certificates given."""

import random
from datetime import date, timedelta
from uuid import UUID

from accounts.models import User
from members import certificates
from members.competence import ITEMS
from members.models import Competence, Training

from .offices import Office, Offices, Tenure
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


def write(offices: Offices, setting: Setting, clerk: User) -> None:
    """Inductions and this year's rotation of most secretaries, ticks, and a dozen certificates."""
    stream = setting.stream("trainings")
    trainings: list[Training] = []
    ticks: list[Competence] = []
    secretaries = _secretaries(offices, setting.today)
    for _, tenure in secretaries:
        trainings += _trainings(tenure, stream, setting.today)
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
    _certify([tenure for _, tenure in secretaries], clerk, stream)


def _trainings(tenure: Tenure, stream: random.Random, today: date) -> list[Training]:
    member, found = tenure.person.member, []
    if stream.random() < 0.9:
        day = min(today, tenure.since + timedelta(days=stream.randint(20, 120)))
        found.append(_training(member.pk, "induction", f"{day.year}年新任党支部书记任职培训班", day, 16))
    spring = date(today.year, 5, 20)
    if stream.random() < 0.75 and spring <= today:
        found.append(_training(member.pk, "rotation", f"{today.year}年党支部书记集中轮训班", spring, 24))
    return found


def _training(member: UUID, kind: str, title: str, day: date, hours: int) -> Training:
    return Training(member_id=member, kind=kind, title=title, held_on=day, hours=hours, organizer=ORGANIZER)


def _certify(tenures: list[Tenure], clerk: User, stream: random.Random) -> None:
    """Through the verb: each has its number, code and entry in the trail."""
    for tenure in stream.sample(tenures, min(CERTIFICATES, len(tenures))):
        certificates.issue(tenure.person.member, stream.choice(PURPOSES), by=clerk)
