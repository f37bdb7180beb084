"""The pages of locked quarters: who sees which part, who may lock and reopen, and files that never change."""

import hashlib
import json
from datetime import date
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse

from accounts.models import AuditEntry
from activities import records
from activities.models import Activity, Appeal, Supplement, Waiver
from branches.models import Branch
from branches.roles import Role
from jobs.models import Job
from lib.periods import Period
from reports import quarterly, workbook
from reports.closing import files, periods
from reports.figures.catalogue import STATISTICS, is_kept
from reports.management.asking import asked_of as figures_of
from reports.models import ClosedFile, ClosedPeriod, ClosedTable
from tests import cast
from tests.reports import locking
from tests.reports.locking import LATER, THIRD, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october", "own_folder")]


@pytest.fixture
def closed(school):
    return locking.locked(None)


def browser(role, branch):
    return cast.a_browser(cast.a_user(role, branch))


def page(client, **asked):
    return client.get(reverse("closing_page", args=["2026Q3"]), asked)


def locked(client, name, **asked):
    return client.get(reverse("closed_table", args=["2026Q3", name]), asked)


def labels(answer):
    return [row.label for row in answer.context["table"].all_rows]


class TestWhoSeesWhat:
    def test_the_university_its_own_and_each_college(self, closed, school):
        leader = browser(Role.LEADER, school.root)
        assert labels(locked(leader, "members")) == ["物理学院党委", "音乐学院党总支", "2 个单位合计"]
        assert labels(locked(leader, "members", org=school.physics.pk)) == ["物理教师党支部", "1 个单位合计"]
        assert page(leader).context["looked"].choices == (school.root, school.physics, school.music)

    def test_a_college_its_own_part(self, closed, school):
        staff = browser(Role.COMMITTEE_STAFF, school.physics)
        answer = page(staff)
        assert answer.context["looked"].choices == (school.physics,)
        assert [file.branch for file in answer.context["files"]] == [school.physics]
        for foreign in (school.root, school.music):
            assert page(staff, org=foreign.pk).status_code == 404
            assert locked(staff, "members", org=foreign.pk).status_code == 404

    def test_a_branch_its_own_row(self, closed, school):
        secretary = browser(Role.SECRETARY, school.teachers)
        answer = page(secretary)
        assert (answer.context["looked"].choices, answer.context["files"]) == ((school.physics,), [])
        assert labels(locked(secretary, "life")) == ["物理教师党支部"]
        assert locked(secretary, "member_structure").status_code == 404
        assert page(secretary, org=school.music.pk).status_code == 404

    def test_a_branch_that_moved_both_parts_of_its_quarter(self, closed, school):
        secretary = browser(Role.SECRETARY, Branch.objects.get(pk=school.students.pk))
        assert page(secretary).context["looked"].choices == (school.physics, school.music)
        for college in (school.physics, school.music):
            assert labels(locked(secretary, "life", org=college.pk)) == ["物理学生党支部"]

    def test_a_period_that_was_never_locked(self, closed, school):
        assert (
            browser(Role.LEADER, school.root).get(reverse("closing_page", args=["2026Q2"])).status_code == 404
        )

    def test_a_version_that_is_no_more(self, closed, school):
        periods.reopen(closed, "要重新统计", by=None)
        periods.close(THIRD, by=None, today=TODAY)
        leader = browser(Role.LEADER, school.root)
        assert page(leader).context["closing"].version == 2
        first = page(leader, version=1)
        assert (first.context["closing"].version, first.context["compared"]) == (1, [])
        assert "已解除，不再与现在的数比较" in first.content.decode()
        assert page(leader, version=3).status_code == 404


