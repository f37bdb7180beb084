"""Figures of organisational life, against small cases worked out by hand."""

import random
from datetime import date, timedelta

import pytest
import time_machine

from activities import records
from activities.models import Activity, Campaign
from activities.statistics import KindFigures, add_up, organizational_life
from branches import tree
from branches.models import Branch
from branches.scope import covering_ranges
from lib.periods import Period
from members.models import Post
from tests import cast

pytestmark = pytest.mark.django_db

Q3 = Period.quarter(2026, 3)
AFTER = date(2026, 10, 8)


def entered(on, branch, kind, day, **more):
    """A record of ``day`` that was entered on another day."""
    with time_machine.travel(f"{on} 09:00 +0800", tick=False):
        return cast.a_record(branch, kind, day, **more)


def life_of(branch, period=Q3, today=AFTER, campaign=None):
    ranges = tree.ranges_during(branch, period.start, period.end)
    return organizational_life(ranges, period, today, campaign)


def figures(life, branch, kind):
    return {row.branch_id: row for row in life.rows}[branch.pk].kinds[kind]


@pytest.fixture
def school():
    school = cast.a_university()
    for branch in (school.teachers, school.students, school.musicians):
        for _ in range(3):
            cast.a_member(branch)
    return school


def test_on_time_late_and_missed(school):
    entered("2026-07-20", school.teachers, "theme_day", date(2026, 7, 15))
    entered("2026-08-28", school.teachers, "theme_day", date(2026, 8, 20))
    assert figures(life_of(school.root), school.teachers, "theme_day") == KindFigures(
        activities=2,
        held=2,
        on_time=1,
        required=3,
        met=2,
        missed=1,
        expected=6,
        present=6,
    )


def test_seven_days_are_on_time_and_eight_are_not(school):
    entered("2026-07-22", school.teachers, "theme_day", date(2026, 7, 15))
    entered("2026-07-23", school.students, "theme_day", date(2026, 7, 15))
    life = life_of(school.root)
    assert figures(life, school.teachers, "theme_day").on_time == 1
    assert figures(life, school.students, "theme_day").on_time == 0


def test_three_theme_days_in_september_do_not_make_july_good(school):
    for day in (3, 10, 17):
        entered("2026-09-18", school.teachers, "theme_day", date(2026, 9, day))
    september = figures(life_of(school.root), school.teachers, "theme_day")
    assert (september.held, september.required, september.met, september.missed) == (3, 3, 1, 2)


def test_a_withdrawn_record_counts_nowhere(school):
    record = entered("2026-07-15", school.teachers, "theme_day", date(2026, 7, 15))
    records.withdraw(record, by=None, version=record.version, reason="重复登记")
    assert figures(life_of(school.root), school.teachers, "theme_day") == KindFigures(
        required=3, met=0, missed=3
    )


def test_attendance_is_summed_over_records(school):
    people = list(cast.all_present("theme_day", school.teachers, date(2026, 9, 1)))
    for states in ("present present leave", "present absent absent"):
        marks = {pk: records.Mark(state) for pk, state in zip(people, states.split(), strict=True)}
        entered("2026-09-20", school.teachers, "theme_day", date(2026, 9, 20), marks=marks)
    september = figures(life_of(school.teachers), school.teachers, "theme_day")
    assert (september.expected, september.present, september.on_leave, september.absent) == (6, 3, 1, 2)


def test_no_committee_no_committee_duty(school):
    member = cast.a_member(school.students)
    cast.a_post(member, Post.Title.COMMITTEE)
    life = life_of(school.root)
    with_committee = figures(life, school.students, "committee_meeting")
    without = figures(life, school.teachers, "committee_meeting")
    assert (with_committee.required, with_committee.missed) == (3, 3)
    assert (without.required, without.missed) == (0, 0)


def test_a_moved_branch_leaves_what_it_held_where_it_held_it(school):
    entered("2026-07-15", school.students, "theme_day", date(2026, 7, 15))
    tree.move(school.students, school.music, on=date(2026, 9, 1), by=None)
    moved = Branch.objects.get(pk=school.students.pk)
    entered("2026-09-15", moved, "theme_day", date(2026, 9, 15))
    before = figures(life_of(school.physics), moved, "theme_day")
    after = figures(life_of(school.music), moved, "theme_day")
    own = figures(life_of(moved), moved, "theme_day")
    assert (before.held, before.required, before.met, before.missed) == (1, 2, 1, 1)
    assert (after.held, after.required, after.met, after.missed) == (1, 1, 1, 0)
    assert own == before + after


def test_a_past_quarter_is_the_same_after_a_move(school):
    entered("2026-07-15", school.students, "theme_day", date(2026, 7, 15))
    before = life_of(school.physics).rows
    tree.move(school.students, school.music, on=date(2026, 10, 1), by=None)
    assert life_of(school.physics).rows == before
    assert [row.branch_id for row in life_of(school.music).rows] == [school.musicians.pk]


def test_a_dissolved_branch_owes_nothing_from_its_last_month_on(school):
    entered("2026-07-15", school.students, "theme_day", date(2026, 7, 15))
    Branch.objects.filter(pk=school.students.pk).update(dissolved_on=date(2026, 8, 20))
    found = figures(life_of(school.root), school.students, "theme_day")
    assert (found.held, found.required, found.met, found.missed) == (1, 1, 1, 0)


