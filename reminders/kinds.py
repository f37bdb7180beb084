"""What there is to say of each kind of reminder: on which days people are told of it, and what may be told outside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

#: Days from the due date on which a person is told: a week before, the day before, the day after.
STEPS = (-7, -1, 1)


@dataclass(frozen=True)
class Kind:
    """``is_weekly``: after the last step, each Monday. ``names_people``: its title may, and stays inside.

    ``is_owed``: late once its day has passed. ``is_possible``: from its day on something may be done, and nobody is
    late. ``is_occasion``: on its day something is, and nothing is due. ``action`` is what the button says.
    """

    label: str
    steps: tuple[int, ...] = STEPS
    is_weekly: bool = True
    names_people: bool = True
    is_owed: bool = False
    is_possible: bool = False
    is_occasion: bool = False
    action: str = "查看"

    @property
    def word(self) -> str:
        """What the day says of it."""
        return "可办理" if self.is_possible else "" if self.is_occasion else "到期"


def _possible(label: str) -> Kind:
    """Told on the day it becomes possible, and no more."""
    return Kind(label, steps=(), is_weekly=False, is_possible=True, action="去办理")


OTHER = Kind("待办事项")
KINDS = {
    "duty": Kind("组织生活", names_people=False, is_owed=True, action="去记录"),
    "assignment": Kind("通知和任务", names_people=False, is_owed=True),
    "political_birthday": Kind("政治生日", steps=(-7, -1), is_weekly=False, is_occasion=True),
    "task": Kind("决议事项", is_owed=True),
    # It comes into the ledger six months before, which is a day on which it is told.
    "term": Kind("换届", steps=(-30, -7, 1), names_people=False, is_owed=True),
    "transfer": Kind("组织关系转接", is_owed=True, action="去办理"),
    "development": Kind("发展党员", is_owed=True, action="去办理"),
    "development_open": _possible("发展党员下一步"),
    "contact": Kind("外出与失联", is_owed=True, action="去办理"),
    "standing": _possible("党籍处理"),
    "duty_report": Kind("述职报告", names_people=False, is_owed=True, action="去写"),
    "rectification": Kind("述职评议整改", is_owed=True, action="去办理"),
    "duty_report_in_care": Kind("代收的述职事项", is_owed=True),
    "data_request": Kind("个人信息请求", is_owed=True, action="去答复"),
    "escalation": Kind("支部逾期事项", steps=(), is_weekly=False, names_people=False),
}


def kind_of(name: str) -> Kind:
    return KINDS.get(name, OTHER)


def step_reached(kind: str, due_on: date, written_on: date, today: date) -> date | None:
    """The last day up to ``today`` on which the reminder was to be told; None when none has come.

    The day on which it came into the ledger is a step, too: a chase, or a duty of a branch that was founded late, is
    told at once. Steps that passed unseen are told together, as the last of them.
    """
    return max((day for day in _steps(kind, due_on, written_on, today) if day <= today), default=None)


def _steps(kind: str, due_on: date, written_on: date, today: date) -> Iterator[date]:
    told = kind_of(kind)
    yield written_on
    passed = [day for offset in told.steps if (day := due_on + timedelta(days=offset)) > written_on]
    yield from passed
    monday = today - timedelta(days=today.weekday())
    if told.is_weekly and monday > max(written_on, due_on + timedelta(days=max(told.steps))):
        yield monday
