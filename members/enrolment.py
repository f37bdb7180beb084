"""Enrolling people, changing their facts, moving them inside: one door each, for one person or for thousands.

Each verb writes in one transaction: the record, its history, the spells and status periods that follow from its dates,
and the audit entry, in which ID number, phone and address stand hashed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry, User
from branches import temporary
from branches.models import Branch
from lib import bulk, pinyin

from . import circumstances, corrections, courses, numbers, standing, versions
from .controls import EVIDENCE, IN_ORDER, ONCE, STANDING, RefusedByRule
from .development import arrivals
from .membership_rules import ONE_BRANCH, TEMPORARY
from .models import GroupMembership, Member, MembershipSpell, StatusPeriod, Transfer
from .standing import DAY, INTERRUPTIONS, STAGES, Dates, Span, Status

BATCH = 500
SENSITIVE: Final = ("id_number", "phone", "landline", "address", "birth_date")
PLAIN: Final = (
    "name school_number sex nation birth_date education job native_place major schooling_years graduates_on "
    "is_league_member is_double_leader joined_on full_on identity_note lost_on is_floating floating_to note"
).split()
ENCRYPTED: Final = ("id_number", "phone", "landline", "address")
IDENTITY_TAKEN = "这个证件号码已属于另一名党员"


class EnrolmentError(RefusedByRule):
    """The person cannot be enrolled, changed or moved."""


@dataclass(frozen=True, slots=True)
class NewMember:
    """Everything known about somebody who is to be enrolled."""

    name: str
    sex: str
    branch: Branch
    status: str
    joined_on: date | None = None
    full_on: date | None = None
    stages: Mapping[str, date] = field(default_factory=dict)
    transferred_in_on: date | None = None
    id_number: str = ""
    school_number: str = ""
    nation: str = ""
    birth_date: date | None = None
    education: str = ""
    job: str = ""
    native_place: str = ""
    major: str = ""
    schooling_years: int | None = None
    graduates_on: date | None = None
    is_league_member: bool | None = None
    is_double_leader: bool = False
    phone: str = ""
    landline: str = ""
    address: str = ""
    identity_note: str = ""
    lost_on: date | None = None
    is_floating: bool = False
    floating_to: str = ""
    note: str = ""

    @property
    def dates(self) -> Dates:
        return Dates(self.joined_on, self.full_on, self.stages)


@dataclass(frozen=True, slots=True)
class Change:
    """New values for an enrolled person, by field: those of `PLAIN` and `ENCRYPTED`, status, branch, and stages.

    ``stages`` maps the statuses before joining to their dates; those not named stay.
    """

    member: Member
    values: Mapping[str, Any]


def enrol(person: NewMember, *, by: User | None) -> Member:
    """Enrol one person; EnrolmentError when the identity is taken or the branch takes nobody."""
    return enrol_all([person], by=by)[0]


def enrol_all(people: Sequence[NewMember], *, by: User | None, reason: str = "") -> list[Member]:
    """Enrol people with their own numbers, spells and status periods: all of them or none."""
    today = timezone.localdate()
    for person in people:
        _check(person.name, person.branch, person.dates, today)
        _check_place(person.branch)
    try:
        with transaction.atomic():
            given = numbers.allocate(len(people))
            blank = Member()
            members = [_new(blank, person, number) for person, number in zip(people, given, strict=True)]
            bulk.insert_all(members)
            _keep(members, versions.CREATED, by, reason)
            _begin(zip(members, people, strict=True), today)
            # Who is entered late, with the day he came, changes a roster that was final; an assumed day says so itself.
            dated = [m.pk for m, person in zip(members, people, strict=True) if person.transferred_in_on]
            nobody = dict.fromkeys(dated, corrections.Course())
            corrections.note(nobody, by=by, what="enrol", reason=reason)
            circumstances.align([m for m in members if m.lost_on or m.is_floating], by=by)
            arrivals.align(members)
            _record_enrolment(members, by, reason)
    except IntegrityError as error:
        raise EnrolmentError(IDENTITY_TAKEN, ONCE) from error
    return members


def change(member: Member, values: Mapping[str, Any], *, by: User | None) -> None:
    """Change facts of one person (see :class:`Change`)."""
    change_all([Change(member, values)], by=by)


def change_all(changes: Sequence[Change], *, by: User | None, reason: str = "") -> list[Member]:
    """Write new facts: all of them or none. Dates move the status periods; another branch ends the old spell today.

    Returns the people as they are now, in the order of ``changes``.
    """
    today = timezone.localdate()
    try:
        with transaction.atomic():
            rows = Member.objects.select_for_update(of=("self",)).select_related("branch")
            current = rows.in_bulk([each.member.pk for each in changes])
            locked = [Change(current[each.member.pk], each.values) for each in changes]
            turning = [c.member.pk for c in locked if _TURNING & c.values.keys()]
            before = corrections.snapshot(turning)
            audit.record_all([_assign(each, by, today) for each in locked])
            versions.save([each.member for each in locked], by, reason)
            move_all([(c.member, c.values["branch"]) for c in locked if "branch" in c.values], on=today)
            _restate([c for c in locked if _RESTATING & c.values.keys()], today)
            corrections.note(before, by=by, what="change", reason=reason)
            circumstances.align([c.member for c in locked if _AWAY & c.values.keys()], by=by)
            arrivals.align([c.member for c in locked if _RESTATING & c.values.keys()])
    except IntegrityError as error:
        raise EnrolmentError(IDENTITY_TAKEN, ONCE) from error
    return [each.member for each in locked]


def move(member: Member, to: Branch, *, on: date | None = None, by: User | None) -> None:
    """Move a person to another branch of the university from ``on`` (today)."""
    move_together([(member, to)], on=on or timezone.localdate(), by=by)


def move_together(
    moves: Sequence[tuple[Member, Branch]], *, on: date, by: User | None, reason: str = ""
) -> None:
    """Move people to other branches of the university from ``on``: all of them or none, each with an audit entry."""
    with transaction.atomic():
        rows = Member.objects.select_for_update(of=("self",)).select_related("branch")
        current = rows.in_bulk([member.pk for member, _ in moves])
        locked = [(current[member.pk], to) for member, to in moves]
        course = corrections.snapshot(list(current))
        for member, to in locked:
            _check(member.name, to, Dates(), on)
            _check_place(to)
            _check_move(member, on)
            before = member.branch.name
            member.branch, member.branch_path = to, to.path
            after = {"branch": to.name, "on": on.isoformat(), **({"reason": reason} if reason else {})}
            audit.record("member.move", by=by, on=member, before={"branch": before}, after=after)
        versions.save([member for member, _ in locked], by, reason)
        move_all(locked, on=on)
        corrections.note(course, by=by, what="move", reason=reason)


_RESTATING: Final = frozenset({"joined_on", "full_on", "status", "stages"})
_AWAY: Final = frozenset({"lost_on", "is_floating", "floating_to"})
_TURNING: Final = _RESTATING | {"branch"}


def _check(name: str, branch: Branch, dates: Dates, today: date) -> None:
    if not name.strip():
        raise EnrolmentError("没有填写姓名", EVIDENCE)
    if not branch.is_leaf:
        raise EnrolmentError(f"“{branch.short_name}”不是党支部，党员须编入党支部", ONE_BRANCH)
    if branch.dissolved_on and branch.dissolved_on <= today:
        raise EnrolmentError(f"“{branch.short_name}”已撤销，不能编入党员", ONE_BRANCH)
    if dates.joined_on and dates.full_on and dates.full_on < dates.joined_on:
        said = "转为正式党员日期不能早于加入党组织日期"
        raise EnrolmentError(said, IN_ORDER, earliest=dates.joined_on)


def _check_place(branch: Branch) -> None:
    """Nobody's 组织关系 goes where branches hold none (支部条例 8)."""
    if branch.form in Branch.WITHOUT_MEMBERS:
        raise EnrolmentError(temporary.no_place(branch), TEMPORARY, temporary.ATTEND)


