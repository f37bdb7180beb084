"""T38: whatever raised it, an outage is a page with what to do; a mistake of ours stays what it was."""

import errno

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, ProgrammingError
from django.test import Client
from redis.exceptions import ConnectionError as NoQueue

from lib.outages import Overdue
from tests import cast

pytestmark = pytest.mark.django_db

UNSURE = "可能已经保存，也可能没有"
NO_ROOM = "服务器磁盘已满，需要腾出空间"


@pytest.fixture
def browser():
    return cast.a_browser(cast.a_user(), raise_request_exception=False)


@pytest.fixture
def raising(monkeypatch):
    """Lets the page of one's own password raise what is given."""

    def let(fault):
        def fail(*args, **kwargs):
            raise fault

        monkeypatch.setattr("accounts.views.NewPasswordForm", fail)

    return let


def heading(answer):
    return answer.text.partition("<h1>")[2].partition("</h1>")[0]


@pytest.mark.parametrize(
    ("fault", "status", "opened", "sent"),
    [
        (OperationalError("gone"), 503, "暂时打不开这一页", "暂时连不上数据库，不能确定是否已保存"),
        (NoQueue("refused"), 503, "暂时打不开这一页", "暂时连不上数据库，不能确定是否已保存"),
        (Overdue(), 503, "系统正忙，这一页没有算完", "系统正忙，不能确定是否已保存"),
        (
            OSError(errno.ENOSPC, "No space left"),
            507,
            "服务器磁盘已满，打不开这一页",
            "服务器磁盘已满，没有完成刚才的操作",
        ),
    ],
)
def test_an_outage(browser, raising, fault, status, opened, sent):
    raising(fault)
    told = [browser.get("/password/?next=/me/"), browser.post("/password/", {"x": "1"})]
    assert [(answer.status_code, heading(answer)) for answer in told] == [(status, opened), (status, sent)]
    assert [answer["Retry-After"] for answer in told] == ["10", "10"]
    assert {answer["Cache-Control"] for answer in told} == {"no-store, private"}
    assert 'href="/password/?next=/me/"' in told[0].text


def test_what_was_sent_is_unsure_and_room_is_asked_for(browser, raising):
    raising(OperationalError("gone"))
    assert UNSURE in browser.post("/password/").text
    raising(OSError(errno.ENOSPC, "No space left"))
    assert NO_ROOM in browser.post("/password/").text


@pytest.mark.parametrize("fault", [ProgrammingError("no such column"), ValueError("a mistake")])
def test_a_mistake_of_ours_stays_one(browser, raising, fault):
    raising(fault)
    answer = browser.get("/password/")
    assert (answer.status_code, heading(answer)) == (500, "系统出错，没有完成刚才的操作")


def test_the_session_itself_may_be_out_of_reach(browser, monkeypatch):
    """Before any page is asked; the answer asks the database nothing more."""
    asked = []

    def gone(self):
        asked.append(1)
        raise OperationalError("gone")

    monkeypatch.setattr(SessionStore, "_get_session_from_db", gone)
    answer = browser.get("/me/")
    assert (answer.status_code, heading(answer), len(asked)) == (503, "暂时打不开这一页", 1)


def test_nobody_signed_in_is_told_the_same(monkeypatch):
    monkeypatch.setattr("accounts.views.keeping.in_use", _gone)
    answer = Client(raise_request_exception=False).get("/login/")
    assert (answer.status_code, heading(answer)) == (503, "暂时打不开这一页")


def _gone():
    raise OperationalError("gone")
