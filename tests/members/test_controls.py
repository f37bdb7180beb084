"""Whatever refuses a movement names its rule, by code and article, and the earliest day where there is one."""

from datetime import date, timedelta

import pytest

from members import circumstances, departures, suspensions, transfers
from members.controls import CONTROLS, IN_ORDER, RefusedByRule
from members.enrolment import EnrolmentError, NewMember, move
from members.membership_rules import BY_CODE, MovementError
from members.models import Transfer
from members.transfer_checks import Letter
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]
TODAY = date(2026, 11, 22)
TOMORROW = TODAY + timedelta(days=1)
CAME = date(2015, 6, 1)
WORDS = {"by": None, "evidence": "决议"}


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def member(school):
    return cast.a_member(school.teachers, "甲", joined=CAME)


def letter(school, **more):
    facts = {"issued_on": date(2026, 11, 1), "valid_days": 10, "number": "Y-1", **more}
    return transfers.register("乙", "外校", school.teachers, Letter(**facts), on=TODAY, by=None)


def taken_in(school, on, joined=date(2020, 1, 1), id_number="99999919800101001X"):
    person = NewMember("乙", "male", school.teachers, "full", joined, joined, id_number=id_number)
    transfers.take_in(letter(school), person, on=on, by=None)


def gone(member):
    departures.depart(member, "resigned", on=date(2026, 6, 1), **WORDS)


def again(school, member):
    transfers.request(member, "外校", on=TODAY, by=None)
    transfers.request(member, "外校", on=TODAY, by=None)


def away(member, kind="lost", since=date(2026, 10, 1), **more):
    return circumstances.begin(member, kind, since=since, **{**WORDS, **more})


REFUSED = {
    "a departure tomorrow": (lambda s, m: departures.depart(m, "died", on=TOMORROW, **WORDS), "NK-03", None),
    "a departure without evidence": (
        lambda s, m: departures.depart(m, "died", on=TODAY, by=None, evidence=""),
        "NK-05",
        None,
    ),
    "a departure before he came": (
        lambda s, m: departures.depart(m, "died", on=CAME, **WORDS),
        "NK-03",
        date(2015, 6, 2),
    ),
    "an expulsion of somebody gone": (
        lambda s, m: (gone(m), departures.depart(m, "expelled", on=TODAY, **WORDS)),
        "DZ-41",
        None,
    ),
    "a cancelled probation of a full member": (
        lambda s, m: departures.depart(m, "cancelled", on=TODAY, **WORDS),
        "FZ-20",
        None,
    ),
    "leaving by itself since nobody knows when": (
        lambda s, m: departures.depart(m, "by_itself", on=TODAY, **WORDS),
        "JY-18",
        None,
    ),
    "a suspension before he came": (
        lambda s, m: suspensions.suspend(m, "emigrated", on=CAME, **WORDS),
        "NK-03",
        date(2015, 6, 2),
    ),
    "a suspension without evidence": (
        lambda s, m: suspensions.suspend(m, "emigrated", on=TODAY, by=None, evidence=" "),
        "NK-05",
        None,
    ),
    "a restoration of somebody not suspended": (
        lambda s, m: suspensions.restore(m, on=TODAY, **WORDS),
        "JY-12",
        None,
    ),
    "lost twice": (lambda s, m: (away(m), away(m)), "NK-04", None),
    "abroad without a place": (lambda s, m: away(m, "abroad"), "NK-05", None),
    "found before lost": (
        lambda s, m: circumstances.end(away(m), on=date(2026, 9, 30), **WORDS),
        "NK-03",
        date(2026, 10, 1),
    ),
    "two letters at once": (again, "NK-04", None),
    "a transfer of somebody gone": (
        lambda s, m: (gone(m), m.refresh_from_db(), transfers.request(m, "外校", on=TODAY, by=None)),
        "JY-15",
        None,
    ),
    "an offer to his own branch": (
        lambda s, m: transfers.offer(m, s.teachers, on=TODAY, by=None),
        "NK-06",
        None,
    ),
    "an offer to no branch": (lambda s, m: transfers.offer(m, s.physics, on=TODAY, by=None), "JY-13", None),
    "an offer to a branch not founded yet": (
        lambda s, m: transfers.offer(m, s.students, on=date(1999, 12, 31), by=None),
        "JY-13",
        date(2000, 1, 1),
    ),
    "a letter that is good too long": (lambda s, m: letter(s, valid_days=91), "NK-05", None),
    "taken in after the letter": (lambda s, m: taken_in(s, TODAY), "ZT33-2", None),
    "taken in before the letter": (
        lambda s, m: taken_in(s, date(2026, 10, 31)),
        "NK-03",
        date(2026, 11, 1),
    ),
    "taken in before joining": (
        lambda s, m: taken_in(s, date(2026, 11, 5), joined=date(2026, 11, 6)),
        "JY-08",
        date(2026, 11, 6),
    ),
    "taken in without a number": (lambda s, m: taken_in(s, TODAY, id_number=""), "NK-05", None),
    "a move before he came": (
        lambda s, m: move(m, s.students, on=date(2015, 5, 31), by=None),
        "NK-03",
        CAME,
    ),
    "a move of somebody gone": (
        lambda s, m: (gone(m), move(m, s.students, on=TODAY, by=None)),
        "NK-06",
        None,
    ),
    "a move past a letter": (
        lambda s, m: (transfers.request(m, "外校", on=TODAY, by=None), move(m, s.students, by=None)),
        "NK-04",
        None,
    ),
}


@pytest.mark.parametrize(("act", "code", "earliest"), REFUSED.values(), ids=REFUSED.keys())
def test_each_refusal_names_code_article_and_day(school, member, act, code, earliest):
    with pytest.raises((MovementError, EnrolmentError)) as caught:
        act(school, member)
    refusal = caught.value
    assert (refusal.code, refusal.earliest) == (code, earliest)
    assert f"（{refusal.article}，{code}）。" in str(refusal)
    assert (f"最早 {earliest} 可以办理。" in str(refusal)) is (earliest is not None)


def test_what_cannot_be_moved_inside_says_the_same_under_the_name_of_the_transfer(school, member):
    transfer = transfers.offer(member, school.students, on=TODAY, by=None)
    Transfer.objects.filter(pk=transfer.pk).update(issued_on=date(2010, 1, 1))
    with pytest.raises(MovementError) as caught:
        transfers.accept(transfer, on=date(2015, 5, 31), by=None)
    assert (caught.value.code, caught.value.earliest) == ("NK-03", CAME)


def test_controls_say_that_they_are_no_articles_and_share_no_code_with_one():
    assert all(control.article.startswith("本系统内控规则：") for control in CONTROLS)
    codes = [control.code for control in CONTROLS]
    assert codes == [f"NK-{number:02d}" for number in range(1, len(CONTROLS) + 1)]
    assert not set(codes) & set(BY_CODE)


def test_a_refusal_is_one_line_of_sentences():
    said = RefusedByRule("日期不对", IN_ORDER, "请改正。", date(2026, 9, 1))
    rule = "本系统内控规则：各步依次登记，日期按先后，不晚于登记当天，NK-03"
    assert str(said) == f"日期不对（{rule}）。请改正。最早 2026-09-01 可以办理。"
