"""书记述职: that the secretary reported to a general meeting, said on its minutes whenever it was (支部条例 27)."""

from django.db import transaction

from accounts import audit
from accounts.models import User

from . import parts
from .kinds import Kind
from .models import Activity, SecretaryReport
from .records import open_to
from .refusals import RecordError


def is_asked_of(activity: Activity) -> bool:
    """Whether a report may have been given there: to a branch's general meeting, be it another kind too."""
    return Kind.GENERAL_MEETING in activity.kinds


def is_given(activity: Activity) -> bool:
    return SecretaryReport.objects.filter(activity=activity, is_given=True).exists()


def say(activity: Activity, *, given: bool, by: User) -> None:
    """Note whether the secretary reported; the record goes on by a version where that is news. Audited."""
    with transaction.atomic():
        current = open_to(activity, by, "登记书记述职")
        if not is_asked_of(current):
            raise RecordError("书记向支部党员大会述职，请在支部党员大会的记录里登记。")
        if is_given(current) == given:
            return
        current.version += 1
        current.save(update_fields=["version"])
        parts.write(current, {Kind.GENERAL_MEETING: {"is_given": given}}, by=by)
        said = "已述职" if given else "没有述职"
        audit.record("activity.secretary_report", by=by, on=current, after={"report": said})
