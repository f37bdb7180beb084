"""Notices and tasks on their pages: issued, met on the phone, logged on the spot, answered, listed."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from activities import assignments, returns
from activities.models import Activity, Assignment, AssignmentReturn, Campaign
from branches.roles import Role
from tests import cast
from tests.activities.forms import filled

OCTOBER = {"opens_on": date(2026, 10, 1), "due_on": date(2026, 10, 31)}


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics, name="学院组织员")


@pytest.fixture
def desk(staff):
    return cast.a_browser(staff)


@pytest.fixture
def campaign(db):
    return Campaign.objects.create(name="主题教育", started_on=date(2026, 1, 1))


@pytest.fixture
def task(staff, school, branch, campaign):
    facts = {**OCTOBER, "nature": "task", "kind": "theme_day", "title": "参观校史馆", "campaign": campaign}
    return assignments.issue(by=staff, organisation=school.physics, **facts)


@pytest.fixture
def row(task, branch):
    return task.returns.get(branch=branch)


def text_of(response):
    return response.content.decode()


class TestIssuing:
    def test_to_a_category_below_a_chosen_organisation(self, desk, school):
        sent = {"nature": "task", "title": "新生教育", "kind": "party_lecture", "categories": ["student"]}
        sent |= {name: day.isoformat() for name, day in OCTOBER.items()}
        response = desk.post(reverse("assignment_new"), sent, follow=True)
        assert "已发给 1 个党支部。" in text_of(response)
        assert Assignment.objects.get().returns.get().branch == school.students

    def test_what_is_wrong_stands_at_its_field(self, desk):
        sent = {
            "nature": "notice",
            "kind": "film",
            "title": "",
            "opens_on": "2026-10-31",
            "due_on": "2026-10-01",
        }
        response = desk.post(reverse("assignment_new"), sent)
        assert response.status_code == 422
        assert {name: list(found) for name, found in response.context["form"].errors.items()} == {
            "title": ["这个字段是必填项。"],
            "kind": ["通知只需阅读；要求开展活动的，请选择“任务”。"],
            "due_on": ["截止日期不能早于开始日期。"],
        }

    def test_a_foreign_organisation_is_a_missing_one(self, desk, school):
        foreign = desk.get(reverse("assignment_new"), {"organisation": school.music.pk})
        missing = desk.get(reverse("assignment_new"), {"organisation": 999999})
        assert (foreign.status_code, foreign.content) == (404, missing.content)


class TestOnThePhone:
    def test_the_home_has_it_among_what_is_due(self, browser, row):
        response = browser.get(reverse("home"))
        [item] = [item for item in response.context["items"] if item.title == "参观校史馆"]
        assert (item.day, item.note, item.action) == (31, "物理学院党委，要求开展主题党日", "去报送")
        assert response.context["headline"].startswith(f"还有 {len(response.context['items'])} 件事")

    def test_an_attendance_taker_is_not_asked(self, row, branch):
        response = cast.a_browser(cast.a_user(Role.ATTENDANCE_TAKER, branch)).get(reverse("home"))
        assert "参观校史馆" not in text_of(response)

    def test_one_tap_reports_a_record_that_fits(self, browser, row, branch):
        record = cast.a_record(branch, "theme_day", date(2026, 10, 12))
        shown = browser.get(reverse("assignment_return", args=[row.pk]))
        assert list(shown.context["records"]) == [record]
        response = browser.post(reverse("return_link", args=[row.pk]), {"record": record.pk}, follow=True)
        assert "参观校史馆：已报送。" in text_of(response)
        assert "参观校史馆" not in text_of(browser.get(reverse("home")))

    def test_logged_now_it_returns_itself(self, browser, row, campaign):
        address = browser.get(reverse("assignment_return", args=[row.pk])).context["log_url"]
        form = browser.get(address)
        assert "保存后报送给物理学院党委：参观校史馆。" in text_of(form)
        sent = filled(form)
        assert (sent["topics"], sent["campaigns_of"]) == (["参观校史馆"], [campaign.pk])
        assert browser.post(address, sent).status_code == 302
        record = Activity.objects.get()
        assert (record.title, list(record.campaigns.all())) == ("参观校史馆", [campaign])
        assert AssignmentReturn.objects.get(pk=row.pk).record == record

    def test_held_before_the_window_it_is_kept_and_not_reported(self, browser, row):
        address = browser.get(reverse("assignment_return", args=[row.pk])).context["log_url"]
        sent = filled(browser.get(f"{address}&date=2026-09-20"))
        response = browser.post(address, sent, follow=True)
        assert "记录已保存，“参观校史馆”还没有报送" in text_of(response)
        assert (Activity.objects.count(), AssignmentReturn.objects.get(pk=row.pk).record) == (1, None)

    def test_of_another_kind_there_is_no_such_form(self, browser, row):
        address = reverse("activity_log", args=["film"])
        assert browser.get(address, {"return": row.pk}).status_code == 404

    def test_what_was_corrected_is_shown(self, browser, row, task, staff):
        assignments.correct(task, by=staff, version=1, **OCTOBER, kind="theme_day", title="参观档案馆")
        page = text_of(browser.get(reverse("assignment_return", args=[row.pk])))
        assert "<del>参观校史馆</del>" in page
        assert "<ins>参观档案馆</ins>" in page

    def test_withdrawn_it_leaves_the_home_and_can_be_read(self, browser, row, task, staff):
        assignments.withdraw(task, by=staff, version=1, reason="与校级活动重复")
        assert "参观校史馆" not in text_of(browser.get(reverse("home")))
        page = text_of(browser.get(reverse("assignment_return", args=[row.pk])))
        assert "不用再办。原因：与校级活动重复" in page
        assert "用这些记录报送" not in page

    def test_too_long_and_empty_reasons_come_back(self, browser, row):
        empty = browser.post(reverse("return_claim", args=[row.pk]), {"reason": ""})
        assert (empty.status_code, "请写明为什么不适用。" in text_of(empty)) == (422, True)
        long = browser.post(reverse("return_claim", args=[row.pk]), {"reason": "长" * 201})
        assert "不适用的理由不超过 200 个字，现在是 201 个。" in text_of(long)
        assert AssignmentReturn.objects.get(pk=row.pk).claim == ""

    def test_nonsense_for_a_record_is_missing(self, browser, row):
        assert browser.post(reverse("return_link", args=[row.pk]), {"record": "x"}).status_code == 404


class TestAtTheDesk:
    def test_counts_open_their_lists(self, desk, task, row, branch, secretary):
        returns.claim(row, "全体在外实习", by=secretary)
        response = desk.get(reverse("assignment_detail", args=[task.pk]))
        figures = {figure.label: figure.number for figure in response.context["standing"].figures}
        assert figures == {"发给": 2, "已报": 0, "未报": 1, "待答复": 1}
        for figure in response.context["standing"].figures:
            assert len(desk.get(figure.url).context["lines"]) == figure.number

    def test_it_waits_on_the_first_page_of_staff(self, desk, row, secretary):
        returns.claim(row, "全体在外实习", by=secretary)
        waiting = {each.title: each.number for each in desk.get(reverse("home")).context["waiting"]}
        assert waiting["申请不适用的任务"] == 1

    def test_answered_with_a_button(self, desk, row, secretary):
        returns.claim(row, "全体在外实习", by=secretary)
        address = reverse("return_answer", args=[row.pk])
        assert desk.post(address, {"agrees": "0"}).status_code == 422
        desk.post(address, {"agrees": "1"})
        assert AssignmentReturn.objects.get(pk=row.pk).is_exempt

    def test_the_workbook_has_what_the_page_shows(self, desk, task, row, branch, secretary):
        returns.link(row, cast.a_record(branch, "theme_day", date(2026, 10, 12), title="=参观"), by=secretary)
        response = desk.post(reverse("assignment_export", args=[task.pk]), {"state": "returned"})
        sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[0][0] == "任务：参观校史馆"
        assert [row[0] for row in rows[3:]] == ["党支部", "物理教师党支部"]
        assert rows[4][2] == "已报"
        assert rows[4][5] == "'=参观"

    def test_a_dozen_branches_ask_a_dozen_queries_at_most(
        self, desk, school, staff, django_assert_max_num_queries
    ):
        for number in range(12):
            cast.found(school.physics, f"支部{number}", "branch", f"0010011{number:02}")
        facts = {**OCTOBER, "nature": "task", "title": "全体", "kind": ""}
        many = assignments.issue(by=staff, organisation=school.physics, **facts)
        desk.get(reverse("assignment_list"))
        with django_assert_max_num_queries(12):
            desk.get(reverse("assignment_detail", args=[many.pk]))

    def test_a_secretary_sees_only_his_own_row(self, browser, task, branch):
        response = browser.get(reverse("assignment_detail", args=[task.pk]))
        assert [line.row.branch for line in response.context["lines"]] == [branch]
        assert "物理学生党支部" not in text_of(response)


class TestCopying:
    def test_another_record_is_taken_over_but_for_its_day_and_people(self, browser, branch, campaign):
        record = cast.a_record(
            branch, "theme_day", date(2026, 9, 15), title="学党史", place="会议室", campaigns=[campaign]
        )
        address = reverse("activity_log", args=["theme_day"])
        form = browser.get(address, {"branch": branch.pk, "from": record.pk})
        sent = filled(form)
        assert (sent["topics"], sent["place"], sent["campaigns_of"]) == (["学党史"], "会议室", [campaign.pk])
        assert sent["held_on"] == "2026-10-20"
        assert {line.mark for line in form.context["form"].roll.lines} == {""}

    def test_a_strangers_record_is_missing(self, browser, branch, school):
        cast.a_member(school.students)
        foreign = cast.a_record(school.students, "theme_day")
        address = reverse("activity_log", args=["theme_day"])
        assert browser.get(address, {"from": foreign.pk}).status_code == 404
        assert browser.get(address, {"from": "x"}).status_code == 404
