"""Plans: their dates, what was held beside them, single dates moved or called off, and what cannot be planned."""

from datetime import date, time
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from activities import records
from activities.models import Plan, PlanChange
from activities.models.plans import LAST
from activities.plans import beside, keeping
from activities.plans.dates import dates_of, in_words
from activities.plans.keeping import PlanError
from branches import tree
from branches.roles import Role
from lib.periods import Period
from tests import cast
from tests.activities.forms import filled

YEAR = Period.year(2026)
AUTUMN = {"since": date(2026, 9, 1), "until": date(2026, 12, 31)}
FIFTEENTH = {"kind": "theme_day", "rhythm": "monthly", "day": 15, **AUTUMN}


@pytest.fixture
def add(branch, secretary):
    return lambda by=secretary, of=branch, **facts: keeping.add(of, by=by, **{**FIFTEENTH, **facts})


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


def states(branch, day=date(2026, 10, 20)):
    found = beside.of_branch(branch, YEAR, day)
    return [(f"{line.planned.on:%m-%d}", line.state.value) for line in found.lines]


class TestDates:
    @pytest.mark.parametrize(
        ("facts", "said", "days"),
        [
            ({"day": 15}, "每月15日", ["09-15", "10-15", "11-15", "12-15"]),
            ({"day": 31}, "每月31日", ["09-30", "10-31", "11-30", "12-31"]),
            (
                {"day": None, "week": 2, "weekday": 2},
                "每月第二个星期三",
                ["09-09", "10-14", "11-11", "12-09"],
            ),
            (
                {"day": None, "week": LAST, "weekday": 4},
                "每月最后一个星期五",
                ["09-25", "10-30", "11-27", "12-25"],
            ),
            (
                {"rhythm": "quarterly", "month_of_quarter": 2, "day": 5},
                "每季度第二个月5日",
                ["11-05"],
            ),
            ({"rhythm": "once", "since": date(2026, 11, 5)}, "2026年11月5日", ["11-05"]),
        ],
    )
    def test_of_every_rhythm(self, add, facts, said, days):
        plan = add(**facts)
        assert (in_words(plan), [f"{day:%m-%d}" for day in dates_of(plan, YEAR)]) == (said, days)

    def test_a_dissolved_branch_has_none_any_more(self, add, school, staff):
        plan = add(by=staff, of=school.students)
        tree.dissolve(school.students, date(2026, 11, 1), by=None)
        plan.branch.refresh_from_db()
        assert [day.month for day in dates_of(plan, YEAR)] == [9, 10]


class TestRefusals:
    @pytest.mark.parametrize(
        ("facts", "field", "said"),
        [
            ({"day": None}, "day", "请填写几号，或者选择第几个星期几。"),
            ({"day": None, "week": 1}, "day", "请填写几号，或者选择第几个星期几。"),
            ({"week": 1, "weekday": 1}, "day", "“几号”和“第几个星期几”只填一种。"),
            ({"rhythm": "quarterly"}, "month_of_quarter", "请选择在季度中的第几个月。"),
            ({"until": date(2026, 8, 31)}, "until", "结束日期不能早于开始日期。"),
            ({"until": None}, "until", "请选择计划到哪一天为止。"),
            ({"until": date(2036, 9, 1)}, "until", "一条计划最长 5 年，请缩短，到时再续。"),
            ({"until": date(2026, 9, 14)}, "until", "这段时间里没有每月15日，请核对起止日期。"),
            ({"since": date(1999, 1, 1), "until": date(2000, 2, 1)}, "since", "计划不能早于这一天。"),
            ({"kind": "group_meeting"}, "group", "党小组会请选择党小组，其他类型不选。"),
            ({"starts_at": time(16), "ends_at": time(15)}, "ends_at", "结束时间应晚于开始时间。"),
            ({"ends_at": time(15)}, "starts_at", "填了结束时间，请同时填写开始时间。"),
        ],
    )
    def test_one_sentence_at_the_field(self, add, facts, field, said):
        with pytest.raises(PlanError, match=said) as refused:
            add(**facts)
        assert refused.value.field == field
        assert not Plan.objects.exists()

    def test_beyond_the_branchs_end(self, add, school, staff):
        tree.dissolve(school.students, date(2026, 11, 1), by=None)
        school.students.refresh_from_db()
        with pytest.raises(PlanError, match="于 2026-11-01 撤销，计划须在此以前结束。"):
            add(by=staff, of=school.students)

    def test_the_same_twice(self, add):
        add()
        with pytest.raises(PlanError, match="已有同样的计划：每月15日，主题党日。"):
            add(since=date(2026, 12, 1), until=date(2027, 6, 30))
        add(since=date(2027, 1, 1), until=date(2027, 6, 30))

    def test_not_for_a_foreign_branch(self, add, school):
        with pytest.raises(PlanError, match="由本支部书记、记录员或上级工作人员安排"):
            add(by=cast.a_user(Role.SECRETARY, school.students))


