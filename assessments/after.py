"""What follows the published grades: feedback, objection and answer, corrections after archiving. Each audited."""

from datetime import date
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User

from .models import Correction, Objection, Round, Subject
from .refusals import AssessmentError, Conflict
from .rounds import holding
from .subjects import not_in_future, of_oneself, to_keep, told

State: Final = Round.State
PUBLISHED: Final = (State.PUBLISHED, State.ARCHIVED)
MOST_FEEDBACK: Final = 5_000


def is_told(round_: Round) -> bool:
    """Whether its grades are known beyond those who decide them."""
    return round_.state in PUBLISHED


def give_feedback(subject: Subject, text: str, *, on: date, version: int, by: User) -> None:
    """What the committee tells him, and when it did; the letter says the same."""
    with transaction.atomic():
        row = to_keep(subject, by, State.PUBLISHED)
        if row.version != version:
            raise Conflict(f"{row.member.name}的反馈意见刚被别人改过，请核对后再保存。")
        before = {"feedback": row.feedback, "feedback_on": str(row.feedback_on or "")}
        text = told(text, "反馈意见", 10, MOST_FEEDBACK)
        not_in_future(on, "反馈日期")
        if row.round.decided_on and on < row.round.decided_on:
            raise AssessmentError(f"反馈日期不能早于评定会议的日期（{row.round.decided_on:%Y-%m-%d}）。")
        row.feedback, row.feedback_on = text, on
        row.version += 1
        row.save()
        after = {"feedback": text, "feedback_on": str(on)}
        audit.record("feedback.give", by=by, on=row, before=before, after=after)


def object_to(subject: Subject, said: str, *, by: User) -> Objection:
    """The secretary does not agree with his grade; one objection at a time, before the round is archived."""
    with transaction.atomic():
        row = of_oneself(subject, by, State.PUBLISHED)
        if row.objections.filter(answered_at=None).exists():
            raise AssessmentError("您提出的意见还没有答复，答复以后可以再提。")
        made = Objection.objects.create(subject=row, said=told(said, "意见", 10))
        audit.record("objection.make", by=by, on=made, after={"said": made.said})
    return made


def answer_objection(objection: Objection, answer: str, *, by: User) -> None:
    with transaction.atomic():
        to_keep(objection.subject, by, State.PUBLISHED)
        row = Objection.objects.select_for_update().get(pk=objection.pk)
        if row.answered_at:
            raise AssessmentError(f"这条意见已经答复：“{row.answer}”。")
        row.answer, row.answered_by, row.answered_at = told(answer, "答复"), by, timezone.now()
        row.save()
        after = {"answer": row.answer}
        audit.record("objection.answer", by=by, on=row, after=after)


def correct(
    round_: Round, text: str, citation: str, *, subject: Subject | None = None, by: User
) -> Correction:
    """What the archive has wrong is said beside it, once; nothing in it is changed, its digest stays what it was."""
    with holding(round_, by, State.ARCHIVED) as row:
        if subject and subject.round_id != row.pk:
            raise AssessmentError("这位书记不在本次述职名单中。")
        if subject and subject.member.account_id == by.pk:
            raise AssessmentError("自己的述职评议由另一人办理。")
        facts = {"text": told(text, "更正内容", 10), "citation": told(citation, "更正依据", 4, 200)}
        if standing := row.corrections.filter(subject=subject, **facts).first():
            return standing
        made = Correction.objects.create(round=row, subject=subject, by=by, **facts)
        after = {"text": made.text, "citation": made.citation}
        audit.record("round.correct", by=by, on=row, after=after)
    return made


def corrections_for(subject: Subject) -> list[Correction]:
    """Those about him, and those about the round as a whole."""
    rows = Correction.objects.filter(round=subject.round_id)
    return [row for row in rows.select_related("subject__member") if row.subject_id in (None, subject.pk)]
