"""A paper ledger taken in: headings, heads without names, what is wrong, and nothing twice."""

from datetime import date, datetime, time

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from activities import ledgers, tallies
from activities.kinds import Kind
from activities.ledgers.columns import kind_of
from activities.ledgers.reading import _length_of
from activities.models import Activity, Attendance, Tally
from activities.records import correct, withdraw
from branches.roles import Role
from tests import cast
from tests.sheets import codes, run, workbook

HEAD = [
    "学年", "支部", "时间", "地点", "应到人数", "实到人数", "请假人数", "无故不到人数", "三会一课/党日活动", "活动主题",
    "时长", "会议记录",
]  # fmt: skip
DAY = date(2026, 3, 16)


def a_row(**cells):
    row = {
        "支部": "物理教师党支部",
        "时间": DAY,
        "地点": "A305",
        "应到人数": 10,
        "实到人数": 9,
        "请假人数": 1,
        "无故不到人数": 0,
        "三会一课/党日活动": "主题党日",
        "活动主题": "参观校史馆",
        "时长": "90分钟",
        **cells,
    }
    assert row.keys() <= {*HEAD}
    return [row.get(heading) for heading in HEAD]


def take_in(folder, *rows, commit=True, head=HEAD):
    path = workbook(folder / "台账.xlsx", ["支部活动台账"], head, *rows)
    return run("import_activities", path, *(["--commit"] if commit else []))


def counted(row):
    return (row.expected, row.present, row.on_leave, row.absent)


class TestWriting:
    def test_a_row_is_a_record_that_counts_heads(self, branch, tmp_path):
        status, report = take_in(tmp_path, a_row())
        assert (status, report["header_row"], report["new"], report["errors"]) == (0, 2, 1, [])
        record = Activity.objects.get()
        assert (record.kind, record.held_on, record.title, record.place) == (
            "theme_day",
            DAY,
            "参观校史馆",
            "A305",
        )
        assert counted(record) == (10, 9, 1, 0)
        assert (record.minutes, record.is_heads_only, record.is_on_time) == (90, True, False)
        assert not Attendance.objects.exists()
        assert counted(Tally.objects.get(kind="theme_day")) == (10, 9, 1, 0)
        assert (tallies.differences(), tallies.counter_differences()) == ([], [])
        assert AuditEntry.objects.get(action="activity.import").after["new"] == 1

    def test_the_dry_run_writes_nothing(self, branch, tmp_path):
        _, report = take_in(tmp_path, a_row(), commit=False)
        assert report["new"] == 1
        assert not Activity.objects.exists()

    def test_the_same_file_again_adds_nothing(self, branch, tmp_path):
        rows = a_row(), a_row(时间=date(2026, 4, 16), 活动主题="义务劳动")
        take_in(tmp_path, *rows)
        _, report = take_in(tmp_path, *rows)
        assert [report[name] for name in ("new", "unchanged", "absent")] == [0, 2, 0]
        assert Activity.objects.count() == 2

    def test_what_was_withdrawn_does_not_come_back(self, branch, tmp_path, secretary):
        take_in(tmp_path, a_row())
        withdraw(Activity.objects.get(), by=secretary, version=1, reason="不是这个支部的")
        _, report = take_in(tmp_path, a_row())
        assert report["unchanged"] == 1

    def test_what_was_logged_on_the_spot_is_the_same(self, branch, tmp_path):
        cast.a_record(branch, "theme_day", DAY, title="参观校史馆")
        cast.a_record(branch, "party_lecture", DAY, title="另一个名字", starts_at=time(14, 30))
        lecture = a_row(
            **{"三会一课/党日活动": "党课", "时间": "2026年3月16日 14:30", "活动主题": "纪律教育"}
        )
        _, report = take_in(tmp_path, a_row(), lecture)
        assert [report[name] for name in ("new", "unchanged")] == [0, 2]

    def test_another_of_the_same_day_is_pointed_out(self, branch, tmp_path):
        cast.a_record(branch, "theme_day", DAY, title="义务劳动")
        _, report = take_in(tmp_path, a_row())
        assert report["new"] == 1
        assert (3, "C", "same_day") in codes(report, "warnings")

    def test_good_rows_are_written_and_wrong_ones_named(self, branch, tmp_path):
        status, report = take_in(tmp_path, a_row(), a_row(应到人数=12))
        assert (status, report["new"]) == (1, 1)
        assert codes(report) == [(4, "E", "counts")]


