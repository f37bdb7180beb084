"""What a branch recorded stands against dissolving it on an earlier day."""

from datetime import date

from branches import tree
from branches.models import Branch

from .models import Activity


@tree.minding
def recorded_since(branch: Branch, on: date) -> str:
    """A record of ``on`` or later would be one of a branch that was not there any more. One query."""
    records = Activity.objects.valid().filter(branch=branch, held_on__gte=on).order_by("-held_on")
    last = records.values_list("held_on", flat=True).first()
    if last is None:
        return ""
    return f"“{branch.short_name}”在 {last:%Y-%m-%d} 还有活动记录，撤销日期须晚于这一天。"
