"""Signing in with one's own phone: open a window, show its code, sign in, and what the roll takes from it.

A code proves nothing but that somebody has seen it; there is no position and no face. What the record says is what its
secretary sends: whoever signed in is ticked beforehand, whoever did not is ticked by hand, and both count the same.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Least
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import audit
from accounts.models import User
from branches.models import Branch, PartyGroup
from branches.roles import Right
from branches.scope import may
from lib.dates import written
from members.models import Member, MembershipSpell

from .attendance import ExpectedPerson, expected_people
from .kinds import CONFIDENTIAL, Kind
from .models import Activity, CheckIn, CheckInEntry

#: A window is for one meeting.
LONGEST: Final = timedelta(hours=12)
USUAL: Final = timedelta(hours=2)
#: How long one code of a rotating window is shown, and how many of the last ones are still taken.
SHOWN_FOR: Final = timedelta(seconds=60)
STILL_TAKEN: Final = 2
DIGITS: Final = 6
WRONG_CODES: Final = 10
WRONG_FOR: Final = timedelta(minutes=10)


class CheckInError(ValueError):
    """Nobody can be signed in this way; the message is for the user."""


def begin(
    *,
    by: User,
    branch: Branch,
    kind: str,
    group: PartyGroup | None,
    closes_at: datetime,
    rotates: bool = False,
) -> CheckIn:
    """Open a window from now on; one that is open already for the same meeting is shown again. Audited."""
    if not may(by, Right.TAKE_ATTENDANCE, branch.path):
        raise CheckInError("只有本支部书记、记录员、考勤员或上级工作人员可以发起签到。")
    if kind in CONFIDENTIAL:
        raise CheckInError(f"{Kind(kind).label}不用签到码：请直接选择谈话的人。")
    now = timezone.now()
    if not now < closes_at <= now + LONGEST:
        raise CheckInError("结束时间应晚于现在，最长 12 小时。")
    if (kind == Kind.GROUP_MEETING) != (group is not None):
        raise CheckInError("党小组会请选择党小组。")
    if not branch.exists_on(timezone.localdate()):
        raise CheckInError(f"“{branch.short_name}”已撤销或尚未成立，不能发起签到。")
    meeting = {"branch": branch, "kind": kind, "group": group, "day": timezone.localdate()}
    with transaction.atomic():
        Branch.objects.select_for_update().only("pk").get(pk=branch.pk)
        if running := CheckIn.objects.unused().filter(closes_at__gt=now, **meeting).first():
            return running
        made = CheckIn.objects.create(
            **meeting,
            branch_path=branch.path,
            opens_at=now,
            closes_at=closes_at,
            rotates=rotates,
            secret=secrets.token_hex(16),
            opened_by=by,
        )
        audit.record("checkin.begin", by=by, on=branch, after={"kind": kind, "until": closes_at.isoformat()})
    return made


def end(check_in: CheckIn, *, by: User) -> None:
    """Close the window now. Audited."""
    now = timezone.now()
    if check_in.closes_at <= now:
        return
    with transaction.atomic():
        CheckIn.objects.filter(pk=check_in.pk).update(closes_at=now)
        audit.record("checkin.end", by=by, on=check_in.branch, after={"kind": check_in.kind})


# Codes


def _turn(check_in: CheckIn, now: datetime) -> int:
    return int((now - check_in.opens_at) / SHOWN_FOR) if check_in.rotates else 0


def _made(check_in: CheckIn, turn: int, purpose: str) -> str:
    return salted_hmac(
        f"check-in {purpose}", str(turn), secret=check_in.secret, algorithm="sha256"
    ).hexdigest()


def digits(check_in: CheckIn, now: datetime, ago: int = 0) -> str:
    """Six digits to type."""
    return f"{int(_made(check_in, _turn(check_in, now) - ago, 'digits'), 16) % 10**DIGITS:0{DIGITS}}"


def mark(check_in: CheckIn, now: datetime, ago: int = 0) -> str:
    """What the address in the QR code carries."""
    return f"{check_in.pk}-{_made(check_in, _turn(check_in, now) - ago, 'address')[:16]}"


def is_open(check_in: CheckIn, now: datetime) -> bool:
    return check_in.opens_at <= now < check_in.closes_at


def _fits(check_in: CheckIn, given: str, now: datetime) -> bool:
    """Whether ``given`` is its mark or its digits, of now or of the two minutes before."""
    made = mark if len(given) != DIGITS else digits
    turns = range(STILL_TAKEN + 1 if check_in.rotates else 1)
    return any(constant_time_compare(made(check_in, now, ago), given) for ago in turns)


# Signing in


def of_address(given: str) -> CheckIn:
    """The window of a scanned address; CheckInError when it is wrong, over, or its code was replaced."""
    now, number = timezone.now(), given.partition("-")[0]
    rows = CheckIn.objects.select_related("branch", "group")
    found = rows.filter(pk=number).first() if number.isascii() and number.isdecimal() else None
    if found is None or not _fits(found, given, now):
        raise CheckInError("签到码不对，或已更换。请重新扫码。")
    if not is_open(found, now):
        raise CheckInError(_over(found))
    return found


def _over(check_in: CheckIn) -> str:
    ended = timezone.localtime(check_in.closes_at)
    return f"签到已于{written(ended.date())} {ended:%H:%M} 结束。到会了请告诉记录人，由他补记，效果相同。"


def of_digits(user: User, given: str) -> CheckIn:
    """The open window with these digits, those of one's own branches first; CheckInError when there is none. As with
    the QR code, whoever has them may sign in: a guest, or somebody of a branch that takes part.

    Ten wrong ones in ten minutes, and nobody tries further.
    """
    key = f"check-in-wrong-{user.pk}"
    if cache.get(key, 0) >= WRONG_CODES:
        raise CheckInError("输错的次数太多，请 10 分钟后再试，或请记录人直接勾选。")
    now = timezone.now()
    member = member_of(user)
    own = open_for(member, now) if member else []
    for check_in in [*own, *_open_at(now)]:
        if _fits(check_in, given, now):
            return check_in
    cache.add(key, 0, WRONG_FOR.total_seconds())
    cache.incr(key)
    raise CheckInError("现在没有用这个签到码的会议，请核对数字，或看看签到是否已经结束。")


def member_of(user: User) -> Member | None:
    return Member.objects.select_related("branch").filter(account=user).first()


def open_for(member: Member, now: datetime) -> list[CheckIn]:
    """What is being signed in at in the branches one belongs to or takes part in (参加). One query."""
    spells = MembershipSpell.objects.on(timezone.localdate(now)).filter(member=member)
    return list(_open_at(now).filter(branch__in=spells.values("branch")))


def _open_at(now: datetime) -> QuerySet[CheckIn]:
    rows = CheckIn.objects.filter(opens_at__lte=now, closes_at__gt=now)
    return rows.select_related("branch", "group")


def enter(check_in: CheckIn, user: User) -> CheckInEntry:
    """Sign in; once, however often it is sent. CheckInError for an account that belongs to no member."""
    if (member := member_of(user)) is None:
        raise CheckInError("这个账号没有对应的党员档案，请记录人直接登记，或请组织员关联账号。")
    now = timezone.now()
    if not is_open(check_in, now):
        raise CheckInError(_over(check_in))
    entry, _ = CheckInEntry.objects.get_or_create(check_in=check_in, member=member, defaults={"at": now})
    return entry


# What the roll takes


@dataclass(frozen=True)
class Standing:
    """Who of the expected people has signed in and who has not, and who else has."""

    expected: Sequence[ExpectedPerson]
    here: frozenset[UUID]
    others: Sequence[Member]

    @property
    def missing(self) -> list[ExpectedPerson]:
        return [person for person in self.expected if person.member_id not in self.here]

    @property
    def present(self) -> list[ExpectedPerson]:
        return [person for person in self.expected if person.member_id in self.here]


def standing(check_in: CheckIn) -> Standing:
    """Three queries."""
    people = expected_people(check_in.kind, check_in.branch, check_in.day, check_in.group)
    known = {person.member_id for person in people}
    entered = [entry.member for entry in check_in.entries.select_related("member__branch")]
    return Standing(
        people,
        frozenset(member.pk for member in entered if member.pk in known),
        [member for member in entered if member.pk not in known],
    )


def is_expected(check_in: CheckIn, member: Member) -> bool:
    people = expected_people(check_in.kind, check_in.branch, check_in.day, check_in.group)
    return any(person.member_id == member.pk for person in people)


def signed_in(
    branch: Branch, kind: str, day: date, group: PartyGroup | None, lead: Activity | None = None
) -> set[UUID]:
    """Whoever signed in at what a new record is about; of something joint also at the leading branch. One query."""
    meetings = Q(check_in__in=CheckIn.objects.unused().filter(branch=branch, kind=kind, day=day, group=group))
    if lead:
        meetings |= Q(check_in__activity=lead)
    return set(CheckInEntry.objects.filter(meetings).values_list("member", flat=True))


def settle(activity: Activity) -> None:
    """The record has taken the marks: its windows close, and no other record is filled from them."""
    rows = CheckIn.objects.unused().filter(
        branch=activity.branch, kind=activity.kind, day=activity.held_on, group=activity.group
    )
    rows.update(activity=activity, closes_at=Least("closes_at", timezone.now()))