class TestLocking:
    def test_it_is_locked_by_a_job(self, school, django_capture_on_commit_callbacks):
        staff = browser(Role.ORGANIZATION_STAFF, school.root)
        with django_capture_on_commit_callbacks(execute=True):
            answer = staff.post(reverse("closing_close", args=["2026Q3"]))
        job = Job.objects.get()
        assert answer.url == reverse("job_detail", args=[job.pk])
        assert ClosedPeriod.objects.get().closed_by == job.owner

    def test_before_it_what_may_still_change_is_shown(self, school):
        staff, address = (
            browser(Role.ORGANIZATION_STAFF, school.root),
            reverse("closing_close", args=["2026Q3"]),
        )
        before = staff.get(address)
        overdue = staff.get(before.context["missed_url"]).context["page"].paginator.count
        assert (before.context["missed"], before.context["waiting"]) == (overdue, [])
        assert overdue > 0
        held = [
            cast.a_record(school.teachers, "theme_day", day) for day in (date(2026, 8, 3), date(2026, 10, 1))
        ]
        for activity in held:
            Supplement.objects.create(activity=activity, branch_path=activity.branch_path, reason="缺议题")
        asking = cast.a_member(school.musicians)
        record = cast.a_record(school.musicians, "theme_day", date(2026, 9, 3))
        Appeal.objects.create(
            activity=record, member=asking, branch_path=record.branch_path, said="来了", version=1
        )
        for start, end in ((date(2026, 6, 1), date(2026, 7, 31)), (date(2026, 4, 1), date(2026, 6, 30))):
            asked = {"codes": ["ZB-13"], "start": start, "end": end, "reason": "人员外出"}
            Waiver.objects.create(branch=school.teachers, branch_path=school.teachers.path, **asked)
        told = staff.get(address).context["waiting"]
        assert [one.text.split(" ")[0] for one in told] == ["2026-08-03", "2026-09-03", "2026-06至2026-07"]
        assert {staff.get(one.url).status_code for one in told} == {200}
        of_music = browser(Role.ORGANIZATION_STAFF, school.music).get(address)
        assert [one.text.split(" ")[0] for one in of_music.context["waiting"]] == ["2026-09-03"]

    def test_what_is_locked_is_not_offered_again(self, closed, school):
        staff = browser(Role.ORGANIZATION_STAFF, school.root)
        answer = staff.get(reverse("closing_close", args=["2026Q3"]), follow=True)
        assert "不用再锁。" in answer.content.decode()
        answer = staff.get(reverse("closing_close", args=["2099Q3"]), follow=True)
        assert "还没有结束" in answer.content.decode()

    def test_what_stands_against_it_is_said(self, closed, school):
        staff = browser(Role.ORGANIZATION_STAFF, school.root)
        answer = staff.post(reverse("closing_close", args=["2026Q3"]), follow=True)
        assert "2026年三季度已由系统于 2026-10-08 锁定，不用再锁。" in answer.content.decode()
        assert Job.objects.count() == 0

    def test_it_is_reopened_with_a_reason(self, closed, school):
        staff = browser(Role.ORGANIZATION_STAFF, school.root)
        address = reverse("closing_reopen", args=["2026Q3"])
        refused = staff.post(address, {"reason": "重算"})
        assert refused.status_code == 422
        assert "请写明解除锁定的原因，至少 4 个字。" in refused.content.decode()
        staff.post(address, {"reason": "补记了一次活动"})
        closed.refresh_from_db()
        assert (closed.state, closed.reason) == ("reopened", "补记了一次活动")
        assert staff.post(address, {"reason": "补记了一次活动"}).status_code == 404

    @pytest.mark.parametrize("name", ["closing_close", "closing_reopen"])
    def test_a_college_and_a_leader_may_not(self, closed, school, name):
        for role, branch in ((Role.COMMITTEE_STAFF, school.physics), (Role.LEADER, school.root)):
            client = browser(role, branch)
            assert client.post(reverse(name, args=["2026Q3"]), {"reason": "要重新统计"}).status_code == 403

    def test_the_list_offers_what_is_over(self, closed, school):
        answer = browser(Role.ORGANIZATION_STAFF, school.root).get(reverse("closing_list"))
        told = [(period.code, closing and closing.state) for period, closing, _ in answer.context["lines"]]
        assert told[:4] == [("2026Q3", "closed"), ("2026Q2", None), ("2026Q1", None), ("2025", None)]


