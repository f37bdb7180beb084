"""JY-07 … JY-21: each rule with a case that passes, one on the boundary, and one refused or late, by its article."""

from datetime import date, timedelta

import pytest
import time_machine

from lib.severity import Enforcement
from members import circumstances, departures, overdue, suspensions, transfers
from members.circumstances import Kind
from members.enrolment import EnrolmentError, NewMember, enrol
from members.membership_rules import BY_CODE, RULES, MovementError
from members.models import Departure, Development, Member, MembershipSpell, StatusPeriod, Suspension
from members.transfer_checks import Letter
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def member(school):
    return cast.a_member(school.teachers, "甲")


def lost(member, since):
    return circumstances.begin(member, Kind.LOST, since=since, by=None, evidence="多方查找未果")


def suspended(member, since, ground="lost"):
    if ground == "lost":
        lost(member, date(2020, 1, 1))
    else:
        circumstances.begin(
            member, Kind.ABROAD, since=date(2010, 1, 1), by=None, evidence="本人申请", place="海外"
        )
    return suspensions.suspend(member, ground, on=since, by=None, evidence="支部大会决议")


# A rule, the day from which it counts, what is done, and the first day on which it may be done.


def _suspend_lost(member, since, on):
    lost(member, since)
    suspensions.suspend(member, "lost", on=on, by=None, evidence="支部大会决议")


def _suspend_abroad(member, since, on):
    circumstances.begin(member, Kind.ABROAD, since=since, by=None, evidence="留学", place="海外")
    suspensions.suspend(member, "abroad", on=on, by=None, evidence="支部大会决议")


def _remove_lost(member, since, on):
    suspended(member, since)
    departures.depart(member, "lost", on=on, by=None, evidence="党委批复")


def _left_by_itself(member, since, on):
    departures.depart(member, "by_itself", on=on, by=None, evidence="支部大会决议", since=since)


def _float(member, since, on):
    with time_machine.travel(f"{on} 12:00 +0800", tick=False):
        circumstances.begin(member, Kind.FLOATING, since=since, by=None, evidence="外出务工", place="XX市")


GUARDS = [
    ("JY-09", _suspend_abroad, date(2020, 3, 1), date(2025, 3, 2)),
    ("JY-10", _suspend_lost, date(2026, 3, 31), date(2026, 9, 30)),
    ("JY-11", _remove_lost, date(2024, 2, 29), date(2026, 2, 28)),
    ("JY-18", _left_by_itself, date(2026, 4, 30), date(2026, 10, 30)),
    ("JY-19", _float, date(2026, 5, 22), date(2026, 11, 22)),
]


@pytest.mark.parametrize(("code", "act", "since", "first"), GUARDS)
@pytest.mark.parametrize("later", [0, 12], ids=["on the boundary", "later"])
def test_what_has_lasted_long_enough_passes(member, code, act, since, first, later):
    assert BY_CODE[code].reached_on(since) == first
    act(member, since, min(first + later * DAY, TODAY))


@pytest.mark.parametrize(("code", "act", "since", "first"), GUARDS)
def test_a_day_too_early_is_refused_with_article_and_earliest_day(member, code, act, since, first):
    rule = BY_CODE[code]
    with pytest.raises(MovementError) as refusal:
        act(member, since, first - DAY)
    assert all(word in str(refusal.value) for word in (rule.article, code, f"最早 {first}"))


TERMS = [
    ("JY-17", Kind.RECTIFYING, date(2025, 12, 1), date(2026, 12, 1)),
    ("JY-20", Kind.KEPT, date(2026, 7, 1), date(2028, 7, 1)),
]


@pytest.mark.parametrize(("code", "kind", "since", "last"), TERMS)
def test_a_term_within_the_limit_passes_and_a_day_more_is_refused(member, code, kind, since, last):
    def ask(until):
        return circumstances.begin(member, kind, since=since, by=None, evidence="本人申请", due_on=until)

    with pytest.raises(MovementError) as refusal:
        ask(last + DAY)
    assert all(word in str(refusal.value) for word in (BY_CODE[code].article, code, f"最晚到 {last}"))
    assert ask(last - 100 * DAY).pk
    circumstances.end_all(member, on=since + DAY, evidence="更正")
    assert ask(last).due_on == last


def test_jy20_is_extended_for_a_reason_by_a_year_at_most(member):
    def keep(until, evidence):
        return circumstances.begin(
            member, Kind.KEPT, since=date(2024, 7, 1), by=None, evidence=evidence, due_on=until
        )

    with pytest.raises(MovementError, match=r"延长.*2027-07-01.*组通字"):
        keep(date(2027, 7, 2), "延长一年，仍在求职")
    assert keep(date(2027, 7, 1), "延长一年，仍在求职").pk


