"""Local duties: off until switched on with a document, never in a quarter that is over, seen before they are made."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from activities import duties, local_duties, rule_changes, waivers
from activities.duties import State
from activities.local_duties import PAUSE, LocalDutyError, drafted
from activities.models import LocalDuty
from branches.models import Branch
from branches.roles import Role
from branches.scope import covering_ranges
from lib.periods import Period
from tests import cast

TODAY = date(2026, 10, 20)
Q3, Q4 = Period.quarter(2026, 3), Period.quarter(2026, 4)
PAPER = "校组字〔2026〕3号第六条"


@pytest.fixture
def staff(school):
    return cast.a_user(Role.ORGANIZATION_STAFF, school.root, name="何科长")


@pytest.fixture
def on(staff):
    def switch(code, since=Q4, **more):
        return local_duties.switch_on(
            drafted(code, since=since, citation=PAPER, **more), by=staff, today=TODAY
        )

    return switch


def states(branch, code, period=Q4, today=TODAY):
    found = duties.evaluate(covering_ranges([branch.path]), period, today)
    return [duty.state for duty in found if duty.branch_id == branch.pk and duty.rule.code == code]


class TestSwitchedOn:
    def test_off_it_asks_nothing(self, branch):
        assert states(branch, "LOCAL-LECTURE") == []

    def test_a_lecture_each_quarter_with_the_document_as_its_article(self, branch, on):
        on("LOCAL-LECTURE")
        assert states(branch, "LOCAL-LECTURE") == [State.TODO]
        [duty] = [
            duty
            for duty in duties.evaluate(covering_ranges([branch.path]), Q4, TODAY)
            if duty.rule.code == "LOCAL-LECTURE"
        ]
        assert (duty.rule.article, duty.title, duty.rule.count) == (PAPER, "党课", 1)
        cast.a_record(branch, "party_lecture", date(2026, 10, 12))
        assert states(branch, "LOCAL-LECTURE") == [State.DONE_LATE]

    def test_a_quarter_that_is_over_is_not_touched(self, branch, on, staff):
        on("LOCAL-LECTURE")
        assert states(branch, "LOCAL-LECTURE", Q3) == []
        with pytest.raises(LocalDutyError, match="已结束的季度不能再改"):
            on("LOCAL-SERVICE", Q3)

    def test_it_may_be_for_some_branches_only(self, branch, school, on):
        Branch.objects.filter(pk=school.students.pk).update(category="student")
        cast.a_member(school.students)
        on("LOCAL-LECTURE", category="student", count=2)
        assert (states(branch, "LOCAL-LECTURE"), states(school.students, "LOCAL-LECTURE")) == (
            [],
            [State.TODO],
        )

    def test_it_can_be_waived_like_what_is_normally_asked(self, branch, secretary, on):
        on("LOCAL-LECTURE")
        asked = waivers.ask(branch, ["LOCAL-LECTURE"], Q4, "全体外出实习", by=secretary)
        waivers.accept(asked, by=cast.a_user(Role.COMMITTEE_STAFF, branch.parent))
        assert states(branch, "LOCAL-LECTURE") == [State.EXEMPT]


class TestHolidays:
    def test_nothing_monthly_is_asked_of_the_branches_named(self, branch, on):
        Branch.objects.filter(pk=branch.pk).update(category="student")
        on(PAUSE, months=[11], category="student")
        assert states(branch, "ZB-21") == [State.TODO, State.NOT_APPLICABLE, State.TODO]
        assert states(branch, "ZB-10") == [State.TODO]
        found = duties.evaluate(covering_ranges([branch.path]), Q4, TODAY)
        reasons = {duty.reason for duty in found if duty.state is State.NOT_APPLICABLE}
        assert reasons == {f"寒暑假，不作要求（{PAPER}）。"}

    def test_others_go_on(self, branch, on):
        on(PAUSE, months=[11], category="student")
        assert states(branch, "ZB-21") == [State.TODO] * 3


class TestRefused:
    @pytest.mark.parametrize(
        ("code", "more", "sentence"),
        [
            ("LOCAL-X", {}, "没有“LOCAL-X”这项规定。"),
            ("LOCAL-LECTURE", {"citation": " "}, "请写明依据"),
            ("LOCAL-LECTURE", {"count": 0}, "每期次数应为 1 至 10。"),
            (PAUSE, {"months": []}, "请选择 1 至 6 个月份。"),
            (PAUSE, {"months": [1, 2, 3, 4, 5, 6, 7]}, "请选择 1 至 6 个月份。"),
            (PAUSE, {"months": [13]}, "请选择 1 至 6 个月份。"),
            ("LOCAL-LECTURE", {"category": "retired"}, "现在没有离退休党支部，这条规定不会要求任何支部"),
            (PAUSE, {"months": [2], "category": "retired"}, "现在没有离退休党支部，这条规定不会要求任何支部"),
            ("LOCAL-LECTURE", {"category": "nonsense"}, "请选择适用的党支部。"),
            ("LOCAL-LECTURE", {"since": Period.month(2026, 11)}, "请从一个季度的第一天起。"),
        ],
    )
    def test_with_the_reason(self, branch, on, code, more, sentence):
        draft = drafted(code, **{"since": Q4, "citation": PAPER, **more})
        assert local_duties.fault_of(draft, TODAY).startswith(sentence)

    def test_where_only_functional_or_ended_branches_would_be_asked(self, school, branch):
        cast.found(
            school.physics, "老年活动组", Branch.Level.BRANCH, "f1", form="functional", category="retired"
        )
        ended = cast.found(school.physics, "离退休党支部", Branch.Level.BRANCH, "r1", category="retired")
        draft = drafted("LOCAL-LECTURE", since=Q4, citation=PAPER, category="retired")
        assert local_duties.fault_of(draft, TODAY) == ""
        Branch.objects.filter(pk=ended.pk).update(dissolved_on=date(2026, 10, 1))
        assert "不会要求任何支部" in local_duties.fault_of(draft, TODAY)

    def test_one_that_would_reach_into_a_later_version(self, branch, on):
        on("LOCAL-LECTURE", Period.quarter(2027, 2))
        with pytest.raises(LocalDutyError, match="从2027年04月起已经启用，同一时间只能有一种，请先停用"):
            on("LOCAL-LECTURE", Period.quarter(2027, 1))

    def test_one_that_begins_in_the_last_quarter_of_another(self, branch, on, staff):
        row = on("LOCAL-LECTURE")
        local_duties.switch_off(row, Period.quarter(2027, 1), by=staff, today=TODAY)
        with pytest.raises(LocalDutyError, match="同一时间只能有一种"):
            on("LOCAL-LECTURE", Period.quarter(2027, 1))
        assert on("LOCAL-LECTURE", Period.quarter(2027, 2))

    @pytest.mark.parametrize("code", ["LOCAL-LECTURE", PAUSE])
    def test_for_other_branches_it_is_still_one_rule(self, branch, on, code):
        Branch.objects.filter(pk=branch.pk).update(category="student")
        months = [2] if code == PAUSE else []
        on(code, category="student", months=months)
        with pytest.raises(LocalDutyError, match="同一时间只能有一种"):
            on(code, months=months)

    def test_two_versions_of_one_time(self, branch, on):
        on("LOCAL-LECTURE")
        with pytest.raises(LocalDutyError, match="从2026年10月起已经启用，同一时间只能有一种，请先停用"):
            on("LOCAL-LECTURE", Period.quarter(2027, 1))

    def test_by_others_than_the_organisation_department(self, school):
        college = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        with pytest.raises(LocalDutyError, match="由学校党委组织部维护"):
            local_duties.switch_on(
                drafted("LOCAL-LECTURE", since=Q4, citation=PAPER), by=college, today=TODAY
            )


class TestSwitchedOff:
    def test_from_the_next_quarter_on(self, branch, on, staff):
        row = on("LOCAL-LECTURE")
        local_duties.switch_off(row, Q4, by=staff, today=TODAY)
        assert states(branch, "LOCAL-LECTURE") == [State.TODO]
        assert states(branch, "LOCAL-LECTURE", Period.quarter(2027, 1)) == []
        on("LOCAL-LECTURE", Period.quarter(2027, 1), count=2)

    def test_one_that_has_not_held_for_a_whole_quarter_goes_without_trace_but_the_trail(
        self, branch, on, staff
    ):
        local_duties.switch_off(on("LOCAL-LECTURE"), Q3, by=staff, today=TODAY)
        assert LocalDuty.objects.count() == 0
        actions = AuditEntry.objects.filter(action__startswith="localduty.").values_list("action", flat=True)
        assert sorted(actions) == ["localduty.switch_off", "localduty.switch_on"]

    def test_never_within_a_quarter_that_is_over(self, branch, on, staff):
        row = on("LOCAL-LECTURE")
        with pytest.raises(LocalDutyError, match="已结束的季度不能再改"):
            local_duties.switch_off(row, Period.quarter(2026, 2), by=staff, today=TODAY)


class TestSeenBefore:
    def test_which_branches_would_be_asked(self, branch):
        period, effects = rule_changes.of_starting(drafted("LOCAL-LECTURE", since=Q4, citation=PAPER), TODAY)
        assert (period, {one.branch: one.changes for one in effects}["物理教师党支部"]) == (
            Q4,
            ("四季度党课：无要求 → 未到期",),
        )

    def test_which_would_not_be_any_more(self, branch, on):
        Branch.objects.filter(pk=branch.pk).update(category="student")
        draft = drafted(PAUSE, since=Q4, citation=PAPER, months=[11], category="student")
        _, effects = rule_changes.of_starting(draft, TODAY)
        assert [(one.branch, one.changes) for one in effects] == [
            ("物理教师党支部", ("11月支委会：未到期 → 不适用", "11月主题党日：未到期 → 不适用"))
        ]
        period, effects = rule_changes.of_ending(on("LOCAL-LECTURE"), Q4, TODAY)
        assert period == Period.quarter(2027, 1)
        assert ("一季度党课：未到期 → 无要求",) in [one.changes for one in effects]


class TestPages:
    ADDRESS = ("duty_rule", ["LOCAL-LECTURE"])

    def post(self, browser, **data):
        sent = {"count": "1", "category": "", "since": "2026Q4", "citation": PAPER, **data}
        return browser.post(reverse("duty_rule", args=["LOCAL-LECTURE"]), sent, follow=True)

    def test_looked_at_confirmed_and_ended(self, branch, staff):
        desk = cast.a_browser(staff)
        looked = self.post(desk, step="look")
        assert "个党支部会有变化" in looked.content.decode()
        assert LocalDuty.objects.count() == 0
        assert "每季度1次，2026年10月起" in self.post(desk, step="do").content.decode()
        ended = desk.post(
            reverse("duty_rule", args=["LOCAL-LECTURE"]), {"last": "2026Q4", "step": "do"}, follow=True
        )
        assert "“党课”已停用。" in ended.content.decode()
        assert LocalDuty.objects.get().until == date(2026, 12, 31)

    def test_bad_input_is_told_and_kept(self, branch, staff):
        page = self.post(cast.a_browser(staff), citation="", count="3")
        assert (page.status_code, LocalDuty.objects.count()) == (422, 0)
        assert "请写明依据的文件名称、文号和条款。" in page.content.decode()
        assert 'value="3"' in page.content.decode()

    def test_an_unknown_rule(self, staff):
        assert cast.a_browser(staff).get(reverse("duty_rule", args=["LOCAL-X"])).status_code == 404

    def test_all_rules_with_their_articles(self, staff, on):
        on(PAUSE, months=[2, 8])
        text = cast.a_browser(staff).get(reverse("duty_rules")).content.decode()
        assert "支部条例第十六条、教育管理条例第十六条：每月相对固定1天开展主题党日" in text
        assert "全部党支部2、8月不作要求，2026年10月起" in text