class TestFiles:
    def test_the_same_bytes_at_every_download(self, closed, school):
        staff = browser(Role.COMMITTEE_STAFF, school.physics)
        file = closed.files.get(branch=school.physics)
        taken = [b"".join(staff.post(reverse("closed_file", args=[file.pk])).streaming_content) for _ in "12"]
        assert taken[0] == taken[1] == files.path_of(file).read_bytes()
        assert hashlib.sha256(taken[0]).hexdigest() == file.sha256
        entries = AuditEntry.objects.filter(action="closing.fetch")
        assert [entry.after for entry in entries] == [{"file": file.name, "sha256": file.sha256}] * 2

    def test_none_of_another_organisation(self, closed, school):
        staff = browser(Role.COMMITTEE_STAFF, school.physics)
        for foreign in (school.root, school.music):
            address = reverse("closed_file", args=[closed.files.get(branch=foreign).pk])
            assert staff.post(address).status_code == 404

    def test_one_that_is_lost(self, closed, school):
        file = closed.files.get(branch=school.root)
        files.path_of(file).unlink()
        leader = browser(Role.LEADER, school.root)
        answer = leader.post(reverse("closed_file", args=[file.pk]), follow=True)
        assert f"文件“{file.name}”已不在服务器上，请联系系统管理员从备份恢复。" in answer.content.decode()


class TestWhatIsSaid:
    def test_that_it_is_as_it_was_locked(self, closed, school):
        leader = browser(Role.LEADER, school.root)
        assert "保存的内容与锁定时一致。" in page(leader).content.decode()
        table = ClosedTable.objects.get(branch=school.root, statistic="members")
        ClosedTable.objects.filter(pk=table.pk).update(body=table.body.replace("党员", "人员"))
        assert "统计表“members”（党委）的内容与锁定时不一致。" in page(leader).content.decode()
        assert "与锁定时不一致，请联系系统管理员" in locked(leader, "members").content.decode()

    def test_an_adjustment_links_to_its_record(self, closed, school):
        record = Activity.objects.get(branch=school.teachers, held_on=date(2026, 7, 15))
        with time_machine.travel(LATER, tick=False):
            staff = browser(Role.COMMITTEE_STAFF, school.physics)
            records.withdraw(record, by=None, version=1, reason="重复登记")
            shown = page(staff).content.decode()
        assert "活动（次）：举行 3 → 2（−1）" in shown
        assert f'撤回记录（重复登记）：<a href="{reverse("activity_detail", args=[record.pk])}">' in shown

    @pytest.mark.parametrize("name", ["quarter_period", "figure_table"])
    def test_the_pages_of_figures_say_that_it_is_locked(self, closed, school, name):
        leader = browser(Role.LEADER, school.root)
        address = reverse(name, args=["2026Q3" if name == "quarter_period" else "life"])
        assert (
            "已于 2026-10-08 锁定（系统）；之后没有更正。"
            in leader.get(address, {"period": "2026Q3"}, follow=True).content.decode()
        )
        assert (
            "锁定（"
            not in leader.get(reverse("figure_table", args=["life"]), {"period": "2026Q2"}).content.decode()
        )

    def test_as_of_another_day_nothing_is_said_of_the_locked_figures(self, closed, school):
        leader, address = browser(Role.LEADER, school.root), reverse("figure_table", args=["members"])
        asked = [leader.get(address, {"period": "2026Q3", "on": on}) for on in ("2026-08-15", "2026-09-30")]
        assert [page.context["locked"] is not None for page in asked] == [False, True]

    @pytest.mark.parametrize(
        ("name", "arguments"), [("dashboard", []), ("compare", ["2026Q3"]), ("projector", [1])]
    )
    def test_what_was_corrected_since_is_said_wherever_the_figures_are_looked_at(
        self, closed, school, name, arguments
    ):
        with time_machine.travel(LATER, tick=False):
            leader, address = browser(Role.LEADER, school.root), reverse(name, args=arguments)
            record = Activity.objects.valid().filter(kind="theme_day", held_on__month=9).first()
            records.withdraw(record, by=None, version=1, reason="重复登记")
            shown = leader.get(address, {"period": "2026Q3"}).content.decode()
        assert "2026-10-08 锁定" in shown
        assert "更正 1 处" in shown or "有 1 处更正" in shown

    def test_what_leaves_says_it_too(self, closed, school, capsys):
        staff = browser(Role.ORGANIZATION_STAFF, school.root)
        said = "2026年三季度已于 2026-10-08 锁定（系统）；之后没有更正。"
        answer = staff.post(reverse("figure_export", args=["life", "xlsx"]), {"period": "2026Q3"})
        sheet = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).active
        assert sheet["A3"].value == said
        call_command("statistics", "life", "--period", "2026Q3")
        assert capsys.readouterr().out.splitlines()[1] == said
        call_command("quarterly_statistics", "2026Q3", "--json")
        locked = json.loads(capsys.readouterr().out)["locked"]
        assert locked == {"on": "2026-10-08", "version": 1, "corrections": 0}
        asked = figures_of("2026Q3", None)
        lines = workbook.banner(quarterly.compose_for(asked), asked, AuditEntry.objects.latest("pk"))
        assert lines[3] == said

    def test_of_a_college_the_notice_leads_to_its_own(self, closed, school):
        leader = browser(Role.LEADER, school.root)
        asked = {"period": "2026Q3", "org": school.physics.pk}
        notice = leader.get(reverse("figure_table", args=["members"]), asked).context["locked"]
        assert leader.get(notice.table_url).context["looked"].branch == school.physics


