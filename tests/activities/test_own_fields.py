"""What single kinds ask of their own: rectification, documents, party meeting first, oaths, films, service."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from activities import minutes, oaths, papers, parts, party_first
from activities.attendance import Mark
from activities.minutes import TaskLine
from activities.models import AgendaItem, StudiedDocument, Task
from activities.refusals import RecordError
from branches.roles import Role
from members.models import Development, Member
from tests import cast
from tests.activities.forms import errors_of, filled

DAY = date(2026, 10, 12)
NARROW = {"about": "rectification"}
DOCUMENT = {"document_name": "党员教育管理工作条例", "document_number": "中发〔2019〕1号"}


def person(name):
    return Member.objects.get(name=name)


def keep(record, by, title="议题", **more):
    return minutes.keep_item(record, by=by, item_id=uuid4(), version=0, title=title, **more)


def logged(browser, kind, **more):
    """A record made by its form, with everybody present."""
    address = reverse("activity_log", args=[kind])
    return browser.post(address, filled(browser.get(address), **more))


class TestRectification:
    """ZB-24: 会后制定整改措施，逐一整改落实."""

    @pytest.fixture
    def task(self, branch, secretary):
        record = cast.a_record(branch, "organization_life_meeting", DAY)
        line = TaskLine("每月学习一次", person("教师3").pk, date(2026, 10, 15), problem="学习不够经常")
        return keep(record, secretary, tasks=[line]).tasks.get()

    def test_listed_open_ticked_and_listed_as_done(self, browser, branch, task):
        address = reverse("resolution_list", args=[branch.pk], query=NARROW)
        assert browser.get(address).context["open"] == [(task, True)]
        ticked = browser.post(reverse("task_finish", args=[task.pk]), {"next": "rectification"})
        assert ticked.url == address
        page = browser.get(address)
        assert (page.context["open"], page.context["done"]) == ([], [task])

    def test_what_is_open_follows_into_the_next_year(self, browser, branch, task):
        Task.objects.update(done_on=None)
        record = task.item.activity
        type(record).objects.filter(pk=record.pk).update(held_on=date(2025, 12, 1))
        address = reverse("resolution_list", args=[branch.pk], query=NARROW)
        assert [each for each, _ in browser.get(address).context["open"]] == [task]
        Task.objects.update(done_on=date(2025, 12, 20))
        assert browser.get(address).context["done"] == []

    def test_the_form_asks_for_problems_there_and_nowhere_else(self, browser, branch):
        life = cast.a_record(branch, "organization_life_meeting", DAY)
        other = cast.a_record(branch, "general_meeting", DAY)
        asked = browser.get(reverse("agenda_add", args=[life.pk, "talk"])).context["form"]
        assert "problem" in asked.tasks[0].fields
        plain = browser.get(reverse("agenda_add", args=[other.pk, "talk"])).context["form"]
        assert "problem" not in plain.tasks[0].fields

    def test_a_problem_without_a_measure(self, browser, branch):
        record = cast.a_record(branch, "organization_life_meeting", DAY)
        address = reverse("agenda_add", args=[record.pk, "talk"])
        form = browser.get(address).context["form"]
        management = {f"tasks-{name}_FORMS": "2" if name == "TOTAL" else "0" for name in ("TOTAL", "INITIAL")}
        sent = {"token": form.token, "version": 0, "title": "查摆问题", **management}
        response = browser.post(address, sent | {"tasks-0-problem": "学习不够"})
        assert "请写明这个问题的整改措施。" in response.content.decode()

    def test_on_paper(self, branch, task):
        record = papers.record_of(task.item.activity)
        [section] = papers.sections(record)
        assert section["paragraphs"] == [
            "问题：学习不够经常。整改措施：每月学习一次，责任人教师3，2026年10月15日前完成。"
        ]

    def test_not_for_others(self, branch, school, task):
        other = cast.a_browser(cast.a_user(Role.SECRETARY, school.students))
        assert other.get(reverse("resolution_list", args=[branch.pk])).status_code == 404


class TestDocuments:
    def test_listed_with_who_read_and_when(self, browser, branch):
        logged(browser, "first_agenda", **DOCUMENT, document_dated="2019-05-06", document_lead_reader="教师1")
        [line] = browser.get(reverse("document_list", args=[branch.pk])).context["lines"]
        assert (line.document.name, line.document.dated) == ("党员教育管理工作条例", date(2019, 5, 6))
        assert line.lead_reader == "教师1"

    def test_a_record_without_one_stands_by_its_topic(self, browser, branch):
        cast.a_record(branch, "first_agenda", DAY, title="学习条例")
        [line] = browser.get(reverse("document_list", args=[branch.pk])).context["lines"]
        assert (line.document, line.record.title) == (None, "学习条例")

    @pytest.mark.parametrize(
        ("sent", "sentence"),
        [
            ({"document_name": "条例", "document_dated": "2026-10-21"}, "文件日期晚于学习的日期，请核对。"),
            ({"document_number": "中发〔2019〕1号"}, "请写明是哪份文件。"),
            ({"document_dated": "昨天"}, "文件日期应为如 2026-03-15。"),
        ],
    )
    def test_bad_input(self, browser, sent, sentence):
        assert sentence in errors_of(logged(browser, "first_agenda", **sent))

    def test_measures_are_for_those_who_keep_the_record(self, browser, branch, school):
        logged(browser, "first_agenda", **DOCUMENT, document_measures="每月一讲")
        record = StudiedDocument.objects.get().activity
        assert "每月一讲" in browser.get(reverse("activity_detail", args=[record.pk])).content.decode()
        leader = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        told = leader.get(reverse("activity_detail", args=[record.pk])).content.decode()
        assert ("每月一讲" in told, "党员教育管理工作条例" in told) == (False, True)
        assert "贯彻措施" not in parts.words_by_version(record, record.kinds, kept=False)[1]


class TestPartyFirst:
    """GX-11: 应当经党组织研究讨论后，再提交党政联席会议."""

    def test_marked_with_its_day_and_told_on_paper(self, branch, secretary):
        record = cast.a_record(branch, "joint_meeting", DAY)
        keep(record, secretary, party_first="held", party_first_on=date(2026, 10, 9))
        [item] = minutes.agenda_of(record)
        assert papers.paragraphs(item) == ["党组织会议已先行研究（2026-10-09）。"]

    @pytest.mark.parametrize(
        ("mark", "on", "sentence"),
        [
            ("held", None, "请填写党组织会议先行研究的日期"),
            ("held", date(2026, 10, 13), "晚于开会的日期"),
            ("missed", date(2026, 10, 9), "先行研究过的议题才填写"),
        ],
    )
    def test_bad_input(self, branch, secretary, mark, on, sentence):
        record = cast.a_record(branch, "joint_meeting", DAY)
        with pytest.raises(RecordError, match=sentence):
            keep(record, secretary, party_first=mark, party_first_on=on)
        assert party_first.fault_of(record, mark, on)

    def test_no_other_meeting_has_it(self, browser, branch, secretary):
        record = cast.a_record(branch, "general_meeting", DAY)
        with pytest.raises(RecordError, match="只有党政联席会议"):
            keep(record, secretary, party_first="missed")
        form = browser.get(reverse("agenda_add", args=[record.pk, "talk"])).context["form"]
        assert "party_first" not in form.fields

    def test_the_form_keeps_it(self, browser, branch, secretary):
        record = cast.a_record(branch, "joint_meeting", DAY)
        item = keep(record, secretary, party_first="held", party_first_on=date(2026, 10, 9))
        form = browser.get(reverse("agenda_item", args=[item.pk])).context["form"]
        assert form["party_first"].value() == "held"
        assert AgendaItem.history.filter(id=item.pk, party_first="held").exists()


class TestOaths:
    def test_who_led_and_who_witnessed(self, browser, branch):
        logged(browser, "oath", oath_led_by="教师0", oath_witness="教师1")
        record = branch.activities.get()
        assert parts.words_of(record) == {"领誓人": "教师0", "监誓人": "教师1"}
        assert [row["领誓人"] for row in parts.words_by_version(record, record.kinds).values()] == ["教师0"]

    def test_a_leader_reads_masked_names(self, browser, branch, school):
        logged(browser, "oath", oath_led_by="钱学礼")
        leader = cast.a_browser(cast.a_user(Role.LEADER, school.root))
        page = leader.get(reverse("activity_detail", args=[branch.activities.get().pk]))
        assert "钱学礼" not in page.content.decode()

    def test_whose_step_is_to_be_noted(self, branch):
        new = person("新党员")
        Development.objects.create(member=new, applied_on=date(2024, 9, 1))
        marks = {person(name).pk: Mark("present") for name in ("新党员", "教师1")}
        record = cast.a_record(branch, "oath", DAY, marks=marks, place="党旗前")
        [swore] = oaths.steps_of(record)
        assert (swore.name, swore.is_noted) == ("新党员", False)
        assert "/steps/oath/?on=2026-10-12" in swore.url


@pytest.mark.parametrize(
    ("kind", "sent", "words"),
    [
        ("film", {"film_name": "建党伟业"}, {"片名": "建党伟业"}),
        ("volunteering", {"service_served": "社区老人"}, {"服务对象": "社区老人"}),
    ],
)
def test_a_line_of_its_own(browser, branch, kind, sent, words):
    logged(browser, kind, **sent)
    assert parts.words_of(branch.activities.get()) == words
