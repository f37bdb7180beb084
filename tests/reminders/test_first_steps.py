"""The first steps of a new installation: what is done shows as done, and the administrator does his part."""

import pytest
from django.core import mail
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEntry, SignOn
from branches import local
from branches.models import Branch
from branches.roles import Role
from jobs.backups import making, rehearsing
from reminders import first_steps
from reports.demo.load import LOADED, is_demo
from tests import cast

PAGE, SCHOOL, MAIL = reverse("first_steps"), reverse("school_found"), reverse("mail_tested")
COMMITTEE = {"name": "中共YY大学委员会", "short_name": "YY大学党委", "code": "001"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return cast.a_browser(cast.a_user(Role.SYSTEM_ADMIN))


def done():
    return [step.name for step in first_steps.steps() if step.is_done]


def test_an_empty_installation_begins_with_the_committee(browser):
    assert done() == []
    assert browser.post(SCHOOL, COMMITTEE)["Location"] == PAGE
    root = Branch.objects.get()
    assert (root.name, root.short_name, root.code, root.level, root.parent) == (
        *COMMITTEE.values(),
        Branch.Level.PARTY_COMMITTEE,
        None,
    )
    assert AuditEntry.objects.get(action="branch.found").after == {"name": root.name, "code": "001"}
    page = browser.get(PAGE).content.decode()
    assert ("已完成 1 / 10 项" in page, "建立学校党委" in page) == (True, False)


def test_there_is_only_one_and_a_form_half_filled_comes_back(browser):
    page = browser.post(SCHOOL, {**COMMITTEE, "name": ""}).content.decode()
    assert ("请填写党委全称" in page, Branch.objects.count()) == (True, 0)
    browser.post(SCHOOL, COMMITTEE)
    assert "已有党组织" in browser.post(SCHOOL, {**COMMITTEE, "code": "002"}).content.decode()
    assert Branch.objects.count() == 1


def test_each_step_is_done_when_what_it_is_for_is_there(settings):
    school = cast.a_university()
    assert done() == ["school", "organization"]
    cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    local.decide(local.rule_of("records-kept-since"), "2026-09-01", "校党〔2026〕1 号", by=None)
    assert done() == ["school", "staff", "organization", "kept_since"]
    rule = local.rule_of("study-minutes")
    local.decide(rule, rule.default, "校党〔2026〕1 号", by=None)
    audit.record(making.MADE, by=None)
    audit.record(rehearsing.REHEARSED, by=None)
    assert done() == ["school", "staff", "organization", "rules", "kept_since", "backup", "rehearsal"]
    SignOn.objects.create(server="https://cas.example.edu.cn/cas", is_on=True)
    settings.TRIAL = False
    assert done() == [
        *(
            "production",
            "school",
            "staff",
            "organization",
            "rules",
            "kept_since",
            "sign_on",
            "backup",
            "rehearsal",
        )
    ]


def test_what_the_demo_fills_is_not_for_real_use(settings, browser):
    settings.TRIAL = False
    assert done() == ["production"]
    audit.record(LOADED, by=None)
    assert (done(), is_demo()) == ([], True)
    assert "演示数据不能删除" in browser.get(PAGE).content.decode()


def test_each_link_leads_where_the_step_is_done(browser):
    linked = {step.name: step.url for step in first_steps.steps() if step.url}
    assert list(linked) == ["staff", "mail", "sign_on"]
    assert [browser.get(address).status_code for address in linked.values()] == [200] * 3
    page = browser.get(PAGE).content.decode()
    assert [address for address in linked.values() if f'href="{address}"' not in page] == []


def test_a_test_mail_goes_out_and_the_trail_knows_no_address(browser, settings):
    settings.MAIL_IS_ON = True
    assert browser.post(MAIL, {"email": "it@example.edu.cn"})["Location"] == PAGE
    assert [(sent.subject, sent.to) for sent in mail.outbox] == [("支部簿测试邮件", ["it@example.edu.cn"])]
    assert "it@example.edu.cn" not in str(AuditEntry.objects.get(action=first_steps.TESTED).after)
    assert done() == ["mail"]


def test_why_a_mail_could_not_be_sent_is_said(browser):
    page = browser.post(MAIL, {"email": "it@example.edu.cn"}).content.decode()
    assert "没有设置邮件服务器（EMAIL_URL）" in page
    assert "请填写收件的邮箱" in browser.post(MAIL, {"email": ""}).content.decode()
    assert done() == []


def test_the_page_costs_the_same_whatever_is_there(browser, django_assert_num_queries):
    browser.get(PAGE)
    with django_assert_num_queries(12):
        browser.get(PAGE)
    cast.a_university()
    with django_assert_num_queries(12):
        browser.get(PAGE)
