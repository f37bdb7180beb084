"""Merging, dissolving and dividing branches: people and what runs goes on elsewhere, what was stays where it was.

Each verb writes in one transaction. From the effective day people belong to their next branch and access follows;
posts, party groups, the term and the roles end the day before; records, attendance and the figures of the past keep
their ``org_path``. Nothing may have begun in a branch after the day on which it ends.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import User
from branches import grants, temporary, tree
from branches.models import Branch, RoleGrant, Station
from branches.roles import Right
from branches.scope import may, may_restructure

from . import enrolment, posts, seats
from .branch_rules import RULES
from .controls import CLOSED, EVIDENCE, IN_ORDER, ONCE, REACH, STANDING, RefusedByRule
from .membership_rules import ONE_BRANCH, TEMPORARY
from .models import Member, MembershipSpell, Post, StatusPeriod, Transfer
from .standing import DAY

Kind = MembershipSpell.Kind
ENOUGH = 3  # full members for a branch of its own
ALONE = RULES["ZB-01"]


class RestructuringError(RefusedByRule):
    """The branches cannot be merged, dissolved or divided like that."""


def people_of(branch: Branch) -> QuerySet[Member]:
    """Everybody whose 组织关系 is in ``branch``, applicants and those suspended too; not those who left."""
    belonging = MembershipSpell.objects.open().filter(branch=branch, kind=Kind.BELONGING)
    here = Member.objects.filter(pk__in=belonging.values("member"))
    return here.exclude(status=StatusPeriod.Status.LEFT).order_by("name_order", "number")


def guests_of(branch: Branch) -> QuerySet[MembershipSpell]:
    """Who takes part (参加) in ``branch`` and belongs elsewhere."""
    return MembershipSpell.objects.open().filter(branch=branch, kind=Kind.ATTENDING)


def may_join(by: User, branch: Branch) -> bool:
    """Does ``by`` keep both the branch's place in the tree and its people?"""
    return may_restructure(by, branch.path) and may(by, Right.KEEP_MEMBERS, branch.path)


def earliest_end(branch: Branch) -> date:
    """The first day from which ``branch`` may be closed: nothing in it begins, or ended, on a later one."""
    spells = MembershipSpell.objects.filter(branch=branch)
    latest = [
        spells.aggregate(day=Max("since"))["day"],
        (last := spells.aggregate(day=Max("until"))["day"]) and last + DAY,
        branch.terms.aggregate(day=Max("elected_on"))["day"],
        branch.founded_on,
        *(
            day + DAY
            for rows in (Post.objects.filter(branch=branch), branch.groups)
            if (day := rows.exclude(until__lt=timezone.localdate()).aggregate(day=Max("since"))["day"])
        ),
    ]
    return max((day for day in latest if day), default=tree.LONG_AGO)


def merge(branches: Sequence[Branch], into: Branch, *, on: date, by: User) -> None:
    """Let everybody of ``branches`` belong to ``into`` from ``on``, and end ``branches``.

    In order: the rights over every side; people, then guests, change over; groups, posts, the term and role grants of
    ``branches`` end; their stations go to ``into``; whoever reads ``into`` reads their records; the audit entry.
    """
    with transaction.atomic():
        target, sources = _locked(into), [_locked(branch) for branch in branches]
        _refuse_merge(sources, target, on, by)
        people = [(member, target) for source in sources for member in people_of(source)]
        enrolment.move_together(people, on=on, by=by, reason=f"并入{target.short_name}"[:100])
        for source in sources:
            _pass_guests(source, target, on)
            _close(source, on=on, by=by, stations_to=target)
            tree.bequeath(source, target)
        _end_guests(target, [member for member, _ in people], on)
        before = {"branches": [source.name for source in sources]}
        after = {"into": target.name, "people": len(people), "on": on.isoformat()}
        audit.record("branch.merge", by=by, on=target, before=before, after=after)


def dissolve(branch: Branch, members_to: Mapping[Branch, Collection[Member]], *, on: date, by: User) -> None:
    """End ``branch``; everybody in it goes where ``members_to`` says, from ``on``. Stations go to its superior."""
    with transaction.atomic():
        source = _locked(branch)
        moves = [(member, _locked(to)) for to, members in members_to.items() for member in members]
        _refuse_end(source, on, by)
        for target in {to.pk: to for _, to in moves}.values():
            _refuse_target(target, source, on, by)
        _refuse_unsettled(source, [member for member, _ in moves])
        enrolment.move_together(moves, on=on, by=by, reason=f"{source.short_name}撤销"[:100])
        assert source.parent
        _close(source, on=on, by=by, stations_to=source.parent)


