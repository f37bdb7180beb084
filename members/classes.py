"""Classes of a party school: opened, people enrolled, results noted, finished with certificates.

Finishing writes a training for everybody who passed, so that hours and coverage follow; taking that back takes the
trainings back, and a training that was noted before says again what it said. A certificate's number is given once: who
passes again keeps his, nobody gets another's.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import covers, may, ranges_of
from lib.names import first_of

from . import rosters
from .models import ON_ROSTER, Counter, Member, StatusPeriod, Trainee, Training, TrainingClass

Result = Trainee.Result
#: People enrolled in one class: its list stands on one page.
MOST: Final = 300
#: As the list stands everywhere, and certificates are numbered: by branch, then by name.
ORDER: Final = ("member__branch__order_key", "member__name_order", "member__number")
#: Whom a class is for: members, and those who are on their way.
ADMITTED: Final = (*ON_ROSTER, StatusPeriod.Status.TARGET, StatusPeriod.Status.ACTIVIST)
EARLIEST: Final = date(1990, 1, 1)
ABSENT: Final = "在培训期间不是党员、发展对象或入党积极分子。"
FINISHED: Final = "这个班已办理结业。要更正，请先撤销结业。"


class ClassError(ValueError):
    """It cannot be written down; the message is for the user and belongs at ``field``."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Grade:
    """What became of one person. An empty ``result`` follows from the score, where there is one."""

    hours: Decimal | None = None
    score: Decimal | None = None
    result: str = ""


def open_class(*, by: User, branch: Branch, **facts: Any) -> TrainingClass:
    """A new class of ``branch``, with the next number of its year. Audited."""
    if not may(by, Right.KEEP_BRANCHES, branch.path):
        raise ClassError("培训班由组织部和二级党组织工作人员登记。", "branch")
    made = TrainingClass(branch=branch, branch_path=branch.path, opened_by=by, **facts)
    _check_days(made)
    with transaction.atomic():
        year = made.starts_on.year
        made.number = f"PX{year}-{_next(f'classes:{year}'):02d}"
        made.full_clean()
        made.save()
        audit.record("class.add", by=by, on=made, after=_facts(made))
    return made


def correct(one: TrainingClass, *, by: User, **facts: Any) -> None:
    """Change what an open class says of itself. Audited with what it was.

    Whoever had the whole hours has the whole of the new ones; what was noted as less stays as noted.
    """
    with transaction.atomic():
        row = _open(one, by)
        before, whole, days = _facts(row), row.hours, (row.starts_on, row.ends_on)
        for name, value in facts.items():
            setattr(row, name, value)
        _check_days(row)
        row.full_clean()
        _check_scores(row)
        enrolled = [each.member for each in row.trainees.select_related("member").order_by(*ORDER)]
        if days != (row.starts_on, row.ends_on) and (absent := absent_of(row, enrolled)):
            raise ClassError(f"学员{absent[0].name}{ABSENT}请先移出名单，再改日期。", "starts_on")
        row.save()
        row.trainees.filter(hours=whole).update(hours=row.hours)
        most = row.trainees.aggregate(most=Max("hours"))["most"]
        if most and most > row.hours:
            raise ClassError(f"已有学员登记了 {most.normalize():f} 学时，培训班的学时不能比这少。", "hours")
        audit.record("class.correct", by=by, on=row, before=before, after=_facts(row))


def discard(one: TrainingClass, *, by: User) -> None:
    """A class written down by mistake goes with its list; one that has given certificates stays. Audited."""
    with transaction.atomic():
        row = _open(one, by)
        if row.trainees.exclude(certificate=None).exists():
            raise ClassError("这个班发过结业证书编号，不能删除。")
        before = {**_facts(row), "people": row.trainees.count()}
        audit.record("class.delete", by=by, on=row, before=before)
        row.delete()


def enrol(one: TrainingClass, people: Iterable[Member], *, by: User) -> int:
    """Put people on the list, those on it already left alone; returns how many were new. Audited."""
    with transaction.atomic():
        row = _open(one, by)
        reach = ranges_of(by, Right.KEEP_MEMBERS)
        there = set(row.trainees.values_list("member", flat=True))
        new = [person for person in people if person.pk not in there]
        if strangers := [person.name for person in new if not covers(reach, person.branch_path)]:
            raise ClassError(f"{strangers[0]}不在您的管理范围内，请由其所在党组织或上级组织部门报名。")
        if absent := absent_of(row, new):
            raise ClassError(f"{absent[0].name}{ABSENT}")
        if len(there) + len(new) > MOST:
            raise ClassError(
                f"一个班最多 {MOST} 人，已有 {len(there)} 人，不能再加 {len(new)} 人。请分班登记。"
            )
        Trainee.objects.bulk_create(Trainee(training_class=row, member=person) for person in new)
        if new:
            audit.record("class.sign_up", by=by, on=row, after={"people": [one.number for one in new]})
    return len(new)


