"""Guests of a record: read from lines, shown and printed, in no count and no vote."""

from datetime import date

import pytest
from django.urls import reverse

from activities import guests, minutes, papers, tallies
from activities.guests import Guest
from activities.models import Activity
from branches.roles import Role
from tests import cast
from tests.activities.forms import filled

KIND = "general_meeting"
LINES = "刘校长  学校办公室\n\n王老师，物理学院\n赵六"


class TestReading:
    def test_name_and_unit(self):
        assert guests.read(LINES) == [
            Guest("刘校长", "学校办公室"),
            Guest("王老师", "物理学院"),
            Guest("赵六", ""),
        ]
        assert guests.kept(LINES) == "刘校长 学校办公室\n王老师 物理学院\n赵六"

    @pytest.mark.parametrize(
        ("text", "heads", "words"),
        [
            ("刘校长 校办\n赵六", None, "刘校长（校办）、赵六"),
            ("赵六", 12, "赵六，另有 12 人"),
            ("", 12, "12 人"),
            ("", None, ""),
        ],
    )
    def test_in_words(self, text, heads, words):
        assert guests.in_words(text, heads) == words

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("\n".join(f"来宾{n}" for n in range(21)), "列席人员最多写 20 行，现在是 21 行"),
            ("赵六\n教师1", "第 2 行的教师1在应到名单里，请在名单上记到会"),
            ("赵六 校办\n赵六 校办", "第 2 行与前面重复：赵六（校办）。"),
            ("赵" * 31, "第 1 行太长"),
        ],
    )
    def test_refused(self, text, sentence):
        assert sentence in guests.fault_of(text, {"教师1"})

    def test_a_namesake_from_elsewhere(self):
        assert guests.fault_of("教师1 校办", {"教师1"}) == ""


class TestRecord:
    def test_written_on_the_form_and_counted_nowhere(self, browser, branch):
        address = reverse("activity_log", args=[KIND])
        browser.post(address, filled(browser.get(address), guests=LINES, guest_heads="3"))
        record = Activity.objects.get()
        assert (record.expected, record.present, record.guest_heads) == (10, 10, 3)
        assert minutes.turnout_of(record).expected == 9
        assert (tallies.differences(), tallies.counter_differences()) == ([], [])
        page = browser.get(reverse("activity_detail", args=[record.pk])).content.decode()
        assert "刘校长（学校办公室）、王老师（物理学院）、赵六，另有 3 人" in page

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"guests": "教师1"}, "guests"),
            ({"guest_heads": "-1"}, "guest_heads"),
            ({"guest_heads": "三"}, "guest_heads"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field(self, browser, branch, wrong, field):
        address = reverse("activity_log", args=[KIND])
        page = browser.post(address, filled(browser.get(address), **wrong))
        assert list(page.context["form"].errors) == [field]
        assert page.context["form"].has_guests
        assert not Activity.objects.exists()

    def test_corrected_with_history(self, browser, branch):
        record = cast.a_record(branch, KIND, date(2026, 10, 15), guests="赵六 校办")
        address = reverse("activity_correct", args=[record.pk])
        page = browser.get(address)
        assert page.context["form"]["guests"].value() == "赵六 校办"
        browser.post(address, filled(page, guests="赵六 校办\n钱七"))
        history = browser.get(reverse("activity_history", args=[record.pk])).content.decode()
        assert "赵六（校办）、钱七" in history

    def test_leaders_see_how_many(self, branch):
        record = cast.a_record(branch, KIND, date(2026, 10, 15), guests="赵六 校办", guest_heads=2)
        browser = cast.a_browser(cast.a_user(Role.LEADER, branch))
        for name in ("activity_detail", "activity_history"):
            page = browser.get(reverse(name, args=[record.pk])).content.decode()
            assert "赵六" not in page
        assert (
            "<dt>列席</dt><dd>3 人</dd>"
            in browser.get(reverse("activity_detail", args=[record.pk])).content.decode()
        )

    def test_on_paper(self, branch):
        record = papers.record_of(cast.a_record(branch, KIND, date(2026, 10, 15), guests="赵六 校办"))
        assert ("列席人员", "赵六（校办）") in papers.heads(record)
        assert papers.signin_data(record)["notes"] == ["列席人员：赵六（校办）"]
        assert ("列席人员", "赵六（校办）") in papers.sheet_data(record)["rows"]