def _check_move(member: Member, day: date) -> None:
    """Only who belongs to a branch moves, and not before he came to it; a letter on its way is settled first."""
    if member.status == Status.LEFT:
        raise EnrolmentError(f"{member.name}的组织关系不在本校，请先办理转入", STANDING)
    if (earliest := courses.earliest_change(member)) and day < earliest:
        said = f"{member.name}的组织关系 {earliest} 才到本校，转接日期不能早于这一天"
        raise EnrolmentError(said, IN_ORDER, earliest=earliest)
    if member.transfers.filter(state__in=Transfer.OPEN).exists():
        raise EnrolmentError(f"{member.name}有一份没有办结的组织关系转接，请先办结或撤回", ONCE)


def _new(blank: Member, person: NewMember, number: str) -> Member:
    member = bulk.alike(blank)
    member.number, member.status = number, person.status
    member.branch, member.branch_path = person.branch, person.branch.path
    for name in PLAIN:
        setattr(member, name, getattr(person, name))
    for name in ENCRYPTED:
        if value := getattr(person, name):
            setattr(member, name, value)
    derive(member)
    return member


def derive(member: Member) -> None:
    member.name_pinyin = pinyin.pinyin(member.name)[:128]
    member.name_initials = pinyin.initials(member.name)[:32]
    member.name_order = pinyin.stroke_key(member.name)


