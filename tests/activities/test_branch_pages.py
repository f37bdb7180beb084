"""Home, branch and one's own page."""

import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from activities.attendance import Mark
from branches.models import Branch
from branches.roles import Role
from branches.terms import elect
from members.models import Member
from tests import cast

HOME = reverse("home")


def branch_address(branch, **query):
    return reverse("branch_page", args=[branch.pk], query=query)


class TestHome:
    def test_a_new_branch_owes_the_months_since_last_quarter(self, browser, branch):
        items = browser.get(HOME).context["items"]
        shown = [(item.day, item.when, item.title, item.note) for item in items]
        assert shown[-6:] == [
            (31, "10月", "支委会", "10月应开 1 次，还没开"),
            (31, "10月", "主题党日", "10月应开 1 次，还没开"),
            (31, "12月", "支部党员大会", "四季度应开 1 次，还没开"),
            (31, "12月", "组织生活会", "2026年应开 1 次，还没开"),
            (31, "12月", "民主评议党员", "2026年应开 1 次，还没开"),
            (31, "12月", "书记述职", "2026年应开 1 次，还没开"),
        ]
        assert shown[0] == (31, "7月 已逾期", "支委会", "7月应开 1 次，还没开，已开展的可补记")
        assert len(shown) == 7 + 6

    def test_what_is_held_at_the_end_of_the_year_is_not_asked_before(self, browser, branch):
        with time_machine.travel("2026-09-30 10:00 +0800", tick=False):
            titles = [item.title for item in browser.get(HOME).context["items"]]
        assert ("支部党员大会" in titles, "组织生活会" in titles) == (True, False)

    def test_its_buttons_open_the_prefilled_form(self, browser, branch):
        group = cast.a_group(branch, *Member.objects.all()[:3])
        items = {(item.title, item.when): item.url for item in browser.get(HOME).context["items"]}
        address = items["党小组会（第一党小组）", "10月"]
        form = browser.get(address).context["form"]
        assert (form.chosen_group, form.day, len(form.roll.people)) == (group, date(2026, 10, 20), 3)
        overdue = browser.get(items["主题党日", "9月 已逾期"]).context["form"]
        assert (overdue.day, overdue.is_unfolded) == (date(2026, 9, 30), True)

    @pytest.mark.parametrize(
        ("day", "headline"),
        [
            ("2026-10-20", "还有 6 件事，2 件10月31日截止"),
            ("2026-10-30", "还有 6 件事，2 件明天截止"),
            ("2026-10-31", "还有 6 件事，2 件今天截止"),
            ("2026-11-02", "还有 8 件事，2 件逾期，2 件11月30日截止"),
        ],
    )
    def test_it_says_first_what_is_pressing(self, branch, secretary, day, headline):
        for month in (7, 8, 9):
            cast.a_record(branch, "theme_day", date(2026, month, 5))
            cast.a_record(branch, "committee_meeting", date(2026, month, 5))
        cast.a_record(branch, "general_meeting", date(2026, 9, 5))
        with time_machine.travel(f"{day} 10:00 +0800", tick=False):
            assert cast.a_browser(secretary).get(HOME).context["headline"] == headline

    def test_when_all_is_done_it_says_so(self, browser, branch, today):
        for month in (7, 8, 9, 10):
            for kind in ("theme_day", "committee_meeting", "general_meeting"):
                cast.a_record(branch, kind, date(2026, month, 5))
        told = {"general_meeting": {"is_given": True}}
        cast.a_record(branch, "general_meeting", date(2026, 10, 12), details=told)
        for kind in ("organization_life_meeting", "democratic_review"):
            cast.a_record(branch, kind, date(2026, 10, 12))
        response = browser.get(HOME)
        assert (response.context["headline"], response.context["items"]) == ("现在没有要办的事", [])
        assert "本月应开的都已开过。" in response.content.decode()

    def test_birthdays_of_this_month_the_next_one_named(self, browser, branch):
        cast.a_member(branch, "早的", joined=date(2015, 10, 2))
        for name, year in (("晚的", 2014), ("同日的", 2016)):
            cast.a_member(branch, name, joined=date(year, 10, 28), full=date(year + 1, 10, 28))
        cast.a_member(branch, "更晚的", joined=date(2015, 10, 30))
        context = browser.get(HOME).context
        named = {(one.name, one.years) for one in context["next_born"]}
        assert (context["born"].total, named) == (4, {("晚的", 12), ("同日的", 10)})

    def test_the_year_has_one_row_a_duty(self, browser, branch):
        cast.a_record(branch, "theme_day", date(2026, 10, 12))
        rows = {
            row.label: [cell.state for cell in row.cells] for row in browser.get(HOME).context["matrix"].rows
        }
        assert list(rows) == ["党员大会", "支委会", "主题党日", "组织生活", "民主评议", "书记述职"]
        assert rows["组织生活"] == ["todo"]
        assert rows["党员大会"] == ["late", "late", "late", "todo"]
        assert rows["主题党日"] == ["late"] * 9 + ["belated", "todo", "todo"]

    def test_with_several_branches_one_switches(self, branch, school):
        user = cast.a_user(Role.SECRETARY, branch)
        cast.give(user, Role.RECORDER, school.students)
        browser = cast.a_browser(user)
        first = browser.get(HOME).context
        assert first["branch"] == branch
        second = browser.get(first["branches"][1].url).context
        assert (second["branch"], second["branches"][1].current) == (school.students, True)
        assert browser.get(HOME, {"branch": school.musicians.pk}).status_code == 404

    def test_an_attendance_taker_has_the_same_home(self, branch):
        browser = cast.a_browser(cast.a_user(Role.ATTENDANCE_TAKER, branch))
        page = browser.get(HOME)
        assert page.context["branch"] == branch
        assert "政治生日" not in page.content.decode()

    def test_nothing_leads_an_attendance_taker_to_where_he_may_not_go(self, branch):
        people = Member.objects.filter(branch=branch)[:3]
        for name in ("第一党小组", "第二党小组"):
            cast.a_record(
                branch, "group_meeting", date(2026, 10, 12), cast.a_group(branch, *people, name=name)
            )
        browser = cast.a_browser(cast.a_user(Role.ATTENDANCE_TAKER, branch))
        for page in (browser.get(HOME), browser.get(branch_address(branch))):
            links = set(re.findall(r'<a [^>]*href="(/[^"#]*)"', page.content.decode()))
            assert {browser.get(link.replace("&amp;", "&")).status_code for link in links} <= {200, 302}

    def test_queries_do_not_grow(self, browser, branch, django_assert_num_queries):
        cast.a_member(branch, joined=date(2015, 10, 3))
        browser.get(HOME)
        with django_assert_num_queries(30):
            browser.get(HOME)
        for number in range(40):
            cast.a_member(branch, joined=date(2015, 10, 1 + number % 28))
        cast.a_group(branch, *Member.objects.all())
        cast.a_record(branch, "theme_day", date(2026, 10, 12))
        with django_assert_num_queries(30):
            browser.get(HOME)