class TestList:
    def lines(self, role, branch):
        page = browser(role, branch).get(reverse("closing_list"))
        return {period.code: corrected for period, _, corrected in page.context["lines"]}, page.text

    def test_it_says_how_much_was_corrected_since_within_what_one_sees(self, closed, school):
        record = Activity.objects.get(branch=school.teachers, held_on=date(2026, 7, 15))
        with time_machine.travel(LATER, tick=False):
            records.withdraw(record, by=None, version=1, reason="重复登记")
            (corrected, text), (elsewhere, _) = (
                self.lines(Role.LEADER, branch) for branch in (school.root, school.music)
            )
        assert (corrected["2026Q3"], elsewhere["2026Q3"]) == (1, 0)
        assert f'<a href="{reverse("closing_page", args=["2026Q3"])}">之后有 1 处更正</a>' in text

    def test_of_two_periods_each_counts_its_own(self, closed, school):
        periods.close(Period.parse("2026Q2"), by=None, today=TODAY)
        with time_machine.travel(LATER, tick=False):
            for day in (date(2026, 5, 6), date(2026, 5, 7), date(2026, 8, 6)):
                cast.a_record(school.teachers, day=day)
            found, _ = self.lines(Role.LEADER, school.root)
        assert (found["2026Q2"], found["2026Q3"]) == (2, 1)

    def test_it_goes_back_to_the_first_record(self, school):
        cast.a_record(school.teachers, day=date(2021, 5, 6))
        found, _ = self.lines(Role.LEADER, school.root)
        assert [code for code in found if code < "2022"] == ["2021", "2021Q4", "2021Q3", "2021Q2"]


class TestCost:
    def test_the_list_costs_the_same_with_many(self, closed, school, django_assert_num_queries):
        leader = browser(Role.LEADER, school.root)
        leader.get(reverse("closing_list"))
        with django_assert_num_queries(7):
            leader.get(reverse("closing_list"))
        for year in range(2010, 2020):
            ClosedPeriod.objects.create(period=str(year), sha256="0" * 64)
        with django_assert_num_queries(7):
            leader.get(reverse("closing_list"))

    @pytest.mark.slow
    @pytest.mark.parametrize(("name", "most"), [("closing_page", 72), ("closed_table", 21)])
    def test_a_page_costs_the_same_with_many_branches(self, school, name, most, django_assert_num_queries):
        leader = browser(Role.LEADER, school.root)
        address = reverse(name, args=["2026Q3", "life"][: 1 if name == "closing_page" else 2])
        for number in range(2):
            for n in range(4 * number):
                leaf = cast.found(school.physics, f"第{n}党支部", "branch", f"9{n:03d}", category="staff")
                cast.a_member(leaf)
            closing = periods.close(THIRD, by=None, today=TODAY)
            leader.get(address)
            with django_assert_num_queries(most):
                leader.get(address)
            periods.reopen(closing, "要重新统计", by=None)


def test_each_statistic_can_be_read_as_it_was_locked(closed, school):
    leader = browser(Role.LEADER, school.root)
    assert {locked(leader, name).status_code for name, one in STATISTICS.items() if is_kept(one, THIRD)} == {
        200
    }
    assert ClosedFile.objects.count() == 3