def absent_of(one: TrainingClass, people: Iterable[Member]) -> list[Member]:
    """Of ``people``, those who were nothing the class is for on any of its days."""
    asked = list(people)
    there = rosters.members_during(one.starts_on, one.ends_on, ADMITTED)
    keys = set(there.filter(pk__in=[person.pk for person in asked]).values_list("pk", flat=True))
    return [person for person in asked if person.pk not in keys]


def strike(trainee: Trainee, *, by: User) -> None:
    """Take somebody off the list. Audited."""
    with transaction.atomic():
        row = _open(trainee.training_class, by)
        if trainee.certificate:
            raise ClassError(f"{trainee.member.name}在这个班有结业证书编号，不能移出；未合格的请改结果。")
        audit.record("class.strike", by=by, on=row, before={"member": trainee.member.number})
        trainee.delete()


def grade(one: TrainingClass, grades: Mapping[int, Grade], *, by: User) -> None:
    """Note what became of people, by the key of their place on the list. Audited."""
    with transaction.atomic():
        row = _open(one, by)
        changed = []
        for trainee in row.trainees.filter(pk__in=grades).select_related("member"):
            given = settled(row, grades[trainee.pk])
            if fault := fault_of(row, given):
                raise ClassError(f"{trainee.member.name}：{fault}")
            if (trainee.hours, trainee.score, trainee.result) != (given.hours, given.score, given.result):
                trainee.hours, trainee.score, trainee.result = given.hours, given.score, given.result
                trainee.save(update_fields=["hours", "score", "result"])
                changed.append(f"{trainee.member.number} {_in_words(trainee)}")
        if changed:
            audit.record("class.grade", by=by, on=row, after={"people": changed})


def settled(one: TrainingClass, given: Grade) -> Grade:
    """``given`` with what follows from it: the result from the score, the whole hours for whoever passed."""
    result = given.result
    if not result and given.score is not None:
        result = Result.PASSED if given.score >= one.pass_score else Result.FAILED
    hours = one.hours if given.hours is None and result == Result.PASSED else given.hours
    return Grade(hours, given.score, str(result))


def fault_of(one: TrainingClass, given: Grade) -> str:
    """Why a settled grade cannot be; empty when it can."""
    if given.score is not None and not 0 <= given.score <= 100:
        return "成绩应在 0 到 100 之间。"
    if given.hours is not None and not 0 < given.hours <= one.hours:
        return f"实际学时应大于 0，不超过培训班的 {one.hours.normalize():f} 学时。"
    if given.result == Result.MISSED and (given.score is not None or given.hours is not None):
        return "未参加的不填学时和成绩。"
    if given.score is not None and _is_at_odds(one, given.result, given.score):
        return f"成绩 {given.score.normalize():f}，合格线是 {one.pass_score}，与所选的结果不一致。"
    return ""


def finish(one: TrainingClass, *, on: date, by: User) -> int:
    """Give certificates to those who passed and write their trainings; returns how many. Audited."""
    with transaction.atomic():
        row = _open(one, by)
        if row.ends_on > on:
            raise ClassError(f"这个班 {row.ends_on:%Y-%m-%d} 才结束，结束后再办理结业。")
        everybody = list(row.trainees.select_related("member").order_by(*ORDER))
        if not everybody:
            raise ClassError("还没有学员报名，不能办理结业。")
        if open_ := [each.member.name for each in everybody if not each.result]:
            more = "等" if len(open_) > 3 else ""
            raise ClassError(f"还有 {len(open_)} 人没有登记结果：{'、'.join(open_[:3])}{more}。")
        for trainee in everybody:
            if fault := fault_of(row, Grade(trainee.hours, trainee.score, trainee.result)):
                raise ClassError(f"{trainee.member.name}：{fault}")
        passed = [each for each in everybody if each.result == Result.PASSED]
        for trainee in everybody:
            _certify(row, trainee)
        row.finished_on = on
        row.save(update_fields=["finished_on"])
        audit.record("class.graduate", by=by, on=row, after={"people": len(passed)})
    return len(passed)


def reopen(one: TrainingClass, *, by: User) -> None:
    """Take the finish back, with the trainings it wrote; numbers of certificates stay with their people. Audited.

    Of a training that was noted before, what it said then is put back.
    """
    with transaction.atomic():
        row = _locked(one, by)
        if not row.is_finished:
            raise ClassError("这个班还没有办理结业。")
        seats = list(row.trainees.exclude(training=None).select_related("training"))
        audit.record("class.resume", by=by, on=row, before={"people": len(seats)})
        for seat in seats:
            _give_back(seat)
        row.finished_on = None
        row.save(update_fields=["finished_on"])


