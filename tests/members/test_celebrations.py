"""How a political birthday was marked: each way once a year, taken back with a trace, counted without ranks."""

from datetime import date

import pytest

from accounts.models import AuditEntry
from branches.roles import Role
from members import celebrations
from members.birthdays import between
from members.celebrations import CelebrationError, Figures, mark, take_back
from members.models import Celebration, Greeting, Member
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-26 10:00 +0800")]

TODAY = date(2026, 11, 26)


@pytest.fixture
def branch():
    return cast.a_university().teachers


@pytest.fixture
def member(branch):
    return cast.a_member(branch, "林见微", joined=date(2021, 11, 20), full=date(2022, 11, 20))


@pytest.fixture
def secretary(branch):
    return cast.a_user(Role.SECRETARY, branch)


def test_several_ways_of_one_day_with_who_recorded_them(member, secretary):
    mark(member, 2026, ["talk", "card"], on=date(2026, 11, 20), note="支部书记谈心", by=secretary)
    rows = Celebration.objects.values_list("way", "held_on", "note", "recorded_by", "branch")
    expected = (date(2026, 11, 20), "支部书记谈心", secretary.pk, member.branch_id)
    assert sorted(rows) == [("card", *expected), ("talk", *expected)]
    entry = AuditEntry.objects.get(action="birthday.mark")
    assert entry.after["ways"] == ["talk", "card"]
    assert "谈心" not in str(entry.after)


def test_a_way_that_is_on_record_refuses_the_whole(member, secretary):
    mark(member, 2026, ["talk"], on=TODAY, by=secretary)
    with pytest.raises(CelebrationError, match="2026年的“谈心谈话”已经登记过"):
        mark(member, 2026, ["card", "talk"], on=TODAY, by=secretary)
    assert Celebration.objects.count() == 1
    mark(member, 2025, ["talk"], on=date(2025, 11, 21), by=secretary)


def test_the_same_way_twice_in_one_form_is_one(member, secretary):
    mark(member, 2026, ["talk", "talk"], on=TODAY, by=secretary)
    assert Celebration.objects.count() == 1


@pytest.mark.parametrize(
    ("year", "on", "message"),
    [
        (2026, date(2026, 11, 27), "不能晚于今天"),
        (2026, date(2026, 5, 1), "超过半年"),
        (2021, date(2021, 11, 20), "在2021年没有政治生日"),
    ],
)
def test_what_cannot_be(member, secretary, year, on, message):
    with pytest.raises(CelebrationError, match=message):
        mark(member, year, ["talk"], on=on, by=secretary)


def test_without_a_date_there_is_no_birthday(member, secretary):
    Member.objects.update(joined_on=None)
    with pytest.raises(CelebrationError, match="请先核对入党日期"):
        mark(member, 2026, ["talk"], on=TODAY, by=secretary)


def test_a_mistake_is_taken_back_and_leaves_a_trace(member, secretary):
    mark(member, 2026, ["deed"], on=TODAY, note="送书", by=secretary)
    assert take_back(member, 2026, "deed", by=secretary) == "办实事"
    assert not Celebration.objects.exists()
    assert AuditEntry.objects.get(action="birthday.withdraw").before["way"] == "deed"
    with pytest.raises(CelebrationError, match="已经撤回"):
        take_back(member, 2026, "deed", by=secretary)


def test_figures_count_what_is_on_record(branch, member, secretary):
    others = [cast.a_member(branch, f"党员{day}", joined=date(2015, 11, day)) for day in (1, 2)]
    mark(member, 2026, ["talk", "oath"], on=TODAY, by=secretary)
    Greeting.objects.create(
        member=others[0], branch=branch, branch_path=branch.path, year=2026, day=TODAY, title="", text=""
    )
    found = between(date(2026, 11, 1), date(2026, 11, 30))
    done = celebrations.done_about(found)
    assert celebrations.figures(found, done) == Figures(total=3, settled=2, open=1)
    assert [done[one.key].labels for one in found] == [[], [], ["谈心谈话", "重温誓词"]]


def test_what_is_on_record_is_one_query(branch, django_assert_num_queries):
    for day in range(1, 29):
        cast.a_member(branch, joined=date(2015, 11, day))
    found = between(date(2026, 11, 1), date(2026, 11, 30))
    with django_assert_num_queries(1):
        celebrations.done_about(found)
