"""What a quick record was opened for, and what is filled in for it: a task from above, a plan, or another record."""

from dataclasses import dataclass, field
from typing import Any

from accounts.models import User

from . import facts, returns
from .assignments import AssignmentError
from .models import Activity, AssignmentReturn
from .plans.dates import Planned, in_words


@dataclass(frozen=True)
class Prompt:
    """``initial`` is what the form starts from; ``said`` tells where it comes from."""

    initial: dict[str, Any] = field(default_factory=dict)
    said: str = ""
    row: AssignmentReturn | None = None

    def settle(self, record: Activity, by: User) -> str:
        """Return the task with the record that is written now. Says why not, where that cannot be."""
        if self.row is None:
            return ""
        try:
            returns.link(self.row, record, by=by)
        except AssignmentError as error:
            return f"记录已保存，“{self.row.assignment.title}”还没有报送：{error}"
        return ""


def of_task(row: AssignmentReturn) -> Prompt:
    asked = row.assignment
    campaigns = [asked.campaign_id] if asked.campaign_id else []
    return Prompt(
        {"topics": [asked.title], "campaigns_of": campaigns},
        f"保存后报送给{asked.issuer.short_name}：{asked.title}。",
        row,
    )


def of_plan(one: Planned) -> Prompt:
    plan = one.plan
    return Prompt(
        {
            "starts_at": plan.starts_at,
            "ends_at": plan.ends_at,
            "place": plan.place,
            "topics": [one.topic] if one.topic else [],
        },
        f"按计划（{in_words(plan)}）带入时间、地点和主题。",
    )


def of_invitation(lead: Activity, user: User) -> Prompt:
    """What the leading branch wrote down holds for all; each branch has a recorder of its own."""
    return Prompt({**_same(lead), "recorder": user.name, "held_on": lead.held_on})


def copied(record: Activity) -> Prompt:
    """Everything of an earlier record but when it was and who came."""
    return Prompt(
        {
            **_same(record),
            "recorder": record.recorder,
            "group": record.group_id,
            "campaigns_of": list(record.campaigns.values_list("pk", flat=True)),
        },
        f"照 {record.held_on:%Y-%m-%d} 的记录带入时间、地点、人员和主题，到会情况请重新登记。",
    )


def _same(record: Activity) -> dict[str, Any]:
    """Time, place, people and topics, as the form asks them."""
    return {
        **{name: getattr(record, name) for name in ("starts_at", "place", "host", "lecturer")},
        "ends_at": facts.ends_at(record.starts_at, record.minutes),
        "topics": facts.topics_of(record.title, str(record.get_kind_display())),
    }