def test_jy08_membership_begins_on_the_day_of_the_meeting(school):
    enrol(NewMember("乙", "male", school.teachers, "probationary", date(2026, 11, 20)), by=None)
    on = StatusPeriod.objects.get(member__name="乙")
    assert (on.since, on.holds_on(date(2026, 11, 19)), on.holds_on(date(2026, 11, 20))) == (
        date(2026, 11, 20),
        False,
        True,
    )
    letter = transfers.register("丙", "外校", school.teachers, Letter(TODAY, 30, "1"), on=TODAY, by=None)
    late = NewMember(
        "丙", "male", school.teachers, "probationary", TODAY + DAY, id_number="99999919800101001X"
    )
    with pytest.raises(MovementError, match="教育管理条例第二十四条，JY-08"):
        transfers.take_in(letter, late, on=TODAY, by=None)


class TestRestoration:
    """JY-12."""

    def test_from_the_day_after_the_suspension_began_and_on_that_very_day(self, member):
        suspended(member, date(2026, 5, 1))
        with pytest.raises(MovementError, match="教育管理条例第二十四条，JY-12）。最早 2026-05-01 可以办理"):
            suspensions.restore(member, on=date(2026, 4, 30), by=None, evidence="党委批复")
        suspensions.restore(member, on=date(2026, 5, 1), by=None, evidence="党委批复")
        assert list(member.statuses.values_list("status", "until")) == [("full", None)]

    def test_later(self, member):
        suspended(member, date(2026, 5, 1))
        suspensions.restore(member, on=date(2026, 8, 1), by=None, evidence="党委批复")
        assert list(member.statuses.values_list("status", "since", "until")) == [
            ("full", date(2015, 6, 1), date(2026, 4, 30)),
            ("suspended", date(2026, 5, 1), date(2026, 7, 31)),
            ("full", date(2026, 8, 1), None),
        ]
        member.refresh_from_db()
        assert (member.status, member.lost_on) == ("full", None)

    @pytest.mark.parametrize("ground", ["lost", "abroad"])
    def test_what_it_rested_on_is_over_too(self, member, ground):
        suspended(member, date(2026, 5, 1), ground)
        suspensions.restore(member, on=date(2026, 8, 1), by=None, evidence="党委批复")
        assert not member.circumstances.filter(until=None).exists()
        assert overdue.of_people(Member.objects.filter(pk=member.pk), TODAY) == []

    @pytest.mark.parametrize("kind", ["expelled", "resigned"])
    def test_whoever_was_struck_off_is_not_restored(self, member, kind):
        departures.depart(member, kind, on=TODAY, by=None, evidence="处分决定")
        with pytest.raises(MovementError, match="原则上不能恢复党籍（教育管理条例第二十四条，JY-12）"):
            suspensions.restore(member, on=TODAY, by=None, evidence="本人申请")


class TestOneBranch:
    """JY-13."""

    def test_everybody_belongs_to_one_branch_and_a_committee_is_none(self, school, member):
        assert MembershipSpell.objects.get(member=member).branch == school.teachers
        with pytest.raises(EnrolmentError, match="教育管理条例第二十五条"):
            enrol(NewMember("乙", "male", school.physics, "full"), by=None)

    def test_on_the_day_of_a_move_only_the_new_one(self, school, member):
        transfer = transfers.offer(member, school.students, on=TODAY, by=None)
        transfers.accept(transfer, on=TODAY, by=None)
        assert list(MembershipSpell.objects.on(TODAY).values_list("branch", flat=True)) == [
            school.students.pk
        ]


def states(day=TODAY):
    with time_machine.travel(f"{day} 12:00 +0800", tick=False):
        return {(due.rule.code, due.is_late) for due in overdue.of_people(Member.objects.all(), day)}


class TestDuties:
    """JY-14, JY-21 and the receipt: nothing is refused, what is late is listed with its article."""

    @pytest.mark.parametrize(
        ("since", "late"), [("2026-06-22", False), ("2026-05-22", True), ("2026-05-23", False)]
    )
    def test_jy14_six_months_at_a_fixed_place(self, member, since, late):
        circumstances.begin(
            member,
            Kind.ABROAD,
            since=date.fromisoformat(since),
            by=None,
            evidence="访学",
            place="海外",
            is_fixed_place=True,
        )
        assert (("JY-14", True) in states()) is late

    @pytest.mark.parametrize(
        ("contacted", "late"), [("2026-10-01", False), ("2026-05-22", False), ("2026-05-21", True)]
    )
    def test_jy21_contact_each_half_year(self, member, contacted, late):
        row = circumstances.begin(
            member, Kind.ABROAD, since=date(2025, 9, 1), by=None, evidence="留学", place="海外"
        )
        circumstances.contact(row, on=date.fromisoformat(contacted), by=None, note="微信联系，近况正常")
        assert ("JY-21", late) in states()

    @pytest.mark.parametrize(
        ("day", "late"), [("2026-11-30", False), ("2026-12-01", False), ("2026-12-02", True)]
    )
    def test_receipt_within_a_month(self, member, day, late):
        transfer = transfers.request(member, "外校", on=date(2026, 11, 1), by=None)
        transfers.issue(transfer, Letter(date(2026, 11, 1), 90), by=None)
        assert ("ZT33-1", late) in states(date.fromisoformat(day))

    def test_jy15_an_expired_letter_is_listed_with_its_article(self, member):
        transfer = transfers.request(member, "外校", on=date(2026, 10, 1), by=None)
        transfers.issue(transfer, Letter(date(2026, 10, 1), 30), by=None)
        steps = {}
        for day in (TODAY, date(2027, 4, 1), date(2027, 4, 2)):
            (due,) = overdue.of_people(Member.objects.all(), day)
            steps[day] = (due.title, due.rule.article, due.next_step)
        again = ("介绍信过期未落转", "组通字〔2015〕33号", "重新开出")
        assert steps[TODAY] == steps[date(2027, 4, 1)] == again
        assert steps[date(2027, 4, 2)][2] == "撤回，按规定处理"

    def test_jy20_kept_too_long(self, member):
        circumstances.begin(
            member, Kind.KEPT, since=date(2024, 7, 1), by=None, evidence="未就业", due_on=date(2026, 7, 1)
        )
        assert ("JY-20", True) in states()
        assert ("JY-20", False) in states(date(2026, 7, 1))


