"""免开: what is normally held (一般) is not asked for a time, once somebody above agreed to the reason."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from activities import duties, waivers
from activities.duties import State
from activities.models import Waiver
from activities.waivers import WaiverError
from branches.roles import Role
from branches.scope import covering_ranges
from lib.periods import Period
from tests import cast

Q3 = Period.quarter(2026, 3)
SUMMER = Period.parse("2026-07至2026-08")
WHY = "全体党员外出实习"


@pytest.fixture
def college(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics, name="王干事")


@pytest.fixture
def asked(branch, secretary):
    return waivers.ask(branch, ["ZB-13", "ZB-17"], SUMMER, WHY, by=secretary)


def states(branch, code, period=Q3):
    found = duties.evaluate(covering_ranges([branch.path]), period, date(2026, 10, 20))
    return [duty.state for duty in found if duty.branch_id == branch.pk and duty.rule.code == code]


class TestAsking:
    def test_nothing_changes_before_the_answer(self, branch, asked):
        assert states(branch, "ZB-13") == [State.OVERDUE] * 3
        assert (asked.state, asked.codes) == ("waiting", ["ZB-13", "ZB-17"])

    @pytest.mark.parametrize(
        ("codes", "period", "sentence"),
        [
            ([], SUMMER, "请选择免开什么。"),
            (
                ["ZB-21"],
                SUMMER,
                "主题党日是“应当”的要求，不能申请免开（支部条例第十六条、教育管理条例第十六条：每月相对固定1天开展主题党日）。",
            ),
            (["ZB-23"], Period.year(2026), "组织生活会是“应当”的要求"),
            (["XX"], SUMMER, "这段时间没有“XX”这项规定。"),
            (["LOCAL-LECTURE"], Q3, "这段时间没有“党课”这项规定。"),
            (["ZB-10"], SUMMER, "2026年7月至8月里没有完整的季度，支部党员大会没有可以免开的。"),
            (["ZB-13"], Period.parse("2025-07至2026-08"), "一次最多申请 12 个月。"),
        ],
    )
    def test_what_cannot_be_waived_is_refused(self, branch, secretary, codes, period, sentence):
        with pytest.raises(WaiverError) as refusal:
            waivers.ask(branch, codes, period, WHY, by=secretary)
        assert str(refusal.value).startswith(sentence)

    def test_a_reason_is_written(self, branch, secretary):
        with pytest.raises(WaiverError, match="请写明原因"):
            waivers.ask(branch, ["ZB-13"], SUMMER, " 忙 ", by=secretary)

    def test_twice_for_one_time_is_refused(self, branch, asked, secretary):
        with pytest.raises(WaiverError, match="支委会、党小组会在这段时间待上级答复，不用再申请。"):
            waivers.ask(branch, ["ZB-13"], Period.month(2026, 8), WHY, by=secretary)
        waivers.ask(branch, ["ZB-13"], Period.month(2026, 9), WHY, by=secretary)

    def test_by_whoever_leads_the_branch_alone(self, branch, school):
        recorder = cast.a_user(Role.RECORDER, branch)
        with pytest.raises(WaiverError, match="由党支部书记或者上级工作人员申请"):
            waivers.ask(branch, ["ZB-13"], SUMMER, WHY, by=recorder)
        with pytest.raises(WaiverError, match="由党支部申请"):
            waivers.ask(
                school.physics, ["ZB-13"], SUMMER, WHY, by=cast.a_user(Role.ORGANIZATION_STAFF, school.root)
            )


class TestAnswering:
    def test_agreed_to_it_is_exempt_with_the_reason(self, branch, asked, college):
        waivers.accept(asked, by=college)
        assert states(branch, "ZB-13") == [State.EXEMPT, State.EXEMPT, State.OVERDUE]
        found = duties.evaluate(covering_ranges([branch.path]), SUMMER, date(2026, 10, 20))
        [duty] = [duty for duty in found if duty.subject == f"{branch.pk}:committee_meeting:2026-07"]
        assert (duty.reason, duty.is_required, duty.is_missed) == (f"上级已同意免开：{WHY}", False, False)

    def test_of_another_branch_and_another_rule_nothing_changes(self, branch, school, asked, college):
        cast.a_post(cast.a_member(school.students))
        waivers.accept(asked, by=college)
        assert states(school.students, "ZB-13") == [State.OVERDUE] * 3
        assert states(branch, "ZB-21") == [State.OVERDUE] * 3

    def test_what_was_held_all_the_same_counts(self, branch, asked, college):
        waivers.accept(asked, by=college)
        cast.a_record(branch, "committee_meeting", date(2026, 7, 5))
        assert states(branch, "ZB-13")[0] is State.DONE_LATE

    def test_a_quarter_is_waived_as_a_whole(self, branch, secretary, college):
        waivers.accept(waivers.ask(branch, ["ZB-10"], Q3, WHY, by=secretary), by=college)
        assert states(branch, "ZB-10", Period.year(2026)) == [
            State.OVERDUE,
            State.OVERDUE,
            State.EXEMPT,
            State.TODO,
        ]

    def test_sent_back_it_is_owed_and_may_be_asked_again(self, branch, asked, college, secretary):
        waivers.accept(asked, by=college)
        waivers.send_back(asked, "实习只到七月底", by=college)
        assert states(branch, "ZB-13") == [State.OVERDUE] * 3
        with pytest.raises(WaiverError, match="已经退回"):
            waivers.send_back(asked, "实习只到七月底", by=college)
        waivers.ask(branch, ["ZB-13"], Period.month(2026, 7), WHY, by=secretary)

    def test_never_by_oneself_nor_from_beside_or_below(self, branch, school, college):
        own = waivers.ask(branch, ["ZB-13"], SUMMER, WHY, by=college)
        with pytest.raises(WaiverError, match="由另一人答复"):
            waivers.accept(own, by=college)
        for user in (
            cast.a_user(Role.COMMITTEE_STAFF, school.music),
            cast.a_user(Role.SECRETARY, branch),
            cast.a_user(Role.LEADER, school.root),
        ):
            with pytest.raises(WaiverError, match="由上级党组织的工作人员答复"):
                waivers.accept(own, by=user)

    def test_each_deed_in_the_trail(self, asked, college, secretary):
        waivers.accept(asked, by=college)
        waivers.send_back(asked, "实习只到七月底", by=college)
        deeds = AuditEntry.objects.filter(action__startswith="waiver.").values_list("action", "actor")
        assert set(deeds) == {
            ("waiver.ask", secretary.pk),
            ("waiver.agree", college.pk),
            ("waiver.turn_down", college.pk),
        }


class TestPages:
    def test_from_the_home_page_in_two_taps_and_a_sentence(self, browser, branch):
        [item] = [
            item
            for item in browser.get(reverse("home")).context["items"]
            if item.title == "支委会" and item.when == "10月"
        ]
        form = browser.get(item.waive_url).context["form"]
        assert form.initial == {"codes": ["ZB-13"], "start": "2026-10", "end": "2026-10"}
        sent = browser.post(item.waive_url, {**form.initial, "reason": WHY}, follow=True)
        assert "已提交申请，等上级答复。" in sent.content.decode()
        assert Waiver.objects.get().reason == WHY
        assert "支委会免开申请待上级答复" in browser.get(reverse("home")).content.decode()

    def test_what_must_be_held_offers_no_such_way(self, browser):
        links = {item.title: item.waive_url for item in browser.get(reverse("home")).context["items"]}
        assert (links["主题党日"], links["组织生活会"], bool(links["支部党员大会"])) == ("", "", True)

    def test_nobody_but_the_secretary_is_offered_it(self, branch):
        recorder = cast.a_browser(cast.a_user(Role.RECORDER, branch))
        assert {item.waive_url for item in recorder.get(reverse("home")).context["items"]} == {""}
        assert recorder.get(reverse("waiver_ask", args=[branch.pk])).status_code == 403

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"reason": ""}, "请写明原因，至少 4 个字。"),
            ({"codes": []}, "请选择免开什么。"),
            ({"start": ""}, "请选择从哪个月起。"),
            ({"end": ""}, "请选择到哪个月止。"),
            ({"end": "2026-06"}, "“到”不能早于“从”的2026年7月。"),
            ({"codes": ["ZB-10"]}, "没有完整的季度"),
        ],
    )
    def test_bad_input_is_told_and_nothing_lost(self, browser, branch, wrong, sentence):
        sent = {"codes": ["ZB-13"], "start": "2026-07", "end": "2026-08", "reason": WHY, **wrong}
        page = browser.post(reverse("waiver_ask", args=[branch.pk]), sent)
        assert (page.status_code, Waiver.objects.count()) == (422, 0)
        assert sentence in page.content.decode()
        assert wrong.get("reason", WHY) in page.content.decode()

    def test_staff_are_told_look_and_answer(self, branch, asked, college):
        desk = cast.a_browser(college)
        assert "答复免开申请" in desk.get(reverse("home")).content.decode()
        page = desk.get(reverse("waiver", args=[asked.pk]))
        assert [line["label"] for line in page.context["duties"]] == ["7月支委会", "8月支委会"]
        desk.post(reverse("waiver_accept", args=[asked.pk]))
        asked.refresh_from_db()
        assert (asked.state, asked.answered_by) == ("accepted", college)

    def test_sending_back_needs_a_sentence(self, asked, college):
        desk = cast.a_browser(college)
        page = desk.post(reverse("waiver_return", args=[asked.pk]), {"why": ""})
        assert (page.status_code, Waiver.objects.get().state) == (422, "waiting")
        assert "请写明退回原因" in page.content.decode()
        desk.post(reverse("waiver_return", args=[asked.pk]), {"why": "请改为七月"})
        assert Waiver.objects.get().returned_why == "请改为七月"

    def test_the_branch_reads_the_answer_for_a_week(self, browser, asked, college):
        waivers.send_back(asked, "请改为七月", by=college)
        assert "请改为七月" in browser.get(reverse("home")).content.decode()
        with time_machine.travel("2026-10-28 10:00 +0800", tick=False):
            assert waivers.news_of(asked.branch, timezone.now()) == []

    def test_a_stranger_finds_nothing(self, asked, school):
        other = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.music))
        for name in ("waiver", "waiver_accept", "waiver_return"):
            address = reverse(name, args=[asked.pk])
            answer = other.get(address) if name == "waiver" else other.post(address)
            assert answer.status_code == 404
        assert other.get(reverse("waiver_ask", args=[asked.branch_id])).status_code == 404
        assert "答复免开申请" not in other.get(reverse("home")).content.decode()
