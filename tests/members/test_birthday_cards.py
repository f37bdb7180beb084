"""The A5 cards: one for each on a page of its own, long names and words fit, and a machine without fonts says so."""

import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from branches.roles import Role
from lib import typesetting
from lib.dates import in_characters
from lib.periods import Period
from members import cards
from members.cards import Card, NoCard
from members.models import Greeting, GreetingOptOut
from tests import cast
from tests.fonts import needs_fonts

NOVEMBER = Period.month(2026, 11)
CARDS = reverse("birthdays_cards", args=["2026-11"])


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-26 10:00 +0800", tick=False):
        yield


@pytest.fixture
def branch(db):
    return cast.a_university().teachers


@pytest.fixture
def browser(branch):
    return cast.a_browser(cast.a_user(Role.SECRETARY, branch))


def born(branch, name, day=20):
    return cast.a_member(branch, name, joined=date(2021, 11, day), full=date(2022, 11, day))


def pages_of(content):
    return len(re.findall(rb"/Type\s*/Page\b", content))


def body_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


class TestPaper:
    @needs_fonts
    def test_a_card_is_one_page_whatever_stands_on_it(self):
        long = Card(
            name="阿卜杜热西提·阿卜杜克热木·买买提明",
            title="入党 50 周年",
            lines=["愿您保重身体，常回支部看看。" * 9] * 3,
            signed="中共XX师范大学离退休工作处" * 3,
            dated="二〇二六年十一月二十日",
        )
        longest = Card("阿·" * 32, "入党 5 周年", ["话" * 120] * 7, "支部" * 60, "二〇二六年十一月二十日")
        assert pages_of(cards.pdf([long, longest])) == 2

    @needs_fonts
    def test_what_was_typed_is_never_markup(self):
        card = Card('#panic("x") *_$', "入党 5 周年", ['#include "x"'], "[支部]", "二〇二六年")
        assert cards.picture(card)[:4] == b"\x89PNG"

    @needs_fonts
    def test_it_is_a5(self):
        width, height = _size(cards.picture(Card("甲", "入党 5 周年", ["祝好"], "支部", "二〇二六年")))
        assert (round(width / 144 * 25.4), round(height / 144 * 25.4)) == (148, 210)


def _size(png):
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 3, 31), "二〇二六年三月三十一日"),
        (date(2000, 10, 10), "二〇〇〇年十月十日"),
        (date(2026, 12, 21), "二〇二六年十二月二十一日"),
    ],
)
def test_a_card_is_dated_in_characters(day, written):
    assert in_characters(day) == written


class TestMonth:
    def test_everybody_of_the_month_but_whoever_declined_or_left(self, branch):
        born(branch, "甲", 1)
        GreetingOptOut.objects.create(member=born(branch, "不收"), since=date(2026, 1, 1))
        gone = born(branch, "已离开")
        type(gone).objects.filter(pk=gone.pk).update(status="left")
        born(branch, "乙", 30)
        assert [card.name for card in cards.of_month(NOVEMBER, branch)] == ["甲", "乙"]

    def test_a_card_says_what_the_greeting_said(self, branch):
        Greeting.objects.create(
            member=born(branch, "甲"),
            branch=branch,
            branch_path=branch.path,
            year=2026,
            day=date(2026, 11, 20),
            title="入党 5 周年",
            text="第一段\n第二段",
        )
        [card] = cards.of_month(NOVEMBER, branch)
        assert (card.lines, card.dated) == (["第一段", "第二段"], "二〇二六年十一月二十日")

    def test_an_empty_month_has_nothing_to_print(self, branch, browser):
        with pytest.raises(NoCard, match="没有要打印的贺卡"):
            cards.of_month(NOVEMBER, branch)
        answer = browser.get(CARDS, {"branch": branch.pk}, follow=True)
        assert "没有要打印的贺卡" in answer.content.decode()

    @needs_fonts
    def test_a_whole_month_is_one_pdf(self, branch, browser):
        for day in range(1, 13):
            born(branch, f"党员{day}", day)
        answer = browser.get(CARDS, {"branch": branch.pk})
        assert (answer.headers["Content-Type"], pages_of(body_of(answer))) == ("application/pdf", 12)

    def test_another_branchs_month_is_not_found(self, browser, branch):
        other = type(branch).objects.get(short_name="物理学生党支部")
        assert browser.get(CARDS, {"branch": other.pk}).status_code == 404
        assert browser.get(CARDS).status_code == 404


class TestOne:
    @needs_fonts
    @pytest.mark.parametrize(
        ("name", "start"), [("birthday_card", b"%PDF-"), ("birthday_picture", b"\x89PNG")]
    )
    def test_as_paper_and_as_a_picture(self, browser, branch, name, start):
        answer = browser.get(reverse(name, args=[born(branch, "甲").pk, 2026]))
        assert body_of(answer).startswith(start)
        assert answer.headers["Cache-Control"] == "no-store, private"

    @pytest.mark.parametrize("year", [2021, 2020])
    def test_none_without_a_birthday(self, browser, branch, year):
        address = reverse("birthday_card", args=[born(branch, "甲").pk, year])
        assert f"甲在{year}年没有政治生日" in browser.get(address, follow=True).content.decode()

    def test_none_against_the_wish(self, browser, branch):
        member = born(branch, "甲")
        GreetingOptOut.objects.create(member=member, since=date(2026, 1, 1))
        address = reverse("birthday_card", args=[member.pk, 2026])
        assert "甲已关闭政治生日祝贺，不制作贺卡。" in browser.get(address, follow=True).content.decode()

    def test_without_a_chinese_font_the_page_says_so(self, browser, branch, monkeypatch):
        monkeypatch.setattr(typesetting, "FONTS", ("No Such Font",))
        typesetting._fonts.cache_clear()
        address = reverse("birthday_card", args=[born(branch, "甲").pk, 2026])
        answer = browser.get(address, follow=True)
        typesetting._fonts.cache_clear()
        assert "服务器上没有中文字体" in answer.content.decode()

    @needs_fonts
    def test_the_member_has_his_own_once_it_was_sent(self, branch):
        user, member = cast.a_user(), born(branch, "甲")
        type(member).objects.filter(pk=member.pk).update(account=user)
        address = reverse("birthday_picture", args=[member.pk, 2026])
        own = cast.a_browser(user)
        assert own.get(address).status_code == 403
        Greeting.objects.create(
            member=member,
            branch=branch,
            branch_path=branch.path,
            year=2026,
            day=date(2026, 11, 20),
            title="入党 5 周年",
            text="祝好",
        )
        assert own.get(address).status_code == 200