def last_passed(member: Member, kind: str, since: date | None) -> Trainee | None:
    """The last certificate ``member`` has of a finished class of ``kind`` that ended on ``since`` or later."""
    seats = Trainee.objects.filter(member=member, training_class__kind=kind, training__isnull=False)
    if since is not None:
        seats = seats.filter(training_class__ends_on__gte=since)
    return seats.select_related("training_class").order_by("training_class__ends_on", "pk").last()


def _certify(one: TrainingClass, trainee: Trainee) -> None:
    """Certificate and training of whoever passed; whoever did not loses the number, and nobody else gets it."""
    if trainee.result != Result.PASSED:
        trainee.certificate = None
    else:
        trainee.certificate = trainee.certificate or f"{one.number}-{_next(f'class:{one.pk}'):03d}"
        _write_training(one, trainee)
    trainee.save(update_fields=["certificate", "training", "adopted"])


def _write_training(one: TrainingClass, trainee: Trainee) -> None:
    """What somebody noted by hand before is the same training: it takes over what the class says."""
    same = Training.objects.filter(member=trainee.member, title=one.title, held_on=one.ends_on)
    noted = same.select_related("trainee__training_class").first()
    if noted and (other := getattr(noted, "trainee", None)):
        raise ClassError(
            f"{trainee.member.name}同名、同日结业的培训已由培训班 {other.training_class.number} 登记，"
            "请先更正其中一个班的名称或结业日期。"
        )
    said = {"kind": noted.kind, "hours": str(noted.hours), "organizer": noted.organizer} if noted else None
    trainee.adopted = said
    training = noted or Training(member=trainee.member, title=one.title, held_on=one.ends_on)
    training.kind, training.organizer = one.kind, one.organizer
    training.hours = trainee.hours or one.hours
    training.save()
    trainee.training = training


def _give_back(trainee: Trainee) -> None:
    """Its training goes; one that was noted before says what it said before."""
    training, noted = trainee.training, trainee.adopted
    trainee.training = trainee.adopted = None
    trainee.save(update_fields=["training", "adopted"])
    if training and noted:
        training.kind, training.organizer = noted["kind"], noted["organizer"]
        training.hours = Decimal(noted["hours"])
        training.save(update_fields=["kind", "hours", "organizer"])
    elif training:
        training.delete()


def _is_at_odds(one: TrainingClass, result: str, score: Decimal) -> bool:
    return (result == Result.PASSED) != (score >= one.pass_score)


def _check_days(one: TrainingClass) -> None:
    last = date(timezone.localdate().year + 1, 12, 31)
    for field, label in (("starts_on", "开班日期"), ("ends_on", "结业日期")):
        if not EARLIEST <= getattr(one, field) <= last:
            raise ClassError(f"{label}应在 {EARLIEST:%Y-%m-%d} 至 {last:%Y-%m-%d} 之间。", field)


def _check_scores(one: TrainingClass) -> None:
    """The pass mark agrees with the results noted so far."""
    scored = one.trainees.exclude(score=None).exclude(result="").select_related("member").order_by(*ORDER)
    against = [
        each for each in scored if each.score is not None and _is_at_odds(one, each.result, each.score)
    ]
    if against:
        names = [f"{each.member.name}（{_in_words(each)}）" for each in against]
        raise ClassError(
            f"与已登记的结果不一致：{first_of(names)}。请先清空他们的成绩和结果，改合格分数线后再登记。",
            "pass_score",
        )


def _next(name: str) -> int:
    """Whoever asks at the same time waits and gets the next."""
    counter, _ = Counter.objects.select_for_update().get_or_create(name=name)
    Counter.objects.filter(pk=counter.pk).update(last=F("last") + 1)
    counter.refresh_from_db()
    return counter.last


def _locked(one: TrainingClass, by: User) -> TrainingClass:
    row = TrainingClass.objects.select_for_update(of=("self",)).select_related("branch").filter(pk=one.pk)
    if (found := row.first()) is None:
        raise ClassError("这个培训班已经删除。")
    if not may(by, Right.KEEP_BRANCHES, found.branch_path):
        raise ClassError("培训班由组织部和二级党组织工作人员登记。")
    return found


def _open(one: TrainingClass, by: User) -> TrainingClass:
    row = _locked(one, by)
    if row.is_finished:
        raise ClassError(FINISHED)
    return row


def _facts(one: TrainingClass) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "kind": one.kind,
        "since": one.starts_on.isoformat(),
        "until": one.ends_on.isoformat(),
        "hours": str(one.hours),
        "pass_score": one.pass_score,
    }


def _in_words(trainee: Trainee) -> str:
    score = f" {trainee.score.normalize():f}" if trainee.score is not None else ""
    return f"{trainee.get_result_display()}{score}" if trainee.result else "—"


def counted(trainees: Collection[Trainee]) -> list[tuple[str, int]]:
    """How many there are of each result, and without one."""
    words = [(str(result.label), result.value) for result in Result]
    found = [(label, sum(each.result == value for each in trainees)) for label, value in words]
    return [*found, ("未登记", sum(not each.result for each in trainees))]
