"""预备党员 who came from elsewhere: their development goes on here, from the day they joined (细则 36)."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from branches.roles import Role
from members import departures, enrolment, merging, transfers
from members.development import planning, recording
from members.development.loading import progress_of
from members.development.recording import Refused
from members.development.vocabulary import Step
from members.enrolment import NewMember
from members.models import Departure, Development, Member, StatusPeriod
from members.transfer_checks import Letter
from tests import cast
from tests.members.development.way import VOTES

pytestmark = pytest.mark.django_db
Status = StatusPeriod.Status
JOINED = date(2025, 11, 25)


def a_newcomer(branch, **more):
    facts = {"name": "周宁", "sex": "male", "branch": branch, "status": "probationary", "joined_on": JOINED}
    return NewMember(**{**facts, "id_number": "99999920040101001X", **more})


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def taken_in(school):
    """A letter from elsewhere, accepted on 8 June 2026."""
    return come(school, date(2026, 6, 1), date(2026, 6, 8))


def come(school, issued, accepted):
    transfer = transfers.register(
        "周宁", "中共XX市委组织部", school.students, Letter(issued, 30, "2026001"), on=issued, by=None
    )
    return transfers.take_in(transfer, a_newcomer(school.students), on=accepted, by=None)


def plan_of(member, on=date(2026, 10, 20)):
    progress = progress_of(Development.objects.open().get(member=member), on)
    return {each.step: each for each in planning.plan(progress, on)}, progress


class TestComing:
    def test_by_a_letter(self, taken_in):
        planned, progress = plan_of(taken_in)
        assert (progress.stage, progress.probation_ends) == ("考察和转正", date(2026, 11, 25))
        assert Step.ADMISSION_MEETING not in planned
        assert Step.TRAINING not in planned
        assert planned[Step.FULL_APPLICATION].is_possible
        assert planned[Step.FULL_MEETING].earliest == date(2026, 11, 25)

    def test_fz_25_who_came_during_probation_may_wait_for_half_a_year_and_no_longer(self, taken_in):
        assert plan_of(taken_in)[0][Step.FULL_MEETING].due == date(2027, 5, 25)
        assert not plan_of(taken_in, date(2027, 5, 25))[0][Step.FULL_MEETING].is_late
        late = plan_of(taken_in, date(2027, 5, 26))[0][Step.FULL_MEETING]
        assert (late.is_late, "第三十六条" in late.lateness) == (True, True)

    @pytest.mark.parametrize(
        ("status", "joined_on", "opened"),
        [("probationary", JOINED, 1), ("probationary", None, 0), ("full", JOINED, 0), ("activist", None, 0)],
    )
    def test_by_registration(self, school, status, joined_on, opened):
        full_on = date(2026, 10, 1) if status == "full" else None
        member = enrolment.enrol(
            a_newcomer(school.students, status=status, joined_on=joined_on, full_on=full_on), by=None
        )
        assert member.developments.count() == opened

    def test_when_the_day_he_joined_becomes_known(self, school):
        member = enrolment.enrol(a_newcomer(school.students, joined_on=None), by=None)
        enrolment.change(member, {"joined_on": JOINED}, by=None)
        enrolment.change(member, {"joined_on": date(2025, 12, 1)}, by=None)
        assert plan_of(member)[1].probation_ends == date(2026, 12, 1)
        assert member.developments.count() == 1

    def test_back_again_after_leaving(self, school, taken_in):
        departures.depart(taken_in, Departure.Kind.TRANSFERRED, on=date(2026, 7, 1), by=None, evidence="回执")
        assert not taken_in.developments.open().exists()
        come(school, date(2026, 8, 1), date(2026, 8, 3))
        assert [row.began_at_probation for row in taken_in.developments.open()] == [True]


class TestGoingOn:
    @pytest.fixture
    def record(self, school, taken_in):
        secretary = cast.a_user(Role.SECRETARY, school.students)
        staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        for _ in range(5):
            cast.a_member(school.students)
        development = taken_in.developments.get()

        def record(step, on, by=None, **facts):
            return recording.record(development, step, on, facts, by=by or secretary)

        record.staff = staff
        return record

    def test_to_full_membership_from_the_end_of_probation(self, record, taken_in):
        record(Step.FULL_APPLICATION, date(2026, 10, 1))
        with time_machine.travel("2026-12-20 12:00 +0800", tick=False):
            record(Step.FULL_MEETING, date(2026, 11, 26), **VOTES, decision="confirm")
            record(Step.FULL_APPROVAL, date(2026, 12, 10), by=record.staff, result="approved")
        member = Member.objects.get(pk=taken_in.pk)
        assert (member.status, member.full_on) == (Status.FULL, date(2026, 11, 25))
        assert member.developments.get().closed_on is None  # the papers are not filed yet

    def test_what_was_done_elsewhere_is_not_recorded_again(self, record):
        with pytest.raises(Refused, match="“党委审批”在原单位办理"):
            record(Step.ADMISSION_APPROVAL, date(2026, 1, 5), by=record.staff, result="approved")

    def test_the_oath_may_be_taken_here_and_nothing_lies_before_he_joined(self, record):
        with pytest.raises(Refused, match="日期不能早于“党委审批”"):
            record(Step.OATH, date(2025, 11, 24))
        record(Step.OATH, date(2026, 7, 1))

    def test_full_by_a_correction_ends_it(self, record, taken_in):
        record(Step.OATH, date(2026, 7, 1))
        enrolment.change(taken_in, {"status": Status.FULL, "full_on": date(2026, 10, 1)}, by=None)
        row = taken_in.developments.get()
        assert (row.closed_on, row.outcome) == (date(2026, 10, 1), Development.Outcome.JOINED)

    def test_full_by_a_correction_leaves_nothing_where_nothing_was_recorded(self, taken_in):
        enrolment.change(taken_in, {"status": Status.FULL, "full_on": date(2026, 10, 1)}, by=None)
        assert not taken_in.developments.exists()


class TestPages:
    def test_says_what_lies_elsewhere_and_offers_the_application(self, client, school, taken_in):
        client.force_login(cast.a_user(Role.SECRETARY, school.students))
        development = taken_in.developments.get()
        text = client.get(reverse("development_person", args=[development.pk])).content.decode()
        assert "来时已是预备党员" in text
        assert "2025-11-25，在原单位" in text
        assert "思想汇报" not in text
        assert reverse("development_step", args=[development.pk, "full_application"]) in text
        assert reverse("development_withdraw", args=[development.pk]) not in text

    def test_nothing_to_take_back(self, client, school, taken_in):
        client.force_login(cast.a_user(Role.SECRETARY, school.students))
        development = taken_in.developments.get()
        assert client.get(reverse("development_withdraw", args=[development.pk])).status_code == 404

    def test_stands_in_the_list(self, client, school, taken_in):
        client.force_login(cast.a_user(Role.SECRETARY, school.students))
        assert "周宁" in client.get(reverse("development_list")).content.decode()


class TestTwoRecordsOfOnePerson:
    @pytest.fixture
    def staff(self, school):
        return cast.a_user(Role.ORGANIZATION_STAFF, school.root)

    def enrolled(self, branch, **more):
        return enrolment.enrol(a_newcomer(branch, id_number="", **more), by=None)

    def test_both_on_probation_go_on_as_one_and_apart_again_as_two(self, school, staff):
        kept, source = self.enrolled(school.students), self.enrolled(school.teachers)
        oath = {
            "development": source.developments.get(),
            "step": Step.OATH,
            "on": date(2026, 7, 1),
            "facts": {},
        }
        recording.record(**oath, by=cast.a_user(Role.SECRETARY, school.teachers))
        done = merging.merge(kept, source, by=staff)
        assert [row.steps.count() for row in kept.developments.all()] == [1]
        merging.undo(done, by=staff)
        assert [each.developments.open().count() for each in Member.objects.order_by("number")] == [1, 1]

    def test_a_full_member_s_second_record_on_probation_leaves_nothing_open(self, school, staff):
        kept = cast.a_member(school.teachers, "周宁")
        source = self.enrolled(school.teachers)
        done = merging.merge(kept, source, by=staff)
        assert not kept.developments.open().exists()
        merging.undo(done, by=staff)
        assert Development.objects.open().get().member_id == source.pk