def test_a_month_says_nothing_of_a_quarterly_duty(school):
    entered("2026-07-15", school.teachers, "general_meeting", date(2026, 7, 15))
    august = life_of(school.teachers, Period.month(2026, 8))
    assert "general_meeting" not in august.total
    assert figures(life_of(school.teachers), school.teachers, "general_meeting").met == 1


def test_what_is_not_over_is_required_but_not_missed(school):
    running = life_of(school.teachers, today=date(2026, 8, 10))
    found = figures(running, school.teachers, "theme_day")
    assert (found.required, found.met, found.missed) == (3, 0, 1)


def test_a_campaign_counts_its_own_records_and_no_duty(school):
    study = Campaign.objects.create(name="主题教育", started_on=date(2026, 1, 1))
    entered("2026-07-15", school.teachers, "seminar", date(2026, 7, 15), campaigns=[study])
    entered("2026-07-16", school.teachers, "seminar", date(2026, 7, 16))
    withdrawn = entered("2026-07-17", school.teachers, "seminar", date(2026, 7, 17), campaigns=[study])
    records.withdraw(withdrawn, by=None, version=1, reason="重复登记")
    life = life_of(school.root, campaign=study)
    assert life.total == {"seminar": KindFigures(activities=1, held=1, on_time=1, expected=3, present=3)}
    assert [row.code for row in life.rows] == [school.teachers.code]


def test_of_a_campaign_only_what_was_held_within_the_ranges(school):
    study = Campaign.objects.create(name="主题教育", started_on=date(2026, 1, 1))
    for branch in (school.teachers, school.musicians):
        entered("2026-07-15", branch, "seminar", date(2026, 7, 15), campaigns=[study])
    life = life_of(school.physics, campaign=study)
    assert [row.code for row in life.rows] == [school.teachers.code]


def test_rows_stand_in_official_order_and_a_committee_has_its_own(school):
    entered("2026-07-15", school.musicians, "theme_day", date(2026, 7, 15))
    entered("2026-07-15", school.physics, "other", date(2026, 7, 15))
    assert [row.name for row in life_of(school.root).rows] == [
        "物理学院党委",
        "物理教师党支部",
        "物理学生党支部",
        "音乐教师党支部",
    ]


def test_totals_are_the_sum_of_rows_and_of_the_records_themselves(school):
    """Random writing, correcting, withdrawing and moving; then everything is counted again one by one."""
    dice = random.Random(20260930)
    study = Campaign.objects.create(name="主题教育", started_on=date(2026, 1, 1))
    leaves = [school.teachers, school.students, school.musicians]
    for number in range(60):
        branch = Branch.objects.get(pk=dice.choice(leaves).pk)
        if number == 30:
            tree.move(branch, school.music, on=date(2026, 8, 15), by=None)
        day = date(2026, 6, 20) + timedelta(days=dice.randrange(110))
        kind = dice.choice(["theme_day", "general_meeting", "seminar", "film"])
        late = day + timedelta(days=dice.choice([0, 3, 7, 8, 20]))
        chosen = [study] if dice.random() < 0.4 else []
        record = entered(late, branch, kind, day, campaigns=chosen)
        if dice.random() < 0.2:
            records.withdraw(record, by=None, version=record.version, reason="重复登记")
    for campaign in (None, study):
        life = life_of(school.root, campaign=campaign)
        assert life.total == add_up(row.kinds for row in life.rows)
        assert counters(life.total) == counted_one_by_one(campaign)


def counters(total):
    names = ("activities", "held", "on_time", "expected", "present", "on_leave", "absent")
    return {
        kind: {name: value for name, value in found._asdict().items() if name in names}
        for kind, found in total.items()
        if found.held
    }


def counted_one_by_one(campaign):
    counted = {}
    for record in Activity.objects.all():
        if record.is_withdrawn or not Q3.contains(record.held_on):
            continue
        if campaign and campaign not in record.campaigns.all():
            continue
        states = [one.state for one in record.attendances.all()]
        row = counted.setdefault(record.kind, dict.fromkeys(counters({"x": KindFigures(held=1)})["x"], 0))
        row["activities"] += 1
        row["held"] += 1
        row["on_time"] += record.is_on_time
        row["expected"] += len(states)
        row["present"] += states.count("present")
        row["on_leave"] += states.count("leave")
        row["absent"] += states.count("absent")
    return counted


@pytest.mark.parametrize("number", [3, 30])
def test_the_number_of_queries_does_not_grow(number, django_assert_num_queries):
    root = cast.found(None, "党委", Branch.Level.PARTY_COMMITTEE, "001")
    study = Campaign.objects.create(name="主题教育", started_on=date(2026, 1, 1))
    for n in range(number):
        branch = cast.found(root, f"第{n}党支部", Branch.Level.BRANCH, f"001{n:03d}")
        cast.a_record(branch, campaigns=[study])
    ranges = covering_ranges([root.path])
    with django_assert_num_queries(11):
        organizational_life(ranges, Q3, AFTER)
    with django_assert_num_queries(3):
        organizational_life(ranges, Q3, AFTER, study)