class TestBeside:
    def test_met_in_its_month_missed_waiting_and_coming(self, add, branch):
        add()
        cast.a_record(branch, "theme_day", date(2026, 9, 20))
        assert states(branch) == [
            ("09-15", "met"),
            ("10-15", "waiting"),
            ("11-15", "coming"),
            ("12-15", "coming"),
        ]
        assert states(branch, date(2026, 11, 1))[1] == ("10-15", "not_held")

    def test_another_kind_or_a_withdrawn_record_does_not_meet_it(self, add, branch):
        add()
        other = cast.a_record(branch, "party_lecture", date(2026, 9, 15))
        gone = cast.a_record(branch, "theme_day", date(2026, 9, 15))
        records.withdraw(gone, by=None, version=1, reason="重复")
        found = beside.of_branch(branch, YEAR, date(2026, 10, 20))
        assert (found.lines[0].state.value, found.unplanned) == ("not_held", [other])

    def test_one_record_meets_one_date_of_a_kind_and_one_of_each_of_its_kinds(self, add, branch):
        add()
        add(day=20)
        add(kind="party_lecture", day=15)
        cast.a_record(branch, "party_lecture", date(2026, 9, 15), also_kinds=" theme_day ")
        september = [state for day, state in states(branch) if day.startswith("09")]
        assert september == ["met", "met", "not_held"]

    def test_the_record_on_the_day_is_taken_before_the_nearest(self, add, branch):
        add()
        cast.a_record(branch, "theme_day", date(2026, 9, 14))
        on_the_day = cast.a_record(branch, "theme_day", date(2026, 9, 15))
        found = beside.of_branch(branch, YEAR, date(2026, 10, 20))
        assert found.lines[0].record == on_the_day

    def test_a_group_meets_only_its_own(self, branch, add):
        first = cast.a_group(branch, *branch.members.all()[:3])
        other = cast.a_group(branch, *branch.members.all()[3:5], name="第二党小组")
        add(kind="group_meeting", group=first)
        cast.a_record(branch, "group_meeting", date(2026, 9, 15), other)
        assert states(branch)[0] == ("09-15", "not_held")

    def test_a_quarterly_one_has_its_quarter(self, add, branch):
        add(kind="general_meeting", rhythm="quarterly", month_of_quarter=3, day=10)
        cast.a_record(branch, "general_meeting", date(2026, 7, 2))
        assert states(branch) == [("09-10", "met"), ("12-10", "coming")]

    def test_three_queries_for_all_branches(self, add, school, django_assert_num_queries):
        add()
        with django_assert_num_queries(3):
            beside.of_branches([school.teachers, school.students], YEAR, date(2026, 10, 20))


