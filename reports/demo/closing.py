"""The last quarter that is over, locked; and one of its records withdrawn afterwards, so that an adjustment shows."""

from accounts.models import User
from activities import records
from activities.kinds import Kind
from activities.models import Activity
from lib.periods import quarter_of
from reports.closing import periods

from .organisations import Leaf
from .scale import Setting

WHY = "同一次活动登记了两遍"


def close(leaf: Leaf, setting: Setting, clerk: User) -> None:
    """Through the verbs, the last thing that is made: whatever else is written is in what is locked."""
    period = quarter_of(setting.today).previous()
    periods.close(period, by=clerk, today=setting.today)
    others = Activity.objects.valid().held_in(period).exclude(branch=leaf.branch).filter(campaigns=None)
    theme_days = others.below(leaf.unit.branch.path).filter(kind=Kind.THEME_DAY, joint_of=None)
    record = theme_days.order_by("held_on", "branch__order_key").first()
    if record:
        gone = records.withdraw(record, by=clerk, version=record.version, reason=WHY)
        Activity.history.filter(id=gone.pk, version=gone.version).update(history_user=clerk)
