"""One's own data as a file: everything about oneself, nothing of anybody else, after the password once more."""

import json
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from accounts import audit
from accounts.models import AuditEntry
from accounts.proof import FIELD
from branches.roles import Role
from members import data_requests
from reminders.models import Reminder
from reports.privacy import own
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def person(school):
    person = cast.a_member(school.teachers, "王五", account=cast.a_user(Role.SECRETARY, school.teachers))
    person.phone = "13800000001"
    person.save()
    other = cast.a_member(school.teachers, "赵六", account=cast.a_user())
    for one in (person, other):
        cast.a_training(one)
        data_requests.ask(one, "correct", "education", f"{one.name}的学历", by=one.account)
    cast.a_record(school.teachers, title="参观校史馆")
    return person


def taken(user, ending="json", **sent):
    browser = cast.a_browser(user)
    answer = browser.post(reverse("own_data_export", args=[ending]), sent)
    return b"".join(answer.streaming_content)


def test_every_table_that_links_to_a_person_is_told_or_withheld_with_a_reason():
    said = {*own.ABOUT, *own.WITHHELD}
    assert not own.ABOUT.keys() & own.WITHHELD.keys()
    missing = [label for label in own.linked() if label not in said]
    assert missing == []


def test_it_holds_what_is_kept_about_oneself_in_clear(person):
    told = json.loads(taken(person.account))
    assert told["党员"][0]["手机号码"] == "13800000001"
    assert [row["说明"] for row in told["个人信息请求"]] == ["王五的学历"]
    assert {"账号", "登录设备", "到会", "培训记录", "组织隶属", "角色授权"} <= told.keys()
    assert len(told["到会"]) == 1
    assert "参观校史馆" in told["到会"][0]["活动记录"] or "主题党日" in told["到会"][0]["活动记录"]


def test_it_names_nobody_else(person):
    assert "赵六" not in taken(person.account).decode()


def test_what_one_did_is_told_and_not_to_whom(school):
    """Who was staff once would take along those whose data he kept, long after he sees them no more."""
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    other = cast.a_member(school.teachers, "赵六")
    change = {"name": "赵六", "note": "体弱"}
    audit.record("member.change", by=staff, on=other, before={"name": "赵柳"}, after=change)
    for kind in ("development", "duty"):
        Reminder.objects.create(
            kind=kind,
            subject=kind,
            due_on=date(2026, 9, 1),
            recipient=staff,
            title=f"{kind} 赵六",
            branch_path="",
        )
    told = json.loads(taken(staff))
    assert [row["操作"] for row in told["审计记录"]] == ["党员：修改"]
    assert [name for name in ("赵柳", "体弱") if name in str(told)] == []
    assert [row["标题"] for row in told["提醒"]] == ["发展党员", "duty 赵六"]


def test_nothing_that_signs_in_is_in_it(person):
    """Whoever finds the file neither goes on in its session nor tries its password."""
    browser = cast.a_browser(person.account)
    file = b"".join(browser.post(reverse("own_data_export", args=["json"])).streaming_content).decode()
    person.account.refresh_from_db()
    assert (browser.session.session_key in file, person.account.password in file) == (False, False)
    assert "登录设备" in file


def test_codes_stand_in_words(person):
    told = json.loads(taken(person.account))
    assert told["党员"][0]["人员类别"] == "正式党员"
    assert [row["对象类型"] for row in told["审计记录"]] == ["个人信息请求"]


def test_as_a_workbook_with_a_sheet_a_table(person):
    book = load_workbook(BytesIO(taken(person.account, "xlsx")))
    assert book.sheetnames == [table.name for table in own.tables(person.account)]
    assert "13800000001" in [str(cell.value) for row in book["党员"] for cell in row]


def test_it_is_audited_with_the_number_of_rows(person):
    rows = sum(len(table) for table in json.loads(taken(person.account)).values())
    assert AuditEntry.objects.get(action="privacy.take").after == {"as": "json", "rows": rows}


def test_it_asks_for_the_password_again(person, settings):
    settings.CONFIRM_SECONDS = -1
    browser = cast.a_browser(person.account)
    asked = browser.post(reverse("own_data_export", args=["json"]))
    assert FIELD in asked.content.decode()
    answer = browser.post(reverse("own_data_export", args=["json"]), {FIELD: cast.PASSWORD})
    assert json.loads(b"".join(answer.streaming_content))["党员"]


def test_whoever_is_no_member_takes_his_account():
    told = json.loads(taken(cast.a_user(Role.AUDITOR)))
    assert "党员" not in told
    assert told["账号"]


def test_another_ending_is_a_404(person):
    answer = cast.a_browser(person.account).post(reverse("own_data_export", args=["pdf"]))
    assert answer.status_code == 404
