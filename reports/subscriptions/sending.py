"""On the first working day of a quarter the figures of the one that ended go out: a row first, then a leased sending.

Due is ``<=``, never ``==``: days without a running scheduler lose nothing. The unique key of :class:`Sending` makes
each subscription and period be sent once; :mod:`reminders.leasing` says what holds when a process is killed.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.models import User
from lib.periods import Period, quarter_of
from lib.workdays import after_workdays, is_announced
from reminders import leasing, pulses
from reminders.channels import mail
from reminders.channels.posting import Unsent
from reminders.messages import Line, Message, absolute
from reminders.models import LeasedQuerySet
from reminders.quiet import may_send
from reports.closing import files
from reports.models import Sending, SentFile, Subscription

from . import contents, keeping, rights

Kind = Sending.Kind
#: How often what is due is collected while messages may go out.
COLLECTED_EVERY: Final = timedelta(minutes=15)
NO_ADDRESS: Final = "账号没有登记邮箱"


def due_on(period: Period) -> date:
    """The first working day after ``period``."""
    return after_workdays(period.end, 1)


def next_due(today: date) -> tuple[Period, str]:
    """The quarter that goes out next to whoever subscribes ``today``, and when, as far as the holidays are known."""
    ended = quarter_of(today).previous()
    period = ended if today <= due_on(ended) else quarter_of(today)
    day = due_on(period)
    return period, day.isoformat() if is_announced(day) else f"{day.year}年{day.month}月第一个工作日"


def _period_due(on: date) -> Period | None:
    ended = quarter_of(on).previous()
    return ended if due_on(ended) <= on else None


def due(on: date) -> list[Subscription]:
    """The active subscriptions of which nothing was sent yet of the quarter that is due on ``on``. One query."""
    period = _period_due(on)
    if period is None:
        return []
    told = Sending.objects.filter(subscription=OuterRef("pk"), period=period.code, kind=Kind.FIGURES)
    active = Subscription.objects.active().filter(~Exists(told), since__lte=due_on(period))
    return list(active.select_related("user", "branch"))


def collect(on: date) -> int:
    """Write what is due, and stop what may not be sent any more. Returns how many rows are new.

    Who has no address is told so on the page, and gets it as soon as there is one.
    """
    found, period = due(on), _period_due(on)
    if period is None or not found:
        return 0
    allowed = rights.allowed(found, timezone.localdate())
    for one in found:
        if one.pk not in allowed:
            lose(one, period)
    return _write([one for one in found if one.pk in allowed and one.user.email], period, Kind.FIGURES)


def _write(subscriptions: Iterable[Subscription], period: Period, kind: str) -> int:
    before = Sending.objects.count()
    rows = [
        Sending(subscription=one, period=period.code, kind=kind, branch_path=one.branch_path)
        for one in subscriptions
    ]
    Sending.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return Sending.objects.count() - before


def lose(subscription: Subscription, period: Period) -> None:
    """The right is gone: nothing is sent, and the person is told once."""
    user = subscription.user
    why = (
        "账号已停用"
        if not user.is_active
        else f"{user.name}已没有查看和导出{subscription.branch.short_name}统计的权限"
    )
    with transaction.atomic():
        if keeping.stop(subscription, f"{why}。") and user.is_active and user.email:
            _write([subscription], period, Kind.STOPPED)


def deliver(*, seconds: float = 50) -> int:
    """Collect what is due, send what is ready, in waking hours. Returns how many went out."""
    now = timezone.now()
    if not settings.MAIL_IS_ON or not may_send(now):
        return 0
    with transaction.atomic():
        if pulses.take("subscriptions", at=now, every=COLLECTED_EVERY):
            collect(timezone.localdate(now))
    return leasing.drain(partial(leasing.take, waiting()), send, seconds, may_send)


@dataclass(frozen=True)
class Outcome:
    """What became of one subscription in a run; ``state`` is that of its sending, ``stopped`` or ``no_address``."""

    user: str
    branch: str
    period: str
    state: str
    note: str

    def body(self) -> dict[str, str]:
        """A line of ``send_subscriptions --json``."""
        return asdict(self)

    @property
    def line(self) -> str:
        words = {**dict(Sending.State.choices), "stopped": "停止", "no_address": "没有邮箱"}
        note = f"（{self.note}）" if self.note else ""
        return f"{self.user}  {self.branch}  {self.period}  {words[self.state]}{note}"


def run(on: date) -> list[Outcome]:
    """Collect what is due on ``on`` and send what is ready now, whatever the hour: somebody asked for it."""
    found, period = due(on), _period_due(on)
    collect(on)
    tried = {row.subscription_id for row in waiting().waiting()}
    leasing.drain(partial(leasing.take, waiting()), send, float("inf"), _at_any_hour)
    touched = tried | {one.pk for one in found}
    rows = Subscription.objects.filter(pk__in=touched).select_related("user", "branch")
    last = at_latest(rows)
    return [_outcome(row, last.get(row.pk), period) for row in rows]


def _at_any_hour(at: datetime) -> bool:
    return True


def _outcome(row: Subscription, last: Sending | None, period: Period | None) -> Outcome:
    code = last.period if last else period.code if period else ""
    if row.state == Subscription.State.STOPPED:
        state, note = "stopped", row.reason
    elif last:
        state, note = last.state, last.last_error
    else:
        state, note = "no_address", NO_ADDRESS
    return Outcome(row.user.username, row.branch.code, code, state, note)


def waiting() -> LeasedQuerySet[Sending]:
    return Sending.objects.select_related("subscription__user", "subscription__branch")


def send(sending: Sending) -> bool:
    """Send one leased row and mark it. True when it went out."""
    return leasing.attempt(sending, partial(_go, sending))


def _go(sending: Sending) -> bool:
    """False when it is not to be sent any more: ended, or the right was lost since it was written."""
    subscription = sending.subscription
    user = subscription.user
    if sending.kind == Kind.STOPPED:
        if subscription.state == Subscription.State.STOPPED:
            mail.send(user, _farewell(subscription), sending.pk)
            return True
        return False
    if subscription.state != Subscription.State.ACTIVE:
        return False
    if not rights.allowed([subscription], timezone.localdate()):
        lose(subscription, sending.span)
        return False
    if not user.email:
        raise Unsent(f"{NO_ADDRESS}。")
    try:
        made = frozen(sending)
    except Http404:
        return False
    mail.send(user, _message(sending, made), sending.pk)
    return True


def frozen(sending: Sending) -> list[tuple[str, bytes]]:
    """The files, made at the first attempt and the same at every other. Http404 when nothing of them was in reach."""
    rows = list(sending.files.order_by("pk"))
    if not rows:
        with transaction.atomic():
            made = contents.files_of(sending, timezone.localdate())
            rows = [
                SentFile(sending=sending, name=one.name, stored=files.new_name(), sha256=one.sha256)
                for one in made
            ]
            for row, one in zip(rows, made, strict=True):
                files.write(row.stored, one.content)
            SentFile.objects.bulk_create(rows)
    return [(row.name, files.path_of(row).read_bytes()) for row in rows]


def _message(sending: Sending, made: list[tuple[str, bytes]]) -> Message:
    branch = sending.subscription.branch
    label = sending.span.label
    page = absolute(reverse("figure_index"))
    return Message(
        f"支部簿：{branch.short_name}{label}统计报表",
        (Line(f"{branch.short_name}{label}的统计报表见附件。在线查看和点开明细", page),),
        _foot(),
        tuple(made),
    )


def _farewell(subscription: Subscription) -> Message:
    page = absolute(reverse("subscription_list"))
    branch = subscription.branch
    told = f"{subscription.reason}{branch.short_name}的统计不再发送。需要时请联系上级党组织的工作人员"
    return Message(f"支部簿：{branch.short_name}统计订阅已停止", (Line(told, page),), _foot())


def _foot() -> str:
    return f"在“订阅统计”中可以查看和取消：{absolute(reverse('subscription_list'))}"


def send_again(sending: Sending, *, by: User) -> bool:
    """Let what failed be tried anew within the minute. Audited."""
    with transaction.atomic():
        again = leasing.renew(sending)
        if again:
            audit.record("subscription.send_again", by=by, on=sending.subscription)
    return again


def at_latest(subscriptions: Iterable[Subscription]) -> dict[int, Sending]:
    """The last sending of each. One query."""
    rows = Sending.objects.filter(subscription__in=list(subscriptions)).order_by("created_at", "pk")
    return {row.subscription_id: row for row in rows}