def split(branch: Branch, members: Collection[Member], *, on: date, by: User, **facts: Any) -> Branch:
    """Found a branch beside ``branch`` and let ``members`` of it belong there from ``on``; it gets ``facts``.

    In a temporary or functional one they only take part: their 组织关系 stays (支部条例 8). A branch of its own needs
    three full members, a joint one does not (支部条例 4, 5). Posts and seats in the old branch end with the move.
    """
    with transaction.atomic():
        source, going = _locked(branch), list(members)
        form = facts.get("form") or Branch.Form.STANDING
        _refuse_split(source, going, form, on, by)
        new = tree.found(
            by=by,
            parent=source.parent,
            level=Branch.Level.BRANCH,
            founded_on=on,
            **{"category": source.category, **facts},
        )
        if form in Branch.WITHOUT_MEMBERS:
            MembershipSpell.objects.bulk_create(_attending(new, going, on))
        else:
            for post in Post.objects.open().filter(branch=source, member__in=going):
                posts.end(post, on=on - DAY, by=by)
            enrolment.move_together(
                [(member, new) for member in going], on=on, by=by, reason=f"{source.short_name}分设"[:100]
            )
        after = {"new": new.name, "people": len(going), "on": on.isoformat()}
        audit.record("branch.split", by=by, on=source, after=after)
    return new


def _locked(branch: Branch) -> Branch:
    return Branch.objects.select_for_update(of=("self",)).select_related("parent").get(pk=branch.pk)


def _refuse_merge(sources: Sequence[Branch], target: Branch, on: date, by: User) -> None:
    if not sources:
        raise RestructuringError("请选择要并入的党支部", EVIDENCE)
    if target.pk in {source.pk for source in sources} or len({one.pk for one in sources}) < len(sources):
        raise RestructuringError("党支部不能并入它自己，也不能并入两次", ONCE)
    for source in sources:
        _refuse_end(source, on, by)
        _refuse_target(target, source, on, by)
        if target.form in Branch.WITHOUT_MEMBERS and people_of(source).exists():
            raise RestructuringError(temporary.no_place(target), TEMPORARY, temporary.ATTEND)


def _refuse_target(target: Branch, source: Branch, on: date, by: User) -> None:
    """Whoever takes people over needs the right over the branch that takes them too."""
    if not may_join(by, target):
        instead = "跨单位的合并和人员划转，请由双方共同的上级党组织办理。"
        raise RestructuringError(f"“{target.short_name}”不归您管理", REACH, instead)
    if not target.is_leaf or target.pk == source.pk:
        said = f"“{target.short_name}”不能接收“{source.short_name}”的党员，请选择另一个党支部"
        raise RestructuringError(said, ONE_BRANCH)
    if not target.exists_on(on) or target.dissolved_on:
        founded = target.founded_on if target.founded_on and on < target.founded_on else None
        said = f"“{target.short_name}”在 {on:%Y-%m-%d} 还没有成立，或者已经撤销"
        raise RestructuringError(said, ONE_BRANCH, earliest=founded)


def _refuse_end(source: Branch, on: date, by: User) -> None:
    if not may_join(by, source):
        instead = "合并、撤销和分设，请由它的上级党组织办理。"
        raise RestructuringError(f"“{source.short_name}”不归您管理", REACH, instead)
    if not source.is_leaf or source.dissolved_on:
        raise RestructuringError(f"“{source.short_name}”不是现有的党支部", CLOSED)
    _refuse_day(on)
    if on < (earliest := earliest_end(source)):
        said = f"“{source.short_name}”在这一天以后还有党员、职务或党小组的变动"
        raise RestructuringError(said, IN_ORDER, earliest=earliest)


def _refuse_day(on: date) -> None:
    if on > (today := timezone.localdate()):
        raise RestructuringError(f"生效日期不能晚于今天（{today:%Y-%m-%d}）", IN_ORDER)


def _refuse_unsettled(source: Branch, going: Sequence[Member]) -> None:
    """Everybody exactly once, and nobody from elsewhere."""
    here, named = set(people_of(source).values_list("pk", flat=True)), [member.pk for member in going]
    if len(named) != len(set(named)) or set(named) - here:
        said = f"名单里有人不在“{source.short_name}”，或者写了两次，请重新选择"
        raise RestructuringError(said, STANDING)
    if left := len(here - set(named)):
        said = f"“{source.short_name}”还有 {left} 人没有写明转往哪个党支部，不能撤销"
        raise RestructuringError(said, ONE_BRANCH)


