"""Who is exempt at a record: outside the counters, inside the vote, no tap needed, and nothing owed of the months."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document

from activities import expected, hours, minutes, papers, records, tallies
from activities.attendance import Mark, expected_people
from activities.models import Activity, Attendance, Tally
from activities.refusals import RecordError
from branches.roles import Role
from members import exemptions, merging
from members.models import Exemption, Member
from tests import cast
from tests.activities.forms import errors_of, filled

DAY = date(2026, 10, 15)
KIND = "general_meeting"


@pytest.fixture
def old(branch):
    """教师8, the last of the nine full members, exempt since March."""
    member = Member.objects.get(name="教师8")
    exemptions.grant(member, since=date(2026, 3, 1), until=None, ground="old", note="", by=None)
    return member


def everybody_else(branch, state="present"):
    return {each.member_id: Mark(state) for each in expected_people(KIND, branch, DAY) if not each.is_exempt}


def counters(record):
    return record.expected, record.present, record.on_leave, record.absent


class TestCounting:
    def test_apart_without_a_mark(self, branch, old):
        record = cast.a_record(branch, KIND, DAY, marks=everybody_else(branch), minutes=60)
        assert counters(record) == (9, 9, 0, 0)
        assert Attendance.objects.get(member=old).state == "exempt"
        assert Tally.objects.values_list("expected", "present", "minutes").get() == (9, 9, 540)
        assert (tallies.differences(), tallies.counter_differences()) == ([], [])

    def test_whoever_comes_is_expected_and_present(self, branch, old):
        record = cast.a_record(branch, KIND, DAY, marks=everybody_else(branch) | {old.pk: Mark("present")})
        assert counters(record) == (10, 10, 0, 0)

    def test_the_vote_stays(self, branch, old):
        record = cast.a_record(branch, KIND, DAY, marks=everybody_else(branch))
        turnout = minutes.turnout_of(record)
        assert (turnout.expected, turnout.present) == (9, 8)

    def test_a_day_before_it_asks_everybody(self, branch, old):
        assert not any(each.is_exempt for each in expected_people(KIND, branch, date(2026, 2, 28)))

    def test_nobody_is_exempt_where_people_are_chosen(self, branch, old):
        assert not any(each.is_exempt for each in expected_people("volunteering", branch, DAY))

    def test_nobody_is_marked_so_without_an_exemption(self, branch):
        marks = everybody_else(branch) | {Member.objects.get(name="教师1").pk: Mark("exempt")}
        with pytest.raises(RecordError, match="教师1这一天没有登记免于要求"):
            cast.a_record(branch, KIND, DAY, marks=marks)
        assert not Activity.objects.exists()

    def test_everybody_exempt_but_one_kind(self, branch, old):
        for member in Member.objects.exclude(pk=old.pk):
            exemptions.grant(member, since=DAY, until=DAY, ground="ill", note="", by=None)
        assert counters(cast.a_record(branch, KIND, DAY, marks={})) == (0, 0, 0, 0)


class TestCorrection:
    def test_an_exemption_entered_later_changes_nothing_until_it_is_marked(self, branch):
        member = Member.objects.get(name="教师8")
        marks = everybody_else(branch) | {member.pk: Mark("absent")}
        record = cast.a_record(branch, KIND, DAY, marks=marks)
        exemptions.grant(member, since=DAY, until=None, ground="ill", note="", by=None)
        assert (tallies.differences(), tallies.counter_differences()) == ([], [])
        assert [each.name for each in expected.for_correction(record, DAY) if each.is_exempt] == ["教师8"]
        again = records.correct(record, by=None, version=1, held_on=DAY, marks=marks)
        assert counters(again) == (10, 9, 0, 1)
        again = records.correct(
            again, by=None, version=2, held_on=DAY, marks=marks | {member.pk: Mark("exempt")}
        )
        assert counters(again) == (9, 9, 0, 0)
        assert (tallies.differences(), tallies.counter_differences()) == ([], [])

    def test_one_that_is_withdrawn_leaves_the_record(self, branch, old):
        record = cast.a_record(branch, KIND, DAY, marks=everybody_else(branch))
        exemptions.withdraw(Exemption.objects.get(), by=None)
        again = records.correct(record, by=None, version=1, held_on=DAY, marks=records.marks_of(record))
        assert counters(again) == (9, 9, 0, 0)


class TestForm:
    def test_marked_without_a_tap_and_saved(self, browser, branch, old):
        address = reverse("activity_log", args=[KIND])
        page = browser.get(address)
        [line] = [line for line in page.context["form"].roll.lines if line.is_exempt]
        assert (line.label, line.mark) == ("教师8", "exempt")
        assert "全部到会 9" in page.content.decode()
        assert page.context["form"].tally["expected"] == 9
        sent = filled(browser.post(address, {**filled(page), "all": "1"}))
        browser.post(address, sent)
        assert counters(Activity.objects.get()) == (9, 9, 0, 0)

    def test_ticked_as_present(self, browser, branch, old):
        address = reverse("activity_log", args=[KIND])
        browser.post(address, filled(browser.get(address), **{f"m-{old.pk.hex}": "present"}))
        assert counters(Activity.objects.get()) == (10, 10, 0, 0)

    def test_a_made_up_mark_counts_as_none(self, browser, branch):
        address = reverse("activity_log", args=[KIND])
        member = Member.objects.get(name="教师1")
        answer = browser.post(address, filled(browser.get(address), **{f"m-{member.pk.hex}": "exempt"}))
        assert errors_of(answer) == ["还有 1 人没有标记到会情况：教师1。"]

    def test_shown_on_the_record_without_the_reason(self, browser, branch, old):
        record = cast.a_record(branch, KIND, DAY, marks=everybody_else(branch))
        page = browser.get(reverse("activity_detail", args=[record.pk])).content.decode()
        assert "<dt>免于要求</dt><dd>教师8</dd>" in page
        assert "年老体弱" not in page


class TestHours:
    @pytest.mark.parametrize(
        ("since", "until", "owed", "months"),
        [
            (date(2026, 1, 1), None, 0, 12),
            (date(2026, 3, 31), date(2026, 5, 1), 24, 3),
            (date(2025, 6, 1), date(2026, 1, 1), 29, 1),
            (date(2025, 6, 1), date(2025, 12, 31), 32, 0),
            (date(2027, 1, 1), None, 32, 0),
        ],
    )
    def test_a_twelfth_less_for_each_month(self, branch, since, until, owed, months):
        member = Member.objects.get(name="教师5")
        exemptions.grant(member, since=since, until=until, ground="ill", note="", by=None)
        [person] = hours.of_people([member], 2026)
        assert (person.owed, person.exempt_months, person.is_exempt) == (owed, months, months == 12)

    def test_the_page_says_so_with_the_article(self, browser, branch):
        member = Member.objects.get(name="教师5")
        exemptions.grant(member, since=date(2026, 1, 1), until=None, ground="ill", note="", by=None)
        page = browser.get(reverse("study_hours_person", args=[member.pk])).content.decode()
        assert "本年免于要求" in page
        assert "第二十三条" in page
        assert "第二十条" not in page


class TestPapers:
    def test_apart_on_the_sheets(self, branch, old):
        record = papers.record_of(cast.a_record(branch, KIND, DAY, marks=everybody_else(branch)))
        sheet = papers.signin_data(record)
        assert ("教师8" in sheet["people"], sheet["notes"]) == (False, ["免于要求：教师8"])
        assert ("免于要求", "教师8") in papers.heads(record)
        assert ("免于要求", "教师8") in papers.sheet_data(record)["rows"]

    def test_in_word(self, branch, old):
        record = papers.record_of(cast.a_record(branch, KIND, DAY, marks=everybody_else(branch)))
        document = Document(BytesIO(papers.PAPERS["signin"].as_word(record)))
        assert "免于要求：教师8" in [paragraph.text for paragraph in document.paragraphs]


class TestMerging:
    def test_nothing_is_asked_of_who_is_exempt_by_one_record(self, branch, school, old):
        other = cast.a_member(branch, "教师捌")
        record = cast.a_record(branch, KIND, DAY, marks=everybody_else(branch) | {other.pk: Mark("absent")})
        assert counters(record) == (10, 9, 0, 1)
        done = merging.merge(old, other, by=cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        record.refresh_from_db()
        assert counters(record) == (9, 9, 0, 0)
        merging.undo(done, by=done.merged_by)
        record.refresh_from_db()
        assert counters(record) == (10, 9, 0, 1)
        assert (tallies.differences(), tallies.counter_differences()) == ([], [])
