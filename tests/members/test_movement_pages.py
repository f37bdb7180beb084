"""The pages of coming and going, as staff on a desk and a secretary on a phone use them."""

from datetime import date
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEntry
from branches import local
from branches.roles import Role
from lib.id_number import check_digit
from lib.sheets.reading import read_workbook
from members import circumstances, departures, overdue, transfers
from members.enrolment import NewMember, enrol, move
from members.local_rules import LETTER_DAYS
from members.models import Departure, Destination, Member, Transfer
from members.transfer_checks import Letter
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]
ID = "99999919800101001" + check_digit("99999919800101001")
TODAY = date(2026, 11, 22)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def member(school):
    return cast.a_member(school.teachers, "甲某")


def staff(school):
    return cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))


def secretary(branch):
    return cast.a_browser(cast.a_user(Role.SECRETARY, branch))


def step(transfer, code):
    return reverse("transfer_step", args=[transfer.pk, code])


def names(page):
    return [row.cells[0] for row, *_ in page.context["rows"]]


def test_a_transfer_inside_from_request_to_arrival(school, member):
    asking, deciding = secretary(school.teachers), staff(school)
    values = {"target": school.musicians.code, "elsewhere": "", "on": "2026-11-20", "note": ""}
    asking.post(reverse("member_transfer", args=[member.pk]), values)
    transfer = Transfer.objects.get()
    assert asking.get(step(transfer, "accept")).status_code == 403
    deciding.post(step(transfer, "accept"), {"on": "2026-11-21", "note": ""})
    secretary(school.musicians).post(step(transfer, "arrive"), {"on": "2026-11-22", "note": ""})
    transfer.refresh_from_db()
    member.refresh_from_db()
    assert (transfer.state, member.branch) == ("arrived", school.musicians)
    page = deciding.get(reverse("transfer_detail", args=[transfer.pk])).text
    assert "提出转接" in page
    assert "登记报到" in page


def test_what_the_verb_refuses_stands_over_the_form_with_article_and_day(school, member):
    browser = staff(school)
    transfer = transfers.request(member, "外校", on=date(2026, 9, 1), by=None)
    transfers.issue(transfer, Letter(date(2026, 9, 1), 30), by=None)
    page = browser.post(step(transfer, "acknowledge"), {"on": "2026-11-20", "note": ""})
    assert page.status_code == 422
    assert "有效期到 2026-10-01 为止" in page.text
    assert "组通字〔2015〕33号" in page.text


def test_somebody_from_outside_is_registered_and_taken_in(school):
    browser = staff(school)
    letter = {"name": "张三", "elsewhere": "中共YY大学委员会", "target": school.teachers.pk, "letter": "Y-1"}
    browser.post(reverse("transfer_register"), {**letter, "issued_on": "2026-11-01", "valid_days": "60"})
    person = {
        "on": "2026-11-20",
        "name": "张三",
        "sex": "male",
        "id_number": ID,
        "status": "full",
        "joined_on": "2019-05-04",
        "full_on": "2020-05-04",
        "phone": "13900001111",
    }
    page = browser.post(step(Transfer.objects.get(), "accept"), {**person, "sex": "female"})
    assert "性别与证件号码不一致" in page.text
    browser.post(step(Transfer.objects.get(), "accept"), person)
    made = Member.objects.get()
    assert (made.branch, made.birth_date, made.id_number) == (school.teachers, date(1980, 1, 1), ID)
    assert ID not in browser.get(reverse("transfer_detail", args=[Transfer.objects.get().pk])).text


def test_a_letter_is_valid_as_long_as_the_university_decided(school, member):
    browser, transfer = staff(school), transfers.request(member, "外校", on=date(2026, 11, 1), by=None)
    assert browser.get(step(transfer, "issue")).context["form"]["valid_days"].value() == 30
    local.decide(local.rule_of(LETTER_DAYS), 60, "校组字〔2025〕3号第六条", by=None)
    assert browser.get(step(transfer, "issue")).context["form"]["valid_days"].value() == 60


