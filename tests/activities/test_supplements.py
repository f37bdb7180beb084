"""A record sent back: counted all the while, shown to the branch, settled by what the branch does about it."""

from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts.models import AuditEntry
from activities import evidence, minutes, pasting, records, supplements
from activities.models import Activity, Supplement, Tally
from activities.refusals import RecordError
from branches import tree
from branches.roles import Role
from tests import cast
from tests.activities.files import a_pdf
from tests.activities.forms import filled

DAY = date(2026, 10, 12)
REASON = "请补上表决结果"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def activity(branch):
    return cast.a_record(branch, "general_meeting", DAY)


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics, name="王老师")


@pytest.fixture
def asked(activity, staff):
    return supplements.ask(activity, REASON, by=staff)


def page(user, activity):
    return cast.a_browser(user).get(reverse("activity_detail", args=[activity.pk])).content.decode()


def correct(activity, by):
    marks = records.marks_of(activity)
    records.correct(activity, by=by, version=1, held_on=DAY, marks=marks, place="A305")


def add_file(activity, by):
    evidence.add(activity, ContentFile(a_pdf(), "决议.pdf"), by=by)


def paste(activity, by):
    minutes.paste(activity, pasting.take_apart("一、学习党章"), by=by)


class TestAsking:
    def test_it_counts_all_the_while_and_stands_on_both_pages(self, asked, activity, secretary):
        assert Tally.objects.get(branch=activity.branch, kind="general_meeting").held == 1
        home = cast.a_browser(secretary).get(reverse("home")).content.decode()
        assert f"上级退回补充：{REASON}" in home
        assert f"上级退回补充：{REASON}" in page(secretary, activity)

    def test_the_first_page_counts_it_among_what_is_to_be_done(self, activity, staff, secretary):
        browser = cast.a_browser(secretary)
        before = len(browser.get(reverse("home")).context["items"])
        supplements.ask(activity, REASON, by=staff)
        headline = browser.get(reverse("home")).context["headline"]
        assert headline.startswith(f"还有 {before + 1} 件事，")

    def test_it_is_audited(self, asked, staff):
        entry = AuditEntry.objects.get(action="supplement.ask")
        assert (entry.actor, entry.after) == (staff, {"reason": REASON})

    @pytest.mark.parametrize("reason", ["", "  ", "长" * 201])
    def test_not_without_a_reason(self, activity, staff, reason):
        with pytest.raises(RecordError, match="请写明要补充什么，不超过 200 个字"):
            supplements.ask(activity, reason, by=staff)

    def test_not_twice_nor_a_withdrawn_one_nor_by_the_branch(self, asked, activity, staff, secretary):
        with pytest.raises(RecordError, match="已经退回，支部还没有补充"):
            supplements.ask(activity, REASON, by=staff)
        with pytest.raises(RecordError, match="由上级党组织的工作人员退回"):
            supplements.ask(activity, REASON, by=secretary)
        records.withdraw(activity, by=secretary, version=1, reason="记错了")
        assert supplements.waiting_for(activity.branch) == []
        Supplement.objects.all().delete()
        with pytest.raises(RecordError, match="已撤回，不能再退回"):
            supplements.ask(activity, REASON, by=staff)

    def test_who_reads_the_reason(self, asked, activity, branch, school):
        for role, place in ((Role.LEADER, school.root), (Role.ATTENDANCE_TAKER, branch)):
            assert REASON not in page(cast.a_user(role, place), activity)


