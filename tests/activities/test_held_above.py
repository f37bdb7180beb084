"""What an organisation above the branches holds itself: its committee is expected, its record is its own."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from activities import drift, minutes, partners, records, tallies
from activities.kinds import joined
from activities.minutes import TaskLine
from activities.models import Activity, StudiedDocument
from activities.refusals import RecordError
from activities.statistics import organizational_life
from branches.models import Branch
from branches.roles import Role
from branches.scope import covering_ranges
from lib.periods import Period
from reminders import ledger
from reminders.models import Reminder
from tests import cast
from tests.activities.forms import errors_of, filled

DAY = date(2026, 10, 12)
OWN = ["第一议题", "专题研讨", "党政联席会议", "其他"]


@pytest.fixture
def college(school):
    """A secretary and a deputy, who belong to branches of theirs."""
    for name, title in (("钱书记", "secretary"), ("孙副书记", "deputy")):
        cast.a_post(cast.a_member(school.musicians, name), title, branch=school.physics)
    return school.physics


@pytest.fixture
def staff(college):
    return cast.a_user(Role.COMMITTEE_STAFF, college)


@pytest.fixture
def desk(staff):
    return cast.a_browser(staff)


def log(college, kind="joint_meeting", **facts):
    marks = cast.all_present(kind, college, DAY)
    return records.log(
        by=None, record_id=uuid4(), branch=college, kind=kind, held_on=DAY, marks=marks, **facts
    )[0]


class TestVerb:
    def test_its_committee_is_expected(self, college):
        record = log(college)
        assert (record.expected, record.present, record.org_path) == (2, 2, college.path)
        assert {row.member.name for row in record.attendances.all()} == {"钱书记", "孙副书记"}
        assert not drift.of(record)
        assert not partners.possible(record)

    @pytest.mark.parametrize("kind", ["general_meeting", "committee_meeting", "theme_day"])
    def test_what_branches_hold_is_refused(self, college, kind):
        with pytest.raises(RecordError, match="本级只登记第一议题、专题研讨、党政联席会议、其他，"):
            log(college, kind)

    def test_nor_is_it_held_within_one(self, college):
        with pytest.raises(RecordError, match="第一议题不能同时算作支委会"):
            log(college, "first_agenda", also_kinds=joined(["committee_meeting"]))

    def test_one_of_the_committee_presides_over_the_first_agenda(self, college):
        with pytest.raises(RecordError, match="“教师3”2026年10月12日不是本级班子成员"):
            log(college, "first_agenda", host="教师3")
        assert log(college, "first_agenda", host="钱书记").host == "钱书记"

    def test_counted_in_a_row_of_its_own(self, college, school, branch):
        log(college, also_kinds=joined(["first_agenda"]))
        cast.a_record(branch, "theme_day", DAY)
        found = organizational_life(covering_ranges([school.root.path]), Period.parse("2026Q4"), DAY)
        [row] = [row for row in found.rows if row.branch_id == college.pk]
        assert (row.kinds["joint_meeting"].held, row.kinds["first_agenda"].held) == (1, 1)
        assert row.kinds["joint_meeting"].required is None
        assert found.total["joint_meeting"].present == 2
        assert (tallies.differences(), tallies.counter_differences()) == ([], [])


class TestPages:
    def test_staff_record_it_from_the_page_of_the_organisation(self, college, desk, branch):
        page = desk.get(reverse("branch_page", args=[college.pk]))
        choose = f"{reverse('activity_choose')}?branch={college.pk}"
        assert choose in page.content.decode()
        choice = desk.get(choose).context
        assert ([row.label for row in choice["quick"]], choice["others"]) == (
            OWN,
            [],
        )
        address = choice["quick"][0].url
        sent = filled(
            desk.get(address), topic="学习二十届四中全会精神", host="钱书记", held_on=DAY.isoformat()
        )
        sent |= {"document": "公报", "lead_reader": "钱书记"}
        answer = desk.post(address, sent)
        assert answer.status_code == 302, errors_of(answer)
        record = Activity.objects.get()
        assert (record.branch, record.expected) == (college, 2)
        again = desk.get(reverse("branch_page", args=[college.pk])).content.decode()
        assert "学习二十届四中全会精神" in again
        documents = desk.get(reverse("document_list", args=[college.pk]))
        assert [line.record for line in documents.context["lines"]] == [record]
        for name in ("activity_detail", "activity_correct", "activity_minutes", "activity_history"):
            assert desk.get(reverse(name, args=[record.pk])).status_code == 200
        for paper in ("minutes.docx", "signin.docx", "sheet.docx"):
            kind, _, ending = paper.partition(".")
            assert desk.get(reverse("activity_paper", args=[record.pk, kind, ending])).status_code == 200

    def test_the_list_to_choose_from_has_the_organisations(self, college, desk, branch):
        choices = desk.get(reverse("activity_log", args=["joint_meeting"])).context["choices"]
        assert college.short_name in [choice.label for choice in choices]
        usual = desk.get(reverse("activity_log", args=["theme_day"])).context["choices"]
        assert college.short_name not in [choice.label for choice in usual]

    def test_what_branches_hold_has_no_such_page(self, college, desk):
        address = f"{reverse('activity_log', args=['theme_day'])}?branch={college.pk}"
        assert desk.get(address).status_code == 404

    def test_a_secretary_below_neither_sees_nor_writes_it(self, college, branch, browser):
        record = log(college)
        assert browser.get(reverse("activity_detail", args=[record.pk])).status_code == 404
        address = f"{reverse('activity_log', args=['joint_meeting'])}?branch={college.pk}"
        assert browser.get(address).status_code == 404

    def test_without_a_committee_it_says_what_to_do(self, school, branch):
        desk = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        address = f"{reverse('activity_log', args=['joint_meeting'])}?branch={school.music.pk}"
        assert "本级在这一天没有登记书记、副书记和委员" in desk.get(address).content.decode()
        assert Branch.objects.get(pk=school.music.pk).level == "general_branch"
        assert not StudiedDocument.objects.exists()


def test_what_it_decided_comes_back_to_its_staff(college, staff, desk):
    record = log(college)
    owner = record.attendances.first().member_id
    facts = {"title": "实验室安全", "proceedings": "讨论。", "decision": "照办。", "version": 0}
    tasks = [TaskLine("逐间检查", owner, date(2026, 10, 22))]
    minutes.keep_item(record, by=staff, item_id=uuid4(), tasks=tasks, **facts)
    listed = desk.get(reverse("resolution_list", args=[college.pk])).context["open"]
    assert [task.what for task, _ in listed] == ["逐间检查"]
    ledger.collect(date(2026, 10, 20))
    [reminder] = Reminder.objects.filter(recipient=staff, kind="task")
    assert reminder.url == reverse("task_finish", args=[listed[0][0].pk])
    page = desk.get(reminder.url)
    assert "逐间检查" in page.content.decode()
    done = desk.post(reminder.url, {"next": "resolutions"})
    assert done.url == reverse("resolution_list", args=[college.pk])