class TestBranchPage:
    def test_one_is_led_to_ones_own(self, browser, branch):
        assert browser.get(reverse("branch_own")).url == branch_address(branch)
        assert cast.a_browser(cast.a_user()).get(reverse("branch_own")).url == reverse("me")

    def test_the_year_of_duties_and_its_three_figures(self, browser, branch):
        cast.a_record(branch, "theme_day", date(2026, 8, 3))
        context = browser.get(branch_address(branch)).context
        year = context["year"]
        # Four quarters of the general meeting, ten months of two monthly duties, and three of the year's end.
        assert (year.required, year.met, year.exempt) == (4 + 10 + 10 + 3, 1, 0)
        heads = [head.label for head in context["matrix"].heads]
        assert heads == ["党员大会", "支委会", "主题党日", "组织生活", "民主评议", "书记述职"]
        first, second = context["matrix"].rows[:2]
        assert [cell.rowspan for cell in first.cells] == [3, 0, 0, 12, 12, 12]
        assert [cell.label for cell in second.cells] == ["2月支委会", "2月主题党日"]
        assert browser.get(context["met_url"]).context["page"].paginator.count == year.met

    def test_a_done_cell_leads_to_its_records_an_open_one_to_its_reason(self, browser, branch):
        one = cast.a_record(branch, "theme_day", date(2026, 8, 3))
        for day in (1, 2):
            cast.a_record(branch, "theme_day", date(2026, 9, day))
        response = browser.get(branch_address(branch))
        rows = response.context["matrix"].rows
        urls = {row.label: row.cells[-1].url for row in rows}
        assert list(browser.get(urls["8月"]).context["records"]) == [one]
        assert len(browser.get(urls["9月"]).context["records"]) == 2
        assert urls["7月"] == "#theme_day-2026-07"
        assert browser.get(urls["12月"]).context["state"] == "todo"
        note = next(note for note in response.context["notes"] if note.anchor == "theme_day-2026-07")
        assert note.reasons == ["7月应开 1 次，已开 0 次，已过期限。"]
        assert note.article == "支部条例第十六条、教育管理条例第十六条：每月相对固定1天开展主题党日"
        assert browser.get(note.url).context["form"].day == date(2026, 7, 31)

    def test_every_cell_leads_to_its_reason_and_article(self, browser, branch):
        cast.a_record(branch, "theme_day", date(2026, 10, 19))
        cast.a_record(branch, "theme_day", date(2026, 9, 5))
        page = browser.get(branch_address(branch))
        seen = {}
        for row in page.context["matrix"].rows:
            for cell in row.cells:
                seen[cell.state] = cell.url
                told = page.text.split(f'id="{cell.url[1:]}"')[1] if cell.url[0] == "#" else page.text
                assert "支部条例第" in (told if cell.url[0] == "#" else browser.get(cell.url).text)
        assert {"done", "belated", "late", "todo"} <= set(seen)
        assert "按时登记的不足应开次数，算补记" in browser.get(seen["belated"]).text

    def test_a_month_is_open_while_one_group_has_not_met(self, browser, branch):
        people = list(Member.objects.all())
        first = cast.a_group(branch, *people[:5])
        second = cast.a_group(branch, *people[5:], name="第二党小组")
        cast.a_record(branch, "group_meeting", date(2026, 8, 3), first)
        page = browser.get(branch_address(branch))
        context = page.context
        august = context["matrix"].rows[7].cells[1]
        assert (august.label, august.state) == ("8月党小组会", "late")
        note = next(note for note in context["notes"] if note.anchor == "group_meeting-2026-08")
        assert note.reasons == ["第二党小组：8月应开 1 次，已开 0 次，已过期限。"]
        assert f"group={second.pk}" in note.url
        assert "第一党小组：7月应开 1 次，已开 0 次，已过期限。第二党小组：7月应开" in page.text
        assert [name for name, _ in context["groups"]] == ["第一党小组", "第二党小组"]
        assert context["groups"][0][1][0] == "教师0"

    @pytest.mark.parametrize("year", ["abc", "1999", "2027", "２０２５", "-1"])
    def test_a_year_that_is_not_offered_is_said_to_be_left_out(self, browser, branch, year):
        page = browser.get(branch_address(branch, year=year))
        assert page.context["year"].year == 2026
        assert "“年度”没有采用：" in page.content.decode()

    def test_the_year_can_be_switched_within_three(self, browser, branch):
        cast.a_record(branch, "theme_day", date(2025, 12, 31))
        context = browser.get(branch_address(branch, year=2025)).context
        assert (context["year"].year, context["year"].met, len(context["recent"])) == (2025, 1, 1)
        assert list(context["years"]) == [2024, 2025, 2026]
        page = browser.get(branch_address(branch, year=""))
        assert (page.context["year"].year, "没有采用" in page.content.decode()) == (2026, False)

    @pytest.mark.parametrize(
        ("elected", "codes"),
        [(date(2025, 1, 1), []), (date(2024, 4, 20), ["ZB-34"]), (date(2023, 10, 19), ["ZB-35"])],
    )
    def test_what_is_to_be_put_right_stands_beside_the_term(self, browser, branch, elected, codes):
        elect(branch, elected, by=None)
        cast.a_training(Member.objects.get(name="教师0"))
        context = browser.get(branch_address(branch)).context
        assert [one.finding.rule.code for one in context["findings"]] == codes
        assert [one.url for one in context["findings"]] == [f"/branches/{branch.pk}/election/"] * len(codes)
        assert context["leaders"] == [("书记", "教师0"), ("委员", "教师1"), ("委员", "教师2")]

    def test_a_leader_sees_masked_names_and_no_button(self, branch, school):
        browser = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        response = browser.get(branch_address(branch))
        text = response.content.decode()
        assert "教**" in text
        assert "教师0" not in text
        assert "去记录" not in text

    def test_a_college_lists_what_stands_below_it(self, school):
        browser = cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))
        below = browser.get(branch_address(school.physics)).context["below"]
        assert list(below) == [school.teachers, school.students]

    def test_strangers_do_not_find_it(self, browser, school):
        assert browser.get(branch_address(school.musicians)).status_code == 404

    def test_queries_do_not_grow(self, browser, branch, django_assert_num_queries):
        cast.a_group(branch, *Member.objects.all())
        browser.get(branch_address(branch))
        with django_assert_num_queries(55):
            browser.get(branch_address(branch))
        for _ in range(40):
            cast.a_member(branch)
        cast.a_group(branch, *Member.objects.all(), name="第二党小组")
        for month in range(1, 10):
            cast.a_record(branch, "theme_day", date(2026, month, 5))
        with django_assert_num_queries(55):
            browser.get(branch_address(branch))


