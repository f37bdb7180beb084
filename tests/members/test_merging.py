"""Two records of one person made one: no day doubled, none lost, and taken apart again."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import AuditEntry
from activities import tallies
from activities.attendance import Mark
from activities.models import Activity, Attendance
from branches.roles import Right, Role
from branches.scope import ranges_of
from members import duplicates, enrolment, merging, one_life, posts, rosters
from members.models import (
    ON_ROSTER,
    Development,
    DevelopmentPerson,
    DevelopmentStep,
    GroupMembership,
    Member,
    MembershipSpell,
    Merge,
    Post,
    StationAssignment,
    StatusPeriod,
)
from tests import cast
from tests.members.rosters import an_id

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]

TODAY = date(2026, 11, 22)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.ORGANIZATION_STAFF, school.root)


@pytest.fixture
def two(school):
    """One person twice: since 2015 with the teachers, and from 2010 to 2020 with the musicians."""
    kept = cast.a_member(school.teachers, "张明", birth_date=date(1980, 1, 1))
    source = cast.a_member(
        school.musicians, "张鸣", joined=date(2010, 6, 1), full=date(2011, 6, 1), birth_date=date(1980, 1, 1)
    )
    MembershipSpell.objects.filter(member=source).update(until=date(2020, 6, 30))
    return kept, source


def spells(member):
    rows = MembershipSpell.objects.filter(member=member).order_by("since")
    return [(row.branch.short_name, str(row.since), str(row.until or "")) for row in rows]


def everything():
    """All that a merge touches, as the database has it."""
    models = (
        Member,
        MembershipSpell,
        StatusPeriod,
        GroupMembership,
        Post,
        StationAssignment,
        Attendance,
    )
    found = {}
    for model in models:
        rows = list(model.objects.order_by("pk").values())
        for row in rows:
            for name in [name for name in row if name.endswith("_cipher")]:
                del row[name]
        found[model.__name__] = rows if model is not Attendance else [{**r, "id": 0} for r in rows]
    found["Attendance"].sort(key=str)
    found["counts"] = list(
        Activity.objects.order_by("pk").values("expected", "present", "on_leave", "absent")
    )
    return found


class TestDays:
    def test_each_day_is_taken_from_one_of_the_two(self, school, staff, two):
        kept, source = two
        merging.merge(kept, source, by=staff)
        assert spells(kept) == [
            ("音乐教师党支部", "2010-06-01", "2015-05-31"),
            ("物理教师党支部", "2015-06-01", ""),
        ]
        assert not Member.objects.filter(pk=source.pk).exists()

    @pytest.mark.parametrize(
        ("day", "branches"),
        [
            ("2010-05-31", []),
            ("2010-06-01", ["001002001"]),
            ("2015-05-31", ["001002001"]),
            ("2015-06-01", ["001001001"]),
            ("2020-06-30", ["001001001"]),
        ],
    )
    def test_the_roster_of_any_date_has_the_person_once(self, school, staff, two, day, branches):
        merging.merge(*two, by=staff)
        rows = rosters.roster(date.fromisoformat(day), ranges_of(staff, Right.SEE_MEMBERS))
        assert [row.branch for row in rows] == branches

    def test_whoever_is_on_the_roster_by_either_record_is_on_it(self, school, staff):
        kept = cast.a_member(school.teachers, "张明")
        Member.objects.filter(pk=kept.pk).update(status="left")
        StatusPeriod.objects.filter(member=kept).update(until=date(2019, 12, 31))
        StatusPeriod.objects.create(member=kept, status="left", since=date(2020, 1, 1))
        source = cast.a_member(school.musicians, "张明", joined=date(2018, 1, 1), full=date(2019, 1, 1))
        merging.merge(kept, source, by=staff)
        kept.refresh_from_db()
        assert (kept.branch, kept.status) == (school.musicians, "full")
        assert spells(kept) == [
            ("物理教师党支部", "2015-06-01", "2019-12-31"),
            ("音乐教师党支部", "2020-01-01", ""),
        ]


DAYS = st.integers(0, 40).map(lambda n: date(2020, 1, 1) + timedelta(days=n))
STATUSES = st.sampled_from([status.value for status in StatusPeriod.Status])


@st.composite
def histories(draw):
    """Spells and periods without overlap, as one record may have them."""

    def chain(make):
        days = sorted(draw(st.sets(DAYS, min_size=1, max_size=5)))
        rows = []
        for number, (since, following) in enumerate(zip(days, [*days[1:], None], strict=True)):
            ends_open = following is None and draw(st.booleans())
            until = None if ends_open else (following or since + timedelta(days=3)) - timedelta(days=1)
            if draw(st.booleans()) or ends_open:
                days_of_row = {"since": str(since), "until": until and str(until)}
                rows.append({"id": number + 1, "member_id": "x", **days_of_row, **make()})
        return rows

    return {
        "spells": chain(lambda: {"kind": "belonging", "branch_id": draw(st.integers(1, 3))}),
        "statuses": chain(lambda: {"status": draw(STATUSES)}),
        "seats": chain(lambda: {"group_id": draw(st.integers(1, 2))}),
    }


def place(rows, day):
    """Where a record counts on a day: the branch, or None."""

    def holding(name):
        return [
            r for r in rows[name] if r["since"] <= str(day) and (not r["until"] or r["until"] >= str(day))
        ]

    belonging, status = holding("spells"), holding("statuses")
    assert len(belonging) <= 1
    assert len(status) <= 1
    on_roster = belonging and status and status[0]["status"] in ON_ROSTER
    return belonging[0]["branch_id"] if on_roster else None


@given(histories(), histories())
@hypothesis_settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_no_day_is_doubled_and_none_lost(kept, source):
    """On every day the one record counts exactly when either of the two did, and where the kept one did."""
    rows, _ = one_life.combined(kept, source)
    for number in range(60):
        day = date(2019, 12, 25) + timedelta(days=number)
        assert place(rows, day) == (place(kept, day) or place(source, day))


class TestRecords:
    def test_every_record_goes_over(self, school, staff, two):
        kept, source = two
        station = cast.a_station(school.teachers, source)
        group = cast.a_group(school.musicians, source, since=date(2012, 1, 1))
        post = cast.a_post(source, since=date(2012, 1, 1))
        record = cast.a_record(school.musicians, day=date(2015, 1, 15), marks=None)
        merging.merge(kept, source, by=staff)
        assert Post.objects.get(pk=post.pk).member == kept
        assert StationAssignment.objects.get(station=station).member == kept
        seat = GroupMembership.objects.get(group=group)
        assert (seat.member, seat.until) == (kept, date(2015, 5, 31))
        assert record.attendances.get().member == kept
        assert kept.history.filter(name="张鸣").count() == source.history.count() + 1

    def test_an_activity_where_both_were_listed_expects_one_person_less(self, school, staff):
        kept, source = (cast.a_member(school.teachers, name) for name in ("张明", "张鸣"))
        third = cast.a_member(school.teachers, "李强")
        marks = {kept.pk: Mark("absent"), source.pk: Mark("present"), third.pk: Mark("leave", "出差")}
        record = cast.a_record(school.teachers, marks=marks)
        merging.merge(kept, source, by=staff)
        record.refresh_from_db()
        assert (record.expected, record.present, record.on_leave, record.absent) == (2, 1, 1, 0)
        assert record.attendances.get(member=kept).state == "present"
        assert (tallies.differences(), tallies.counter_differences()) == ([], [])

    def test_blank_facts_are_filled_and_others_stay(self, school, staff):
        kept = cast.a_member(school.teachers, "张明", job="教师")
        source = cast.a_member(school.teachers, "张明", job="学生", education="21", school_number="2016001")
        source.id_number, source.phone = an_id(1), "13900000001"
        source.save()
        merging.merge(kept, source, by=staff)
        kept.refresh_from_db()
        facts = (kept.job, kept.education, kept.school_number, kept.id_number, kept.phone)
        assert facts == ("教师", "21", "2016001", an_id(1), "13900000001")

    def test_versions_of_both_can_be_read_afterwards(self, school, staff, two):
        kept, source = two
        enrolment.change(source, {"phone": "13900000001"}, by=None)
        merging.merge(kept, source, by=staff)
        row = kept.history.filter(name="张鸣", number=source.number).order_by("history_id").last()
        assert row.instance.phone == "13900000001"

    def test_the_account_goes_over_with_the_role_of_the_post(self, school, staff, two):
        kept, source = two
        source.account = cast.a_user()
        source.save()
        mine = posts.appoint(
            kept, school.musicians, "secretary", since=date(2012, 1, 1), by=None, reason="例外"
        )
        posts.end(mine, on=date(2014, 1, 1), by=None)
        theirs = posts.appoint(
            source, school.musicians, "secretary", since=date(2013, 1, 1), by=staff, reason="例外"
        )
        merging.merge(kept, source, by=staff)
        kept.refresh_from_db()
        rows = Post.objects.order_by("since").values_list("member", "since", "until", "grant")
        assert kept.account == source.account
        assert list(rows) == [
            (kept.pk, date(2012, 1, 1), date(2014, 1, 1), None),
            (kept.pk, date(2014, 1, 2), None, theirs.grant_id),
        ]

    def test_it_is_audited_without_a_number_in_clear(self, school, staff, two):
        kept, source = two
        source.id_number = an_id(1)
        source.save()
        merging.merge(kept, source, by=staff)
        entry = AuditEntry.objects.get(action="member.merge")
        assert entry.after == {"kept": kept.number, "merged": source.number}
        assert an_id(1) not in Merge.objects.get().before_cipher
        with connection.cursor() as cursor:
            cursor.execute("SELECT before_cipher FROM members_merge")
            assert an_id(1) not in str(cursor.fetchall())


class TestRefused:
    def test_two_identities(self, school, staff, two):
        for number, member in enumerate(two):
            member.id_number = an_id(number + 1)
            member.save()
        with pytest.raises(merging.MergeError, match="证件号码不同"):
            merging.merge(*two, by=staff)

    def test_two_accounts(self, school, staff, two):
        for member in two:
            member.account = cast.a_user()
            member.save()
        with pytest.raises(merging.MergeError, match="都有账号"):
            merging.merge(*two, by=staff)

    def test_a_record_with_itself(self, staff, two):
        with pytest.raises(merging.MergeError, match="两份不同"):
            merging.merge(two[0], two[0], by=staff)

    def test_dates_that_would_contradict(self, school, staff):
        kept = cast.a_member(school.teachers, joined=date(2015, 6, 1), full=None)
        source = cast.a_member(school.teachers, joined=date(2010, 6, 1), full=date(2011, 6, 1))
        with pytest.raises(merging.MergeError, match="转正日期会早于入党日期"):
            merging.merge(kept, source, by=staff)

    @pytest.mark.parametrize(
        ("rights", "succeeds"),
        [((), False), (("source",), False), (("kept",), False), (("kept", "source"), True)],
    )
    def test_only_with_the_right_over_both(self, school, two, rights, succeeds):
        """T05: source only, target only, neither, both."""
        user = cast.a_user()
        for name in rights:
            cast.give(user, Role.COMMITTEE_STAFF, {"kept": school.physics, "source": school.music}[name])
        if succeeds:
            merging.merge(*two, by=user)
        else:
            with pytest.raises(merging.MergeError, match="都须在您的管理范围内"):
                merging.merge(*two, by=user)
        assert Member.objects.filter(pk=two[1].pk).exists() is not succeeds
        assert Merge.objects.count() == AuditEntry.objects.filter(action="member.merge").count() == succeeds


class TestUndo:
    @pytest.fixture
    def rich(self, school, two):
        """Both with something of everything, some of it doubled."""
        kept, source = two
        source.id_number, source.phone, source.account = an_id(1), "13900000001", cast.a_user()
        source.save()
        cast.a_station(school.teachers, kept, source)
        cast.a_group(school.musicians, source, since=date(2012, 1, 1))
        cast.a_group(school.teachers, kept)
        cast.a_post(kept, since=date(2016, 1, 1))
        Post.objects.create(
            member=source,
            branch=school.teachers,
            branch_path=school.teachers.path,
            title="committee",
            since=date(2014, 1, 1),
            until=date(2018, 1, 1),
        )
        MembershipSpell.objects.create(
            member=source,
            branch=school.students,
            branch_path=school.students.path,
            kind="attending",
            since=date(2016, 1, 1),
        )
        cast.a_record(school.teachers)
        record = cast.a_record(school.musicians, day=date(2015, 1, 15))
        Attendance.objects.create(activity=record, member=kept, state="leave", reason="出差")
        Activity.objects.filter(pk=record.pk).update(expected=2, on_leave=1)
        tallies.refresh([record])
        return kept, source

    def test_both_are_what_they_were(self, staff, rich):
        before, versions_before = everything(), Member.history.count()
        done = merging.merge(*rich, by=staff)
        assert everything() != before
        merging.undo(done, by=staff)
        assert everything() == before
        assert (tallies.differences(), tallies.counter_differences()) == ([], [])
        source = Member.objects.get(pk=rich[1].pk)
        assert (source.id_number, source.phone) == (an_id(1), "13900000001")
        assert Member.objects.get(pk=rich[0].pk).id_number == ""
        assert Member.history.count() == versions_before + 3
        assert source.history.order_by("history_id").first().instance.name == "张鸣"

    def test_what_was_added_since_stays_with_the_kept_one(self, school, staff, two):
        kept, source = two
        done = merging.merge(kept, source, by=staff)
        record = cast.a_record(school.teachers)
        enrolment.change(kept, {"job": "教师"}, by=None)
        merging.undo(done, by=staff)
        assert record.attendances.get().member == kept
        assert Member.objects.get(pk=kept.pk).job == "教师"

    def test_not_after_the_life_was_drawn_anew(self, school, staff, two):
        done = merging.merge(*two, by=staff)
        enrolment.move(two[0], school.students, by=None)
        with pytest.raises(merging.MergeError, match="又有变动"):
            merging.undo(done, by=staff)

    def test_not_after_a_post_was_ended(self, school, staff, two):
        post = cast.a_post(two[1], since=date(2012, 1, 1))
        done = merging.merge(*two, by=staff)
        posts.end(Post.objects.get(pk=post.pk), on=TODAY, by=None)
        with pytest.raises(merging.MergeError, match="又有变动"):
            merging.undo(done, by=staff)

    def test_the_later_merge_first(self, school, staff, two):
        third = cast.a_member(school.students, "张明", joined=date(2009, 1, 1))
        first = merging.merge(*two, by=staff)
        with time_machine.travel(timezone.now() + timedelta(hours=1)):
            second = merging.merge(two[0], third, by=staff)
            with pytest.raises(merging.MergeError, match="先撤销后一次"):
                merging.undo(first, by=staff)
            merging.undo(second, by=staff)
            merging.undo(first, by=staff)
        assert Member.objects.count() == 3

    def test_only_once_and_only_for_thirty_days(self, staff, two):
        done = merging.merge(*two, by=staff)
        with time_machine.travel(timezone.now() + timedelta(days=30, seconds=1), tick=False):
            assert (merging.expire(), merging.expire()) == (1, 0)
            assert AuditEntry.objects.get(action="privacy.expire").after == {"merges": 1}
            with pytest.raises(merging.MergeError, match="已满 30 天"):
                merging.undo(Merge.objects.get(pk=done.pk), by=staff)

    def test_whoever_lost_the_right_may_not(self, school, two):
        user = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        cast.give(user, Role.COMMITTEE_STAFF, school.music)
        done = merging.merge(*two, by=user)
        with pytest.raises(merging.MergeError, match="管理范围之外"):
            merging.undo(done, by=cast.a_user(Role.COMMITTEE_STAFF, school.physics))


class TestLikely:
    BORN = date(1980, 1, 1)

    @pytest.mark.parametrize(
        ("one", "other", "reasons"),
        [
            ({"name": "张明"}, {"name": "张明"}, ["姓名、出生日期相同"]),
            ({"name": "张明"}, {"name": "张鸣"}, ["姓名相近、出生日期相同"]),
            ({"name": "欧阳文华"}, {"name": "欧阳文化"}, ["姓名相近、出生日期相同"]),
            ({"name": "买买提·艾力"}, {"name": "买买提艾力"}, ["姓名、出生日期相同"]),
            ({"name": "张明"}, {"name": "李明"}, []),
            ({"name": "张明"}, {"name": "张明", "birth_date": date(1980, 1, 2)}, []),
            ({"name": "张明", "school_number": "1"}, {"name": "李强", "school_number": "1"}, ["学工号相同"]),
            ({"name": "张明", "id_number": an_id(1)}, {"name": "张明", "id_number": an_id(3)}, []),
        ],
    )
    def test_who_is_alike(self, school, staff, one, other, reasons):
        for facts in (one, other):
            cast.a_member(school.teachers, **{"birth_date": self.BORN, **facts})
        assert [list(pair.reasons) for pair in duplicates.likely(staff)] == ([reasons] if reasons else [])

    def test_whoever_was_told_apart_is_not_asked_about_again(self, school, staff, two):
        assert len(duplicates.likely(staff)) == 1
        duplicates.tell_apart(two[1], two[0], "已核对身份证", by=staff)
        assert duplicates.likely(staff) == []

    def test_only_within_ones_reach(self, school, two):
        physicist = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        assert duplicates.likely(physicist) == []
        with pytest.raises(duplicates.DuplicateError, match="管理范围"):
            duplicates.tell_apart(*two, "已核对身份证", by=physicist)

    def test_as_many_queries_for_one_pair_as_for_many(self, school, staff, django_assert_num_queries):
        for count in (2, 40):
            while Member.objects.count() < count:
                cast.a_member(school.teachers, "张明", birth_date=self.BORN)
            staff.__dict__.pop("_grants", None)
            with django_assert_num_queries(5):
                duplicates.likely(staff)


class TestPages:
    def test_from_the_list_to_one_record(self, client, staff, two):
        client.force_login(staff)
        [pair] = client.get(reverse("duplicate_list")).context["page"]
        sides = {"one": pair.first.pk, "other": pair.second.pk}
        page = client.get(reverse("duplicate_merge"), sides)
        differing = [(line.label, line.one, line.other) for line in page.context["lines"] if line.differs]
        assert differing[0] == ("姓名", "张明", "张鸣")
        page = client.post(reverse("duplicate_merge"), sides, follow=True)
        assert "30 天内可以撤销" in page.text
        page = client.post(reverse("merge_undo", args=[Merge.objects.get().pk]), follow=True)
        assert "恢复为单独的记录" in page.text
        page = client.post(reverse("duplicate_apart"), {**sides, "reason": "同名同日出生"}, follow=True)
        assert not page.context["page"].paginator.count

    def test_what_a_person_is_named_in_has_a_chinese_name_on_the_page(self, client, staff, two):
        step = DevelopmentStep.objects.create(
            development=Development.objects.create(
                member=cast.a_member(two[0].branch), applied_on=date(2020, 1, 1)
            ),
            step="contacts",
            on=date(2020, 3, 1),
        )
        DevelopmentPerson.objects.create(step=step, member=two[0])
        client.force_login(staff)
        page = client.get(reverse("duplicate_merge"), {"one": two[0].pk, "other": two[1].pk})
        [records] = [line.one for line in page.context["lines"] if line.label == "已有的记录"]
        assert "培养联系人和入党介绍人" in records.split("、")
        named = {relation.related_model._meta for relation in Member._meta.related_objects}
        assert [meta.label for meta in named if str(meta.verbose_name).isascii()] == []

    def test_a_stranger_is_no_choice(self, client, school, two):
        client.force_login(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        sides = {"one": two[0].pk, "other": two[1].pk}
        for ask in (client.get, client.post):
            assert ask(reverse("duplicate_merge"), sides).status_code == 404
        sides["reason"] = "同名同日出生"
        assert client.post(reverse("duplicate_apart"), sides).status_code == 404
        assert Member.objects.count() == 2
        assert not Merge.objects.exists()
        client.force_login(cast.a_user(Role.SECRETARY, school.teachers))
        assert client.get(reverse("duplicate_list")).status_code == 403
