"""Transfers of 组织关系 in the ledger: told to whoever may take the next step, settled by any answer."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from branches.roles import Role
from members import transfers
from members.transfer_checks import Letter
from reminders import ledger
from reminders.models import Reminder
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-13 10:00 +0800")]

ISSUED, DUE, TODAY = date(2026, 10, 20), date(2026, 11, 20), date(2026, 11, 13)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    """Of the two colleges; a secretary of each branch is told nothing."""
    for branch in (school.teachers, school.musicians):
        cast.a_user(Role.SECRETARY, branch)
    return [cast.a_user(Role.COMMITTEE_STAFF, college) for college in (school.physics, school.music)]


@pytest.fixture
def member(school):
    return cast.a_member(school.teachers, "甲某")


def told(on=TODAY):
    ledger.collect(on)
    rows = Reminder.objects.filter(kind="transfer").order_by("pk")
    return [(row.recipient, row.title, row.due_on, row.state) for row in rows]


def offered(member, school, on=date(2026, 11, 12)):
    return transfers.offer(member, school.musicians, on=on, by=None)


def sent(member, valid_days=90):
    transfer = transfers.request(member, "外校党委", on=ISSUED, by=None)
    transfers.issue(transfer, Letter(ISSUED, valid_days, "001号"), by=None)
    return transfer


def test_what_another_branch_offers_is_told_at_once_to_the_staff_of_the_side_that_takes_in(
    member, school, staff
):
    transfer = offered(member, school)
    assert told() == [(staff[1], "甲某的组织关系转接：接收", date(2026, 12, 12), "open")]
    [row] = Reminder.objects.filter(kind="transfer")
    assert row.detail == "物理教师党支部转往音乐教师党支部，等待接收（组通字〔2015〕33号）"
    assert (row.url, row.branch_path) == (
        reverse("transfer_step", args=[transfer.pk, "accept"]),
        school.musicians.path,
    )
    assert cast.a_browser(staff[1]).get(row.url).status_code == 200
    assert cast.a_browser(staff[0]).get(row.url).status_code == 403


def test_taken_in_it_is_done(member, school, staff):
    transfer = offered(member, school)
    told()
    transfers.accept(transfer, on=TODAY, by=None)
    assert [state for *_, state in told()] == ["done"]


def test_sent_back_it_is_done_and_offered_again_it_is_told_again(member, school, staff):
    transfer = offered(member, school)
    told()
    transfers.refuse(transfer, "材料不全，请补正", on=TODAY, by=None)
    assert [state for *_, state in told()] == ["done"]
    transfers.offer_again(transfer, on=TODAY, by=None)
    assert [(due_on, state) for _, _, due_on, state in told()] == [
        (date(2026, 12, 12), "done"),
        (date(2026, 12, 13), "open"),
    ]


def test_taken_back_it_is_cancelled(member, school, staff):
    transfer = offered(member, school)
    told()
    transfers.withdraw(transfer, "本人不转了", by=None)
    assert [state for *_, state in told()] == ["cancelled"]


def test_a_receipt_is_told_a_week_before_it_is_due(member, staff):
    sent(member)
    assert told(date(2026, 11, 12)) == []
    assert told() == [(staff[0], "甲某的组织关系转接：登记回执", DUE, "open")]


def test_a_letter_from_outside_is_told_a_week_before_it_is_due(school, staff):
    letter = Letter(ISSUED, 90, "外〔2026〕1号")
    transfers.register("乙某", "外校党委", school.teachers, letter, on=ISSUED, by=None)
    assert told() == [(staff[0], "乙某的组织关系转接：接收", DUE, "open")]


def test_a_letter_no_longer_valid_is_issued_anew(member, staff):
    transfer = sent(member, valid_days=20)
    assert told() == [(staff[0], "甲某的组织关系转接：重新开出", date(2026, 11, 10), "open")]
    transfers.reissue(transfer, Letter(TODAY, 90, "002号"), by=None)
    assert [state for *_, state in told()] == ["done"]


def test_half_a_year_after_the_first_it_is_to_be_taken_back(member, staff):
    transfer = sent(member, valid_days=20)
    with time_machine.travel("2027-04-21 10:00 +0800", tick=False):
        ledger.collect(date(2027, 4, 21))
        [row] = Reminder.objects.filter(kind="transfer", state="open")
        assert row.url == reverse("transfer_step", args=[transfer.pk, "withdraw"])
        transfers.withdraw(transfer, "介绍信过期未落转", by=None)
        ledger.collect(date(2027, 4, 21))
    row.refresh_from_db()
    assert row.state == "done"
