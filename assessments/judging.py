"""What graders enter about somebody: points for an item, deductions, whether a gate is open. Each audited."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import Final

from django.db.models import Sum

from accounts import audit
from accounts.models import User
from lib import reasons

from .figures import shown
from .models import Deducted, GateAnswer, Points, Round, Subject
from .refusals import AssessmentError, Conflict
from .rounds import holding
from .schemes import Way

State = Round.State
OPEN: Final = (State.REPORTING, State.BALLOTING, State.GRADING)


def give_points(
    subject: Subject, item: str, value: Decimal | None, *, version: int, note: str = "", by: User
) -> None:
    """This grader's points for ``item``, 0 to 100; None takes them back. ``version`` is 0 for the first time."""
    with _judging(subject, by) as row:
        titles = {leaf.code: leaf.title for leaf in row.round.rules.of_way(Way.EXPERT)}
        if item not in titles:
            raise AssessmentError(f"方案里没有可以打分的项目“{item}”。")
        if value is not None and not 0 <= value <= 100:
            raise AssessmentError(f"“{titles[item]}”的得分应在 0 至 100 之间，写的是 {value}。")
        kept = Points.objects.select_for_update().filter(subject=row, item=item, grader=by).first()
        if (kept.version if kept else 0) != version:
            now = f"改为 {shown(Fraction(kept.value))} 分" if kept else "被收回"
            raise Conflict(f"“{titles[item]}”的得分刚在别处{now}，请核对后再保存。")
        before = {"value": str(kept.value)} if kept else {}
        if value is None:
            if kept:
                kept.delete()
        elif kept:
            kept.value, kept.note, kept.version = value, note, kept.version + 1
            kept.save()
        else:
            Points.objects.create(subject=row, item=item, grader=by, value=value, note=note)
        after = {"item": titles[item], "value": "" if value is None else str(value)}
        audit.record("assessment.points", by=by, on=row, before=before, after=after)


def deduct(subject: Subject, points: Decimal, reason: str, *, by: User) -> Deducted:
    """Take points off the total, within what the scheme allows in all."""
    reason = reason.strip()
    with _judging(subject, by) as row:
        most = row.round.rules.deductions
        if not most:
            raise AssessmentError("方案里没有扣分。")
        if fault := reasons.fault(reason, "扣分原因"):
            raise AssessmentError(fault)
        before = row.deductions.aggregate(sum=Sum("points"))["sum"] or Decimal(0)
        if points <= 0 or before + points > most:
            raise AssessmentError(
                f"扣分应大于 0，合计不超过 {shown(most)} 分；已扣 {shown(Fraction(before))} 分。"
            )
        if row.deductions.filter(points=points, reason=reason).exists():
            raise AssessmentError(
                f"“{reason}”已经扣过 {shown(Fraction(points))} 分；确实要再扣的，请在原因里写明是哪一次。"
            )
        made = Deducted.objects.create(subject=row, points=points, reason=reason, by=by)
        audit.record("assessment.deduct", by=by, on=row, after={"value": str(points), "reason": reason})
    return made


def give_back(deducted: Deducted, *, by: User) -> None:
    """A deduction was a mistake."""
    with _judging(deducted.subject, by) as row:
        facts = {"value": str(deducted.points), "reason": deducted.reason}
        audit.record("assessment.give_back", by=by, on=row, before=facts)
        deducted.delete()


def answer_gate(subject: Subject, gate: str, *, is_open: bool, basis: str, by: User) -> None:
    """Whether a condition of the scheme is met, and how that is known."""
    basis = basis.strip()
    with _judging(subject, by) as row:
        titles = {each.code: each.title for each in row.round.rules.gates}
        if gate not in titles:
            raise AssessmentError(f"方案里没有条件“{gate}”。")
        if is_open and not basis:
            raise AssessmentError(f"请写明“{titles[gate]}”的依据，如文件名称和文号。")
        GateAnswer.objects.update_or_create(
            subject=row, gate=gate, defaults={"is_open": is_open, "basis": basis}
        )
        audit.record(
            "assessment.gate", by=by, on=row, after={"item": titles[gate], "value": is_open, "reason": basis}
        )


@contextmanager
def _judging(subject: Subject, by: User) -> Iterator[Subject]:
    """The subject, locked with its round, while there may be judged; nobody judges himself."""
    with holding(subject.round, by, *OPEN) as round_:
        row = Subject.objects.select_for_update(of=("self",)).select_related("member").get(pk=subject.pk)
        if row.member.account_id == by.pk:
            raise AssessmentError("自己的得分由另一人登记。")
        row.round = round_
        yield row
