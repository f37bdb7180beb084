"""The certificates of a finished class on paper: a page for everybody who passed."""

from accounts import audit
from accounts.models import User
from lib import typesetting
from lib.dates import in_characters, written

from .classes import ORDER, ClassError
from .models import Trainee, TrainingClass

DOCUMENT = "class_certificate.typ"


def pdf(one: TrainingClass, *, by: User) -> bytes:
    """Everybody's, in the order of the list. Audited. ClassError without any; CannotTypeset without a Chinese font."""
    if one.finished_on is None:
        raise ClassError("这个班还没有办理结业，办理后再打印结业证书。")
    seats = list(one.trainees.filter(certificate__isnull=False).select_related("member").order_by(*ORDER))
    if not seats:
        raise ClassError("这个班没有合格的学员，没有结业证书。")
    data = {
        "certificates": [
            {"name": seat.member.name, "number": seat.certificate, "said": _said(one, seat)} for seat in seats
        ],
        "signed": one.organizer or one.branch.name,
        "dated": in_characters(one.finished_on),
    }
    made = typesetting.pdf(DOCUMENT, data)
    audit.record("class.print", by=by, on=one, after={"rows": len(seats)})
    return made


def _said(one: TrainingClass, seat: Trainee) -> str:
    days = written(one.starts_on)
    if one.ends_on != one.starts_on:
        days += f"至{written(one.ends_on)}"
    hours = f"{seat.hours.normalize():f}个学时" if seat.hours else "全部课程"
    return f"于{days}参加“{one.title}”，完成{hours}，考核合格，准予结业。"