def test_each_line_tells_the_next_lawful_step_and_its_first_day(member):
    lost(member, date(2026, 8, 1))
    (due,) = overdue.of_people(Member.objects.all(), TODAY)
    assert (due.rule.code, due.next_step, due.due_on) == ("JY-10", "停止党籍", date(2027, 2, 1))
    with time_machine.travel("2027-03-01 12:00 +0800", tick=False):
        suspensions.suspend(member, "lost", on=date(2027, 2, 1), by=None, evidence="支部大会决议")
        (due,) = overdue.of_people(Member.objects.all(), date(2027, 3, 1))
    assert (due.rule.code, due.next_step, due.due_on) == ("JY-11", "除名", date(2029, 2, 1))


def test_every_rule_is_enforced_or_says_why_it_is_not():
    numbers = {f"JY-{number:02d}" for number in range(7, 22)}
    assert numbers <= {rule.code for rule in RULES}
    assert {rule.code for rule in RULES if rule.enforced is Enforcement.HINT} == {
        "JY-06",
        "JY-07",
        "JY-16",
        "JY-22",
    }
    assert all(bool(rule.why) == (rule.enforced is Enforcement.HINT) for rule in RULES)


class TestDepartures:
    @pytest.mark.parametrize(
        ("kind", "sentence"),
        [("cancelled", "发展党员细则第三十二条"), ("lost", "先停止党籍"), ("died", "须写明依据")],
    )
    def test_each_kind_ends_what_it_can_end(self, member, kind, sentence):
        with pytest.raises(MovementError, match=sentence):
            departures.depart(member, kind, on=TODAY, by=None, evidence="" if kind == "died" else "决定")

    def test_probation_is_cancelled_and_the_person_is_on_no_roster(self, school):
        member = cast.a_member(school.students, "乙", joined=date(2026, 1, 5), full=None)
        with pytest.raises(MovementError, match="请选“取消预备党员资格”"):
            departures.depart(member, "expelled", on=TODAY, by=None, evidence="决定")
        departures.depart(member, "cancelled", on=TODAY, by=None, evidence="支部大会决议")
        member.refresh_from_db()
        assert member.status == "left"

    def test_an_entry_by_mistake_is_taken_back_to_the_letter(self, school, member):
        before = list(member.spells.values_list("branch", "since", "until"))
        row = departures.depart(member, "died", on=date(2026, 5, 1), by=None, evidence="死亡证明")
        departures.annul(row, "同名误登", by=None)
        member.refresh_from_db()
        assert (member.status, list(member.spells.values_list("branch", "since", "until"))) == (
            "full",
            before,
        )
        whats = list(member.corrections.order_by("pk").values_list("what", "effective_on", "effective_until"))
        assert whats == [
            ("depart", date(2026, 5, 1), date(2026, 9, 30)),
            ("annul", date(2026, 5, 1), date(2026, 9, 30)),
        ]
        with pytest.raises(MovementError, match="已经撤销"):
            departures.annul(Departure.objects.get(), "再撤一次", by=None)

    def test_taking_it_back_lets_the_development_and_the_suspension_go_on(self, school):
        member = cast.a_member(school.students, "丁", joined=date(2026, 1, 5), full=None)
        Development.objects.create(member=member, applied_on=date(2024, 9, 1))
        suspensions.suspend(member, "emigrated", on=date(2026, 10, 2), by=None, evidence="决议")
        row = departures.depart(member, "died", on=TODAY, by=None, evidence="死亡证明")
        assert Development.objects.get().outcome == "ended"
        departures.annul(row, "同名误登", by=None)
        member.refresh_from_db()
        assert (Development.objects.get().outcome, member.status) == ("", "suspended")
        assert Suspension.objects.get().until is None

    def test_this_quarter_leaves_no_correction(self, member):
        departures.depart(member, "died", on=date(2026, 10, 1), by=None, evidence="死亡证明")
        assert not member.corrections.exists()

    def test_a_letter_on_its_way_ends_with_it(self, member):
        transfer = transfers.request(member, "外校", on=TODAY, by=None)
        departures.depart(member, "died", on=TODAY, by=None, evidence="死亡证明")
        transfer.refresh_from_db()
        assert transfer.state == "withdrawn"
