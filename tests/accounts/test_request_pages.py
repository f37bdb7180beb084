"""A request that cannot be taken is answered with a page: what happened, that nothing was kept, what to do."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import OperationalError
from django.test import Client

from branches.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    return cast.a_browser(cast.a_user(Role.SECRETARY, cast.a_university().teachers))


def told(answer):
    return answer.status_code, answer.text.partition("<h1>")[2].partition("</h1>")[0]


@pytest.mark.parametrize(
    ("method", "address", "allowed", "heading"),
    [
        ("get", "/members/export/", "POST", "这个地址不能直接打开"),
        ("post", "/members/", "GET, HEAD", "这个地址不接受这样的提交"),
    ],
)
def test_what_an_address_does_not_take(browser, method, address, allowed, heading):
    answer = getattr(browser, method)(address)
    assert told(answer) == (405, heading)
    assert (answer["Allow"], answer["Cache-Control"]) == (allowed, "no-store, private")
    assert "请回到原来的页面，从页面上的按钮操作。" in answer.text


def test_a_voter_is_told_it_unnamed():
    assert told(Client().post("/ballots/done/")) == (405, "这个地址不接受这样的提交")


def test_another_host_needs_neither_database_nor_session(browser, monkeypatch):
    def gone(*args, **kwargs):
        raise OperationalError("gone")

    monkeypatch.setattr(SessionStore, "load", gone)
    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", gone)
    answer = browser.get("/members/", headers={"Host": "elsewhere.example"})
    assert told(answer) == (400, "不能用这个网址打开支部簿")
    assert "请用学校公布的网址打开" in answer.text


def test_too_much_at_once(browser, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = browser.post("/members/export/", {"q": "长" * 100})
    assert told(answer) == (400, "一次提交的内容太多，没有保存")
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    answer = browser.post("/members/export/", {"a": "1", "b": "2", "c": "3"})
    assert told(answer) == (400, "一次提交的内容太多，没有保存")


def test_a_body_that_is_no_form(browser):
    kind = "multipart/form-data"
    answer = browser.generic("POST", "/members/export/", b"x", content_type=kind)
    assert told(answer) == (400, "提交的内容认不出，没有执行")


@pytest.mark.parametrize("fault", [SuspiciousOperation("x"), BadRequest("x")])
def test_what_a_page_finds_wrong_with_it(browser, monkeypatch, fault):
    def fail(*args, **kwargs):
        raise fault

    monkeypatch.setattr("members.views.roster.RosterFilter", fail)
    answer = browser.get("/members/")
    assert told(answer) == (400, "提交的内容认不出，没有执行")
    assert "没有保存任何内容" in answer.text
