"""What is otherwise since a quarter was locked, told row by row with what it comes from; and the notice of it."""

import json
from datetime import date

import pytest
import time_machine

from accounts import audit
from activities import records
from branches import local
from members import departures
from members.models import Member
from reports.closing import adjustments, corrections, notices, periods, tables
from reports.figures.catalogue import STATISTICS
from reports.management.asking import asked_of
from reports.models import ClosedTable
from tests import cast
from tests.reports.locking import LATER, THIRD, compared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october", "own_folder")]


def told(found, statistic, label):
    """The changes of one row as a page tells them."""
    [row] = [row for one in found if one.name == statistic for row in one.rows if row.label == label]
    return {
        each.heading.rpartition("：")[2]: (each.locked, each.now, each.difference) for each in row.changes
    }


def causes(found, statistic, label):
    [row] = [row for one in found if one.name == statistic for row in one.rows if row.label == label]
    return [(one.what, one.label) for one in row.causes]


@pytest.mark.parametrize(
    ("locked", "now", "difference"),
    [
        (1200, 140, "−1,060"),
        (None, 3, "+3"),
        ([137, 150], [136, 150], "−0.6 个百分点"),
        ([0, 0], [9, 10], "+90.0 个百分点"),
        ([3, 4], [9, 10], ""),
    ],
)
def test_a_difference_is_between_what_is_shown(locked, now, difference):
    assert adjustments.difference_of(locked, now) == difference


