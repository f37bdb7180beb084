"""Held by several branches as one: each records its own people, and one of them leads."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from activities import drift, hours, jointly, papers, partners, records, tallies, versions
from activities.models import Activity, AttendanceChange, Invitation, Tally
from activities.records import Conflict
from activities.refusals import RecordError
from activities.sight import Sight
from activities.statistics import organizational_life
from branches.roles import Role
from branches.scope import covering_ranges
from lib.periods import Period
from members.models import Member, MembershipSpell
from tests import cast
from tests.activities.forms import errors_of, filled

DAY = date(2026, 9, 15)


@pytest.fixture
def guest(school):
    """Another branch, of three."""
    for number in range(3):
        cast.a_member(school.students, f"学生{number}")
    return school.students


@pytest.fixture
def third(school):
    cast.a_member(school.musicians, "乐手")
    return school.musicians


@pytest.fixture
def staff(school):
    return cast.a_user(Role.ORGANIZATION_STAFF, school.root)


@pytest.fixture
def lead(branch):
    return cast.a_record(branch, "theme_day", DAY, title="参观校史馆", place="校史馆", minutes=90)


def invited(lead, branch, by):
    [invitation] = jointly.invite(lead, [branch], by=by)
    return invitation


def a_part(lead, branch, by, **facts):
    return cast.a_record(branch, lead.kind, lead.held_on, invitation=invited(lead, branch, by), **facts)


def held(branch):
    return Tally.objects.values_list("held", "activities", "present").get(branch=branch)


class TestCounting:
    def test_held_by_each_one_activity_everybody_once(self, lead, guest, staff):
        a_part(lead, guest, staff, minutes=90)
        assert (held(lead.branch), held(guest)) == ((1, 1, 10), (1, 0, 3))
        assert tallies.differences() == []

    def test_university_college_branch(self, school, lead, guest, staff):
        a_part(lead, guest, staff)
        for organization, expected in ((school.root, (2, 1, 13)), (guest, (1, 0, 3))):
            ranges = covering_ranges([organization.path])
            figures = organizational_life(ranges, Period.parse("2026Q3"), DAY).total["theme_day"]
            assert (figures.held, figures.activities, figures.present) == expected

    def test_the_duty_of_each_is_met(self, lead, guest, staff):
        a_part(lead, guest, staff)
        ranges = covering_ranges([guest.path])
        assert organizational_life(ranges, Period.parse("2026Q3"), DAY).total["theme_day"].met == 1

    def test_study_hours_of_everybody_once(self, lead, guest, staff):
        a_part(lead, guest, staff, minutes=90)
        found = hours.of_people(Member.objects.all(), 2026)
        assert {person.total for person in found} == {1.5}
        assert {len(person.attended) for person in found} == {1}


class TestGuestsOfTwo:
    """Somebody belongs to one branch and takes part in the other (参加): he stands on one roll, the first that was
    written.
    """

    @pytest.fixture
    def both(self, branch, guest):
        member = Member.objects.get(name="教师5")
        since = {"since": date(2020, 1, 1), "kind": MembershipSpell.Kind.ATTENDING}
        MembershipSpell.objects.create(member=member, branch=guest, branch_path=guest.path, **since)
        return member

    def studied(self, member):
        [person] = hours.of_people([member], 2026)
        return person.total, len(person.attended)

    def test_a_part_leaves_out_whoever_the_lead_has(self, both, lead, guest, staff):
        part = a_part(lead, guest, staff, minutes=90)
        assert (part.expected, part.attendances.filter(member=both).count()) == (3, 0)
        assert (held(lead.branch), held(guest)) == ((1, 1, 10), (1, 0, 3))
        assert self.studied(both) == (1.5, 1)
        assert not drift.of(part)

    def test_a_record_that_joins_gives_him_up(self, both, lead, guest, staff):
        own = cast.a_record(guest, "theme_day", DAY, minutes=60)
        assert self.studied(both) == (2.5, 2)
        joined = jointly.join(own, invited(lead, guest, staff), by=staff)
        assert (joined.expected, joined.present, joined.version) == (3, 3, 2)
        assert self.studied(both) == (1.5, 1)
        changed = AttendanceChange.objects.values_list("member", "version", "state_before", "state_after")
        assert list(changed) == [(both.pk, 2, "present", "")]
        assert (tallies.differences(), tallies.counter_differences()) == ([], [])

    def test_whoever_recorded_first_keeps_him(self, both, branch, third, guest, staff):
        lead = cast.a_record(third, "theme_day", DAY, minutes=90)
        assert a_part(lead, guest, staff, minutes=90).expected == 4
        assert a_part(lead, branch, staff, minutes=90).expected == 9
        assert self.studied(both) == (1.5, 1)

    def test_the_form_offers_him_only_when_the_branch_is_alone(self, both, lead, guest, staff):
        guest_browser = cast.a_browser(cast.a_user(Role.SECRETARY, guest))
        address = f"{reverse('activity_log', args=['theme_day'])}?joint={invited(lead, guest, staff).pk}"
        form = guest_browser.get(address)
        assert "教师5" not in {line.label for line in form.context["form"].roll.lines}
        alone = guest_browser.post(address, filled(form, is_part=None, reload="1"))
        assert "教师5" in {line.label for line in alone.context["form"].roll.lines}

    def test_on_its_own_again_he_may_be_taken_back(self, both, lead, guest, staff):
        part = jointly.leave(a_part(lead, guest, staff), by=staff)
        assert drift.of(part).missing == ["教师5"]


class TestInviting:
    def test_asked_once_however_often(self, lead, guest, staff):
        invited(lead, guest, staff)
        assert jointly.invite(lead, [guest, lead.branch], by=staff) == []
        assert Invitation.objects.count() == 1

    def test_found_by_name_or_code_and_not_twice(self, lead, guest, staff):
        assert list(jointly.candidates(lead, guest.short_name)) == [guest]
        assert guest in jointly.candidates(lead, guest.code)
        invited(lead, guest, staff)
        assert not jointly.candidates(lead, guest.short_name)

    def test_not_a_group_meeting_and_not_a_part(self, branch, lead, guest, third, staff):
        group = cast.a_group(branch, *Member.objects.filter(branch=branch)[:2])
        meeting = cast.a_record(branch, "group_meeting", DAY, group=group)
        for record in (meeting, a_part(lead, guest, staff)):
            with pytest.raises(RecordError, match="只有牵头支部的记录可以邀请其他支部"):
                jointly.invite(record, [third], by=staff)

    def test_taken_back_until_the_branch_has_recorded(self, lead, guest, third, staff):
        jointly.take_back(invited(lead, third, staff), by=staff)
        part = a_part(lead, guest, staff)
        with pytest.raises(RecordError, match="已经登记，邀请不能收回"):
            jointly.take_back(Invitation.objects.get(branch=guest), by=staff)
        assert part.joint_of == lead

    def test_by_whoever_keeps_the_record(self, lead, guest):
        taker = cast.a_user(Role.ATTENDANCE_TAKER, lead.branch)
        with pytest.raises(RecordError, match="可以邀请其他支部联合开展"):
            jointly.invite(lead, [guest], by=taker)


class TestAnswering:
    def test_another_day_or_kind_is_refused(self, lead, guest, staff):
        invitation = invited(lead, guest, staff)
        for kind, day in (("theme_day", date(2026, 9, 16)), ("film", DAY)):
            with pytest.raises(RecordError, match="联合开展的是2026年9月15日的主题党日"):
                cast.a_record(guest, kind, day, invitation=invitation)
        assert Activity.objects.count() == 1

    def test_once_and_only_by_the_branch_that_was_asked(self, lead, guest, third, staff):
        a_part(lead, guest, staff)
        invitation = Invitation.objects.get()
        with pytest.raises(RecordError, match="本支部已经登记过这次联合开展的活动"):
            cast.a_record(guest, "theme_day", DAY, invitation=invitation)
        with pytest.raises(RecordError, match="这份邀请不是给本支部的"):
            cast.a_record(third, "theme_day", DAY, invitation=invitation)

    def test_the_same_form_sent_again_makes_one_record(self, lead, guest, staff):
        invitation, number = invited(lead, guest, staff), uuid4()
        sent = {
            "by": staff,
            "record_id": number,
            "branch": guest,
            "kind": "theme_day",
            "held_on": DAY,
            "marks": cast.all_present("theme_day", guest, DAY, None),
            "invitation": invitation,
        }
        made = [records.log(**sent) for _ in range(3)]
        assert [new for _, new in made] == [True, False, False]

    def test_a_record_that_is_there_becomes_the_part(self, lead, guest, staff):
        own = cast.a_record(guest, "theme_day", DAY)
        invitation = invited(lead, guest, staff)
        assert list(jointly.own_records(invitation)) == [own]
        jointly.join(own, invitation, by=staff)
        assert (held(guest), tallies.differences()) == ((1, 0, 3), [])
        assert not Invitation.objects.waiting()

    def test_not_one_that_leads_itself(self, lead, guest, third, staff):
        own = cast.a_record(guest, "theme_day", DAY)
        a_part(own, third, staff)
        invitation = invited(lead, guest, staff)
        assert not jointly.own_records(invitation)
        with pytest.raises(RecordError, match="已经是联合开展的"):
            jointly.join(own, invitation, by=staff)

    def test_declined_and_recorded_after_all(self, lead, guest, staff):
        invitation = invited(lead, guest, staff)
        jointly.decline(invitation, by=staff, reason="当天有课")
        assert (jointly.waiting_for(guest), Invitation.objects.get().reason) == ([], "当天有课")
        cast.a_record(guest, "theme_day", DAY, invitation=invitation)
        assert Invitation.objects.get().declined_at is None
        with pytest.raises(RecordError, match="本支部已经登记了这次活动"):
            jointly.decline(invitation, by=staff, reason="")


class TestChanging:
    def test_the_day_is_that_of_the_leading_record(self, lead, guest, staff):
        part = a_part(lead, guest, staff)
        for record, sentence in ((part, "日期以牵头支部的记录为准"), (lead, "日期不能只改这一条")):
            with pytest.raises(RecordError, match=sentence):
                records.correct(
                    record, by=None, version=1, held_on=date(2026, 9, 16), marks=records.marks_of(record)
                )
        records.correct(part, by=None, version=1, held_on=DAY, marks=records.marks_of(part), place="礼堂")

    def test_on_its_own_again(self, lead, guest, staff):
        part = a_part(lead, guest, staff)
        jointly.leave(part, by=staff)
        assert (held(guest), jointly.waiting_for(guest), partners.of(lead)) == ((1, 1, 3), [], [])
        with pytest.raises(RecordError, match="不是联合开展的一部分"):
            jointly.leave(part, by=staff)

    def test_a_part_withdrawn_is_asked_for_again(self, lead, guest, staff):
        part = a_part(lead, guest, staff)
        records.withdraw(part, by=None, version=1, reason="登记错了")
        [invitation] = jointly.waiting_for(guest)
        assert cast.a_record(guest, "theme_day", DAY, invitation=invitation).joint_of == lead

    def test_the_leading_record_withdrawn_leaves_the_first_of_the_others(self, lead, guest, third, staff):
        first, second = a_part(lead, guest, staff), a_part(lead, third, staff)
        records.withdraw(lead, by=None, version=1, reason="没有参加")
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.joint_of, second.joint_of) == (None, first)
        assert (held(guest), held(third)) == ((1, 1, 3), (1, 0, 1))
        assert list(Invitation.objects.values_list("activity", "branch")) == [(first.pk, third.pk)]
        assert tallies.differences() == []

    def test_alone_when_the_leading_record_was_withdrawn(self, lead, guest, staff):
        invitation = invited(lead, guest, staff)
        records.withdraw(lead, by=None, version=1, reason="没有开")
        assert jointly.waiting_for(guest) == []
        with pytest.raises(RecordError, match="已撤回牵头的记录，请作为本支部单独开展的活动登记"):
            cast.a_record(guest, "theme_day", DAY, invitation=invitation)

    def test_whoever_joins_while_it_is_withdrawn_is_not_lost(self, lead, guest, staff, monkeypatch):
        """The branches to lock are read before the lock: one more by then is a conflict, not a part of nothing."""
        invitation = invited(lead, guest, staff)
        real, calls = partners.of, []

        def joined_meanwhile(activity):
            calls.append(activity)
            return [] if len(calls) == 1 else real(activity)

        cast.a_record(guest, "theme_day", DAY, invitation=invitation)
        monkeypatch.setattr(partners, "of", joined_meanwhile)
        with pytest.raises(Conflict):
            records.withdraw(lead, by=None, version=1, reason="没有开")


class TestPages:
    @pytest.fixture
    def guest_browser(self, guest):
        return cast.a_browser(cast.a_user(Role.SECRETARY, guest, name="李书记"))

    def test_found_asked_answered(self, browser, guest_browser, lead, guest):
        page = reverse("activity_joint", args=[lead.pk])
        found = browser.get(page, {"q": guest.short_name})
        assert guest.short_name in found.content.decode()
        sent = browser.post(f"{page}?q={guest.short_name}", {"branches": [guest.pk]})
        assert (sent.status_code, sent["Location"]) == (302, page)
        assert "待登记" in browser.get(page).content.decode()

        home = guest_browser.get(reverse("home")).content.decode()
        assert "邀请联合开展，请登记本支部到会" in home
        invitation = Invitation.objects.get()
        assert "校史馆" in guest_browser.get(reverse("invitation", args=[invitation.pk])).content.decode()
        address = f"{reverse('activity_log', args=['theme_day'])}?branch={guest.pk}&joint={invitation.pk}"
        form = guest_browser.get(address)
        assert (form.context["form"].day, form.context["form"]["place"].value()) == (DAY, "校史馆")
        assert guest_browser.post(address, filled(form)).status_code == 302
        part = Activity.objects.get(branch=guest)
        assert (part.joint_of, part.title, part.host) == (lead, "参观校史馆", lead.host)
        assert guest_browser.get(reverse("invitation", args=[invitation.pk])).context["answer"] == part

    def test_the_branch_that_is_asked_reads_when_where_and_what(self, guest_browser, branch, guest, staff):
        facts = {"title": "参观校史馆", "place": "校史馆", "host": "教师1", "notes": "谁说了什么"}
        lead = cast.a_record(branch, "theme_day", DAY, **facts)
        invitation = invited(lead, guest, staff)
        page = guest_browser.get(reverse("invitation", args=[invitation.pk])).content.decode()
        assert [words for words in (*facts.values(), "教师0") if words in page] == ["参观校史馆", "校史馆"]

    def test_an_unticked_box_records_the_branch_alone(self, guest_browser, lead, guest, staff):
        invitation = invited(lead, guest, staff)
        address = f"{reverse('activity_log', args=['theme_day'])}?branch={guest.pk}&joint={invitation.pk}"
        form = guest_browser.get(address)
        other_day = filled(form, held_on="2026-09-16")
        refused = guest_browser.post(address, other_day)
        assert errors_of(refused) == [
            "联合开展的是2026年9月15日的主题党日，日期和类型须与牵头支部一致；若不是同一次活动，请单独登记。"
        ]
        assert guest_browser.post(address, filled(refused, is_part=None)).status_code == 302
        assert Activity.objects.get(branch=guest).joint_of is None

    def test_an_invitation_taken_back_meanwhile_is_said_once(self, guest_browser, lead, guest, staff):
        invitation = invited(lead, guest, staff)
        address = f"{reverse('activity_log', args=['theme_day'])}?branch={guest.pk}&joint={invitation.pk}"
        sent = filled(guest_browser.get(address))
        jointly.take_back(invitation, by=staff)
        refused = guest_browser.post(address, sent)
        assert "牵头支部已收回联合开展的邀请" in errors_of(refused)[0]
        assert guest_browser.post(address, filled(refused)).status_code == 302

    def test_declined_with_a_reason(self, guest_browser, lead, guest, staff):
        invitation = invited(lead, guest, staff)
        address = reverse("invitation", args=[invitation.pk])
        guest_browser.post(reverse("invitation_decline", args=[invitation.pk]), {"reason": "当天有课"})
        assert "当天有课" in guest_browser.get(address).content.decode()

    def test_wrong_answers_are_said_at_the_field(self, guest_browser, lead, guest, staff):
        invitation = invited(lead, guest, staff)
        nothing = guest_browser.post(reverse("invitation_join", args=[invitation.pk]))
        assert (nothing.status_code, nothing.context["chosen"].errors) == (
            422,
            {"record": ["请选择一条记录。"]},
        )
        long = guest_browser.post(reverse("invitation_decline", args=[invitation.pk]), {"reason": "课" * 61})
        assert long.context["declined"].errors == {"reason": ["原因不超过 60 个字。"]}

    def test_one_s_own_record_named_and_left_again(self, guest_browser, lead, guest, staff):
        own = cast.a_record(guest, "theme_day", DAY)
        invitation = invited(lead, guest, staff)
        guest_browser.post(reverse("invitation_join", args=[invitation.pk]), {"record": own.pk})
        page = guest_browser.get(reverse("activity_detail", args=[own.pk])).content.decode()
        assert f"由“{lead.branch.short_name}”牵头联合开展" in page
        guest_browser.post(reverse("activity_leave", args=[own.pk]))
        own.refresh_from_db()
        assert own.joint_of is None
        told = versions.of(own, Sight(staff, own.branch_path))
        led = f"由“{lead.branch.short_name}”牵头联合开展"
        assert [(each.before, each.after) for version in told for each in version.changes] == [
            (led, ""),
            ("", led),
        ]

    def test_one_branch_never_opens_the_record_of_another(self, guest_browser, browser, lead, guest, staff):
        part = a_part(lead, guest, staff)
        assert guest_browser.get(reverse("activity_detail", args=[lead.pk])).status_code == 404
        page = browser.get(reverse("activity_joint", args=[lead.pk])).content.decode()
        assert "已登记" in page
        assert str(part.pk) not in page


def test_the_papers_say_with_whom(lead, guest, staff):
    part = a_part(lead, guest, staff)
    for record, words in (
        (lead, f"与“{guest.short_name}”联合开展"),
        (part, f"由“{lead.branch.short_name}”牵头联合开展"),
    ):
        assert ("联合开展", words) in papers.heads(papers.record_of(record))