class TestMe:
    def test_ones_own_attendance_and_nobody_elses(self, branch):
        mine = Member.objects.get(name="教师3")
        account = cast.a_user(name="教师3")
        Member.objects.filter(pk=mine.pk).update(account=account)
        for number, day in enumerate((date(2026, 9, 1), date(2026, 8, 1), date(2025, 12, 31))):
            marks = cast.all_present("theme_day", branch, day)
            if number:
                marks[mine.pk] = Mark("leave", "因病")
            cast.a_record(branch, "theme_day", day, marks=marks)
        context = cast.a_browser(account).get(reverse("me")).context
        assert context["figures"] == {"expected": 2, "present": 1, "on_leave": 1, "absent": 0}
        assert [(one.day, one.label) for one in context["attendances"]] == [
            (date(2026, 9, 1), "到会"),
            (date(2026, 8, 1), "请假"),
        ]

    def test_roles_and_where_they_hold(self, browser, secretary):
        response = browser.get(reverse("me"))
        assert response.context["roles"] == [("党支部书记", "物理教师党支部")]
        assert response.context["member"] is None
        nobody = cast.a_browser(cast.a_user()).get(reverse("me")).content.decode()
        assert "还没有授权，请联系本单位组织员。" in nobody

    def test_an_administrator_has_a_page_too(self, today, db):
        browser = cast.a_browser(cast.a_user(Role.AUDITOR))
        assert browser.get(reverse("me")).context["roles"] == [("审计管理员", "全校")]


def test_a_dissolved_branch_is_no_choice_any_more(school, branch, secretary):
    Branch.objects.filter(pk=branch.pk).update(dissolved_on=date(2026, 10, 1))
    assert cast.a_browser(secretary).get(HOME).status_code == 403
    assert cast.a_browser(secretary).get(branch_address(branch)).status_code == 200