class TestSettling:
    def test_a_record_sent_as_it_is_settles_nothing(self, asked, activity, secretary):
        browser, address = cast.a_browser(secretary), reverse("activity_correct", args=[activity.pk])
        browser.post(address, filled(browser.get(address)))
        asked.refresh_from_db()
        assert asked.is_open

    @pytest.mark.parametrize(
        ("deed", "how"), [(correct, "corrected"), (add_file, "evidence"), (paste, "minutes")]
    )
    def test_what_the_branch_does_settles_it(self, asked, activity, secretary, staff, deed, how):
        deed(activity, secretary)
        asked.refresh_from_db()
        assert (asked.how, asked.met_by) == (how, secretary)
        assert supplements.waiting_for(activity.branch) == []
        assert AuditEntry.objects.filter(action="supplement.meet").count() == 1
        assert f"退回补充：{REASON}" in page(staff, activity)
        supplements.ask(activity, "还缺签到表", by=staff)

    def test_an_answer_settles_it(self, asked, activity, secretary, staff):
        address = reverse("supplement_answer", args=[asked.pk])
        cast.a_browser(secretary).post(address, {"answer": "当天没有表决"})
        asked.refresh_from_db()
        assert (asked.how, asked.answer) == ("answered", "当天没有表决")
        assert "已答复：当天没有表决" in page(staff, activity)
        with pytest.raises(RecordError, match="已经补充过"):
            supplements.answer(asked, "再答一次", by=secretary)

    def test_to_a_stranger_it_is_not_there(self, asked, school):
        stranger = cast.a_browser(cast.a_user(Role.SECRETARY, school.students))
        address = reverse("supplement_answer", args=[asked.pk])
        assert stranger.post(address, {"answer": "补了"}).status_code == 404

    def test_not_an_empty_answer_nor_by_a_stranger(self, asked, secretary, school):
        with pytest.raises(RecordError, match="请写明答复"):
            supplements.answer(asked, " ", by=secretary)
        with pytest.raises(RecordError, match="只有本支部书记"):
            supplements.answer(asked, "补了", by=cast.a_user(Role.SECRETARY, school.students))
        asked.refresh_from_db()
        assert asked.is_open

    def test_of_a_withdrawn_record_nothing_is_asked_any_more(self, asked, activity, secretary, staff):
        records.withdraw(activity, by=secretary, version=1, reason="记错了")
        for reader in (secretary, staff):
            text = page(reader, activity)
            assert "记录已撤回，不用再补充。" in text
            assert ("自动了结" in text, "等支部" in text, "答复上级" in text) == (False, False, False)
        with pytest.raises(RecordError, match="已撤回，不用再答复"):
            supplements.answer(asked, "补了", by=secretary)

    def test_what_nobody_asked_for_writes_nothing(self, activity, secretary):
        correct(activity, secretary)
        assert not AuditEntry.objects.filter(action__startswith="supplement").exists()


def test_it_goes_with_the_record_of_a_branch_that_was_merged(asked, activity, school):
    tree.bequeath(activity.branch, school.students)
    assert [row.pk for row in supplements.waiting_for(school.students)] == [asked.pk]


@pytest.mark.parametrize("reason", ["", "长" * 201])
def test_a_reason_that_cannot_be_comes_back_at_its_field(activity, staff, reason):
    address = reverse("supplement_ask", args=[activity.pk])
    answer = cast.a_browser(staff).post(f"{address}?list=1&year=2026", {"reason": reason})
    assert (answer.status_code, answer.context["listed"]) == (422, "list=1&year=2026")
    text = answer.content.decode()
    assert "请写明要补充什么，不超过 200 个字。" in text
    assert reason in text
    assert '<a href="#id_reason">' in text
    assert Activity.objects.get().supplements.count() == 0


def test_sent_back_it_comes_back_to_the_record_as_one_of_its_list(activity, staff):
    address = reverse("supplement_ask", args=[activity.pk])
    answer = cast.a_browser(staff).post(f"{address}?list=1&year=2026", {"reason": REASON}, follow=True)
    assert answer.redirect_chain == [(f"/activities/{activity.pk}/?list=1&year=2026", 302)]


def test_an_answer_that_is_too_long_comes_back_at_its_field(asked, secretary):
    address = reverse("supplement_answer", args=[asked.pk])
    answer = cast.a_browser(secretary).post(address, {"answer": "长" * 201})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert ("请写明答复，不超过 200 个字。" in text, "长" * 201 in text) == (True, True)
    asked.refresh_from_db()
    assert asked.is_open
