"""What a year asks of people, counted by branch: the same people as the page of each kind names."""

from datetime import date

import pytest
import time_machine

from activities import compliance, hours, secretary_reports, talks, yearly
from activities.models import Lecture
from activities.secretary_reports import Above
from branches.models import Branch
from branches.scope import covering_ranges
from lib.periods import Period
from members.models import Post
from tests import cast

TODAY = date(2026, 10, 20)


def figures(branch, code, today=TODAY, year=2026):
    count = yearly.counted(covering_ranges([branch.path]), year, today).get((branch.pk, code))
    return (count.required, count.met) if count else None


class TestTraining:
    @pytest.fixture
    def secretary_post(self, branch):
        return Post.objects.get(branch=branch, title="secretary")

    def test_a_secretary_owes_one_rotation_a_year(self, branch, secretary_post):
        assert figures(branch, "ZB-38") == (1, 0)
        cast.a_training(secretary_post.member, "rotation", date(2025, 12, 31))
        assert figures(branch, "ZB-38") == (1, 0)
        cast.a_training(secretary_post.member, "rotation", date(2026, 1, 1))
        assert figures(branch, "ZB-38") == (1, 1)

    def test_who_was_secretary_before_the_year_is_not_new(self, branch, secretary_post):
        assert figures(branch, "ZB-37") is None
        Post.objects.filter(pk=secretary_post.pk).update(since=date(2025, 12, 31))
        assert figures(branch, "ZB-37") is None

    def test_a_new_one_owes_an_induction(self, branch, secretary_post):
        Post.objects.filter(pk=secretary_post.pk).update(since=date(2026, 1, 1))
        assert figures(branch, "ZB-37") == (1, 0)
        cast.a_training(secretary_post.member, "induction", date(2026, 10, 20))
        assert figures(branch, "ZB-37") == (1, 1)


class TestTalks:
    def test_the_same_people_as_on_the_page(self, branch):
        a, b, *_ = branch.members.order_by("number")
        chosen = {member.pk: cast.Mark("present") for member in (a, b)}
        cast.a_record(branch, "heart_talk", date(2026, 3, 1), marks=chosen)
        page = talks.coverage(branch, 2026, TODAY)
        owed = [one for one in page if one.owed]
        assert figures(branch, "ZB-27") == (len(owed), len(owed) - talks.count_missing(page))

    def test_one_with_each_kind_of_pair_is_enough(self, school):
        secretary, member = cast.a_member(school.students), cast.a_member(school.students)
        cast.a_post(secretary, "secretary")
        chosen = {one.pk: cast.Mark("present") for one in (secretary, member)}
        with time_machine.travel("2026-10-20 10:00 +0800", tick=False):
            cast.a_record(school.students, "heart_talk", date(2026, 3, 1), marks=chosen)
        assert figures(school.students, "ZB-27") == (2, 1)
        [missing] = [one for one in talks.coverage(school.students, 2026, TODAY) if one.missing]
        assert missing.missing == ["members"]


class TestHours:
    @pytest.mark.parametrize(("learned", "met"), [(31, 0), (32, 1), (33, 1)])
    def test_thirty_two_are_enough(self, school, learned, met):
        member = cast.a_member(school.students)
        cast.a_training(member, "other", date(2026, 5, 1), learned)
        assert figures(school.students, "JY-01") == (1, met)
        assert hours.YEARLY == 32


class TestLectures:
    def test_the_secretary_of_a_committee_owes_one(self, school):
        leader = cast.a_member(school.teachers, "李书记")
        cast.a_post(leader, "secretary", branch=school.physics)
        assert figures(school.physics, "ZB-20") == (1, 0)
        with time_machine.travel("2026-10-20 10:00 +0800", tick=False):
            record = cast.a_record(school.teachers, "party_lecture", date(2026, 6, 1), lecturer="李书记")
        type(record).objects.filter(pk=record.pk).update(minutes=60)
        Lecture.objects.update_or_create(activity=record, defaults={"member": leader, "version": 1})
        assert figures(school.physics, "ZB-20") == (1, 1)


class TestRows:
    def test_running_it_is_due_and_over_it_is_overdue(self, branch):
        ranges = covering_ranges([branch.path])
        [running] = [row for row in compliance.on(ranges, TODAY) if row.rule == "ZB-38"]
        assert (running.state, running.missed, running.due_on) == ("due", 0, date(2026, 12, 31))
        assert running.reason == "应参加集中轮训的党支部书记 1 人，已有 0 人，还差 1 人。"
        year = Period.year(2026)
        [over] = [row for row in compliance.of_period(ranges, year, date(2027, 1, 1)) if row.rule == "ZB-38"]
        assert (over.state, over.required, over.met, over.missed) == ("overdue", 1, 0, 1)

    def test_a_quarter_has_none_of_them(self, branch):
        found = compliance.of_period(covering_ranges([branch.path]), Period.quarter(2026, 3), TODAY)
        assert {row.rule for row in found} & set(yearly.RULES) == set()


def test_nobody_outside_the_ranges_is_counted(branch, school):
    for other in (school.students, school.musicians):
        cast.a_post(cast.a_member(other), "secretary", since=date(2026, 2, 1))
        asked = Above(cast.a_member(other).pk, other, None)
        secretary_reports.tell_above(other.parent, 2026, [asked])
    inside = yearly.counted(covering_ranges([branch.path]), 2026, TODAY)
    assert {pk for pk, _ in inside} == {branch.pk}


def test_the_number_of_queries_does_not_depend_on_the_branches(school, django_assert_num_queries):
    everything = covering_ranges([school.root.path])
    cast.a_post(cast.a_member(school.teachers), "secretary")
    with django_assert_num_queries(18):
        yearly.counted(everything, 2026, TODAY)
    for number in range(12):
        branch = cast.found(school.music, f"第{number}党支部", Branch.Level.BRANCH, f"b{number}")
        cast.a_post(cast.a_member(branch), "secretary")
        cast.a_member(branch)
    with django_assert_num_queries(18):
        assert len({pk for pk, _ in yearly.counted(everything, 2026, TODAY)}) == 13