class TestRows:
    @pytest.mark.parametrize(
        ("cells", "place", "said"),
        [
            ({"应到人数": 12}, "E counts", "应到 12、实到 9、请假 1、缺席 0"),
            ({"实到人数": 11}, "E counts", "应到 10、实到 11"),
            ({"应到人数": 0, "实到人数": 0, "请假人数": 0}, "E nobody", "应到人数是 0"),
            ({"实到人数": None}, "F missing_count", "没有填写实到人数"),
            ({"实到人数": "若干"}, "F bad_number", "“若干”不是人数"),
            ({"时间": date(2026, 10, 21)}, "C future_date", "不能晚于今天"),
            ({"时间": "2026-10-20 15:00"}, "C future_date", "今天还没到 15:00"),
            ({"时间": date(1950, 1, 1)}, "C not_standing", "尚未成立"),
            ({"时间": None}, "C missing_date", "没有填写开展时间"),
            ({"时间": "三月"}, "C bad_date", "三月"),
            ({"支部": "数学党支部"}, "B unknown_branch", "没有党支部“数学党支部”"),
            ({"三会一课/党日活动": "茶话会"}, "I unknown_kind", "“茶话会”不是活动类型"),
            ({"三会一课/党日活动": "民主生活会"}, "I of_leading_bodies", "民主生活会由领导班子召开"),
            ({"三会一课/党日活动": "党小组会"}, "unknown_group", "请写明是哪个党小组"),
            ({"时长": "很久"}, "K bad_number", "不是时长"),
            ({"活动主题": "题" * 121}, "J too_long", "超过 120 个字"),
        ],
    )
    def test_what_is_wrong_is_said_with_its_place(self, branch, tmp_path, cells, place, said):
        status, report = take_in(tmp_path, a_row(**cells))
        assert status == 1
        *column, code = place.split()
        found = [problem for problem in report["errors"] if problem["code"] == code]
        assert [problem["row"] for problem in found] == [3]
        assert said in found[0]["message"]
        assert not column or found[0]["column"] == column[0]
        assert not Activity.objects.exists()

    def test_a_host_who_was_no_member_that_day(self, branch, tmp_path):
        head = [*HEAD, "主持人"]
        _, report = take_in(tmp_path, [*a_row(), "教师0"], [*a_row(活动主题="另一次"), "路人"], head=head)
        assert codes(report) == [(4, "M", "host_not_member")]

    def test_a_count_that_is_not_the_roster_s_is_a_warning(self, branch, tmp_path):
        _, report = take_in(tmp_path, a_row(应到人数=9, 实到人数=8))
        assert codes(report, "warnings") == [(3, "E", "roster_differs")]
        assert "名册上这一天应到 10 人" in report["warnings"][0]["message"]

    def test_two_rows_of_one_meeting(self, branch, tmp_path):
        _, report = take_in(tmp_path, a_row(), a_row(地点="B101"))
        assert codes(report) == [(4, None, "duplicate_in_file")]

    def test_absence_that_nobody_explained(self, branch, tmp_path):
        _, report = take_in(tmp_path, a_row(请假人数=None, 无故不到人数=None))
        assert (3, "F", "absence_untold") in codes(report, "warnings")
        assert counted(Activity.objects.get()) == (10, 9, 1, 0)

    def test_the_group_of_a_group_meeting(self, branch, tmp_path):
        group = cast.a_group(branch, name="第一党小组")
        cells = {"三会一课/党日活动": "党小组会", "应到人数": 3, "实到人数": 3, "请假人数": 0}
        take_in(tmp_path, a_row(**cells))
        assert Activity.objects.get().group == group

    def test_headings_of_the_other_common_form(self, branch, tmp_path):
        facts = {
            "序号": 1,
            "会议类型": "支部党员大会",
            "会议标题": "总结",
            "主办党组织": "物理教师党支部",
            "会议日期": datetime(2026, 3, 16),
            "开始时间": time(14, 30),
            "结束时间": time(16),
            "会议地点": "A305",
            "应到人数": 10,
            "实到人数": 10,
            "出勤率(%)": 100,
        }
        head, row = list(facts), list(facts.values())
        _, report = take_in(tmp_path, row, head=head)
        assert report["errors"] == []
        assert [each["heading"] for each in report["columns"] if each["field"] is None] == ["出勤率(%)"]
        record = Activity.objects.get()
        assert (record.kind, record.starts_at, record.minutes) == ("general_meeting", time(14, 30), 90)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("支部委员会会议", Kind.COMMITTEE_MEETING),
        ("支委会", Kind.COMMITTEE_MEETING),
        ("支部党员大会", Kind.GENERAL_MEETING),
        ("专题党课", Kind.PARTY_LECTURE),
        ("第一党小组会", Kind.GROUP_MEETING),
        ("主题党日活动", Kind.THEME_DAY),
        ("专题组织生活会", Kind.ORGANIZATION_LIFE_MEETING),
        ("组织生活会（民主生活会）", Kind.ORGANIZATION_LIFE_MEETING),
        ("领导班子民主生活会", None),
        ("茶话会", None),
    ],
)
def test_words_of_kinds(text, kind):
    assert kind_of(text) == kind


