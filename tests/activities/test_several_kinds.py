"""One meeting of several kinds (套会): held once for each, its people and hours counted once; also when it is joint."""

from contextlib import suppress
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from activities import expected, hours, jointly, makeup, makeup_rules, partners, records, tallies
from activities.attendance import Mark, expected_people
from activities.kinds import Kind, joined, may_also_be, split
from activities.models import Activity, Attendance, Tally
from activities.refusals import RecordError
from activities.statistics import organizational_life
from branches import tree
from branches.roles import Role
from branches.scope import covering_ranges
from lib.periods import Period
from members import exemptions
from members.models import Member, MembershipSpell
from tests import cast
from tests.activities.forms import filled

DAY = date(2026, 9, 15)
BOTH = joined([Kind.PARTY_LECTURE, Kind.THEME_DAY])


def counts_of(kind):
    return Tally.objects.values_list("held", "activities", "expected", "minutes").get(kind=kind)


class TestKinds:
    def test_kept_in_their_order_and_found_again(self):
        assert split(joined(["theme_day", "party_lecture"])) == [Kind.PARTY_LECTURE, Kind.THEME_DAY]
        assert (joined([]), split("")) == ("", [])

    def test_only_what_expects_the_same_people(self):
        assert Kind.THEME_DAY in may_also_be("general_meeting")
        assert may_also_be("committee_meeting") == [Kind.FIRST_AGENDA, Kind.JOINT_MEETING]
        assert may_also_be("first_agenda", is_leaf=False) == [
            Kind.SEMINAR,
            Kind.JOINT_MEETING,
            Kind.OTHER,
        ]
        assert may_also_be("group_meeting") == may_also_be("heart_talk") == []
        assert {Kind.GROUP_MEETING, Kind.HEART_TALK, Kind.COMMITTEE_MEETING}.isdisjoint(
            may_also_be("general_meeting")
        )

    def test_others_are_refused_by_the_verb(self, branch):
        with pytest.raises(RecordError, match="支部党员大会不能同时算作支委会：两者的应到人员不同"):
            cast.a_record(branch, "general_meeting", DAY, also_kinds=joined(["committee_meeting"]))
        assert not Activity.objects.exists()


class TestCounting:
    def test_held_for_each_people_and_hours_once(self, branch):
        cast.a_record(branch, "general_meeting", DAY, also_kinds=BOTH, minutes=90)
        assert counts_of("general_meeting") == (1, 1, 10, 900)
        assert counts_of("party_lecture") == counts_of("theme_day") == (1, 0, 0, 0)
        assert tallies.differences() == []

    def test_the_duty_of_the_month_is_met(self, branch):
        cast.a_record(branch, "general_meeting", DAY, also_kinds=BOTH)
        found = organizational_life(covering_ranges([branch.path]), Period.parse("2026Q3"), DAY)
        theme_day = found.total["theme_day"]
        assert (theme_day.held, theme_day.activities, theme_day.met, theme_day.present) == (1, 0, 1, 0)
        assert sum(each.activities for each in found.total.values()) == 1

    def test_study_hours_once(self, branch):
        cast.a_record(branch, "general_meeting", DAY, also_kinds=BOTH, minutes=120)
        member = Member.objects.order_by("number").first()
        (person,) = hours.of_people([member], 2026)
        assert (person.total, len(person.attended)) == (2, 1)

    def test_a_correction_and_a_withdrawal_take_both_along(self, branch):
        record = cast.a_record(branch, "general_meeting", DAY, also_kinds=BOTH)
        marks = records.marks_of(record)
        changed = records.correct(
            record,
            by=None,
            version=1,
            held_on=date(2026, 10, 1),
            marks=marks,
            also_kinds=joined(["theme_day"]),
        )
        assert set(Tally.objects.values_list("month", "kind")) == {
            (date(2026, 10, 1), "general_meeting"),
            (date(2026, 10, 1), "theme_day"),
        }
        records.withdraw(changed, by=None, version=2, reason="重复")
        assert not Tally.objects.exists()


