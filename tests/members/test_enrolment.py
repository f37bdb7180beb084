"""Enrolling, changing and moving people."""

from datetime import date
from threading import Thread

import pytest
import time_machine
from django.db import connection

from accounts.models import AuditEntry
from branches import tree
from members import numbers
from members.enrolment import EnrolmentError, NewMember, change, enrol, enrol_all, move
from members.models import Member, MembershipSpell, StatusPeriod
from members.rosters import RosterRow, roster
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]
ID, OTHER_ID = "99999919800101001X", "999999198001010036"
PHONE = "13900001111"


@pytest.fixture
def school():
    return cast.a_university()


def somebody(branch, name="张三", **more):
    facts = {"joined_on": date(2015, 6, 1), "full_on": date(2016, 6, 1), **more}
    return NewMember(name=name, sex="male", branch=branch, status=facts.pop("status", "full"), **facts)


def statuses(member):
    return list(
        StatusPeriod.objects.filter(member=member).order_by("since").values_list("status", "since", "until")
    )


def spells(member):
    return list(
        MembershipSpell.objects.filter(member=member)
        .order_by("since")
        .values_list("branch", "since", "until")
    )


def test_an_enrolled_person_stands_on_the_roster_of_any_date_since_joining(school):
    member = enrol(somebody(school.teachers, id_number=ID, phone=PHONE), by=None)
    row = RosterRow("M000001", "张三", "001001001", "full", date(2015, 6, 1), date(2016, 6, 1))
    everywhere = ((school.root.path, tree.next_sibling(school.root.path)),)
    assert roster(date(2026, 1, 1), everywhere) == [row]
    assert [r.status for r in roster(date(2015, 6, 1), everywhere)] == ["probationary"]
    assert roster(date(2015, 5, 31), everywhere) == []
    assert (member.id_number, member.phone, member.name_initials) == (ID, PHONE, "zs")
    assert MembershipSpell.objects.get().is_assumed


def test_nothing_sensitive_stands_in_plain_text(school):
    member = enrol(somebody(school.teachers, id_number=ID, phone=PHONE, address="XX省XX市海湖路7号"), by=None)
    change(member, {"id_number": OTHER_ID, "phone": "13900002222"}, by=None)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            text = repr(cursor.fetchall())
            for secret in (ID, OTHER_ID, PHONE, "13900002222", "海湖路7号"):
                assert secret not in text, table


def test_numbers_go_on_from_the_highest_in_use(school):
    Member.objects.create(
        number="M000041", name="旧", branch=school.teachers, branch_path=school.teachers.path, sex="male"
    )
    assert [m.number for m in enrol_all([somebody(school.teachers), somebody(school.students)], by=None)] == [
        "M000042",
        "M000043",
    ]


@pytest.mark.django_db(transaction=True)
def test_two_who_take_numbers_at_once_get_different_ones():
    taken = []

    def take():
        taken.extend(numbers.allocate(50))
        connection.close()

    threads = [Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(taken)) == 200


def test_one_identity_is_one_person(school):
    enrol(somebody(school.teachers, id_number=ID), by=None)
    with pytest.raises(EnrolmentError, match="另一名党员"):
        enrol_all(
            [somebody(school.students, "李四"), somebody(school.students, "王五", id_number=ID.lower())],
            by=None,
        )
    assert Member.objects.count() == 1
    assert AuditEntry.objects.filter(action="member.enrol").count() == 1


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"name": " "}, "没有填写姓名"),
        ({"full_on": date(2014, 1, 1)}, "不能早于"),
    ],
)
def test_what_cannot_be_is_refused(school, facts, sentence):
    with pytest.raises(EnrolmentError, match=sentence):
        enrol(somebody(school.teachers, **facts), by=None)


def test_only_an_open_branch_takes_people(school):
    with pytest.raises(EnrolmentError, match="不是党支部"):
        enrol(somebody(school.physics), by=None)
    tree.dissolve(school.students, date(2026, 6, 30), by=None)
    school.students.refresh_from_db()
    with pytest.raises(EnrolmentError, match="已撤销"):
        enrol(somebody(school.students), by=None)


def test_full_membership_moves_the_periods(school):
    member = enrol(
        somebody(school.students, joined_on=date(2025, 10, 1), full_on=None, status="probationary"), by=None
    )
    change(member, {"status": "full", "full_on": date(2026, 10, 1)}, by=None)
    assert statuses(member) == [
        ("probationary", date(2025, 10, 1), date(2026, 9, 30)),
        ("full", date(2026, 10, 1), None),
    ]


def test_a_suspension_begins_today_and_is_kept_when_it_ends(school):
    member = enrol(somebody(school.students), by=None)
    change(member, {"status": "suspended"}, by=None)
    assert statuses(member)[-1] == ("suspended", date(2026, 11, 22), None)
    with time_machine.travel("2027-03-01 12:00 +0800"):
        change(member, {"status": "full"}, by=None)
    assert statuses(member)[1:] == [
        ("full", date(2016, 6, 1), date(2026, 11, 21)),
        ("suspended", date(2026, 11, 22), date(2027, 2, 28)),
        ("full", date(2027, 3, 1), None),
    ]


def test_a_change_is_in_the_history_and_in_the_trail_with_hashes(school):
    staff = cast.a_user()
    member = enrol(somebody(school.teachers, phone=PHONE), by=staff)
    change(member, {"name": "张三丰", "phone": "13900002222"}, by=staff)
    entry = AuditEntry.objects.get(action="member.change")
    assert (entry.before["name"], entry.after["name"], entry.actor) == ("张三", "张三丰", staff)
    assert (entry.before["phone"][0], entry.after["phone"][0]) == ("#", "#")
    assert entry.before["phone"] != entry.after["phone"]
    assert list(Member.history.values_list("name", "history_type", "history_user")) == [
        ("张三丰", "~", staff.pk),
        ("张三", "+", staff.pk),
    ]
    assert Member.objects.get().name_initials == "zsf"


def test_a_move_ends_the_spell_the_day_before_and_the_seat_in_the_group(school):
    member = enrol(somebody(school.teachers, transferred_in_on=date(2020, 9, 1)), by=None)
    group = cast.a_group(school.teachers, member)
    move(member, school.students, on=date(2026, 10, 1), by=None)
    assert spells(member) == [
        (school.teachers.pk, date(2020, 9, 1), date(2026, 9, 30)),
        (school.students.pk, date(2026, 10, 1), None),
    ]
    assert list(group.seats.values_list("until", flat=True)) == [date(2026, 9, 30)]
    member.refresh_from_db()
    assert member.branch_path == school.students.path


def test_moving_back_on_the_same_day_leaves_one_spell(school):
    member = enrol(somebody(school.teachers, transferred_in_on=date(2026, 10, 1)), by=None)
    move(member, school.students, on=date(2026, 10, 1), by=None)
    assert spells(member) == [(school.students.pk, date(2026, 10, 1), None)]
