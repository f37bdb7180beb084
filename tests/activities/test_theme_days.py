"""主题党日 5+X: the fixed items a university defines, ticked as they were worded that day, and the branch's own."""

import pytest
from django.urls import reverse

from activities import parts
from activities.models import Programme, ProgrammeItem
from branches.roles import Role
from tests import cast
from tests.activities.forms import errors_of, filled

LOG = reverse("activity_log", args=["theme_day"])


@pytest.fixture
def items(branch):
    titles = ("重温入党誓词", "交纳党费", "集体学习")
    return [
        ProgrammeItem.objects.create(title=title, position=number, citation="校组字〔2026〕1号")
        for number, title in enumerate(titles)
    ]


def logged(browser, **more):
    browser.post(LOG, filled(browser.get(LOG), **more))
    return Programme.objects.select_related("activity").get()


def test_nothing_is_asked_until_items_are_defined(browser):
    response = browser.get(LOG)
    assert response.context["form"].parts.shown == []
    assert browser.post(LOG, filled(response)).status_code == 302
    assert not Programme.objects.exists()


def test_ticked_and_added(browser, items):
    programme = logged(browser, programme_done=["集体学习"], programme_own="观看影片\n\n 观看影片 \n走访")
    assert programme.own == ["观看影片", "走访"]
    assert [item["done"] for item in programme.items] == [False, False, True]
    words = parts.words_of(programme.activity)
    assert words == {"固定项目": "集体学习（3 项中的 1 项）", "自选项目": "观看影片、走访"}


def test_nothing_ticked_says_nothing(browser, items):
    browser.post(LOG, filled(browser.get(LOG)))
    assert not Programme.objects.exists()


def test_a_record_keeps_the_words_of_its_day(browser, items):
    programme = logged(browser, programme_done=["交纳党费"])
    items[1].delete()
    ProgrammeItem.objects.filter(title="集体学习").update(title="集中学习")
    correct = reverse("activity_correct", args=[programme.pk])
    page = browser.get(correct)
    assert [label for _, label in page.context["form"].fields["programme_done"].choices] == [
        "重温入党誓词",
        "交纳党费",
        "集体学习",
    ]
    browser.post(correct, filled(page, programme_done=["集体学习", "交纳党费"]))
    programme.refresh_from_db()
    assert [item["done"] for item in programme.items] == [False, True, True]
    [change] = browser.get(reverse("activity_history", args=[programme.pk])).context["versions"][0].changes
    assert (change.before, change.after) == (
        "交纳党费（3 项中的 1 项）",
        "交纳党费、集体学习（3 项中的 2 项）",
    )


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"programme_own": "\n".join(map(str, range(11)))}, "自选项目最多 10 项，现在是 11 项。"),
        ({"programme_own": "长" * 61}, f"“{'长' * 12}…”超过 60 个字，请缩短。"),
    ],
)
def test_bad_input(browser, items, sent, sentence):
    assert errors_of(browser.post(LOG, filled(browser.get(LOG), **sent))) == [sentence]


def test_an_item_nobody_defined_is_refused(browser, items):
    response = browser.post(LOG, filled(browser.get(LOG), programme_done=["积分"]))
    assert list(response.context["form"].errors) == ["programme_done"]


def test_staff_define_them_with_the_document(school):
    browser = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    add = reverse("admin:activities_programmeitem_add")
    assert browser.post(add, {"title": "集体学习", "position": 1, "citation": ""}).status_code == 200
    browser.post(add, {"title": "集体学习", "position": 1, "citation": "校组字〔2026〕1号"})
    assert ProgrammeItem.objects.get().citation == "校组字〔2026〕1号"
