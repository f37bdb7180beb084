"""The verbs of role grants. Nobody grants to himself, nobody gives more than he holds, the last of the three stays."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from lib.dated import overlaps

from .models import Branch, RoleGrant, Station
from .roles import RIGHTS, THREE_ADMINS, Right, Role
from .scope import may, roles_of

FOREVER = date.max


class GrantError(ValueError):
    """The grant cannot be given or ended; the message is for the user."""


def rights_of(role: str) -> set[Right]:
    return {right for right, roles in RIGHTS.items() if Role(role) in roles}


def may_grant(user: User, role: str, path: str) -> bool:
    """The security administrator grants any role; staff grant, inside their part of the tree, what they hold."""
    if Role.SECURITY_ADMIN in roles_of(user):
        return True
    needed = {Right.KEEP_GRANTS} | rights_of(role)
    return role not in THREE_ADMINS and all(may(user, right, path) for right in needed)


def give(
    user: User,
    role: str,
    *,
    by: User | None,
    branch: Branch | None = None,
    station: Station | None = None,
    since: date | None = None,
    until: date | None = None,
) -> RoleGrant:
    """Grant ``role``; the same open grant is given only once. Audited."""
    if by is not None and by.pk == user.pk:
        raise GrantError("不能给自己授权，请由另一位有权的人员办理。")
    start = since or timezone.localdate()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        refuse_mixture(user, role, start, until)
        place = branch.path if branch else station.branch_path if station else ""
        same = RoleGrant.objects.open().filter(user=user, role=role, branch=branch, station=station)
        if (standing := same.first()) is not None:
            return standing
        grant = RoleGrant(
            user=user, role=role, branch=branch, station=station, branch_path=place, since=start, until=until
        )
        grant.granted_by = by
        grant.full_clean(exclude=["branch_path"])
        grant.save()
        audit.record("grant.give", by=by, on=grant, after={"user": user.username, "role": role})
    return grant


def refuse_mixture(user: User, role: str, since: date, until: date | None) -> None:
    """The three administrators exclude each other and every other role, at any time."""
    others = RoleGrant.objects.filter(overlaps(since, until or FOREVER), user=user).exclude(role=role)
    if role not in THREE_ADMINS:
        others = others.filter(role__in=THREE_ADMINS)
    if (other := others.first()) is not None:
        raise GrantError(
            f"该账号在这段时间已是{other.get_role_display()}，三员之间、三员与其他角色不能兼任。"
        )


def end(grant: RoleGrant, *, on: date, by: User | None) -> None:
    """Let a grant end with ``on`` as its last day. Audited."""
    if on < grant.since:
        raise GrantError("结束日期不能早于授权开始日期。")
    with transaction.atomic():
        refuse_last([grant], after=on)
        before = {"until": grant.until.isoformat() if grant.until else ""}
        grant.until = on
        grant.save(update_fields=["until"])
        audit.record("grant.end", by=by, on=grant, before=before, after={"until": on.isoformat()})


def revoke(grants: Iterable[RoleGrant], *, by: User) -> int:
    """Take grants back from this moment on. One that began today never held and is removed; the trail keeps it."""
    yesterday = timezone.localdate() - timedelta(days=1)
    rows = list(grants)
    with transaction.atomic():
        refuse_last(rows, after=yesterday)
        for grant in rows:
            facts = {"user": grant.user.username, "role": grant.role, "since": grant.since.isoformat()}
            audit.record("grant.revoke", by=by, on=grant, before=facts)
            if grant.since > yesterday:
                grant.delete()
            elif grant.until is None or grant.until > yesterday:
                grant.until = yesterday
                grant.save(update_fields=["until"])
    return len(rows)


def refuse_last(leaving: Iterable[RoleGrant], *, after: date) -> None:
    """Each of the three administrators needs somebody whose account works and whose grant has no end."""
    rows = {grant.pk: Role(grant.role) for grant in leaving if grant.role in THREE_ADMINS}
    for role in sorted(set(rows.values())):
        # Locked, so that two administrators who end each other's grants at once do not both succeed.
        rest = RoleGrant.objects.select_for_update(of=("self",)).filter(role=role, user__is_active=True)
        lasting = rest.filter(since__lte=after + timedelta(days=1), until__isnull=True)
        if not any(grant.pk not in rows for grant in lasting):
            raise GrantError(f"这是最后一位{role.label}，请先授权给另一位，再收回。")
