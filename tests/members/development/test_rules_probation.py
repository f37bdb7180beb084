"""The rules of probation and 转正: a case that passes, one on the boundary, one refused or late."""

from datetime import date

import pytest

from members import enrolment, local_rules
from members.development import listing, loading
from members.development.recording import Refused
from members.development.rules import RULES
from members.development.vocabulary import Step
from members.models import Development
from tests.members.development.way import against, late_on, refused

S = Step
TRAINING = local_rules.TRAINING_MONTHS
pytestmark = pytest.mark.django_db


class TestFZ20Probation:
    def test_it_begins_with_the_meeting_not_with_the_approval(self, way):
        way.walk(S.ADMISSION_APPROVAL)
        assert (way.member.status, way.member.joined_on) == ("probationary", date(2025, 8, 1))
        spans = way.member.statuses.filter(status="probationary").values_list("since", "until")
        assert list(spans) == [(date(2025, 8, 1), None)]

    def test_a_year_to_the_day(self, way):
        way.before(S.FULL_MEETING)
        assert way.take(S.FULL_MEETING, date(2026, 8, 1))

    def test_a_day_less_is_refused(self, way):
        way.before(S.FULL_MEETING)
        assert refused(way, S.FULL_MEETING, date(2026, 7, 31)) == against("FZ-20", date(2026, 8, 1))


class TestFZ21Extension:
    def extended(self, way, months):
        way.before(S.FULL_MEETING)
        way.take(S.FULL_MEETING, date(2026, 8, 1), decision="extend", extension=months)
        way.take(S.FULL_APPROVAL, date(2026, 8, 5))
        return loading.progress_of(way.development)

    @pytest.mark.parametrize(("months", "ends"), [(6, date(2027, 2, 1)), (12, date(2027, 8, 1))])
    def test_half_a_year_to_a_year_moves_the_end(self, way, months, ends):
        progress = self.extended(way, months)
        assert (progress.probation_ends, progress.is_complete) == (ends, False)
        assert way.member.status == "probationary"

    @pytest.mark.parametrize("months", [0, 5, 13])
    def test_less_or_more_is_refused(self, way, months):
        way.before(S.FULL_MEETING)
        found = refused(way, S.FULL_MEETING, decision="extend", extension=months)
        assert found == against("FZ-21")

    def test_not_twice(self, way, today):
        self.extended(way, 6)
        way.take(S.FULL_APPLICATION, date(2026, 8, 10))
        with pytest.raises(Refused) as caught:
            way.take(S.FULL_MEETING, date(2026, 8, 20), decision="extend", extension=6)
        assert [each.code for each in caught.value.blocks] == ["FZ-20", "FZ-21"]


class TestFZ22TheMeeting:
    @pytest.mark.parametrize(
        ("votes", "is_refused"),
        [
            ({"present": 3, "in_favour": 3}, False),
            ({"expected": 4, "present": 2, "in_favour": 2, "uncounted_reason": "一人长期卧床"}, True),
            ({"present": 3, "in_favour": 2, "against": 1}, True),
            ({"result": "failed"}, True),
            ({"present": 3, "in_favour": 2, "against": 1, "result": "failed"}, False),
        ],
    )
    def test_as_at_the_admission(self, way, votes, is_refused):
        way.before(S.FULL_MEETING)
        if is_refused:
            assert {code for code, _, _ in refused(way, S.FULL_MEETING, **votes)} == {"FZ-22"}
        else:
            assert way.take(S.FULL_MEETING, **votes)


class TestFZ24SeniorityFromTheEndOfProbation:
    def test_whatever_the_day_of_the_meeting_or_the_approval(self, way):
        way.walk(S.FULL_APPROVAL)
        assert (way.member.status, way.member.full_on) == ("full", date(2026, 8, 1))

    def test_a_cancellation_waits_for_no_application(self, way):
        way.walk(S.OATH)
        way.take(S.FULL_MEETING, date(2026, 1, 10), decision="cancel")
        progress = loading.progress_of(way.development)
        [line] = listing.lines(Development.objects.select_related("member__branch"), date(2026, 1, 11))
        assert (progress.has(S.FULL_APPLICATION), line.following.step) == (False, S.FULL_APPROVAL)
        way.take(S.FULL_APPROVAL, date(2026, 1, 20))
        way.development.refresh_from_db()
        assert (way.member.status, way.development.outcome) == ("left", "cancelled")

    def test_it_waits_for_the_admission_all_the_same(self, way):
        way.walk(S.COMMITTEE_TALK)
        found = refused(way, S.FULL_MEETING, date(2026, 1, 10), decision="cancel")
        assert found == against("FZ-16")

    @pytest.mark.parametrize("decision", ["confirm", "extend"])
    def test_the_other_decisions_wait_for_the_application(self, way, decision):
        way.walk(S.OATH)
        with pytest.raises(Refused, match="还没有“提出转正申请”的记录"):
            way.take(S.FULL_MEETING, decision=decision, extension=6)

    def test_a_cancelled_probation_leaves_the_roster(self, way):
        way.before(S.FULL_MEETING)
        way.take(S.FULL_MEETING, decision="cancel")
        way.take(S.FULL_APPROVAL)
        way.development.refresh_from_db()
        assert (way.member.status, way.development.outcome) == ("left", "cancelled")


class TestFZ25TransferredIn:
    def test_the_meeting_may_wait_for_half_a_year(self, way):
        way.walk(S.OATH)
        enrolment.move(way.member, way.school.teachers, on=date(2026, 3, 1), by=None)
        way.development.member.refresh_from_db()
        assert S.FULL_MEETING not in late_on(way, date(2027, 2, 1))
        assert RULES["FZ-25"].article in late_on(way, date(2027, 2, 2))[S.FULL_MEETING]

    @pytest.mark.parametrize(
        ("day", "due"),
        [(date(2026, 2, 28), date(2026, 8, 1)), (date(2026, 3, 1), date(2027, 2, 1))],
    )
    def test_not_yet_on_a_day_before_the_transfer(self, way, day, due):
        way.walk(S.OATH)
        enrolment.move(way.member, way.school.teachers, on=date(2026, 3, 1), by=None)
        [line] = listing.lines(Development.objects.select_related("member__branch"), day)
        assert line.planned_step(S.FULL_MEETING).due == due
