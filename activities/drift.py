"""How the list a record was saved with differs from what the roster says of its day now.

A transfer entered late or a dated correction changes the roster of a past day; a record keeps its list until somebody
who keeps it takes the present one over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.names import first_of

from . import expected
from .kinds import Expected, expected_of
from .models import Activity

#: Names that are told; of the others, how many.
MOST = 5


@dataclass(frozen=True)
class Drift:
    """Names of who would be on the list now, and of who would not."""

    missing: Sequence[str]
    extra: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra)

    @property
    def said(self) -> str:
        """应到名单里还应有张三、李四；王五这一天不在应到范围内."""
        parts = [
            f"应到名单里还应有{first_of(self.missing, MOST)}" if self.missing else "",
            f"{first_of(self.extra, MOST)}这一天不在应到范围内" if self.extra else "",
        ]
        return "；".join(filter(None, parts))


def of(activity: Activity) -> Drift:
    """Three queries; none for a record without a list of whom it expects."""
    chosen = expected_of(activity.kind) is Expected.CHOSEN
    if activity.is_withdrawn or activity.is_heads_only or chosen:
        return Drift((), ())
    people = expected.for_correction(activity, activity.held_on, anew=True)
    now = {each.member_id: each.name for each in people}
    then = dict(activity.attendances.values_list("member", "member__name"))
    missing = [name for key, name in now.items() if key not in then]
    extra = [name for key, name in then.items() if key not in now]
    return Drift(missing, extra)
