"""What the record book knows already of a step: it stands in the form, to be confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from members import classes, rosters
from members.models import Development, Training

from .progress import Progress
from .vocabulary import Spec, Step

MEETINGS: Final = frozenset({Step.ADMISSION_MEETING, Step.FULL_MEETING})


@dataclass(frozen=True)
class Known:
    """Values by the names of the form's fields; ``source`` is a sentence for the user where they need one."""

    values: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""


def known_of(spec: Spec, development: Development, progress: Progress, today: date) -> Known:
    """What stands in the form of ``spec`` when it is opened on ``today``."""
    if spec.step in MEETINGS:
        full = rosters.full_members_on(development.member.branch, today)
        return Known({"expected": full.count()})
    if spec.step == Step.INTRODUCERS and (contacts := progress.last(Step.CONTACTS)):
        return Known({"people": contacts.people})
    if spec.step == Step.TRAINING:
        return _of_the_class(development, progress.day_of(Step.TARGET_FILING))
    return Known()


def _of_the_class(development: Development, since: date | None) -> Known:
    """The certificate of the last class for people like him that he passed after becoming one of them."""
    seat = classes.last_passed(development.member, Training.Kind.TARGET, since)
    if seat is None or seat.hours is None:
        return Known()
    values = {
        "on": seat.training_class.ends_on,
        "hours": int(seat.hours),
        "result": "passed",
        "certificate": seat.certificate,
    }
    return Known(values, f"已按培训班“{seat.training_class}”的结业结果填好，请核对后登记。")
