"""Dashboard, statistics and the lists: who sees what, what the address asks for, and the number of queries."""

import re
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEntry
from activities.models import Activity, Campaign, LocalDuty, Tally
from branches.models import Branch
from branches.roles import Role
from jobs.models import Job
from reports.measures import share_in_words
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]


@pytest.fixture
def leader(client, school):
    leader = cast.a_user(Role.LEADER, school.root)
    client.force_login(leader)
    return leader


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def statistics(client, code="2026Q3", **filters):
    return client.get(reverse("quarter_period", args=[code]), filters)


class TestDashboard:
    def test_it_says_the_period_in_one_sentence(self, client, leader):
        page = client.get(reverse("dashboard"), {"period": "2026Q3"})
        sentence = "".join(piece.text for piece in page.context["board"].sentence)
        assert (
            sentence
            == "三季度主题党日应开 9 次，已开 4 次，还有 5 次未开。逾期未开的义务有 11 项，其中主题党日 5 项。"
        )

    def test_a_running_period_says_so_and_names_the_deadline(self, client, school):
        with time_machine.travel("2026-08-30 12:00 +0800", tick=False):
            client.force_login(cast.a_user(Role.LEADER, school.root))
            page = client.get(reverse("dashboard"))
        sentence = "".join(piece.text for piece in page.context["board"].sentence)
        assert sentence == (
            "8月主题党日应开 3 个支部，已开 1 个，还有 2 个未开，明天截止。"
            "逾期未开的义务有 2 项，其中支委会 1 项。"
        )
        assert "进行中" in text(page)

    def test_four_figures(self, client, leader):
        page = client.get(reverse("dashboard"), {"period": "2026Q3"})
        shown = [(figure.label, figure.value) for figure in page.context["board"].figures]
        assert shown == [
            ("三季度主题党日", "44.4%"),
            ("三季度支部党员大会", "1"),
            ("按时登记", "87.5%"),
            ("党员到会", "100.0%"),
        ]

    def test_where_nothing_was_held_there_is_no_rate(self, client, leader):
        page = client.get(reverse("dashboard"), {"period": "2024Q1"})
        shown = [(figure.label, figure.value) for figure in page.context["board"].figures[2:]]
        assert shown == [("按时登记", "—"), ("党员到会", "—")]

    def test_who_was_on_leave_or_absent_is_a_link_to_those_records(self, client, leader, school):
        record = Activity.objects.valid().get(kind="theme_day", held_on=date(2026, 7, 15))
        marks = {"expected": record.present + 3, "on_leave": 2, "absent": 1}
        Activity.objects.filter(pk=record.pk).update(**marks)
        Tally.objects.filter(branch=record.branch, kind="theme_day", month=date(2026, 7, 1)).update(**marks)
        figure = client.get(reverse("dashboard"), {"period": "2026Q3"}).context["board"].figures[-1]
        for piece, number in zip(figure.note[::2], ("请假 2", "缺席 1"), strict=True):
            assert piece.text == number
            assert [line.record for line in client.get(piece.url).context["lines"]] == [record]

    def test_the_matrix_stands_in_official_order(self, client, leader):
        matrix = client.get(reverse("dashboard"), {"period": "2026Q3"}).context["board"].matrix
        assert [row.label for row in matrix.rows] == ["物理学院党委", "音乐学院党总支"]
        assert matrix.bands == [("党员大会", 1), ("支委会", 3), ("党小组会", 3), ("主题党日", 3)]
        theme_days = [(cell.state, cell.count) for cell in matrix.rows[0].cells[-3:]]
        assert theme_days == [("done", ""), ("late", 1), ("late", 1)]

    def test_a_committee_leader_sees_his_own_branches_only(self, client, school):
        client.force_login(cast.a_user(Role.LEADER, school.music))
        page = client.get(reverse("dashboard"), {"period": "2026-09"})
        rows = page.context["board"].matrix.rows
        assert [row.label for row in rows] == ["音乐教师党支部", "物理学生党支部"]
        assert "物理教师党支部" not in text(page)

    def test_an_empty_university(self, client):
        root = cast.found(None, "党委", Branch.Level.PARTY_COMMITTEE, "001")
        client.force_login(cast.a_user(Role.LEADER, root))
        page = text(client.get(reverse("dashboard")))
        assert "没有应开的支部" in page
        assert "这个期间没有应开的义务。" in page

    @pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, None])
    def test_whoever_sees_no_figures_is_refused(self, client, school, role):
        client.force_login(cast.a_user(role))
        for name in ("dashboard", "quarter", "duty_list", "activity_list"):
            assert client.get(reverse(name)).status_code == 403
        assert client.post(reverse("quarter_export", args=["2026Q3"])).status_code == 403

    @pytest.mark.parametrize("page", ["quarter_export", "quarter_paper"])
    def test_of_a_time_to_come_nothing_leaves(self, client, school, page):
        client.force_login(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        answer = client.post(reverse(page, args=["2099Q1"]), follow=True)
        assert "筛选条件有误，没有导出。" in text(answer)
        assert not AuditEntry.objects.filter(action="statistics.export").exists()


class TestStatistics:
    def test_the_running_quarter_is_the_first_page(self, client, leader):
        assert client.get(reverse("quarter"))["Location"] == "/statistics/2026Q4/"

    def test_the_query_row_leads_to_the_address_of_the_period(self, client, leader):
        response = client.get("/statistics/2026Q4/?period=2026Q2&org=&category=student")
        assert response["Location"] == "/statistics/2026Q2/?category=student"

    @pytest.mark.parametrize("code", ["2026Q5", "last", "2026-13"])
    def test_an_unknown_period_does_not_exist(self, client, leader, code):
        assert statistics(client, code).status_code == 404

    def test_rows_by_second_level_organisation(self, client, leader):
        table = statistics(client).context["by_unit"]
        required, met, missed = 0, 1, 2
        assert [
            (row.label, row.cells[required].text, row.cells[met].text, row.cells[missed].text)
            for row in (*table.rows, table.total)
        ] == [
            ("物理学院党委", "9", "4", "5"),
            ("音乐学院党总支", "9", "3", "6"),
            ("2 个单位合计", "18", "7", "11"),
        ]

    def test_under_a_campaign_there_are_no_duties(self, client, leader):
        page = statistics(client, campaign="主题教育")
        assert [measure.heading for measure in page.context["by_unit"].measures][:3] == [
            "举行",
            "按时登记",
            "按时率",
        ]
        assert page.context["by_unit"].total.cells[0].text == "2"

    def test_a_rate_of_fewer_than_five_is_hidden(self, client, leader):
        rows = statistics(client).context["by_kind"].rows
        group_meeting = next(row for row in rows if row.label == "党小组会")
        assert (group_meeting.cells[-1].text, group_meeting.cells[-1].note) == (
            "—",
            "应到不足 5 人次，不显示比率",
        )
        assert group_meeting.cells[-5].text == "1"

    def test_a_foreign_organisation_and_none_at_all_look_the_same(self, client, school):
        client.force_login(cast.a_user(Role.LEADER, school.physics))
        foreign, missing = statistics(client, org=school.music.pk), statistics(client, org=999999)
        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content

    def test_a_branch_that_left_is_still_asked_for_its_past(self, client, school):
        client.force_login(cast.a_user(Role.LEADER, school.physics))
        assert statistics(client, org=school.students.pk).status_code == 200
        assert statistics(client, "2026Q4", org=school.students.pk).status_code == 404

    def test_the_number_of_queries_does_not_grow(self, client, leader, school, django_assert_num_queries):
        client.get(reverse("dashboard"))
        for number in (0, 30):
            for n in range(number):
                cast.found(school.physics, f"第{n}党支部", Branch.Level.BRANCH, f"9{n:03d}")
            with django_assert_num_queries(19):
                statistics(client)
            with django_assert_num_queries(21):
                client.get(reverse("dashboard"))

    def test_downloading_starts_a_job(self, client, leader, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post(reverse("quarter_export", args=["2026Q3"]), {"category": "student"})
        job = Job.objects.get()
        assert response["Location"] == reverse("job_detail", args=[job.pk])
        assert (job.kind, job.owner, job.state) == ("quarterly_statistics", leader, "done")
        assert job.parameters == {"period": "2026Q3", "category": "student"}
        assert AuditEntry.objects.get(action="statistics.export").actor == leader


class TestDuties:
    def test_the_list_says_what_it_is_and_why(self, client, leader):
        page = client.get(reverse("duty_list"), {"period": "2026-08", "kind": "theme_day", "state": "missed"})
        assert "2026年8月主题党日逾期未开，2 项" in text(page)
        assert [line.duty.branch_name for line in page.context["lines"]] == [
            "音乐教师党支部",
            "物理学生党支部",
        ]
        assert [line.unit for line in page.context["lines"]] == ["音乐学院党总支", "物理学院党委"]

    def test_each_line_has_its_reason_and_its_article(self, client, leader):
        page = client.get(reverse("duty_list"), {"period": "2026Q3"})
        cells = re.findall(r'<td class="wrap muted line">(.*?)</td>', text(page))
        assert len(cells) == page.context["page"].paginator.count
        for line, cell in zip(page.context["lines"], cells, strict=True):
            assert line.duty.reason
            assert cell.startswith(
                f'{line.duty.reason}<br><span class="small">{line.duty.rule.article}</span>'
            )

    @pytest.mark.parametrize("code", ["2026-09", "2026Q3", "2026"])
    def test_every_cell_of_the_matrix_opens_a_list_that_says_why(self, client, leader, code):
        rows = client.get(reverse("dashboard"), {"period": code}).context["board"].matrix.rows
        looks = {cell.state for row in rows for cell in row.cells}
        assert {"late", "exempt"} <= looks
        for cell in [cell for row in rows for cell in row.cells]:
            page = client.get(cell.url)
            said = [line.duty.rule.article for line in page.context["lines"]] or [page.context["nothing"]]
            assert all("支部条例第" in each for each in said), cell

    @pytest.mark.parametrize(
        ("code", "labels"),
        [
            ("2026", ["一季", "二季", "三季", "四季"]),
            ("2025-2026", ["三季", "四季", "一季", "二季"]),
            ("2026-02至2026-05", ["2月", "3月", "4月", "5月"]),
            ("2018", ["11月", "12月"]),  # the text took effect at the end of October
        ],
    )
    def test_of_a_long_period_quarters_where_they_hold_every_month(self, client, leader, code, labels):
        matrix = client.get(reverse("dashboard"), {"period": code}).context["board"].matrix
        theme_days = [one.label for one in matrix.columns if one.rule.code == "ZB-21"]
        assert theme_days == labels
        counted = [(int(cell.count), cell.url) for row in matrix.rows for cell in row.cells if cell.count]
        assert counted
        for number, url in counted:
            assert client.get(url).context["page"].paginator.count == number, url

    def test_where_there_is_no_party_group_the_list_says_so(self, client, leader, school):
        asked = {"period": "2026-09", "kind": "group_meeting", "org": school.music.pk, "state": "exempt"}
        page = client.get(reverse("duty_list"), asked)
        assert page.context["page"].paginator.count == 0
        assert "没有设党小组，党小组会不作要求（支部条例第十三条：一般每月召开1次）。" in text(page)

    def test_nor_where_the_rule_is_for_other_branches_or_another_time(self, client, leader, school):
        LocalDuty.objects.create(
            code="LOCAL-LECTURE",
            category="student",
            citation="校党发〔2026〕1号",
            since=date(2026, 7, 1),
            count=1,
        )
        asked = {"period": "2026Q3", "kind": "party_lecture", "org": school.physics.pk}
        page = text(client.get(reverse("duty_list"), asked))
        assert "党课只要求学生党支部开展（校党发〔2026〕1号）。" in page
        page = text(client.get(reverse("duty_list"), {"period": "2017Q1", "kind": "theme_day"}))
        assert "这个期间没有这项义务。" in page

    def test_a_leader_sees_masked_names(self, client, leader, school):
        secretary = school.teachers.posts.get(title="secretary").member.name
        page = text(client.get(reverse("duty_list"), {"period": "2026Q3"}))
        assert secretary not in page
        assert secretary[0] + "*" in page

    def test_staff_see_names_in_clear(self, client, school, rf):
        from reports import drilldown
        from reports.filters import DutyFilter

        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        form = DutyFilter(rf.get("/", {"period": "2026Q3"}).GET, user=staff, today=date(2026, 10, 8))
        lines = drilldown.lines(drilldown.asked_duties(form.asked), staff)
        assert school.teachers.posts.get(title="secretary").member.name in {line.secretary for line in lines}

    def test_a_wrong_filter_stands_under_its_field(self, client, leader):
        page = text(client.get(reverse("duty_list"), {"period": "2026Q9", "state": "lost"}))
        assert "“2026Q9”不是统计时间段" in page
        assert "没有这个选项，请重新选择" in page

    def test_nothing_found_offers_a_way_back(self, client, leader):
        page = text(client.get(reverse("duty_list"), {"period": "2017Q1"}))
        assert "没有符合条件的义务。" in page

    def test_the_number_of_queries_does_not_grow(self, client, leader, school, django_assert_num_queries):
        client.get(reverse("duty_list"))
        for number in (0, 20):
            for n in range(number):
                cast.found(school.physics, f"第{n}党支部", Branch.Level.BRANCH, f"9{n:03d}")
            with django_assert_num_queries(15):
                client.get(reverse("duty_list"), {"period": "2026Q3"})


class TestRecords:
    def listed(self, client, **filters):
        page = client.get(reverse("activity_list"), {"period": "2026Q3", **filters})
        return [str(line.record) for line in page.context["lines"]]

    def test_new_ones_first_withdrawn_ones_left_out(self, client, leader):
        assert self.listed(client) == [
            "2026-09-10 主题党日",
            "2026-08-05 主题党日",
            "2026-08-04 第一议题",
            "2026-08-03 支委会",
            "2026-07-22 主题党日",
            "2026-07-21 支部党员大会",
            "2026-07-20 党小组会",
            "2026-07-15 主题党日",
        ]

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"kind": "party_lecture"}, 0),
            ({"kind": "theme_day"}, 4),
            ({"on_time": "0"}, 1),
            ({"campaign": "主题教育"}, 2),
            ({"state": "withdrawn"}, 1),
            ({"state": "all"}, 9),
            ({"period": "2026-07"}, 4),
            ({"category": "student"}, 3),
        ],
    )
    def test_filters_stand_in_the_address(self, client, leader, filters, found):
        assert len(self.listed(client, **filters)) == found

    def test_a_branch_or_an_organisation(self, client, leader, school):
        assert len(self.listed(client, org=school.physics.pk)) == 6
        assert len(self.listed(client, branch=school.physics.pk)) == 1
        assert len(self.listed(client, branch=school.students.pk)) == 3
        assert len(self.listed(client, org=school.physics.pk, branch=school.students.pk)) == 2

    def test_foreign_records_are_not_listed(self, client, school):
        client.force_login(cast.a_user(Role.SECRETARY, school.teachers))
        assert len(self.listed(client)) == 3
        assert self.listed(client, branch=school.musicians.pk) == []

    def test_the_field_says_which_period_is_shown(self, client, leader):
        assert '<option value="2026" selected>' in text(client.get(reverse("activity_list")))

    @pytest.mark.parametrize("number", [1, 50])
    def test_what_is_not_asked_for_is_not_counted(
        self, client, leader, school, django_assert_num_queries, number
    ):
        Activity.objects.all().delete()
        for _ in range(number):
            cast.a_record(school.musicians, day=date(2026, 9, 20))
        client.get(reverse("activity_list"))
        with django_assert_num_queries(6):
            page = client.get(reverse("activity_list"))
        assert (page.context["totals"], len(page.context["lines"])) == (None, number)
        totals = client.get(page.context["totals_url"]).context["totals"]
        assert totals.counted == number

    def test_a_campaign_that_does_not_exist(self, client, leader):
        page = client.get(reverse("activity_list"), {"campaign": "没有"})
        assert "没有这个选项，请重新选择" in text(page)

    @pytest.mark.parametrize("number", [1, 50])
    def test_the_number_of_queries_is_the_same(
        self, client, leader, school, django_assert_num_queries, number
    ):
        Activity.objects.all().delete()
        for _ in range(number):
            cast.a_record(school.musicians, day=date(2026, 9, 20))
        Campaign.objects.create(name="党史学习教育", started_on=date(2026, 1, 1))
        client.get(reverse("activity_list"))
        with django_assert_num_queries(7):
            page = client.get(reverse("activity_list"), {"period": "2026Q3"})
        assert len(page.context["lines"]) == number


@pytest.mark.usefixtures("august")
def test_duties_of_a_month_to_come_are_listed(client, school):
    client.force_login(cast.a_user(Role.LEADER, school.root))
    page = client.get(reverse("duty_list"), {"period": "2026-09", "kind": "theme_day"})
    assert (page.context["asked"].period.code, len(page.context["lines"])) == ("2026-09", 3)
    assert "没有采用" not in text(page)


def test_a_condition_that_is_not_understood_is_named(client, school):
    client.force_login(cast.a_user(Role.LEADER, school.root))
    for name, query, label in (
        ("dashboard", {"period": "zz"}, "期间"),
        ("dashboard", {"period": "2099Q1"}, "期间"),
        ("activity_list", {"kind": "zzz"}, "类型"),
        ("roster", {"on": "xx"}, "截至日期"),
    ):
        assert f"“{label}”没有采用：" in text(client.get(reverse(name), query))
        assert "没有采用" not in text(client.get(reverse(name)))


def test_few_are_counted_and_not_divided():
    assert [share_in_words(*pair) for pair in ((0, 1), (3, 4), (3, 5), (0, 0), (None, None))] == [
        "0/1",
        "3/4",
        "60.0%",
        "—",
        "—",
    ]