def _begin(enrolled: Iterable[tuple[Member, NewMember]], today: date) -> None:
    """First spells and status periods."""
    spells: list[tuple[Any, ...]] = []
    periods: list[tuple[Any, ...]] = []
    for member, person in enrolled:
        since, assumed = standing.spell_start(
            person.branch.founded_on, person.dates, person.transferred_in_on, today
        )
        spells.append((member.pk, member.branch_id, member.branch_path, since, assumed))
        spans = standing.timeline(person.status, person.dates, fallback=since, today=today)
        if person.status == Status.SUSPENDED:
            spans = standing.interrupted(spans, [Span(Status.SUSPENDED, today, is_assumed=True)])
        periods += ((member.pk, span.status, span.since, span.until, span.is_assumed) for span in spans)
    bulk.insert_like(MembershipSpell(), ("member", "branch", "branch_path", "since", "is_assumed"), spells)
    bulk.insert_like(StatusPeriod(), ("member", "status", "since", "until", "is_assumed"), periods)


def _periods(member: Member, spans: Iterable[Span]) -> list[StatusPeriod]:
    return [
        StatusPeriod(
            member_id=member.pk,
            status=span.status,
            since=span.since,
            until=span.until,
            is_assumed=span.is_assumed,
        )
        for span in spans
    ]


def _record_enrolment(members: Sequence[Member], by: User | None, reason: str) -> None:
    if len(members) == 1:
        audit.record(
            "member.enrol", by=by, on=members[0], after={"number": members[0].number, "reason": reason}
        )
    elif members:
        span = {"first": members[0].number, "last": members[-1].number}
        audit.record("member.enrol", by=by, after={**span, "people": len(members), "reason": reason})


def _assign(each: Change, by: User | None, today: date) -> AuditEntry:
    """Put the new values on the member; returns the audit entry with old and new ones."""
    member, values = each.member, each.values
    dates = Dates(values.get("joined_on", member.joined_on), values.get("full_on", member.full_on))
    _check(values.get("name", member.name), values.get("branch", member.branch), dates, today)
    before: dict[str, str] = {}
    for name, value in values.items():
        if name == "stages":
            continue
        before[name] = written(name, getattr(member, name))
        setattr(member, name, value)
    if "branch" in values:
        _check_place(member.branch)
        member.branch_path = member.branch.path
    if "name" in values:
        derive(member)
    after = {name: written(name, value) for name, value in values.items()}
    return audit.entry_of("member.change", by=by, on=member, before=before, after=after)