class TestPages:
    def test_logged_with_a_tick_and_shown(self, browser, branch):
        address = reverse("activity_log", args=["general_meeting"])
        sent = filled(browser.get(address)) | {"also_kinds": ["theme_day"], "all": "1"}
        again = browser.post(address, sent)
        sent = filled(again) | {"also_kinds": ["theme_day"]}
        assert browser.post(address, sent).status_code == 302
        record = Activity.objects.get()
        assert record.kinds == [Kind.GENERAL_MEETING, Kind.THEME_DAY]
        page = browser.get(reverse("activity_detail", args=[record.pk])).content.decode()
        assert "同时算作" in page

    def test_a_list_of_one_kind_has_it_and_counts_its_people_at_its_own_kind(self, client, branch, school):
        cast.a_record(branch, "general_meeting", DAY, also_kinds=BOTH)
        client.force_login(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        for kind, people in (("general_meeting", 10), ("theme_day", 0)):
            totals = client.get(reverse("activity_list"), {"period": "2026Q3", "kind": kind}).context[
                "totals"
            ]
            assert (totals.listed, totals.present) == (1, people)


KINDS = ("general_meeting", "committee_meeting", "theme_day", "party_lecture", "film", "volunteering")
DAYS = st.integers(0, 250).map(lambda days: date(2026, 1, 10) + timedelta(days))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ("log", "log", "log", "join", "join", "leave", "correct", "withdraw", "move", "make up")
        ),
        st.sampled_from(KINDS),
        st.sets(st.integers(0, 12), max_size=3),
        DAYS,
        st.integers(0, 2**12),
    ),
    max_size=14,
)


