"""What a transfer of 组织关系 may not be: each guard refuses with the article and, where there is one, the day."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from branches import local, temporary
from branches.models import Branch

from .controls import EVIDENCE, IN_ORDER
from .enrolment import NewMember
from .local_rules import LETTER_DAYS, LONGEST_VALID, VALID_DAYS
from .membership_rules import JOINING, ONE_BRANCH, REISSUED, TEMPORARY, TRANSFERRING, MovementError
from .models import ON_ROSTER, Member, Transfer

SHORTEST_REASON = 4


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is issued; without a number the next of the year is given."""

    issued_on: date
    valid_days: int = VALID_DAYS
    number: str = ""


def usual_days() -> int:
    """How long a letter is valid where nobody says otherwise. One query."""
    days: int = local.value_of(LETTER_DAYS)
    return days


def check_leaver(member: Member) -> None:
    if member.status not in ON_ROSTER:
        said = f"{member.name}是{member.status_label}，只有在册的正式党员和预备党员可以转接"
        raise MovementError(said, TRANSFERRING)


def check_target(target: Branch, on: date) -> None:
    if not target.is_leaf:
        raise MovementError(f"“{target.short_name}”不是党支部，党员须编入党支部", ONE_BRANCH)
    if not target.exists_on(on):
        founded = target.founded_on if target.founded_on and on < target.founded_on else None
        said = f"“{target.short_name}”在 {on} 尚未成立或已撤销，不能接收党员"
        raise MovementError(said, ONE_BRANCH, earliest=founded)
    if target.form in Branch.WITHOUT_MEMBERS:
        raise MovementError(temporary.no_place(target), TEMPORARY, temporary.ATTEND)


def check_letter(letter: Letter, on: date) -> None:
    not_in_future(letter.issued_on)
    if not 1 <= letter.valid_days <= LONGEST_VALID:
        raise MovementError(f"介绍信有效期应为 1 至 {LONGEST_VALID} 天", EVIDENCE)


def check_acceptance(transfer: Transfer, on: date, *, expired: bool = False) -> None:
    not_in_future(on)
    if transfer.issued_on and on < transfer.issued_on:
        said = f"日期不能早于介绍信开出的日期（{transfer.issued_on}）"
        raise MovementError(said, IN_ORDER, earliest=transfer.issued_on)
    if not expired and transfer.is_expired(on):
        until = f"有效期到 {transfer.valid_until} 为止，{on} 已经过期"
        raise MovementError(f"介绍信 {transfer.letter} 的{until}，请原党组织重新开出", REISSUED)


def check_newcomer(person: NewMember, on: date) -> None:
    if person.status not in ON_ROSTER:
        raise MovementError("转入的人员须是正式党员或预备党员", TRANSFERRING)
    if person.joined_on is None or person.joined_on > on:
        said = "请填写加入党组织日期，党籍从支部大会通过之日算起，不能晚于接收日期"
        raise MovementError(said, JOINING, earliest=person.joined_on)
    if not person.id_number:
        raise MovementError("请填写公民身份证号，用来核对这个人是不是已在名册上", EVIDENCE)


def need_reason(reason: str, sentence: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON:
        raise MovementError(sentence, TRANSFERRING)


def not_in_future(on: date) -> None:
    if on > (today := timezone.localdate()):
        raise MovementError(f"日期不能晚于今天（{today}）", IN_ORDER)
