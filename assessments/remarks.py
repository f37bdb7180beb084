"""一述一评: what was asked and said about a report at the review meeting, and the answers. Audited.

Questions may be prepared once the report has been read. The secretary sees all of it when the grades are published.
"""

from typing import Final

from django.db import transaction

from accounts import audit
from accounts.models import User

from .judging import OPEN
from .models import Remark, Subject
from .refusals import AssessmentError
from .subjects import to_keep, told

_MOST_NAME: Final = 40


def add(subject: Subject, *, kind: str, speaker: str, text: str, answer: str, by: User) -> Remark:
    """The same words of the same speaker are written down once, however often they are sent."""
    with transaction.atomic():
        row = to_keep(subject, by, *OPEN)
        if kind not in Remark.Kind.values:
            raise AssessmentError("请选择提问或者点评。")
        if kind == Remark.Kind.COMMENT and answer.strip():
            raise AssessmentError("点评不用回答；要记回答的请选“提问”。")
        speaker, text = told(speaker, "提问或点评人", 2, _MOST_NAME), told(text, "内容")
        if standing := row.remarks.filter(kind=kind, speaker=speaker, text=text).first():
            return standing
        made = Remark.objects.create(
            subject=row,
            kind=kind,
            speaker=speaker,
            text=text,
            answer=told(answer, "回答", 1) if answer.strip() else "",
            entered_by=by,
        )
        after = {"kind": made.get_kind_display(), "speaker": made.speaker, "text": made.text}
        audit.record("remark.add", by=by, on=made, after=after)
    return made


def answer(remark: Remark, text: str, *, by: User) -> None:
    """Once; of two who write it down the second is told what stands there."""
    with transaction.atomic():
        row = _locked(remark, by)
        if row.kind != Remark.Kind.QUESTION:
            raise AssessmentError("点评不用回答。")
        if row.answer:
            raise AssessmentError(
                f"{row.speaker}的提问已记有回答：“{row.answer}”。要改的，请删去这一条重新登记。"
            )
        row.answer = told(text, "回答", 1)
        row.save()
        audit.record("remark.answer", by=by, on=row, after={"answer": row.answer})


def remove(remark: Remark, *, by: User) -> None:
    """Entered by mistake."""
    with transaction.atomic():
        row = _locked(remark, by)
        before = {"speaker": row.speaker, "text": row.text, "answer": row.answer}
        audit.record("remark.drop", by=by, on=row, before=before)
        row.delete()


def _locked(remark: Remark, by: User) -> Remark:
    to_keep(remark.subject, by, *OPEN)
    row = (
        Remark.objects.select_for_update(of=("self",)).select_related("subject").filter(pk=remark.pk).first()
    )
    if row is None:
        raise AssessmentError("这一条已被别人删去。")
    return row
