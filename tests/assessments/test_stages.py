"""T10: every verb at every stage it is not for is refused, and changes nothing; nobody decides about himself."""

from datetime import date

import pytest

from accounts.models import AuditEntry
from assessments import rounds
from assessments.models import Round, Subject
from assessments.refusals import AssessmentError
from branches.roles import Role
from tests import cast
from tests.access.rows import all_rows, changes
from tests.assessments.verbs import DAY, DO, GRADING, WHEN


@pytest.mark.parametrize("verb", DO)
def test_no_stage_is_skipped(scene, staff, author, verb):
    for state in set(Round.State.values) - set(WHEN[verb]):
        Round.objects.update(state=state)
        before, entries = all_rows(), AuditEntry.objects.count()
        with pytest.raises(AssessmentError):
            DO[verb](scene, staff, author)
        assert (changes(before, all_rows()), AuditEntry.objects.count()) == ([], entries)


@pytest.mark.parametrize("verb", [verb for verb, stages in WHEN.items() if stages])
def test_each_is_done_at_its_own(scene, staff, author, verb):
    """So that what is refused above is refused for the stage."""
    Round.objects.update(state=WHEN[verb][0])
    DO[verb](scene, staff, author)


@pytest.mark.parametrize(
    "verb",
    [
        "leave out",
        "note a stage",
        "take a stage back",
        "points",
        "deduct",
        "give back",
        "gate",
        "remark",
        "decide",
        "feedback",
        "its answer",
        "its drop",
    ],
)
def test_nobody_decides_about_himself(scene, staff, author, school, verb):
    """He is of the college's staff, too: another does it."""
    cast.give(author, Role.COMMITTEE_STAFF, school.physics)
    Round.objects.update(state=WHEN[verb][0])
    before = all_rows()
    with pytest.raises(AssessmentError, match="由另一人"):
        DO[verb](scene, author, author)
    assert changes(before, all_rows()) == []


@pytest.mark.parametrize(
    ("decided_on", "sentence"),
    [(date(2026, 12, 11), "不能晚于今天"), (date(2026, 12, 8), "不能早于述职会议（2026-12-09）")],
)
def test_a_day_that_cannot_be(scene, staff, decided_on, sentence):
    Round.objects.update(state=GRADING, meeting_on=DAY)
    Subject.objects.update(decided="好")
    with pytest.raises(AssessmentError, match=sentence):
        rounds.publish(scene.round, decided_on=decided_on, decided_by="学院党委会", audience="self", by=staff)