def written(name: str, value: Any) -> str:
    """How a value stands in the audit trail: hashed when it is sensitive."""
    text = (
        "、".join(f"{stage}:{day}" for stage, day in value.items()) if isinstance(value, Mapping) else value
    )
    return audit.hashed(text) if name in SENSITIVE else "" if text is None else str(text)


def _keep(members: Sequence[Member], kind: Literal["+", "~"], by: User | None, reason: str) -> None:
    for ids in _batches([member.pk for member in members]):
        versions.keep(ids, kind, by, reason)


def move_all(moves: Sequence[tuple[Member, Branch]], *, on: date) -> None:
    """End the 隶属 of the people the day before ``on`` and begin the next; seats in party groups end with it.

    A spell that began on ``on`` or later is void: nobody is in two branches on one day. The caller saves the members
    and records the move.
    """
    for ids in _batches([member.pk for member, _ in moves]):
        of_these = MembershipSpell.objects.filter(member__in=ids, kind=MembershipSpell.Kind.BELONGING)
        for running in (of_these, GroupMembership.objects.filter(member__in=ids).open()):
            courses.cut(running, on)
    MembershipSpell.objects.bulk_create(
        (MembershipSpell(member=member, branch=to, branch_path=to.path, since=on) for member, to in moves),
        batch_size=BATCH,
    )


def _restate(changes: Sequence[Change], today: date) -> None:
    """Draw the status periods anew from the record's dates, around suspensions and absences that were recorded."""
    kept: dict[Any, list[StatusPeriod]] = {}
    for ids in _batches([each.member.pk for each in changes]):
        old = StatusPeriod.objects.filter(member__in=ids)
        for period in old.order_by("since"):
            kept.setdefault(period.member_id, []).append(period)
        old.delete()
    fresh: list[StatusPeriod] = []
    for each in changes:
        fresh += _periods(each.member, _spans(each, kept.get(each.member.pk, []), today))
    StatusPeriod.objects.bulk_create(fresh, batch_size=BATCH)


def _batches(keys: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    """SQLite takes so many parameters in a statement and no more."""
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


def _spans(each: Change, old: Sequence[StatusPeriod], today: date) -> list[Span]:
    member = each.member
    stages = {
        period.status: period.since for period in old if period.status in STAGES and not period.is_assumed
    }
    dates = Dates(member.joined_on, member.full_on, {**stages, **each.values.get("stages", {})})
    fallback = min((period.since for period in old), default=today)
    spans = standing.timeline(_underneath(member, old), dates, fallback=fallback, today=today)
    return standing.interrupted(spans, _interruptions(member.status, old, today))


def _underneath(member: Member, old: Sequence[StatusPeriod]) -> str:
    """What somebody suspended or gone was before: his way until then is drawn from it."""
    if member.status not in INTERRUPTIONS:
        return member.status
    if member.full_on:
        return Status.FULL
    return next(
        (period.status for period in reversed(old) if period.status not in INTERRUPTIONS), Status.FULL
    )


def _interruptions(status: str, old: Sequence[StatusPeriod], today: date) -> list[Span]:
    """Recorded suspensions and absences; the open one ends yesterday when the status says it is over."""
    found: list[Span] = []
    for period in old:
        if period.status not in INTERRUPTIONS:
            continue
        until = period.until if period.until or period.status == status else today - DAY
        if until is None or period.since <= until:
            found.append(Span(period.status, period.since, until, period.is_assumed))
    if status in INTERRUPTIONS and not any(span.until is None for span in found):
        found.append(Span(status, today, None, is_assumed=True))
    return found
