"""Photos chosen in the quick record: each for itself, and never in the way of the record."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from activities.models import Activity, Evidence
from branches.roles import Role
from lib.attachments.kinds import FILM
from tests import cast
from tests.activities.files import a_photo
from tests.activities.forms import filled

ADDRESS = reverse("activity_log", args=["theme_day"])
SAVED = "记录已保存，可在下面的“佐证材料”里重新选择。"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def sent(response, *files, **more):
    chosen = [SimpleUploadedFile(name, content) for name, content in files]
    return filled(response, photos=chosen, **more)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def names():
    return set(Activity.objects.get().evidence.values_list("name", flat=True))


TWO = (("合影.jpg", a_photo()), ("讲座.jpg", a_photo(1)))


def test_they_are_added_with_the_record(browser):
    answer = browser.post(ADDRESS, sent(browser.get(ADDRESS), *TWO), follow=True)
    assert said(answer) == ["已添加 2 份材料。", "已记录：主题党日，应到 10，实到 10。"]
    assert names() == {"合影.jpg", "讲座.jpg"}


def test_one_that_is_not_taken_is_named_and_the_record_stands(browser):
    chosen = (TWO[0], ("录音.mp3", b"ID3"))
    answer = browser.post(ADDRESS, sent(browser.get(ADDRESS), *chosen), follow=True)
    assert said(answer)[0] == f"“录音.mp3”没有添加：{FILM}{SAVED}"
    assert names() == {"合影.jpg"}


def test_a_disk_that_is_full_loses_no_record(browser, monkeypatch):
    monkeypatch.setattr("lib.files.write", _no_room)
    answer = browser.post(ADDRESS, sent(browser.get(ADDRESS), TWO[0]), follow=True)
    assert said(answer)[0] == f"“合影.jpg”没有添加：服务器没有存下，请稍后再添加。{SAVED}"
    assert (Activity.objects.count(), Evidence.objects.count()) == (1, 0)


def _no_room(*_):
    raise OSError(28, "No space left on device")


def test_the_same_form_sent_again_adds_nothing_and_complains_of_nothing(browser):
    form = browser.get(ADDRESS)
    browser.post(ADDRESS, sent(form, *TWO), follow=True)
    answer = browser.post(ADDRESS, sent(form, *TWO), follow=True)
    assert said(answer) == ["已记录：主题党日，应到 10，实到 10。"]
    assert (Activity.objects.count(), Evidence.objects.count()) == (1, 2)


def test_a_form_with_a_mistake_says_that_they_are_to_be_chosen_again(browser):
    answer = browser.post(ADDRESS, sent(browser.get(ADDRESS), *TWO, held_on="2027-01-01"))
    assert "刚才选的 2 份照片或文件请重新选择" in answer.content.decode()
    assert (Activity.objects.count(), Evidence.objects.count()) == (0, 0)


def test_who_only_takes_attendance_adds_none(branch):
    browser = cast.a_browser(cast.a_user(Role.ATTENDANCE_TAKER, branch))
    form = browser.get(ADDRESS)
    assert form.context["photos_form"] is None
    browser.post(ADDRESS, sent(form, *TWO))
    assert (Activity.objects.count(), Evidence.objects.count()) == (1, 0)


def test_a_correction_takes_none(browser, branch):
    record = cast.a_record(branch, "theme_day", date(2026, 10, 12))
    address = reverse("activity_correct", args=[record.pk])
    browser.post(address, sent(browser.get(address), *TWO))
    assert Evidence.objects.count() == 0