def test_somebody_on_a_roster_elsewhere_is_refused_without_saying_where(school):
    enrol(NewMember("李四", "male", school.musicians, "full", date(2019, 1, 1), id_number=ID), by=None)
    transfer = transfers.register(
        "李四", "外校", school.teachers, Letter(date(2026, 11, 1), 60, "1"), on=TODAY, by=None
    )
    browser = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
    person = {"on": "2026-11-20", "name": "李四", "sex": "male", "id_number": ID, "status": "full"}
    dates = {"joined_on": "2019-01-01", "full_on": "2020-01-01"}
    page = browser.post(step(transfer, "accept"), {**person, **dates})
    assert "该人员无法在此新增，请走组织关系转接（教育管理条例第二十五条，JY-13）。" in page.text
    assert "音乐" not in page.text


def test_lists_by_state_with_the_filter_in_the_address(school, member):
    other = cast.a_member(school.students, "乙某")
    late = transfers.request(member, "外校", on=date(2026, 9, 1), by=None)
    transfers.issue(late, Letter(date(2026, 9, 1), 30), by=None)
    transfers.offer(other, school.musicians, on=TODAY, by=None)
    browser, url = staff(school), reverse("transfer_list")
    assert sorted(names(browser.get(url))) == ["乙某", "甲某"]
    assert names(browser.get(url, {"state": "late"})) == ["甲某"]
    assert names(browser.get(url, {"kind": "inside"})) == ["乙某"]
    assert names(browser.get(url, {"branch": school.teachers.pk})) == ["甲某"]
    assert names(secretary(school.students).get(url)) == ["乙某"]


def test_each_list_is_a_workbook_too(school, member):
    transfers.request(member, "外校", on=TODAY, by=None)
    departures.depart(cast.a_member(school.musicians, "丙某"), "died", on=TODAY, by=None, evidence="死亡证明")
    move(cast.a_member(school.teachers, "丁某"), school.students, on=date(2026, 8, 1), by=None)
    circumstances.begin(
        cast.a_member(school.students, "戊某"), "lost", since=date(2026, 5, 1), by=None, evidence="查找"
    )
    browser = staff(school)
    found = {}
    for which in ("transfers", "away", "departures", "corrections", "destinations"):
        answer = browser.post(reverse("movement_export", args=[which]))
        sheet = read_workbook(BytesIO(b"".join(answer.streaming_content)))[0]
        found[which] = [row[0] for row in sheet.rows[3:] if row and row[0]]
    assert found == {
        "transfers": ["甲某"],
        "away": ["戊某"],
        "departures": ["丙某"],
        "corrections": ["丁某"],
        "destinations": [],
    }
    assert AuditEntry.objects.filter(action="movement.export").count() == 5


def test_an_unknown_list_and_a_branch_out_of_scope_are_not_found(school):
    browser = secretary(school.teachers)
    assert browser.post(reverse("movement_export", args=["nothing"])).status_code == 404
    foreign = {"branch": school.musicians.pk}
    assert browser.post(reverse("movement_export", args=["transfers"]), foreign).status_code == 404


def test_lost_suspended_restored_on_the_person_s_pages(school, member):
    browser = staff(school)

    def enter(verb, **values):
        return browser.post(reverse("member_movement", args=[member.pk, verb]), values)

    away = {"kind": "lost", "since": "2026-06-01", "evidence": "多方查找未果"}
    assert enter("away", **away).status_code == 302
    early = enter("suspend", ground="lost", on="2026-11-20", evidence="支部大会决议")
    assert "最早 2026-12-01 可以办理" in early.text
    with time_machine.travel("2026-12-02 12:00 +0800", tick=False):
        browser = staff(school)
        enter("suspend", ground="lost", on="2026-12-01", evidence="支部大会决议")
        member.refresh_from_db()
        assert member.status == "suspended"
        enter("restore", on="2026-12-02", evidence="党委批复")
    member.refresh_from_db()
    assert (member.status, member.lost_on) == ("full", None)


