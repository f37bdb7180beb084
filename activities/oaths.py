"""入党宣誓 and the step of 发展党员 (发展党员细则 30): whose oath is still to be noted there. A hint, never a step."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.http import urlencode

from members.development.vocabulary import Step
from members.models import Development, DevelopmentStep

from .kinds import Kind
from .models import Activity, Attendance

ARTICLE: Final = "发展党员细则第三十条：预备党员应当面向党旗进行入党宣誓"


@dataclass(frozen=True)
class Swore:
    """Somebody on probation who swore; ``is_noted`` when the step stands in his development."""

    name: str
    url: str
    is_noted: bool


def steps_of(activity: Activity) -> list[Swore]:
    """Those present whose development is open. Two queries, none for other kinds."""
    if Kind.OATH not in activity.kinds:
        return []
    came = activity.attendances.filter(state=Attendance.State.PRESENT).values("member")
    developments = list(
        Development.objects.open()
        .filter(member__in=came)
        .select_related("member")
        .order_by("member__name_order")
    )
    noted = set(
        DevelopmentStep.objects.standing()
        .filter(development__in=developments, step=Step.OATH)
        .values_list("development", flat=True)
    )
    return [
        Swore(each.member.name, _address(activity, each, is_noted=each.pk in noted), each.pk in noted)
        for each in developments
    ]


def _address(activity: Activity, development: Development, *, is_noted: bool) -> str:
    """His development, or the form of the step with the day that the record knows."""
    if is_noted:
        return reverse("development_person", args=[development.pk])
    asked = urlencode({"on": activity.held_on.isoformat(), "place": activity.place})
    return f"{reverse('development_step', args=[development.pk, Step.OATH.value])}?{asked}"
