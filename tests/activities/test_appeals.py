"""A member who finds himself marked wrongly: says so, is answered, and the record shows both."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from activities import appeals, records
from activities.attendance import Mark
from activities.models import Appeal
from activities.refusals import RecordError
from branches.roles import Role
from members import merging
from members.models import Member
from tests import cast
from tests.activities.forms import filled, name_of

DAY = date(2026, 10, 12)
SAID = "当天我到会了，坐在后排"


@pytest.fixture
def member(branch):
    """教师4, with an account of his own."""
    Member.objects.filter(name="教师4").update(account=cast.a_user(name="教师4"))
    return Member.objects.select_related("account").get(name="教师4")


@pytest.fixture
def own(member):
    return cast.a_browser(member.account)


@pytest.fixture
def activity(branch, member):
    marks = {**cast.all_present("theme_day", branch, DAY), member.pk: Mark("absent")}
    return cast.a_record(branch, "theme_day", DAY, marks=marks)


@pytest.fixture
def asked(activity, member):
    return appeals.ask(activity, member, SAID, by=member.account)


class TestAsking:
    def test_from_the_own_page_and_seen_there(self, own, activity, secretary):
        own.post(reverse("appeal_ask", args=[activity.pk]), {"said": SAID})
        assert "已说明有误，待支部答复" in own.get(reverse("me")).content.decode()
        home = cast.a_browser(secretary).get(reverse("home")).content.decode()
        assert f"“{SAID}”" in home

    def test_what_leads_there_does_not_read_as_a_mark(self, own, activity):
        text = own.get(reverse("me")).content.decode()
        assert 'aria-label="10月12日主题党日：申请更正到会情况">申请更正</a>' in text

    def test_audited_without_the_sentence(self, asked):
        assert SAID not in str(AuditEntry.objects.filter(action="appeal.ask").values())

    @pytest.mark.parametrize("said", ["", " ", "长" * 61])
    def test_only_in_a_sentence(self, own, activity, member, said):
        assert own.post(reverse("appeal_ask", args=[activity.pk]), {"said": said}).status_code == 422
        with pytest.raises(RecordError, match="不超过 60 个字"):
            appeals.ask(activity, member, said, by=member.account)

    def test_once_at_a_time_by_oneself_and_of_ones_own_mark(self, asked, activity, member, school):
        with pytest.raises(RecordError, match="已经提出过"):
            appeals.ask(activity, member, SAID, by=member.account)
        with pytest.raises(RecordError, match="由党员本人提出"):
            appeals.ask(activity, member, SAID, by=cast.a_user())
        other = cast.a_record(school.students, "theme_day", DAY, marks={})
        with pytest.raises(RecordError, match="名单里已没有您"):
            appeals.ask(other, member, SAID, by=member.account)

    def test_somebody_elses_record_is_a_missing_one(self, own, school):
        cast.a_member(school.students)
        other = cast.a_record(school.students, "theme_day", DAY)
        assert own.get(reverse("appeal_ask", args=[other.pk])).status_code == 404

    def test_of_a_withdrawn_record_nothing_is_asked(self, asked, activity, member, own, secretary):
        records.withdraw(activity, by=secretary, version=1, reason="记错了")
        assert appeals.waiting_for(activity.branch) == []
        assert own.get(reverse("appeal_ask", args=[activity.pk])).status_code == 404


class TestAnswering:
    def test_from_the_first_page_over_the_records_form_to_the_answer(self, asked, activity, browser, own):
        address = f"{reverse('activity_correct', args=[activity.pk])}?appeal={asked.pk}"
        shown = browser.get(address)
        assert f"教师4说：“{SAID}”" in shown.content.decode()
        sent = filled(shown, **{name_of(shown, "教师4"): "present"})
        answer = browser.post(address, sent, follow=True)
        assert answer.redirect_chain == [(reverse("appeal", args=[asked.pk]), 302)]
        browser.post(reverse("appeal", args=[asked.pk]), {"answer": "已改为到会", "verdict": "corrected"})
        assert "支部答复，已更正：已改为到会" in own.get(reverse("me")).content.decode()
        assert AuditEntry.objects.get(action="appeal.answer").after == {"state": "corrected"}

    def test_corrected_is_only_said_of_what_was(self, asked, secretary):
        with pytest.raises(RecordError, match="教师4的到会情况还没有改"):
            appeals.answer(asked, "已改", is_corrected=True, by=secretary)
        appeals.answer(asked, "签到表上没有", is_corrected=False, by=secretary)
        assert Appeal.objects.get().state == "kept"
        with pytest.raises(RecordError, match="已经答复过"):
            appeals.answer(asked, "再答", is_corrected=False, by=secretary)

    def test_of_a_withdrawn_record_nothing_is_answered(self, asked, activity, browser, own, secretary):
        address = reverse("appeal", args=[asked.pk])
        records.withdraw(activity, by=secretary, version=1, reason="记错了")
        for reader in (browser, own):
            text = reader.get(address).content.decode()
            assert "这条记录已于10月20日撤回，不计数，到会情况不用再更正。" in text
            assert ("待答复" in text, "答复本人" in text) == (False, False)
        sent = browser.post(address, {"answer": "已更正", "verdict": "corrected"}, follow=True)
        assert sent.redirect_chain == [(address, 302)]
        assert "这条记录已撤回，不用再答复。" in sent.content.decode()
        with pytest.raises(RecordError, match="已撤回，不用再答复"):
            appeals.answer(asked, "已核对", is_corrected=False, by=secretary)
        assert "待支部答复" not in own.get(reverse("me")).content.decode()

    def test_who_answers(self, asked, branch, school, member):
        for user in (member.account, cast.a_user(Role.SECRETARY, school.students)):
            with pytest.raises(RecordError, match="可以答复"):
                appeals.answer(asked, "已核对", is_corrected=False, by=user)
        with pytest.raises(RecordError, match="请写一句答复"):
            appeals.answer(asked, " ", is_corrected=False, by=cast.a_user(Role.SECRETARY, branch))
        appeals.answer(asked, "已核对", is_corrected=False, by=cast.a_user(Role.ATTENDANCE_TAKER, branch))

    def test_of_another_record_it_is_a_missing_one(self, asked, branch, browser):
        other = cast.a_record(branch, "theme_day", date(2026, 9, 1))
        address = reverse("activity_correct", args=[other.pk])
        assert browser.get(address, {"appeal": asked.pk}).status_code == 404

    def test_a_verdict_is_needed(self, asked, browser):
        answer = browser.post(reverse("appeal", args=[asked.pk]), {"answer": "已核对"})
        assert (answer.status_code, Appeal.objects.get().state) == (422, "asked")


def test_two_records_of_one_person_made_one_and_taken_apart(asked, activity, member, branch, school):
    keeper = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    second = cast.a_member(branch, "教师4", account=None)
    made = merging.merge(second, member, by=keeper)
    assert Appeal.objects.get().member == second
    merging.undo(made, by=keeper)
    assert Appeal.objects.get().member == member
