"""Transfers of 组织关系: the table of steps, both sides, letters, and what they do to the roster."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from accounts.models import AuditEntry
from branches.models import Branch
from branches.roles import Role
from members import posts, transfers
from members.enrolment import EnrolmentError, NewMember, enrol, move
from members.membership_rules import MovementError
from members.models import Member, RosterCorrection, StatusPeriod, Transfer
from members.rosters import roster
from members.transfer_checks import Letter
from members.transfer_steps import STEPS, responsible, side_of, steps_from
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]
ID = "99999919800101001X"
ELSEWHERE = "中共XX市委组织部"
TODAY = date(2026, 11, 22)


@pytest.fixture
def school():
    return cast.a_university()


def on_roster(school, day):
    from branches.scope import covering_ranges

    return {row.name: row.branch for row in roster(day, covering_ranges([school.root.path]))}


def sent(member, issued=date(2026, 11, 1), days=30):
    transfer = transfers.request(member, ELSEWHERE, on=issued, by=None)
    transfers.issue(transfer, Letter(issued, days), by=None)
    transfer.refresh_from_db()
    return transfer


def test_each_step_of_the_table_names_its_article_and_leads_on():
    for step in STEPS:
        assert step.article
        assert step.to not in step.sources or step.code == "reissue"
    codes = [step.code for step in STEPS]
    assert len(set(codes)) == len(codes)


def test_out_the_person_stays_until_the_receipt_and_the_old_branch_answers_for_him(school):
    member = cast.a_member(school.teachers, "甲")
    transfer = sent(member)
    assert (transfer.letter, transfer.valid_until) == ("〔2026〕第0001号", date(2026, 12, 1))
    assert responsible(transfer) == "物理教师党支部"
    assert on_roster(school, TODAY) == {"甲": "001001001"}
    transfers.acknowledge(transfer, on=date(2026, 11, 20), by=None)
    transfer.refresh_from_db()
    assert responsible(transfer) == ELSEWHERE
    assert on_roster(school, date(2026, 11, 19)) == {"甲": "001001001"}
    assert on_roster(school, date(2026, 11, 20)) == {}
    assert Member.objects.get().status == StatusPeriod.Status.LEFT


@pytest.mark.parametrize(
    ("source", "target", "succeeds"),
    [(True, False, False), (False, True, False), (False, False, False), (True, True, True)],
)
def test_t05_only_both_sides_move_somebody(school, source, target, succeeds):
    """T05: source-only, target-only, neither and both, by one person in two steps."""
    member = cast.a_member(school.teachers, "甲")
    user = cast.a_user()
    if source:
        cast.give(user, Role.COMMITTEE_STAFF, school.physics)
    if target:
        cast.give(user, Role.COMMITTEE_STAFF, school.music)
    try:
        transfer = transfers.offer(member, school.musicians, on=TODAY, by=user)
        transfers.accept(transfer, on=TODAY, by=user)
        moved = True
    except PermissionDenied:
        moved = False
    assert moved is succeeds
    assert on_roster(school, TODAY) == {"甲": "001002001" if succeeds else "001001001"}
    assert Member.history.filter(branch=school.musicians).count() == succeeds


def test_t05_two_people_each_for_his_side(school):
    member = cast.a_member(school.teachers, "甲")
    secretary = cast.a_user(Role.SECRETARY, school.teachers)
    target = cast.a_user(Role.COMMITTEE_STAFF, school.music)
    transfer = transfers.offer(member, school.musicians, on=TODAY, by=secretary)
    with pytest.raises(PermissionDenied):
        transfers.accept(transfer, on=TODAY, by=secretary)
    transfers.accept(transfer, on=TODAY, by=target)
    assert on_roster(school, TODAY) == {"甲": "001002001"}
    steps = list(transfer.steps.values_list("code", "by"))
    assert steps == [("offer", secretary.pk), ("accept", target.pk)]
    entries = AuditEntry.objects.filter(action="transfer.step", object_id=str(transfer.pk))
    assert sorted(entry.after["step"] for entry in entries) == ["accept", "offer"]
    assert Member.history.filter(branch=school.musicians, history_user=target).count() == 1


def test_the_secretary_of_the_target_says_who_has_arrived(school):
    member = cast.a_member(school.teachers, "甲")
    transfer = transfers.offer(member, school.musicians, on=TODAY, by=None)
    secretary = cast.a_user(Role.SECRETARY, school.musicians)
    with pytest.raises(PermissionDenied):
        transfers.accept(transfer, on=TODAY, by=secretary)
    transfers.accept(transfer, on=TODAY, by=None)
    transfers.arrive(transfer, on=TODAY, by=secretary)
    transfer.refresh_from_db()
    assert (transfer.state, transfer.arrived_on) == ("arrived", TODAY)


def test_every_step_from_every_state_is_refused_unless_the_table_has_it(school):
    """No stage is skipped: whatever the table does not name from a state is refused and leaves it."""
    takes = {
        "issue": lambda one: transfers.issue(one, Letter(TODAY), by=None),
        "acknowledge": lambda one: transfers.acknowledge(one, on=TODAY, by=None),
        "accept": lambda one: transfers.accept(one, on=TODAY, by=None),
        "return": lambda one: transfers.refuse(one, "抬头有误，请更正", on=TODAY, by=None),
        "again": lambda one: transfers.offer_again(one, on=TODAY, by=None),
        "withdraw": lambda one: transfers.withdraw(one, "本人改变去向", by=None),
        "arrive": lambda one: transfers.arrive(one, on=TODAY, by=None),
    }
    member = cast.a_member(school.teachers, "甲")
    transfer = transfers.request(member, ELSEWHERE, on=TODAY, by=None)
    for state in Transfer.State.values:
        Transfer.objects.update(state=state)
        transfer.refresh_from_db()
        lawful = {step.code for step in steps_from(transfer)}
        for code, take in takes.items():
            if code not in lawful:
                with pytest.raises(MovementError, match="请刷新"):
                    take(transfer)
    assert Transfer.objects.get().state == Transfer.State.values[-1]


def test_a_letter_is_good_until_its_last_day(school):
    """JY-15 and 33号: on the last day it is taken, the day after it is to be issued anew."""
    first, second = cast.a_member(school.teachers, "甲"), cast.a_member(school.teachers, "乙")
    transfers.acknowledge(sent(first, date(2026, 10, 1), 30), on=date(2026, 10, 31), by=None)
    with pytest.raises(MovementError, match=r"有效期到 2026-10-31.*组通字"):
        transfers.acknowledge(sent(second, date(2026, 10, 1), 30), on=date(2026, 11, 1), by=None)


def test_a_letter_is_issued_anew_within_six_months(school):
    member = cast.a_member(school.teachers, "甲")
    with time_machine.travel("2026-05-22 12:00 +0800", tick=False):
        transfer = sent(member, date(2026, 5, 22), 30)
        with pytest.raises(MovementError, match="最早 2026-06-22 可以办理"):
            transfers.reissue(transfer, Letter(date(2026, 5, 22)), by=None)
    transfers.reissue(transfer, Letter(TODAY), by=None)
    transfer.refresh_from_db()
    assert (transfer.letter, transfer.issued_on) == ("〔2026〕第0002号", TODAY)
    late = date(2027, 1, 22)
    last_day = pytest.raises(MovementError, match=r"2026-11-22 是可以重开的最后一天.*组通字")
    with time_machine.travel("2027-01-22 12:00 +0800", tick=False), last_day:
        transfers.reissue(transfer, Letter(late), by=None)


def test_nobody_is_refused_without_a_reason(school):
    transfer = transfers.offer(cast.a_member(school.teachers), school.musicians, on=TODAY, by=None)
    with pytest.raises(MovementError, match="不得无故拒转拒接（教育管理条例第二十五条，JY-15）"):
        transfers.refuse(transfer, "不要", on=TODAY, by=None)
    transfers.refuse(transfer, "材料不齐，缺入党志愿书", on=TODAY, by=None)
    transfers.offer_again(transfer, on=TODAY, by=None)
    transfer.refresh_from_db()
    assert (transfer.state, responsible(transfer)) == ("sent", "物理教师党支部")


def test_one_open_transfer_at_a_time_and_no_move_past_it(school):
    member = cast.a_member(school.teachers, "甲")
    transfer = transfers.request(member, ELSEWHERE, on=TODAY, by=None)
    with pytest.raises(MovementError, match="没有办结"):
        transfers.offer(member, school.students, on=TODAY, by=None)
    with pytest.raises(EnrolmentError, match="没有办结"):
        move(member, school.students, by=None)
    transfers.withdraw(transfer, "本人改变去向", by=None)
    move(member, school.students, by=None)
    assert on_roster(school, TODAY) == {"甲": "001001002"}


@pytest.mark.parametrize("form", [Branch.Form.TEMPORARY, Branch.Form.FUNCTIONAL])
def test_a_temporary_branch_takes_no_one(school, form):
    Branch.objects.filter(pk=school.students.pk).update(form=form)
    school.students.refresh_from_db()
    with pytest.raises(MovementError, match="组织关系留在原支部，不能转入"):
        transfers.offer(cast.a_member(school.teachers), school.students, on=TODAY, by=None)


class TestIn:
    def letter(self, school):
        return transfers.register(
            "张三",
            "中共YY大学委员会",
            school.teachers,
            Letter(date(2026, 11, 1), 60, "Y-7"),
            on=TODAY,
            by=None,
        )

    def person(self, school, **more):
        facts = {"joined_on": date(2020, 6, 1), "full_on": date(2021, 6, 1), "id_number": ID, **more}
        return NewMember("张三", "male", school.teachers, "full", **facts)

    def test_the_person_is_enrolled_from_the_day_of_acceptance_with_encrypted_numbers(self, school):
        transfer = self.letter(school)
        assert responsible(transfer) == "中共YY大学委员会"
        member = transfers.take_in(
            transfer, self.person(school, phone="13900001111"), on=date(2026, 11, 10), by=None
        )
        assert on_roster(school, date(2026, 11, 9)) == {}
        assert on_roster(school, date(2026, 11, 10)) == {"张三": "001001001"}
        assert (member.id_number, ID in member.id_number_cipher) == (ID, False)
        transfer.refresh_from_db()
        assert (transfer.member, transfer.state) == (member, "accepted")

    def test_somebody_who_is_on_a_roster_here_is_not_enrolled_again(self, school):
        enrol(NewMember("李四", "male", school.musicians, "full", date(2019, 1, 1), id_number=ID), by=None)
        user = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        with pytest.raises(
            MovementError, match=r"^该人员无法在此新增，请走组织关系转接（教育管理条例第二十五条，JY-13）。$"
        ):
            transfers.take_in(self.letter(school), self.person(school), on=TODAY, by=user)
        assert AuditEntry.objects.filter(action="member.foreign", outcome="denied", actor=user).count() == 1
        assert Member.objects.count() == 1

    def test_who_was_here_before_goes_on_in_his_record(self, school):
        member = enrol(self.person(school, transferred_in_on=date(2022, 9, 1)), by=None)
        transfers.acknowledge(sent(member, date(2026, 11, 1)), on=date(2026, 11, 5), by=None)
        back = transfers.take_in(self.letter(school), self.person(school), on=date(2026, 11, 20), by=None)
        assert back == member
        days = [date(2026, 11, 4), date(2026, 11, 5), date(2026, 11, 19), date(2026, 11, 20)]
        assert [bool(on_roster(school, day)) for day in days] == [True, False, False, True]

    def test_joining_is_known_and_not_later_than_the_transfer(self, school):
        """JY-08: membership begins on the day of the branch meeting."""
        transfer = self.letter(school)
        with pytest.raises(MovementError, match="教育管理条例第二十四条，JY-08"):
            transfers.take_in(transfer, self.person(school, joined_on=None), on=TODAY, by=None)
        with pytest.raises(MovementError, match="JY-08"):
            transfers.take_in(
                transfer,
                self.person(school, joined_on=date(2026, 11, 21), full_on=None),
                on=date(2026, 11, 20),
                by=None,
            )
        same_day = self.person(school, joined_on=date(2026, 11, 20), full_on=date(2026, 11, 20))
        assert transfers.take_in(transfer, same_day, on=date(2026, 11, 20), by=None).number == "M000001"

    def test_a_day_in_a_quarter_that_is_over_leaves_a_correction(self, school):
        letter = Letter(date(2026, 8, 1), 90, "Y-8")
        transfer = transfers.register("张三", "中共YY大学委员会", school.teachers, letter, on=TODAY, by=None)
        member = transfers.take_in(transfer, self.person(school), on=date(2026, 9, 1), by=None)
        row = RosterCorrection.objects.get()
        assert (row.member, row.effective_on, row.effective_until) == (
            member,
            date(2026, 9, 1),
            date(2026, 9, 30),
        )
        assert (row.before, row.after) == ({}, {"branch": "001001001", "status": "full"})


def test_a_suspended_person_is_not_transferred(school):
    member = cast.a_member(school.teachers, "甲")
    StatusPeriod.objects.update(status="suspended")
    Member.objects.update(status="suspended")
    with pytest.raises(MovementError, match=r"停止党籍.*教育管理条例第二十五条"):
        transfers.request(member, ELSEWHERE, on=TODAY, by=None)


def test_posts_seats_and_duties_end_with_the_transfer_out(school):
    member = cast.a_member(school.teachers, "甲")
    post = posts.appoint(member, school.teachers, "committee", since=date(2024, 1, 1), by=None)
    group = cast.a_group(school.teachers, member)
    cast.a_station(school.teachers, member)
    transfers.acknowledge(sent(member), on=date(2026, 11, 10), by=None)
    post.refresh_from_db()
    last = date(2026, 11, 9)
    assert post.until == group.seats.get().until == member.station_duties.get().until == last


def test_the_two_sides_of_each_step(school):
    transfer = transfers.offer(cast.a_member(school.teachers), school.musicians, on=TODAY, by=None)
    sides = {step.code: side_of(transfer, step).short_name for step in steps_from(transfer)}
    assert sides == {
        "accept": "音乐教师党支部",
        "refuse": "音乐教师党支部",
        "withdraw": "物理教师党支部",
    }


def test_both_sides_see_a_transfer_and_nobody_else(school):
    transfer = transfers.offer(cast.a_member(school.teachers), school.musicians, on=TODAY, by=None)
    seen = {
        place.short_name: list(Transfer.objects.visible_to(cast.a_user(Role.SECRETARY, place)))
        for place in (school.teachers, school.students, school.musicians)
    }
    assert seen == {"物理教师党支部": [transfer], "物理学生党支部": [], "音乐教师党支部": [transfer]}