class TestAdjustments:
    def test_nothing_is_otherwise_at_first(self, closed, school):
        assert compared(closed, school.root) == []

    def test_a_record_withdrawn_afterwards(self, closed, school, theme_day):
        with time_machine.travel(LATER, tick=False):
            records.withdraw(theme_day, by=None, version=1, reason="重复登记")
            found = compared(closed, school.root)
        assert [one.name for one in found] == ["life", "life_by_kind", "life_by_month"]
        assert told(found, "life", "物理学院党委")["举行"] == ("6", "5", "−1")
        assert told(found, "life_by_kind", "主题党日")["举行"] == ("4", "3", "−1")
        assert told(found, "life_by_month", "2026年7月")["举行"] == ("4", "3", "−1")
        cause = ("撤回记录（重复登记）", "2026-07-15 主题党日“主题党日”")
        for statistic, label in (("life", "物理学院党委"), ("life_by_kind", "主题党日"), ("life", "合计")):
            assert causes(found, statistic, label) == [cause]

    def test_of_a_college_by_branch(self, closed, school, theme_day):
        with time_machine.travel(LATER, tick=False):
            records.withdraw(theme_day, by=None, version=1, reason="重复登记")
            found = compared(closed, school.physics)
        assert told(found, "life", "物理教师党支部")["举行"] == ("3", "2", "−1")
        assert compared(closed, school.music) == []

    def test_a_record_entered_afterwards(self, closed, school):
        with time_machine.travel(LATER, tick=False):
            cast.a_record(school.musicians, "theme_day", date(2026, 9, 12))
            found = compared(closed, school.root)
        assert told(found, "life", "音乐学院党总支")["举行"] == ("2", "3", "+1")
        assert causes(found, "life", "音乐学院党总支") == [("补记", "2026-09-12 主题党日“主题党日”")]

    def test_of_a_row_that_is_new_a_share_of_nothing_is_no_change(self, closed, school):
        with time_machine.travel(LATER, tick=False):
            cast.a_record(school.root, "first_agenda", date(2026, 9, 12))
            found = compared(closed, school.root)
        assert told(found, "life", "党委") == {"举行": ("0", "1", "+1"), "按时率": ("—", "0/1", "")}

    def test_what_was_done_elsewhere_is_no_cause(self, closed, school, theme_day, staff):
        whole = asked_of("2026Q3", None)
        here, elsewhere = (tables.asked_of(whole, one).ranges for one in (school.physics, school.music))
        with time_machine.travel(LATER, tick=False):
            records.withdraw(theme_day, by=None, version=1, reason="重复登记")
            audit.record("branch.change", by=staff, on=school.teachers)
        for ranges, number in ((here, 1), (elsewhere, 0)):
            assert len(corrections.made(THIRD, closed.closed_at, ranges, None)) == number
            assert len(corrections.deeds(["党组织"], closed.closed_at, ranges, None)["党组织"]) == number

    def test_a_record_of_another_quarter_is_no_cause(self, closed, school):
        with time_machine.travel(LATER, tick=False):
            cast.a_record(school.musicians, "theme_day", date(2026, 10, 2))
            assert corrections.made(THIRD, closed.closed_at, asked_of("2026Q3", None).ranges, None) == []

    def test_the_roster_of_its_days_corrected(self, closed, school):
        member = Member.objects.filter(branch=school.musicians).first()
        with time_machine.travel(LATER, tick=False):
            departures.depart(member, "died", on=date(2026, 9, 20), by=None, evidence="死亡证明")
            found = compared(closed, school.root)
        assert told(found, "members", "音乐学院党总支")["党员"] == ("6", "5", "−1")
        [(what, label)] = causes(found, "members", "音乐学院党总支")
        assert (what[:4], label.partition("，")[0]) == ("名册更正", member.name)

    def test_what_no_correction_tells(self, closed, school):
        """Somebody wrote into the database: there is a difference and no cause."""
        Member.objects.filter(branch=school.musicians).update(sex="female")
        with time_machine.travel(LATER, tick=False):
            [row, _total] = compared(closed, school.root)[0].rows
        assert (row.label, row.causes, row.perhaps) == ("音乐学院党总支", (), ())

    def test_what_was_done_there_is_told_where_nothing_is_certain(self, closed, school, staff):
        member = Member.objects.filter(branch=school.musicians).first()
        with time_machine.travel(LATER, tick=False):
            Member.objects.filter(pk=member.pk).update(sex="female")
            audit.record("member.change", by=staff, on=member)
            [row, *_] = compared(closed, school.root)[0].rows
        assert (row.causes, [(one.by, one.what) for one in row.perhaps]) == ((), [("何以宁", "党员：修改")])

    def test_a_local_rule_may_move_every_row(self, closed, school, staff):
        """What is locked stays; the day from which records are kept has no day and no place of its own."""
        kept = list(closed.tables.order_by("pk").values_list("sha256", flat=True))
        with time_machine.travel(LATER, tick=False):
            local.decide(local.rule_of("records-kept-since"), "2026-09-01", "校党字〔2026〕1号", by=staff)
            found = compared(closed, school.root)
            [row] = [row for row in compared(closed, school.music)[0].rows if row.label == "合计"]
        locked, now, _ = told(found, "life", "合计")["应开"]
        assert int(locked) > int(now)
        [life] = [one for one in found if one.name == "life"]
        assert {tuple(one.what for one in each.perhaps) for each in (*life.rows, row)} == {
            ("校内规定：决定",)
        }
        assert list(closed.tables.order_by("pk").values_list("sha256", flat=True)) == kept

    def test_a_figure_that_means_something_else_now(self, closed, school):
        table = closed.tables.get(branch=school.root, statistic="members")
        kept = json.loads(table.body)
        kept["columns"][0]["version"] = 0
        kept["columns"][1]["definition"] = "从前的口径"
        kept["columns"][2]["code"] = "gone"
        assert list(adjustments.redefined(kept).values()) == [
            "口径已更新（锁定时第0版，现第1版）",
            "口径已更新（文字有改动）",
            "现已不再统计",
        ]

    def test_a_difference_that_comes_with_a_new_meaning(self, closed, school):
        table = closed.tables.get(branch=school.music, statistic="members")
        kept = json.loads(table.body)
        kept["columns"][0]["version"] = 0
        kept["total"]["cells"][0] += 1
        ClosedTable.objects.filter(pk=table.pk).update(body=tables.canonical(kept))
        [one] = compared(closed, school.music)
        assert one.redefined == ("党员：口径已更新（锁定时第0版，现第1版）",)
        assert [(row.label, row.is_redefined) for row in one.rows][-1][1] is True

    def test_the_rows_of_one_branch_only(self, closed, school, theme_day):
        with time_machine.travel(LATER, tick=False):
            records.withdraw(theme_day, by=None, version=1, reason="重复登记")
            mine = compared(closed, school.physics, only=frozenset({school.teachers.code}))
            others = compared(closed, school.physics, only=frozenset({school.students.code}))
        assert [[row.label for row in one.rows] for one in mine] == [["物理教师党支部"]]
        assert others == []


class TestNotice:
    def test_it_counts_what_was_corrected_within_reach(self, closed, school, theme_day):
        whole = asked_of("2026Q3", None)
        with time_machine.travel(LATER, tick=False):
            records.withdraw(theme_day, by=None, version=1, reason="重复登记")
            assert notices.of(whole, STATISTICS["life"]).corrections == 1
            assert notices.of(tables.asked_of(whole, school.music), STATISTICS["life"]).corrections == 0

    def test_none_of_a_period_that_is_open(self, closed, staff):
        assert notices.of(asked_of("2026Q2", None), STATISTICS["life"]) is None
        periods.reopen(closed, "要重新统计", by=staff)
        assert notices.of(asked_of("2026Q3", None), STATISTICS["life"]) is None