def test_every_kind_is_known_by_its_own_name():
    assert {kind: kind_of(kind.label) for kind in Kind} == {kind: kind for kind in Kind}


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90", 90),
        ("90分钟", 90),
        ("2", 120),
        ("1.5小时", 90),
        ("2 学时", 120),
        ("很久", None),
        ("0", None),
        ("2000", None),
    ],
)
def test_lengths(text, minutes):
    assert _length_of(text) == minutes


class TestAfterwards:
    def test_names_replace_the_count_when_they_are_known(self, branch, tmp_path, secretary, browser):
        take_in(tmp_path, a_row())
        record = Activity.objects.get()
        page = browser.get(reverse("activity_detail", args=[record.pk])).content.decode()
        assert "只有人数，没有名单" in page
        form = browser.get(reverse("activity_correct", args=[record.pk])).context["form"]
        assert len(form.roll.people) == 10
        marks = cast.all_present("theme_day", branch, DAY)
        correct(record, by=secretary, version=1, held_on=DAY, marks=marks)
        record.refresh_from_db()
        assert (counted(record), record.is_heads_only) == ((10, 10, 0, 0), False)
        assert Attendance.objects.count() == 10
        assert (tallies.differences(), tallies.counter_differences()) == ([], [])

    def test_a_meeting_without_names_takes_no_votes(self, branch, tmp_path, browser):
        take_in(tmp_path, a_row(**{"三会一课/党日活动": "支部党员大会"}))
        page = browser.get(reverse("agenda_add", args=[Activity.objects.get().pk, "resolution"]))
        assert "应到会有表决权的党员 0 人" in page.content.decode()


def test_only_within_reach(branch, school, tmp_path):
    path = workbook(tmp_path / "台账.xlsx", HEAD, a_row(), a_row(支部="音乐教师党支部"))
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    found = ledgers.write(ledgers.open_ledger(path), staff, source="台账.xlsx")
    assert (len(found.new), [entry.row for entry in found.wrong]) == (1, [3])


class TestPages:
    @pytest.fixture
    def staff(self, school):
        return cast.a_browser(cast.a_user(Role.COMMITTEE_STAFF, school.physics))

    def upload(self, browser, folder, *rows):
        path = workbook(folder / "台账.xlsx", HEAD, *rows)
        with path.open("rb") as file:
            return browser.post(reverse("import_ledger"), {"file": file}, follow=True)

    def test_from_the_list_of_records_to_what_was_written(self, branch, staff, tmp_path):
        assert reverse("import_ledger") in staff.get(reverse("activity_list")).content.decode()
        answer = self.upload(staff, tmp_path, a_row(), a_row(活动主题="义务劳动", 实到人数=12))
        assert answer.context["show"] == "wrong"
        assert {name: number for name, _, number in answer.context["tabs"]} == {
            "new": 1,
            "unchanged": 0,
            "wrong": 1,
            "warnings": 0,
        }
        upload = answer.context["upload"]
        assert "参观校史馆" in staff.get(answer.wsgi_request.path, {"show": "new"}).content.decode()
        wrong = staff.get(reverse("import_ledger_wrong_rows", args=[upload.pk]))
        assert b"".join(wrong.streaming_content).startswith(b"PK")
        answer = staff.post(reverse("import_ledger_write", args=[upload.pk]), follow=True)
        text = answer.content.decode()
        assert "已写入 1 条活动记录。" in text
        assert "还有 1 行有错没有写入" in text
        assert Activity.objects.get().entered_by == upload.owner
        later = staff.get(reverse("import_ledger_wrong_rows", args=[upload.pk]))
        assert b"".join(later.streaming_content).startswith(b"PK")

    def test_given_up_nothing_is_written(self, branch, staff, tmp_path):
        upload = self.upload(staff, tmp_path, a_row()).context["upload"]
        answer = staff.post(reverse("import_ledger_drop", args=[upload.pk]), follow=True)
        assert "文件已删除，没有写入任何内容" in answer.content.decode()
        assert not Activity.objects.exists()

    def test_written_once(self, branch, staff, tmp_path):
        upload = self.upload(staff, tmp_path, a_row()).context["upload"]
        for said in ("已写入 1 条", "正在写入或已经写入"):
            answer = staff.post(reverse("import_ledger_write", args=[upload.pk]), follow=True)
            assert said in answer.content.decode()
        assert Activity.objects.count() == 1

    def test_a_workbook_without_a_ledger_is_said_so(self, branch, staff, tmp_path):
        path = workbook(tmp_path / "别的.xlsx", ["甲", "乙"], [1, 2])
        with path.open("rb") as file:
            answer = staff.post(reverse("import_ledger"), {"file": file})
        assert "没有找到表头" in answer.content.decode()

    def test_a_secretary_imports_none(self, branch, browser):
        assert browser.get(reverse("import_ledger")).status_code == 403
        assert reverse("import_ledger") not in browser.get(reverse("activity_list")).content.decode()
