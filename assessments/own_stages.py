"""Stages that a university adds of its own (互查, 实地核查, 考察谈话 …): noted for each secretary. Audited."""

from collections.abc import Collection
from datetime import date

from accounts import audit
from accounts.models import User
from lib.periods import Period

from .judging import OPEN
from .models import Round, StageDone
from .refusals import AssessmentError
from .rounds import holding
from .stages import Stage
from .subjects import not_in_future, to_keep

_MOST_NOTE = 200


def of_code(round_: Round, code: str) -> Stage | None:
    """The stage that the round's scheme calls so."""
    return next((stage for stage in round_.rules.own_stages if stage.code == code), None)


def note(round_: Round, stage: Stage, subjects: Collection[int], *, on: date, text: str, by: User) -> int:
    """It is done for these (keys); returns how many are new. Who is noted already stays as he is."""
    text = text.strip()
    if len(text) > _MOST_NOTE:
        raise AssessmentError(f"情况最多 {_MOST_NOTE} 字。")
    with holding(round_, by, *OPEN) as row:
        not_in_future(on, "日期")
        if on < Period.year(row.year).start:
            raise AssessmentError(f"日期不能早于述职年度（{row.year} 年）。")
        people = list(row.subjects.select_related("member").filter(pk__in=subjects))
        if not people:
            raise AssessmentError("请选择书记。")
        if len(people) < len(set(subjects)):
            raise AssessmentError("名单刚改过，请重新选择。")
        if any(person.member.account_id == by.pk for person in people):
            raise AssessmentError(f"自己的“{stage.title}”由另一人登记。")
        known = set(
            StageDone.objects.filter(stage=stage.code, subject__in=people).values_list("subject", flat=True)
        )
        new = [person for person in people if person.pk not in known]
        StageDone.objects.bulk_create(
            StageDone(subject=person, stage=stage.code, on=on, note=text, by=by) for person in new
        )
        if new:
            after = {"stage": stage.title, "day": on.isoformat(), "people": len(new)}
            audit.record("round.pass_stage", by=by, on=row, after=after)
    return len(new)


def take_back(done: StageDone, *, by: User) -> None:
    """Noted by mistake."""
    with holding(done.subject.round, by, *OPEN) as row:
        to_keep(done.subject, by, *OPEN)
        stage = of_code(row, done.stage)
        before = {"stage": stage.title if stage else done.stage, "day": done.on.isoformat()}
        audit.record("round.unpass_stage", by=by, on=done.subject, before=before)
        done.delete()
