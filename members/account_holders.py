"""Whose accounts a keeper of accounts sees, and which of them he may close or give a new password."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import access
from accounts.models import User
from branches import grants
from branches.models import RoleGrant
from branches.roles import Right, Role
from branches.scope import covers, has_right, ranges_of, roles_of, within

from .models import Member


def visible_accounts(user: User) -> QuerySet[User]:
    """All for the system and the security administrator; for staff, those of their part of the tree.

    An account belongs to a part of the tree by a grant or by its holder's member record. One that has neither yet is
    shown to the organisation department.
    """
    roles = roles_of(user)
    if roles & {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}:
        return User.objects.all()
    if not has_right(user, Right.KEEP_ACCOUNTS):
        return User.objects.none()
    ranges = ranges_of(user, Right.KEEP_ACCOUNTS)
    grants_of_account = RoleGrant.objects.filter(user=OuterRef("pk"))
    record = Member.objects.filter(account=OuterRef("pk"))
    mine = Exists(grants_of_account.filter(within("branch_path", ranges))) | Exists(
        record.filter(within("branch_path", ranges))
    )
    if Role.ORGANIZATION_STAFF in roles:
        mine |= ~Exists(grants_of_account) & ~Exists(record)
    return User.objects.filter(Q(mine))


def may_keep(keeper: User, account: User) -> bool:
    """A new password is a way into the account: it takes every right that the account carries, where it carries it."""
    if keeper.pk == account.pk or not has_right(keeper, Right.KEEP_ACCOUNTS):
        return False
    if Role.SYSTEM_ADMIN in roles_of(keeper):
        return True
    lasting = account.grants.exclude(until__lt=timezone.localdate())
    needed = {(right, grant.branch_path) for grant in lasting for right in _carried(grant.role)}
    return all(covers(ranges_of(keeper, right), path) for right, path in needed)


def _carried(role: str) -> set[Right]:
    """At least the right to keep accounts there: also for a role that carries no right over the tree."""
    return {Right.KEEP_ACCOUNTS} | grants.rights_of(role)


def close_all(accounts: Iterable[User], *, by: User) -> None:
    """Close accounts, all or none; the last of each of the three administrators stays."""
    with transaction.atomic():
        leaving = RoleGrant.objects.open().filter(user__in=list(accounts))
        grants.refuse_last(leaving, after=timezone.localdate())
        for account in accounts:
            access.close(account, by=by)