def test_a_departure_and_its_annulment(school, member):
    browser = staff(school)
    url = reverse("member_movement", args=[member.pk, "depart"])
    browser.post(url, {"kind": "died", "on": "2026-08-01", "evidence": "死亡证明"})
    assert names(browser.get(reverse("departure_list"), {"kind": "died", "year": "2026"})) == ["甲某"]
    browser.post(reverse("departure_annul", args=[Departure.objects.get().pk]), {"reason": "同名误登"})
    member.refresh_from_db()
    assert member.status == "full"
    assert len(names(browser.get(reverse("correction_list")))) == 2


def test_the_secretary_notes_a_contact_from_the_list_of_what_is_due(school, member):
    row = circumstances.begin(
        member, "abroad", since=date(2026, 1, 1), by=None, evidence="留学", place="海外"
    )
    browser = secretary(school.teachers)
    page = browser.get(reverse("away_list"), {"state": "late"})
    assert "教育管理条例第三十四条（JY-21）" in page.text
    assert "2026-07-01" in page.text
    browser.post(reverse("circumstance_contact", args=[row.pk]), {"on": "2026-11-22", "note": "微信联系"})
    assert names(browser.get(reverse("away_list"), {"state": "late"})) == []


#: List → its queries, however many rows.
QUERIES = {
    "transfer_list": 6,
    "away_list": 7,
    "departure_list": 6,
    "correction_list": 6,
    "destination_list": 7,
}


@pytest.mark.parametrize("rows", [1, 50])
def test_queries(school, rows, django_assert_num_queries):
    for number in range(rows):
        member = cast.a_member(school.teachers)
        transfers.request(member, f"外校{number}", on=TODAY, by=None)
        circumstances.begin(member, "lost", since=date(2026, 5, 1), by=None, evidence="查找")
        gone = cast.a_member(school.teachers)
        departures.depart(gone, "died", on=date(2026, 8, 1), by=None, evidence="死亡证明")
        facts = {"branch": school.teachers, "branch_path": school.teachers.path, "kind": "study"}
        dates = {"graduates_on": TODAY, "recorded_on": TODAY}
        Destination.objects.create(member=member, name=member.name, **facts, **dates)
    browser = staff(school)
    for name, queries in QUERIES.items():
        browser.get(reverse(name))
        with django_assert_num_queries(queries):
            browser.get(reverse(name))


def test_the_branch_page_says_what_waits_and_opens_its_lists(school, member):
    transfers.offer(member, school.students, on=TODAY, by=None)
    other = cast.a_member(school.teachers, "乙某")
    circumstances.begin(other, "lost", since=date(2026, 5, 1), by=None, evidence="查找")
    url, browser = reverse("branch_page", args=[school.teachers.pk]), secretary(school.teachers)
    page = browser.get(url)
    assert page.context["movement"] == overdue.Waiting(transfers=1, late=1, coming=1)
    facts = {"branch": school.teachers.pk}
    assert names(browser.get(reverse("transfer_list"), {"state": "open", **facts})) == ["甲某"]
    assert names(browser.get(reverse("away_list"), {"state": "late", **facts})) == ["乙某"]
    recorder = cast.a_browser(cast.a_user(Role.RECORDER, school.teachers))
    assert "movement" not in recorder.get(url).context


def test_the_person_s_page_leads_to_the_transfer_under_way(school, member):
    url, browser = reverse("member_detail", args=[member.pk]), secretary(school.teachers)
    assert reverse("member_transfer", args=[member.pk]) in browser.get(url).text
    transfer = transfers.offer(member, school.students, on=TODAY, by=None)
    text = browser.get(url).text
    assert "转接待接收" in text
    assert reverse("transfer_detail", args=[transfer.pk]) in text


def test_who_has_no_business_here_is_refused(school, member):
    for role, place in ((Role.LEADER, school.root), (Role.RECORDER, school.teachers), (Role.AUDITOR, None)):
        browser = cast.a_browser(cast.a_user(role, place))
        assert browser.get(reverse("transfer_list")).status_code == 403
    leader = cast.a_browser(cast.a_user(Role.LEADER, school.root))
    assert leader.get(reverse("destination_list")).status_code == 200
