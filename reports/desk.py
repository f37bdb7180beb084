"""The first page of organisation and committee staff: the running quarter, and what waits for them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib import admin
from django.urls import reverse

from accounts.models import User
from activities.assignment_lists import narrowed
from activities.duties import PRESSING, Duty, State, lots
from activities.models import Assignment
from activities.regulations import Rule
from activities.statistics import monthly_life
from jobs.models import Job
from lib.periods import Period
from lib.templatetags.ui import thousands
from members.statistics import roster_figures
from reminders.models import Reminder

from . import drilldown, links
from .asked import Asked
from .conclusion import Figure, Piece, deadline, in_focus, three_figures
from .links import with_filters
from .rollup import sum_of

JOBS_SHOWN = 5
#: Kinds of reminders that staff get only in the place of a branch.
FOR_BRANCHES = ("duty", "assignment", "task", "political_birthday", "duty_report_in_care")
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Waiting:
    """Something that waits, how much of it, and the list that holds as many lines."""

    number: int
    title: str
    note: str
    url: str
    action: str


def today_in_words(today: date) -> str:
    return f"{today.month}月{today.day}日，星期{WEEKDAYS[today.weekday()]}"


def duties_of(asked: Asked) -> list[Duty]:
    """Of this and the last quarter what is due or overdue, and all of what the strip counts: judged once for both."""
    focus = in_focus(asked)

    def is_counted(rule: Rule, sub: Period) -> bool:
        return any(rule.name == kind and span.includes(sub) for kind, span in focus)

    return drilldown.asked_duties(_both(asked), only=PRESSING, whole=is_counted)


def _both(asked: Asked) -> Asked:
    """This and the last quarter."""
    return replace(asked, period=Period(asked.period.previous().start, asked.period.end))


def figures_strip(found: Iterable[Duty], asked: Asked) -> list[Figure]:
    """Three of the dashboard's figures, and the roster. Two queries."""
    running = lots(
        duty
        for duty in found
        if asked.period.start <= duty.period.start and duty.branch.existed_in(asked.period)
    )
    whole = sum_of(monthly_life(asked.ranges, asked.period))
    roster = roster_figures(asked.ranges, asked.today)
    members = Figure(
        label="在册党员",
        value=thousands(roster.members),
        url=reverse("roster"),
        beside=[
            Piece("预备 "),
            Piece(
                thousands(roster.probationary),
                with_filters(reverse("roster"), {"status": "probationary"}),
            ),
        ],
        note=[Piece(f"截至 {asked.today.month}月{asked.today.day}日")],
    )
    return [*three_figures(running, whole, asked), members]


def waiting(judged: Sequence[Duty], asked: Asked, user: User) -> list[Waiting]:
    """What waits, the duties of this and the last quarter first; only what there is any of."""
    found = [
        *_duties(judged, _both(asked)),
        *_assignments(user, asked.today),
        *_reminders(user),
        *_errands(user),
    ]
    found += _failed_jobs(user)
    return [one for one in found if one.number]


def _duties(found: Sequence[Duty], asked: Asked) -> list[Waiting]:
    due = [duty for duty in found if duty.state == State.DUE]
    return [
        Waiting(
            sum(duty.is_missed for duty in found),
            "逾期未开的义务",
            f"{asked.period.label}，可督促补开或补记",
            links.duties(asked.period, **{**asked.carried, "state": "missed"}),
            "打开名单",
        ),
        Waiting(
            len(due),
            "即将到期的义务",
            deadline(min((duty.due_on for duty in due), default=asked.today), asked.today),
            links.duties(asked.period, **{**asked.carried, "state": "due"}),
            "打开名单",
        ),
    ]


def _assignments(user: User, today: date) -> list[Waiting]:
    """Notices and tasks that branches have not returned in time, and what they say does not apply to them.

    Both states are those of branches that ``user`` sees.
    """
    due = Assignment.objects.filter(due_on__lt=today)
    late = narrowed(due, {"state": "open"}, user, today).count()
    asked = narrowed(Assignment.objects.all(), {"state": "asked"}, user, today).count()
    address = reverse("assignment_list")
    note = "已过截止日期，还有支部未报或未阅，可催办"
    return [
        Waiting(late, "逾期的通知和任务", note, with_filters(address, {"state": "open"}), "打开名单"),
        Waiting(asked, "申请不适用的任务", "请答复", with_filters(address, {"state": "asked"}), "去答复"),
    ]


def _reminders(user: User) -> list[Waiting]:
    """What staff have to do themselves; and what they are told for branches in which nobody has an account."""
    found = Counter(Reminder.objects.visible_to(user).open().values_list("kind", flat=True))
    in_place = sum(found[kind] for kind in FOR_BRANCHES)
    own = found.total() - in_place - found["escalation"]
    return [
        Waiting(own, "由您办理的待办", "转接、发展党员、换届等到期事项", reverse("todo"), "打开待办"),
        Waiting(
            in_place,
            "由您代收的支部待办",
            "支部还没有书记或记录员账号，由您代为督促",
            reverse("todo"),
            "打开待办",
        ),
    ]


def _errands(user: User) -> list[Waiting]:
    """What the rooms below have announced to the admin's first page, where it can be counted."""
    site: Any = admin.site
    return [
        Waiting(errand.waiting(user), errand.label, errand.hint, errand.url(), "去处理")
        for errand in site.errands
        if errand.waiting and errand.may_see(user)
    ]


def _failed_jobs(user: User) -> list[Waiting]:
    failed = Job.objects.visible_to(user).filter(state=Job.State.FAILED).count()
    url = with_filters(reverse("job_list"), {"state": Job.State.FAILED.value})
    return [Waiting(failed, "没有做成的任务", "导入、导出中失败的", url, "查看")]
