"""What the tests of delivery share: somebody who is reminded, and reminders in one line."""

from datetime import date, timedelta

from accounts.models import User
from branches import terms
from branches.models import Branch
from members import circumstances, transfers
from members.models import Development, DevelopmentStep
from reminders.models import Delivery, Reminder
from tests import cast


def a_reader(*, email: str = "wang@example.edu.cn") -> User:
    user = cast.a_user()
    user.email = email
    user.save(update_fields=["email"])
    return user


def a_reminder(user: User, due_on: date, title: str = "10月主题党日", kind: str = "duty", **more) -> Reminder:
    fields = {"subject": f"{title}:{due_on}", "url": "/activities/new/", "branch_path": "00001", **more}
    return Reminder.objects.create(kind=kind, due_on=due_on, recipient=user, title=title, **fields)


def one_of_each(branch: Branch, other: Branch, on: date) -> None:
    """Something due on ``on`` of each kind that needs no record of a meeting: what ``branch`` owes, and its staff."""
    cast.a_member(branch, joined=date(2015, on.month, 28))
    terms.elect(branch, on.replace(year=on.year - 3))
    transfers.offer(cast.a_member(branch), other, on=on, by=None)
    for kind in ("abroad", "lost"):
        facts = {"evidence": "本人申请", "place": "海外", "since": on - timedelta(days=190)}
        circumstances.begin(cast.a_member(branch), kind, by=None, **facts)
    on_the_way(branch, application=on - timedelta(days=40))
    decided = on - timedelta(days=1)
    on_the_way(branch, application=decided, application_talk=decided, activist_decision=decided)


def on_the_way(branch: Branch, **steps: date) -> Development:
    """Somebody who has taken ``steps`` of 发展党员."""
    member = cast.a_member(branch)
    development = Development.objects.create(member=member, applied_on=steps["application"])
    DevelopmentStep.objects.bulk_create(
        DevelopmentStep(development=development, step=step, on=day) for step, day in steps.items()
    )
    return development


def messages(**where) -> list[tuple[str, str]]:
    """Day and state of each message, the earliest first."""
    rows = Delivery.objects.filter(**where).order_by("day", "pk")
    return [(f"{row.day:%m-%d}", row.state) for row in rows]