def _refuse_split(source: Branch, going: Sequence[Member], form: str, on: date, by: User) -> None:
    if not may_join(by, source) or not source.is_leaf or source.dissolved_on:
        raise RestructuringError(f"“{source.short_name}”不是由您管理的现有党支部，不能分设", REACH)
    _refuse_day(on)
    here = {member.pk: member for member in people_of(source)}
    if not going or {member.pk for member in going} - here.keys():
        raise RestructuringError(f"请从“{source.short_name}”现有人员中选择分到新支部的人", STANDING)
    if form in Branch.WITHOUT_MEMBERS:
        return
    if len(going) == len(here):
        said = "所有人都分到新支部，原支部就没有人了"
        raise RestructuringError(said, ALONE, "请改用“合并”，或者只改名称。")
    full = sum(here[member.pk].status == StatusPeriod.Status.FULL for member in going)
    if form == Branch.Form.STANDING and full < ENOUGH:
        said = f"新支部只有 {full} 名正式党员，不足 {ENOUGH} 名，不能单独成立党支部"
        instead = "请再选几名正式党员，或者设为联合党支部（支部条例第五条，ZB-03）。"
        raise RestructuringError(said, ALONE, instead)
    if on < (earliest := _earliest_leave(source, going)):
        said = "所选人员在这一天以后还有组织关系或职务的变动"
        raise RestructuringError(said, IN_ORDER, earliest=earliest)


def _earliest_leave(source: Branch, going: Iterable[Member]) -> date:
    belonging = MembershipSpell.objects.open().filter(member__in=list(going), kind=Kind.BELONGING)
    held = Post.objects.open().filter(branch=source, member__in=list(going))
    last: date = belonging.aggregate(day=Max("since"))["day"]
    appointed: date | None = held.aggregate(day=Max("since"))["day"]
    return max(last, appointed + DAY) if appointed else last


def _attending(branch: Branch, members: Iterable[Member], on: date) -> list[MembershipSpell]:
    return [
        MembershipSpell(member=member, branch=branch, branch_path=branch.path, kind=Kind.ATTENDING, since=on)
        for member in members
    ]


def _pass_guests(source: Branch, target: Branch, on: date) -> None:
    """Guests go on as guests where people take part; into a branch with members of its own nobody is led by that."""
    if target.form in Branch.WITHOUT_MEMBERS:
        known = guests_of(target).values("member")
        guests = Member.objects.filter(pk__in=guests_of(source).values("member")).exclude(pk__in=known)
        MembershipSpell.objects.bulk_create(_attending(target, list(guests), on))


def _end_guests(branch: Branch, members: Collection[Member], on: date) -> None:
    """Who belongs to ``branch`` from ``on`` does not take part in it as a guest any more."""
    _end_spells(guests_of(branch).filter(member__in=members), on)


def _end_spells(spells: QuerySet[MembershipSpell], on: date) -> None:
    """End with the day before ``on``; one that would never have held is removed."""
    keys = list(spells.values_list("pk", flat=True))
    MembershipSpell.objects.filter(pk__in=keys, since__gte=on).delete()
    MembershipSpell.objects.filter(pk__in=keys).update(until=on - DAY)


def _close(source: Branch, *, on: date, by: User, stations_to: Branch) -> None:
    """End what runs in ``source`` with the day before ``on``, and the branch itself."""
    last = on - timedelta(days=1)
    lasting = Q(until__isnull=True) | Q(until__gt=last)
    for group in source.groups.filter(lasting):
        seats.end(group, on=last, by=by)
    for post in Post.objects.filter(lasting, branch=source):
        posts.end(post, on=last, by=by)
    _end_spells(MembershipSpell.objects.open().filter(branch=source), on)
    source.terms.filter(ended_on__isnull=True).update(ended_on=on)
    today = timezone.localdate()
    running = RoleGrant.objects.filter(Q(until__isnull=True) | Q(until__gte=today), branch=source)
    grants.revoke(running, by=by)
    for station in source.stations.filter(lasting):
        _hand_on(station, stations_to)
    tree.dissolve(source, on, by=by)


def _hand_on(station: Station, to: Branch) -> None:
    """Another organisation supervises the station; what its head may do moves with it."""
    station.branch, station.branch_path = to, to.path
    station.save(update_fields=["branch", "branch_path"])
    RoleGrant.objects.filter(station=station).update(branch_path=to.path)


@tree.minding
def peopled(branch: Branch, on: date) -> str:
    """People who are still in a branch stand against dissolving it: first it is said where they go."""
    people = people_of(branch).count()
    if people:
        return (
            f"“{branch.short_name}”还有 {people} 人的组织关系，不能直接撤销："
            "请并入另一个党支部，或者在撤销时写明这些人转往哪里。"
        )
    if MembershipSpell.objects.filter(Q(until__isnull=True) | Q(until__gte=on), branch=branch).exists():
        return f"“{branch.short_name}”在 {on:%Y-%m-%d} 还有人参加，请用撤销页面办理。"
    return ""


@tree.minding
def lettered(branch: Branch, on: date) -> str:
    """A transfer that is on its way from or to a branch is settled first: its other side would wait for nobody."""
    waiting = Transfer.objects.open().filter(Q(branch=branch) | Q(target=branch)).count()
    if not waiting:
        return ""
    return f"“{branch.short_name}”还有 {waiting} 份没有办结的组织关系转接，请先办结或撤回。"
