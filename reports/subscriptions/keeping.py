"""Subscribing and ending, for oneself and by staff for others."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from accounts import audit
from accounts.models import User
from branches.models import Branch
from branches.roles import Right
from branches.scope import covers, may
from reports.figures.catalogue import QUARTERLY
from reports.models import Subscription

from . import rights

State = Subscription.State


class SubscriptionError(ValueError):
    """It cannot be subscribed or ended; the message is for the user."""


def subscribe(
    person: User, branch: Branch, statistics: Collection[str], *, by: User, today: date
) -> Subscription:
    """Let ``person`` get the ``statistics`` of ``branch`` and all below it after each quarter. Audited.

    Subscribed already, it is these tables from now on. SubscriptionError when ``by`` may not do it for ``person``, and
    when ``person`` has no right to the figures.
    """
    wanted = [name for name in QUARTERLY if name in statistics]
    if not wanted:
        raise SubscriptionError("请至少选择一张统计表。")
    if person != by and not _may_for(by, person, branch, today):
        raise SubscriptionError("为别人订阅，由组织部门和二级党组织的工作人员在本单位范围内办理。")
    if not covers(rights.reaches_of([person], today).get(person.pk, ()), branch.path):
        raise SubscriptionError(
            f"{person.name}没有查看和导出{branch.short_name}统计的权限，不能订阅。请先授予角色，再来订阅。"
        )
    with transaction.atomic():
        row = Subscription.objects.filter(user=person, branch=branch).select_for_update().first()
        row = row or Subscription(user=person, branch=branch, branch_path=branch.path)
        if row.pk is None or row.state != State.ACTIVE:
            row.since = today
        row.statistics, row.state, row.reason, row.made_by = wanted, State.ACTIVE, "", by
        row.save()
        audit.record("subscription.subscribe", by=by, on=row, after={"statistics": wanted})
    return row


def _may_for(by: User, person: User, branch: Branch, today: date) -> bool:
    if not may(by, Right.KEEP_SUBSCRIPTIONS, branch.path):
        return False
    return rights.people_of(by, today).filter(pk=person.pk).exists()


def may_end(user: User, subscription: Subscription) -> bool:
    own = subscription.user_id == user.pk
    return own or may(user, Right.KEEP_SUBSCRIPTIONS, subscription.branch_path)


def end(subscription: Subscription, *, by: User) -> None:
    """Nothing goes out any more, also of what waits. Audited."""
    if not may_end(by, subscription):
        raise SubscriptionError("取消别人的订阅，由组织部门和二级党组织的工作人员在本单位范围内办理。")
    with transaction.atomic():
        standing = Subscription.objects.filter(pk=subscription.pk).exclude(state=State.ENDED)
        if not standing.update(state=State.ENDED, reason=""):
            raise SubscriptionError("这项订阅已经取消。")
        audit.record("subscription.cancel", by=by, on=subscription)


def stop(subscription: Subscription, reason: str) -> bool:
    """Let it stand as stopped, with the reason. False when somebody was first. Audited."""
    with transaction.atomic():
        stopped = Subscription.objects.active().filter(pk=subscription.pk)
        is_ours = bool(stopped.update(state=State.STOPPED, reason=reason))
        if is_ours:
            audit.record("subscription.stop", by=None, on=subscription, after={"reason": reason})
    return is_ours
