"""Transfers of 组织关系: out, in and inside. Each step stands in :mod:`members.transfer_steps`, none goes past it.

Each verb locks the transfer, asks whether the step is possible now and whether ``by`` may take it for the branch of its
side (``None`` is the system), writes the step, what it does to the person's course, and the audit entry.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.scope import may

from . import corrections, courses, departures, enrolment, letters, versions
from . import transfer_checks as checks
from .controls import EVIDENCE, IN_ORDER, ONCE, STANDING
from .enrolment import EnrolmentError, NewMember
from .membership_rules import ONE_BRANCH, REISSUED, RESTORABLE, MovementError
from .models import Departure, Member, Transfer, TransferStep, id_number_index
from .transfer_checks import Letter
from .transfer_steps import BY_CODE, Kind, State, Step, side_of, steps_from

ELSEWHERE = "该人员无法在此新增，请走组织关系转接"
OPEN_ALREADY = "该党员已有一份没有办结的转接，请先办结或撤回"
#: Struck off for good: they may apply again, but are not taken back by a letter.
_FINAL = (
    Departure.Kind.EXPELLED,
    Departure.Kind.LOST,
    Departure.Kind.BY_ITSELF,
    Departure.Kind.STRUCK_OFF,
    Departure.Kind.RESIGNED,
    Departure.Kind.PROBATION_CANCELLED,
)


def request(
    member: Member, elsewhere: str, *, on: date, by: User | None, note: str = "", batch: UUID | None = None
) -> Transfer:
    """Ask for a letter to an organisation outside the university."""
    if not elsewhere.strip():
        raise MovementError("请写明转往的党组织（介绍信抬头）", EVIDENCE)
    return _leave(member, BY_CODE["request"], on, by, note, elsewhere=elsewhere.strip(), batch=batch)


def offer(member: Member, target: Branch, *, on: date, by: User | None, note: str = "") -> Transfer:
    """Offer a person to another branch of the university; that side accepts or refuses."""
    checks.check_target(target, on)
    if target.pk == member.branch_id:
        raise MovementError(f"{member.name}已在{target.short_name}，不需要转接", STANDING)
    return _leave(member, BY_CODE["offer"], on, by, note, target=target, issued_on=on)


def register(
    name: str, elsewhere: str, target: Branch, letter: Letter, *, on: date, by: User | None
) -> Transfer:
    """Write down a letter that came from outside; the person is enrolled when ``target`` accepts."""
    checks.check_target(target, on)
    checks.check_letter(letter, on)
    checks.not_in_future(on)
    if not name.strip() or not elsewhere.strip() or not letter.number.strip():
        raise MovementError("请写明姓名、来自哪个党组织和介绍信编号", EVIDENCE)
    step = BY_CODE["register"]
    with transaction.atomic():
        made = Transfer(
            kind=Kind.IN,
            state=step.to,
            name=name.strip(),
            branch=target,
            branch_path=target.path,
            elsewhere=elsewhere.strip(),
            requested_on=on,
        )
        _ask(made, step, by)
        _write_letter(made, letter)
        made.save(force_insert=True)
        _keep_step(made, step, on, by, "")
    return made


def _leave(member: Member, step: Step, on: date, by: User | None, note: str, **facts: object) -> Transfer:
    checks.not_in_future(on)
    with transaction.atomic():
        member = courses.locked(member.pk)
        checks.check_leaver(member)
        made = Transfer(
            kind=next(iter(step.kinds)),
            state=step.to,
            member=member,
            name=member.name,
            branch=member.branch,
            branch_path=member.branch_path,
            requested_on=on,
            **facts,
        )
        _ask(made, step, by)
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError as error:
            raise MovementError(OPEN_ALREADY, ONCE) from error
        _keep_step(made, step, on, by, note)
    return made


def issue(transfer: Transfer, letter: Letter, *, by: User | None) -> None:
    """Issue the letter that was asked for."""
    with transaction.atomic():
        _issue(_locked(transfer), BY_CODE["issue"], letter, by, "")


def reissue(transfer: Transfer, letter: Letter, *, by: User | None, note: str = "") -> None:
    """Issue a letter anew, for one refused or no longer valid, within six months of the first."""
    with transaction.atomic():
        current = _locked(transfer)
        first = current.first_issued_on
        if current.state == State.SENT and not current.is_expired(letter.issued_on):
            after = current.valid_until + timedelta(days=1) if current.valid_until else letter.issued_on
            said = f"介绍信 {current.letter} 有效期至 {current.valid_until}，没有过期也没有退回，不能重开"
            raise MovementError(said, REISSUED, earliest=after)
        if first and letter.issued_on > (last := REISSUED.reached_on(first)):
            said = f"介绍信 {first} 首次开出，已超过6个月，{last} 是可以重开的最后一天"
            raise MovementError(said, REISSUED, "请撤回后联系本人，按规定处理。")
        _issue(current, BY_CODE["reissue"], letter, by, note)


def _issue(current: Transfer, step: Step, letter: Letter, by: User | None, note: str) -> None:
    _ask(current, step, by)
    checks.check_letter(letter, timezone.localdate())
    if letter.issued_on < current.requested_on:
        said = f"开出日期不能早于申请日期（{current.requested_on}）"
        raise MovementError(said, IN_ORDER, earliest=current.requested_on)
    number = letter.number.strip() or letters.allocate(1, letter.issued_on)[0]
    _write_letter(current, Letter(letter.issued_on, letter.valid_days, number))
    _advance(current, step, letter.issued_on, by, note)


def acknowledge(transfer: Transfer, *, on: date, by: User | None, note: str = "") -> None:
    """The receipt came: the person was taken in outside on ``on`` and leaves the roster with that day."""
    with transaction.atomic():
        current = _locked(transfer)
        step = BY_CODE["acknowledge"]
        _ask(current, step, by)
        checks.check_acceptance(current, on)
        assert current.member
        evidence = f"回执，介绍信 {current.letter}"
        departures.depart(
            current.member,
            Departure.Kind.TRANSFERRED,
            on=on,
            by=by,
            evidence=evidence,
            document=current.letter,
            transfer=current,
        )
        current.accepted_on = on
        _advance(current, step, on, by, note)


def accept(transfer: Transfer, *, on: date, by: User | None, note: str = "") -> None:
    """Inside the university: the target takes the person in, who belongs to it from ``on``."""
    with transaction.atomic():
        current = _locked(transfer)
        step = BY_CODE["accept"]
        _ask(current, step, by)
        checks.check_acceptance(current, on)
        if current.kind != Kind.INSIDE or current.member is None or current.target is None:
            raise MovementError("校外转入的人员请填写党员信息后接收", EVIDENCE)
        checks.check_target(current.target, on)
        member = courses.locked(current.member.pk)
        if member.branch_id != current.branch_id:
            said = f"{member.name}已不在{current.branch.short_name}，请撤回这份转接"
            raise MovementError(said, STANDING)
        current.accepted_on = on
        _advance(current, step, on, by, note)
        try:
            enrolment.move(member, current.target, on=on, by=by)
        except EnrolmentError as refusal:
            raise MovementError.like(refusal) from refusal


def take_in(transfer: Transfer, person: NewMember, *, on: date, by: User | None) -> Member:
    """From outside: enrol the person, or open the record of one who was here before, from ``on``."""
    checks.check_newcomer(person, on)
    known = Member.objects.filter(id_number_hash=id_number_index(person.id_number)).first()
    if known and not courses.is_gone(known):
        # Written before the refusal, in no transaction that it would undo; where the person is, it does not say.
        audit.record("member.foreign", by=by, on=transfer, denied=True)
        raise MovementError(ELSEWHERE, ONE_BRANCH)
    with transaction.atomic():
        current = _locked(transfer)
        step = BY_CODE["accept"]
        _ask(current, step, by)
        checks.check_acceptance(current, on)
        checks.check_target(current.branch, on)
        newcomer = replace(person, branch=current.branch, transferred_in_on=on)
        member = _return(known, newcomer, current, on, by) if known else _enrol(newcomer, by)
        current.member, current.name, current.accepted_on = member, member.name, on
        _advance(current, step, on, by, "")
    return member


def _enrol(person: NewMember, by: User | None) -> Member:
    try:
        return enrolment.enrol(person, by=by)
    except EnrolmentError as refusal:
        raise MovementError.like(refusal) from refusal


def _return(known: Member, person: NewMember, current: Transfer, on: date, by: User | None) -> Member:
    """Somebody who left comes back: the same record goes on."""
    member = courses.locked(known.pk)
    last = member.departures.filter(annulled_at=None).first()
    if last and last.kind in _FINAL:
        said = f"该人员 {last.on} {last.get_kind_display()}，不能凭介绍信恢复，可以重新申请入党"
        raise MovementError(said, RESTORABLE)
    left_on = courses.gone_since(member)
    if left_on and on <= left_on:
        said = f"该人员 {left_on} 才离开，接收日期须晚于这一天"
        raise MovementError(said, IN_ORDER, earliest=left_on + timedelta(days=1))
    before = corrections.snapshot([member.pk])
    courses.settle(member, current.branch, on=on)
    member.joined_on = person.joined_on or member.joined_on
    member.full_on = person.full_on or member.full_on
    courses.turn(member, person.status, on=on)
    versions.save([member], by, "转入")
    corrections.note(before, by=by, what="return", reason=f"介绍信 {current.letter}")
    audit.record("member.return", by=by, on=member, after={"branch": current.branch.name, "on": str(on)})
    return member


def refuse(transfer: Transfer, reason: str, *, on: date, by: User | None) -> None:
    """Not taken in, for a reason; for a letter out the one the other side gave (JY-15: no unfounded refusal)."""
    with transaction.atomic():
        current = _locked(transfer)
        step = BY_CODE["return" if current.kind == Kind.OUT else "refuse"]
        _ask(current, step, by)
        checks.need_reason(reason, "退回须写明具体原因，不得无故拒转拒接")
        checks.check_acceptance(current, on, expired=True)
        current.reason = reason.strip()
        _advance(current, step, on, by, reason.strip())


def offer_again(transfer: Transfer, *, on: date, by: User | None, note: str = "") -> None:
    """What the other branch refused is offered once more, the reason being settled."""
    with transaction.atomic():
        current = _locked(transfer)
        step = BY_CODE["again"]
        _ask(current, step, by)
        checks.not_in_future(on)
        current.issued_on = on
        _advance(current, step, on, by, note)


def withdraw(transfer: Transfer, reason: str, *, by: User | None) -> None:
    """Take a transfer back before it is accepted; the person stays where he was."""
    with transaction.atomic():
        current = _locked(transfer)
        step = BY_CODE["drop" if current.kind == Kind.IN else "withdraw"]
        _ask(current, step, by)
        checks.need_reason(reason, "请写明撤回的原因")
        current.reason = reason.strip()
        _advance(current, step, timezone.localdate(), by, reason.strip())


def arrive(transfer: Transfer, *, on: date, by: User | None, note: str = "") -> None:
    """The branch says that the person has reported (报到)."""
    with transaction.atomic():
        current = _locked(transfer)
        step = BY_CODE["arrive"]
        _ask(current, step, by)
        checks.not_in_future(on)
        if current.accepted_on and on < current.accepted_on:
            said = f"报到日期不能早于接收日期（{current.accepted_on}）"
            raise MovementError(said, IN_ORDER, earliest=current.accepted_on)
        current.arrived_on = on
        _advance(current, step, on, by, note)


def may_take(user: User, transfer: Transfer, step: Step) -> bool:
    return may(user, step.right, side_of(transfer, step).path)


def steps_for(user: User, transfer: Transfer) -> list[Step]:
    """The steps that ``user`` may take now."""
    return [step for step in steps_from(transfer) if may_take(user, transfer, step)]


def issue_all(
    chosen: Sequence[tuple[Member, str]], letter: Letter, *, by: User | None, batch: UUID
) -> list[Transfer]:
    """Letters for many at once, each with its own number, under one ``batch``; all or none."""
    with transaction.atomic():
        numbers = letters.allocate(len(chosen), letter.issued_on)
        made = []
        for (member, elsewhere), number in zip(chosen, numbers, strict=True):
            asked = request(member, elsewhere, on=letter.issued_on, by=by, batch=batch)
            issue(asked, Letter(letter.issued_on, letter.valid_days, number), by=by)
            asked.refresh_from_db()
            made.append(asked)
    return made


def _locked(transfer: Transfer) -> Transfer:
    rows = Transfer.objects.select_for_update(of=("self",)).select_related("branch", "target", "member")
    return rows.get(pk=transfer.pk)


def _ask(transfer: Transfer, step: Step, by: User | None) -> None:
    """The step must be the next one for the kind and the state, and its side must agree."""
    if transfer.kind not in step.kinds or (step.sources and transfer.state not in step.sources):
        said = f"这份转接{transfer.get_state_display()}，不能{step.label}"
        raise MovementError(said, step.rule, "请刷新页面查看现在的进度。")
    if by is not None and not may_take(by, transfer, step):
        raise PermissionDenied(f"{step.label}由{side_of(transfer, step).short_name}一方有权的人员办理。")


def _advance(transfer: Transfer, step: Step, on: date, by: User | None, note: str) -> None:
    transfer.state = step.to
    transfer.save()
    _keep_step(transfer, step, on, by, note)


def _keep_step(transfer: Transfer, step: Step, on: date, by: User | None, note: str) -> None:
    TransferStep.objects.create(transfer=transfer, code=step.code, on=on, by=by, note=note[:200])
    facts = {"step": step.code, "state": step.to, "on": on.isoformat(), "letter": transfer.letter}
    audit.record("transfer.step", by=by, on=transfer, after=facts)


def _write_letter(transfer: Transfer, letter: Letter) -> None:
    transfer.letter = letter.number.strip()
    transfer.issued_on, transfer.valid_days = letter.issued_on, letter.valid_days
    transfer.first_issued_on = transfer.first_issued_on or letter.issued_on
    transfer.valid_until = letter.issued_on + timedelta(days=letter.valid_days)