class TestSingleDates:
    def test_moved_into_the_next_month_both_are_asked(self, add, branch, secretary):
        plan = add()
        keeping.move(plan, date(2026, 9, 15), date(2026, 10, 9), reason="与军训冲突", by=secretary)
        cast.a_record(branch, "theme_day", date(2026, 10, 9))
        assert states(branch)[:2] == [("10-09", "met"), ("10-15", "waiting")]

    def test_called_off_and_held_after_all(self, add, branch, secretary):
        plan = add()
        keeping.cancel(plan, date(2026, 9, 15), reason="停课", by=secretary)
        assert states(branch)[0] == ("09-15", "cancelled")
        keeping.restore(plan, date(2026, 9, 15), by=secretary)
        assert states(branch)[0] == ("09-15", "not_held")

    @pytest.mark.parametrize(
        ("on", "to", "reason", "said"),
        [
            (date(2026, 9, 15), date(2026, 9, 15), "调课", "改期后的日期与原定日期相同。"),
            (date(2026, 9, 15), date(2026, 10, 15), "调课", "同一条计划在这一天已有一次"),
            (date(2026, 9, 15), date(1999, 9, 1), "调课", "在这一天尚未成立或已撤销"),
            (date(2026, 9, 15), date(2026, 9, 18), " ", "请写明原因。"),
            (date(2026, 9, 16), date(2026, 9, 18), "调课", "计划已经变动，没有这一天了。"),
        ],
    )
    def test_refused(self, add, secretary, on, to, reason, said):
        plan = add()
        with pytest.raises(PlanError, match=said):
            keeping.move(plan, on, to, reason=reason, by=secretary)
        assert not PlanChange.objects.exists()

    def test_ended_what_has_passed_stays(self, add, branch, secretary):
        plan, new = add(), add(day=25, since=date(2026, 11, 1))
        assert keeping.end(plan, by=secretary, today=date(2026, 10, 20))
        assert not keeping.end(new, by=secretary, today=date(2026, 10, 20))
        assert [day for day, _ in states(branch)] == ["09-15", "10-15"]


class TestPages:
    def test_listed_from_the_form(self, browser, branch):
        address = reverse("plan_add", args=[branch.pk])
        sent = {"kind": "theme_day", "rhythm": "monthly", "day": "15"}
        sent |= {"since": "2026-09-01", "until": "2026-12-31"}
        page = browser.post(address, sent, follow=True).content.decode()
        assert "已列入计划：主题党日，每月15日。" in page
        again = browser.post(address, sent)
        assert (again.status_code, list(again.context["form"].errors)) == (422, ["kind"])

    def test_the_home_opens_the_record_filled_in(self, secretary, add):
        add(starts_at=time(14, 30), ends_at=time(16), place="会议室", topic="{月}月主题党日")
        with time_machine.travel("2026-11-12 10:00 +0800", tick=False):
            browser = cast.a_browser(secretary)
            [one] = browser.get(reverse("home")).context["coming"]
            sent = filled(browser.get(one.url))
        assert (one.planned.on, sent["topics"]) == (date(2026, 11, 15), ["11月主题党日"])
        assert (sent["starts_at"], sent["ends_at"], sent["place"]) == ("14:30", "16:00", "会议室")

    def test_a_date_is_moved_and_given_back(self, browser, add):
        plan = add()
        address = reverse("plan_date", args=[plan.pk, "2026-11-15"])
        browser.post(address, {"to": "2026-11-18", "reason": "运动会"})
        assert PlanChange.objects.get().moved_to == date(2026, 11, 18)
        browser.post(address, {"undo": "1"})
        assert not PlanChange.objects.exists()
        assert browser.get(reverse("plan_date", args=[plan.pk, "2026-11-16"])).status_code == 404
        assert browser.get(reverse("plan_date", args=[plan.pk, "x"])).status_code == 404

    def test_the_workbook_holds_plan_and_what_was_not_planned(self, browser, branch, add):
        add()
        cast.a_record(branch, "theme_day", date(2026, 9, 15), title="学党史")
        cast.a_record(branch, "film", date(2026, 9, 16), title="观影")
        response = browser.post(reverse("plan_export", args=[branch.pk, 2026]))
        rows = list(load_workbook(BytesIO(b"".join(response.streaming_content))).active.values)[3:]
        assert [(row[6], row[8]) for row in rows] == [
            ("已开展", "学党史"),
            ("日期已过，待开展", None),
            ("未到日期", None),
            ("未到日期", None),
            ("计划外", "观影"),
        ]

    def test_staff_see_their_branches_in_official_order(self, add, school):
        add()
        desk = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        lines = desk.get(reverse("plan_list")).context["lines"]
        assert [(branch.short_name, numbers[0][1]) for branch, numbers in lines] == [
            ("物理教师党支部", 4),
            ("物理学生党支部", 0),
        ]

    def test_the_fixed_day_is_asked_for_with_its_article(self, browser, branch):
        text = browser.get(reverse("plan_year", args=[branch.pk, 2026])).content.decode()
        assert "主题党日每月相对固定1天开展（支部条例第十六条）。" in text

    def test_another_year_than_those_offered_is_missing(self, browser, branch):
        assert browser.get(reverse("plan_year", args=[branch.pk, 1990])).status_code == 404
