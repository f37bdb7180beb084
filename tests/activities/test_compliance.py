"""What the rules ask of each branch, a row a branch, rule and period; and the command that prints it."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from activities import compliance
from activities.rulebook import every_code, explain
from branches import terms
from branches.models import Branch
from branches.scope import covering_ranges
from lib.periods import Period
from tests import cast

Q3 = Period.quarter(2026, 3)


def rows(branch, period=Q3, today=date(2026, 10, 20)):
    return {
        row.rule: row
        for row in compliance.of_period(covering_ranges([branch.path]), period, today)
        if row.branch == branch.code
    }


def states(found):
    return {code: row.state for code, row in found.items()}


class TestOfRecords:
    def test_three_months_are_one_row(self, branch):
        for day in (1, 2, 3):
            cast.a_record(branch, "theme_day", date(2026, 9, day))
        row = rows(branch)["ZB-21"]
        assert (row.required, row.met, row.missed, row.held) == (3, 1, 2, 3)
        assert (row.state, row.kind, row.severity, row.period) == ("overdue", "theme_day", "must", "2026Q3")
        assert row.due_on == date(2026, 7, 31)
        assert row.reason == "7月应开 1 次，已开 0 次，已过期限。8月应开 1 次，已开 0 次，已过期限。"

    def test_what_may_still_be_done_is_due(self, branch):
        row = rows(branch, Period.quarter(2026, 4))["ZB-10"]
        assert (row.state, row.missed, row.due_on) == ("due", 0, date(2026, 12, 31))
        assert "还可在12月31日前召开" in row.reason

    def test_each_group_counts(self, branch):
        cast.a_group(branch, name="第一党小组")
        cast.a_record(branch, "group_meeting", date(2026, 7, 5), cast.a_group(branch, name="第二党小组"))
        row = rows(branch)["ZB-17"]
        assert (row.required, row.met, row.missed, row.held) == (6, 1, 5, 1)

    def test_where_nothing_is_asked_the_reason_stands(self, school):
        cast.a_member(school.students)
        row = rows(school.students)["ZB-13"]
        assert (row.state, row.required, row.reason) == ("not_applicable", 0, "未设支委会，不作要求。")

    def test_on_a_day_it_is_the_month_the_quarter_and_the_year_of_it(self, branch):
        found = {
            row.rule: row.period
            for row in compliance.on(covering_ranges([branch.path]), date(2026, 10, 20))
            if row.kind
        }
        assert found == {
            "ZB-10": "2026Q4",
            "ZB-13": "2026-10",
            "ZB-21": "2026-10",
            "ZB-23": "2026",
            "ZB-25": "2026",
            "ZB-39": "2026",
        }


class TestOfHowABranchIsLed:
    def test_all_in_order(self, branch):
        terms.elect(branch, date(2025, 3, 1), years=3, by=None)
        of_health = {code: row.state for code, row in rows(branch).items() if row.kind is None}
        assert of_health.pop("ZB-05") == "not_applicable"
        assert set(of_health.values()) == {"done"}
        assert list(of_health) == sorted(
            f"ZB-{number}" for number in ("02", "03", "06", "29", "30", "31", "32", "34", "35", "36")
        )

    def test_what_is_missing_is_said_with_its_article(self, school):
        for _ in range(2):
            cast.a_member(school.students)
        row = rows(school.students)["ZB-03"]
        assert (row.state, row.missed, row.article) == ("overdue", 1, "支部条例第五条")
        assert "正式党员 2 人，不足 3 人" in row.reason
        found = rows(school.students)
        assert (found["ZB-36"].reason, found["ZB-34"].reason) == ("没有登记现任书记。", "没有登记任期。")

    @pytest.mark.parametrize("form", [Branch.Form.TEMPORARY, Branch.Form.FUNCTIONAL])
    def test_of_a_branch_without_members_of_its_own_little_is_asked(self, school, form):
        camp = cast.found(school.physics, "实习队", Branch.Level.BRANCH, "t1", form=form)
        asked = {code for code, row in rows(camp).items() if row.kind is None and row.required}
        assert asked == set()

    def test_above_the_branches_it_is_the_term(self, school):
        found = rows(school.physics)
        assert states(found) == dict.fromkeys(("RW-02", "RW-03", "RW-04"), "not_applicable")
        terms.elect(school.physics, date(2020, 3, 1), years=5, by=None)
        overdue = rows(school.physics)["RW-02"]
        assert (overdue.state, overdue.due_on) == ("overdue", date(2025, 3, 1))


class TestCommand:
    def printed(self, *arguments):
        out = StringIO()
        call_command("duties", *arguments, stdout=out)
        return out.getvalue()

    def test_json_is_a_list_of_rows(self, branch):
        [row] = [
            row
            for row in json.loads(self.printed("--branch", branch.code, "--period", "2026Q3", "--json"))
            if row["rule"] == "ZB-10"
        ]
        assert row == {
            "branch": "001001001",
            "rule": "ZB-10",
            "kind": "general_meeting",
            "article": "支部条例第十一条：一般每季度召开1次",
            "severity": "normally",
            "period": "2026Q3",
            "required": 1,
            "met": 0,
            "missed": 1,
            "held": 0,
            "state": "overdue",
            "due_on": "2026-09-30",
            "reason": "三季度应开 1 次，已开 0 次，已过期限。",
        }

    def test_a_committee_has_all_below_it_in_official_order(self, branch, school):
        found = [row["branch"] for row in json.loads(self.printed("--on", "2026-10-20", "--json"))]
        assert list(dict.fromkeys(found)) == [
            "001",
            "001001",
            "001001001",
            "001001002",
            "001002",
            "001002001",
        ]

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["--branch", "404"], "没有代码为“404”的党组织。"),
            (["--period", "2026Q5"], "--period “2026Q5”不是统计时间段"),
            (["--on", "昨天"], "--on"),
            (["--explain", "ZB-99"], "没有代码为“ZB-99”的规定。"),
        ],
    )
    def test_bad_arguments_are_refused_in_a_sentence(self, school, arguments, sentence):
        out = StringIO()
        with pytest.raises(SystemExit) as refusal:
            call_command("duties", *arguments, "--json", stdout=out)
        assert refusal.value.code == 2
        assert json.loads(out.getvalue())["error"].startswith(sentence)


class TestExplained:
    def test_a_rule_of_records_says_of_whom_and_how_often(self):
        rule = explain("ZB-23")
        assert (rule.asked_of, rule.asked, rule.severity) == ("党支部", "每年1次，一般在10月以后", "应当")
        assert (rule.article, rule.since) == (
            "支部条例第十七条：每年至少召开1次，一般安排在第四季度",
            "2018-10-28",
        )

    def test_what_is_left_out_fits_the_rule(self):
        assert "党小组" not in explain("ZB-13").note
        assert explain("ZB-17").note.endswith("期间成立或结束的党小组不作要求。")

    @pytest.mark.parametrize(
        ("code", "article", "enforced"),
        [
            ("ZB-29", "支部条例第二十条、高校条例第八条", "没有做到的一直列出"),
            ("JY-10", "教育管理条例第二十四条", "不符合的不能办理"),
            ("FZ-02", "发展党员细则第七条：收到入党申请书后一个月内派人谈话", "没有做到的一直列出"),
        ],
    )
    def test_every_other_rule_too(self, code, article, enforced):
        rule = explain(code)
        assert (rule.article, rule.enforced) == (article, enforced)

    def test_what_a_rule_of_records_counts_is_said(self):
        rule = explain("ZB-39")
        assert (rule.asked_of, rule.asked) == ("临时、功能型以外的党支部", "每年1次，一般在10月以后")
        assert rule.note.startswith("这里计向党员大会的述职")
        assert explain("ZB-39-2").asked == "每年向上级党组织述职"

    @pytest.mark.parametrize(
        ("code", "kept", "articles", "also"),
        [
            ("GX-01", "RW-01", ["任期意见第一条", "高校条例第五条"], ""),
            ("GX-04", "RW-04", ["高校条例第七条"], ""),
            ("GX-05", "ZB-29", ["支部条例第二十条", "高校条例第八条"], "另见ZB-31、ZB-32"),
            ("JY-05", "ZB-21", ["支部条例第十六条", "教育管理条例第十六条"], ""),
        ],
    )
    def test_what_repeats_another_text_is_answered_by_it(self, code, kept, articles, also):
        rule = explain(code)
        assert rule.code == kept
        assert all(article in rule.article for article in articles)
        assert rule.note.startswith(f"{code}与此条相同")
        assert also in rule.note

    def test_every_rule_of_the_three_texts_and_of_the_terms_can_be_explained(self):
        """ZB-26, GX-10, JY-02 and JY-03 are from elsewhere, JY-04 is local; JY-23 says what is not in the text."""
        asked = [f"ZB-{number:02d}" for number in range(1, 41) if number != 26]
        asked += [f"GX-{number:02d}" for number in range(1, 22) if number != 10]
        asked += ["JY-01", *(f"JY-{number:02d}" for number in range(5, 23))]
        asked += [f"RW-{number:02d}" for number in range(1, 5)]
        assert set(asked) <= set(every_code())
        for code in asked:
            rule = explain(code)
            assert rule.article
            assert rule.enforced != "只作提示" or rule.note

    def test_a_code_of_no_rule(self):
        assert explain("ZB-99") is None
