"""隐私告知: read before the first page, once for each wording, with a trace."""

import pytest
from django.urls import reverse

from accounts import notice
from accounts.models import AuditEntry, NoticeRead
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked(settings):
    settings.PRIVACY_NOTICE = True


@pytest.fixture
def user():
    return cast.a_user()


def test_it_stands_before_the_first_page_and_no_more_once_it_was_read(user):
    browser = cast.a_browser(user)
    assert browser.get(reverse("me"))["Location"] == reverse("privacy_notice")
    assert browser.post(reverse("privacy_notice")).status_code == 302
    assert browser.get(reverse("me")).status_code == 200
    assert cast.a_browser(user).get(reverse("me")).status_code == 200
    assert NoticeRead.objects.get().wording == notice.VERSION
    assert AuditEntry.objects.get(action="privacy.acknowledge").after == {"version": notice.VERSION}


def test_a_new_wording_is_read_anew(user, monkeypatch):
    browser = cast.a_browser(user)
    browser.post(reverse("privacy_notice"))
    monkeypatch.setattr(notice, "VERSION", notice.VERSION + 1)
    assert browser.get(reverse("me"))["Location"] == reverse("privacy_notice")


def test_a_fragment_sends_the_whole_page_there(user):
    answer = cast.a_browser(user).get(reverse("me"), headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == reverse("privacy_notice")


def test_acknowledging_twice_leaves_one_trace(user):
    notice.acknowledge(user)
    notice.acknowledge(user)
    assert AuditEntry.objects.filter(action="privacy.acknowledge").count() == 1


def test_one_may_sign_out_without_reading_it(user):
    assert cast.a_browser(user).post(reverse("logout"))["Location"] == reverse("login")


def test_it_is_there_for_whoever_has_not_signed_in():
    school = cast.a_university()
    page = cast.a_browser().get(reverse("privacy_notice")).content.decode()
    assert f"{school.root.name}。联系：学校党委组织部" in page
    assert "已阅读" not in page


def test_the_session_remembers_that_it_was_read(user):
    browser = cast.a_browser(user)
    notice.acknowledge(user)
    browser.get(reverse("privacy_notice"))
    browser.get(reverse("own_suggestions"))
    assert browser.session[notice.SESSION_KEY] == notice.VERSION