class Book:
    """Random records of two branches, which move about under two colleges."""

    def __init__(self):
        self.school = cast.a_university()
        self.branches = [self.school.teachers, self.school.students]
        for branch in self.branches:
            members = [cast.a_member(branch) for _ in range(4)]
            cast.a_post(members[0], "secretary")
            exempt = {"since": date(2026, 4, 1), "until": date(2026, 7, 31), "ground": "ill", "note": ""}
            exemptions.grant(members[-1], by=None, **exempt)
        for branch, other in (self.branches, reversed(self.branches)):
            self.attend(Member.objects.filter(branch=branch).order_by("number")[1], other)
        self.moved_on = date(2026, 1, 1)
        self.staff = cast.a_user(Role.ORGANIZATION_STAFF, self.school.root)

    def attend(self, member, branch):
        """Somebody of one branch takes part in the life of the other (参加)."""
        since = {"since": date(2020, 1, 1), "kind": MembershipSpell.Kind.ATTENDING}
        MembershipSpell.objects.create(member=member, branch=branch, branch_path=branch.path, **since)

    def marks(self, people, seed):
        """A state for everybody, from the bits of a number; of who is exempt, for one in four nothing is said."""
        states = ("present", "leave", "absent", "present")
        marks = {each.member_id: (seed >> 2 * n) % 4 for n, each in enumerate(people)}
        exempt = {each.member_id for each in people if each.is_exempt}
        return {member: Mark(states[n]) for member, n in marks.items() if not (n == 3 and member in exempt)}

    def also(self, kind, chosen):
        possible = may_also_be(kind)
        return joined(possible[n] for n in chosen if n < len(possible))

    def take(self, verb, kind, chosen, day, seed):
        branch = self.branches[seed % 2]
        branch.refresh_from_db()
        found = Activity.objects.valid().filter(branch=branch).order_by("pk").first()
        if verb == "join":
            self.join(branch, chosen, seed)
        elif verb == "leave":
            if part := Activity.objects.valid().exclude(joint_of=None).order_by("pk").first():
                jointly.leave(part, by=self.staff)
        elif verb == "log":
            people = expected_people(kind, branch, day)
            facts = {"also_kinds": self.also(kind, chosen), "minutes": seed % 200}
            records.log(
                by=None,
                record_id=uuid4(),
                branch=branch,
                kind=kind,
                held_on=day,
                marks=self.marks(people, seed),
                **facts,
            )
        elif verb == "correct" and found:
            people = expected.for_correction(found, day)
            also = self.also(found.kind, chosen)
            marks = self.marks(people, seed)
            sent = {"held_on": day, "marks": marks, "also_kinds": also}
            if found.joint_of or partners.of(found):
                sent |= {"held_on": found.held_on, "marks": records.marks_of(found)}
            # A day after somebody made up for the record is refused; then nothing changed.
            with suppress(RecordError):
                records.correct(found, by=None, version=found.version, **sent)
        elif verb == "make up" and found:
            self.make_up(found, seed)
        elif verb == "withdraw" and found:
            records.withdraw(found, by=None, version=found.version, reason="重复")
        elif verb == "move" and day > self.moved_on:
            self.moved_on = day
            to = (
                self.school.music if branch.path.startswith(self.school.physics.path) else self.school.physics
            )
            to.refresh_from_db()
            tree.move(branch, to, on=day, by=None)

    def join(self, branch, chosen, seed):
        """Take part, with a new record or one's own, in the first thing another branch leads."""
        leading = Activity.objects.valid().filter(joint_of=None).exclude(branch=branch).order_by("pk")
        lead = next(
            (each for each in leading if branch not in {part.branch for part in partners.of(each)}), None
        )
        if lead is None:
            return
        jointly.invite(lead, [branch], by=self.staff)
        invitation = lead.invitations.get(branch=branch)
        if (own := jointly.own_records(invitation).first()) and seed % 3:
            # Who stands on the other roll and had made up for this record cannot be taken off it.
            with suppress(RecordError):
                jointly.join(own, invitation, by=self.staff)
            return
        people = expected_people(lead.kind, branch, lead.held_on)
        facts = {"also_kinds": self.also(lead.kind, chosen), "minutes": seed % 200}
        where = {"branch": branch, "kind": lead.kind, "held_on": lead.held_on, "invitation": invitation}
        records.log(by=None, record_id=uuid4(), marks=self.marks(people, seed), **where, **facts)

    def make_up(self, record, seed):
        if missed := makeup.missed(record):
            most = Decimal(record.minutes or 0) / 60
            studied = min(most, Decimal(seed % 30) / 10).quantize(Decimal("0.1"), ROUND_DOWN)
            day = min(record.held_on + timedelta(days=seed % 5), timezone.localdate())
            facts = {
                "on": day,
                "how": "自学",
                "hours": studied or None if makeup_rules.counts_hours(record) else None,
            }
            makeup.note(record, [missed[seed % len(missed)]], by=self.staff, **facts)

    def check(self):
        """What the figures add up to, against the records counted one by one."""
        assert (tallies.differences(), tallies.counter_differences()) == ([], [])
        valid = list(Activity.objects.valid())
        found = organizational_life(
            covering_ranges([self.school.root.path]), Period.year(2026), date(2026, 12, 31)
        ).total.values()
        assert sum(each.activities for each in found) == len({each.joint_of_id or each.pk for each in valid})
        assert sum(each.held for each in found) == sum(len(each.kinds) for each in valid)
        assert sum(each.present for each in found) == sum(each.present for each in valid)
        assert sum(Tally.objects.values_list("minutes", flat=True)) == sum(
            (each.minutes or 0) * each.present for each in valid
        )
        self.check_people(valid)

    def check_people(self, valid):
        """Nobody stands on two rolls of something joint; nobody's hours hold what was none of study."""
        events = {each.pk: each.joint_of_id or each.pk for each in valid}
        marks = Attendance.objects.filter(activity__in=valid).values_list("activity", "member")
        stands = [(events[record], member) for record, member in marks]
        assert len(stands) == len(set(stands))
        study = {each.pk for each in valid if set(each.kinds) & set(hours.STUDY_KINDS)}
        for person in hours.of_people(Member.objects.all(), 2026):
            attended = [each.activity_id for each in person.attended]
            assert len(attended) == len({events[pk] for pk in attended})
            assert set(attended) <= study


class TestRandomRecords(TestCase):
    """Random records, kinds, corrections, withdrawals and moves: recount finds nothing, sums count nobody twice."""

    @pytest.mark.slow
    @pytest.mark.usefixtures("today")
    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(steps=STEPS)
    def test_add_up(self, steps):
        replay(steps)

    @pytest.mark.nightly
    @settings(max_examples=400, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(steps=STEPS)
    def test_add_up_four_hundred_times(self, steps):
        replay(steps)


def replay(steps):
    book = Book()
    for step in steps:
        book.take(*step)
    book.check()
