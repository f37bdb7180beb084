"""The import of rosters by its command; the pages use the same code."""

import json
from datetime import date

import pytest
from openpyxl import load_workbook

from accounts.models import AuditEntry
from branches.models import Branch
from branches.roles import Role
from members.exports import write_roster
from members.listing import Filter
from members.models import Member, MembershipSpell, StatusPeriod
from tests import cast
from tests.members.rosters import HEAD, a_file, a_row, an_id, column
from tests.sheets import SAMPLES, codes, run, sample, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]


@pytest.fixture
def school():
    return cast.a_university()


def counts(report):
    return tuple(report[name] for name in ("rows", "new", "changed", "unchanged", "absent"))


def place(row, heading, code):
    return (row, column(heading), code)


class TestReading:
    def test_a_dry_run_writes_nothing(self, school, tmp_path):
        before = AuditEntry.objects.count()
        status, report = run("import_roster", a_file(tmp_path, a_row(), a_row("李强", 2)))
        assert (status, report["sheet"], report["header_row"], counts(report)) == (
            0,
            "Sheet1",
            2,
            (2, 2, 0, 0, 0),
        )
        assert (Member.objects.count(), AuditEntry.objects.count()) == (0, before)

    def test_all_national_columns_are_known(self, school, tmp_path):
        _, report = run("import_roster", a_file(tmp_path, a_row()))
        assert [each["heading"] for each in report["columns"]] == HEAD
        assert [each["field"] for each in report["columns"]] == (
            "serial name branch id_number sex nation birth_date education status joined_on full_on job phone landline "
            "address standing is_lost lost_on is_floating floating_to note"
        ).split()

    def test_the_table_is_found_on_whichever_sheet_it_stands(self, school, tmp_path):
        cover = ("封面", [["填表说明"], ["姓名", "请写全名", "不写简称"]])
        notes = workbook(
            tmp_path / "x.xlsx", ["说明"], title="说明", more=[cover, ("花名册", [[], HEAD, a_row()])]
        )
        _, report = run("import_roster", notes)
        assert (report["sheet"], report["header_row"], report["new"]) == ("花名册", 2, 1)

    def test_other_headings_and_styles(self, school, tmp_path):
        head = [
            "*姓 名（必填）",
            "性别",
            "所属党组织",
            "身份证号码",
            "出生年月日",
            "党员类别",
            "入党时间",
            "转正时间",
            "手机号码",
        ]
        row = [
            "王　芳",
            "女",
            "物理学院 学生",
            an_id(2),
            19800101,
            "正式",
            "2010/6/1",
            date(2011, 6, 1),
            13900000001,
        ]
        row[2] = "中共XX师范大学物理学生支部委员会"
        _, report = run("import_roster", workbook(tmp_path / "x.xlsx", head, row), "--commit")
        assert (report["errors"], report["warnings"]) == ([], [])
        member = Member.objects.get()
        assert (member.name, member.sex, member.birth_date, member.branch, member.phone) == (
            "王芳",
            "female",
            date(1980, 1, 1),
            school.students,
            "13900000001",
        )

    def test_unknown_columns_remarks_and_further_sheets_are_named(self, school, tmp_path):
        head = ["姓名", "所在党支部", "公民身份证号", "人员类别", "微信号", "入党时间"]
        row = ["张明", "物理教师党支部", an_id(), "预备党员", "abc", "2026-06-01"]
        book = workbook(tmp_path / "x.xlsx", head, row, ["填表人：甲"], more=[("另一张", [head, row])])
        _, report = run("import_roster", book)
        assert report["columns"][4] == {"column": "E", "heading": "微信号", "field": None}
        assert codes(report, "warnings") == [
            (1, "E", "unknown_column"),
            (1, None, "other_sheet"),
            (3, None, "remark"),
        ]

    def test_stages_before_joining_become_status_periods(self, school, tmp_path):
        head = [
            "党支部名称",
            "学号",
            "姓名",
            "性别",
            "身份证号码",
            "递交入党申请书时间",
            "确定为入党积极分子时间",
            "培养联系人",
        ]
        row = ["物理学生党支部", "20240001", "张明", "男", an_id(), "2025-09-20", "2026-03-20", "乙"]
        run("import_roster", workbook(tmp_path / "x.xlsx", head, row), "--commit")
        assert list(StatusPeriod.objects.order_by("since").values_list("status", "since", "until")) == [
            ("applicant", date(2025, 9, 20), date(2026, 3, 19)),
            ("activist", date(2026, 3, 20), None),
        ]
        _, report = run("import_roster", workbook(tmp_path / "x.xlsx", head, row))
        assert counts(report)[3] == 1

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [(b"", "空的"), (b"%PDF-1.4", "不是表格文件"), (b"PK\x03\x04broken", "损坏")],
    )
    def test_a_file_that_is_no_workbook(self, tmp_path, content, sentence):
        path = tmp_path / "x.xlsx"
        path.write_bytes(content)
        status, report = run("import_roster", path)
        assert (status, list(report)) == (2, ["error"])
        assert sentence in report["error"]


class TestWriting:
    def test_a_person_with_all_that_follows(self, school, tmp_path):
        row = a_row(备注="骨干", 是否为流动党员="是", 外出流向="XX省", 民族="藏")
        run("import_roster", a_file(tmp_path, row), "--commit")
        member = Member.objects.get()
        assert (member.number, member.nation, member.education, member.job) == ("M000001", "04", "21", "教师")
        assert (member.id_number, member.is_floating, member.floating_to, member.note) == (
            an_id(),
            True,
            "XX省",
            "骨干",
        )
        spell = MembershipSpell.objects.get()
        assert (spell.branch, spell.since, spell.is_assumed) == (school.teachers, date(2010, 6, 1), True)
        assert AuditEntry.objects.filter(action="roster.import").get().after["new"] == 1

    def test_the_same_file_again_is_all_unchanged(self, school, tmp_path):
        path = a_file(tmp_path, a_row(), a_row("李强", 2, 人员类别="预备党员", 转为正式党员日期=None))
        run("import_roster", path, "--commit")
        before = AuditEntry.objects.count()
        _, report = run("import_roster", path, "--commit")
        assert counts(report) == (2, 0, 0, 2, 0)
        assert (Member.objects.count(), AuditEntry.objects.count()) == (2, before)

    def test_changes_are_written_and_dates_only_on_demand(self, school, tmp_path):
        run("import_roster", a_file(tmp_path, a_row()), "--commit")
        other = a_row(学历="硕士研究生毕业", 手机号=13900009999, 加入党组织日期="2010-07-01")
        _, report = run("import_roster", a_file(tmp_path, other), "--commit")
        assert codes(report, "warnings") == [place(3, "加入党组织日期", "protected_date")]
        member = Member.objects.get()
        assert (member.education, member.phone, member.joined_on) == ("14", "13900009999", date(2010, 6, 1))
        run("import_roster", a_file(tmp_path, other), "--commit", "--overwrite-dates")
        assert (
            Member.objects.get().joined_on == StatusPeriod.objects.earliest("since").since == date(2010, 7, 1)
        )

    def test_a_first_full_date_needs_no_demand(self, school, tmp_path):
        row = {"人员类别": "预备党员", "加入党组织日期": "2025-11-01", "转为正式党员日期": None}
        run("import_roster", a_file(tmp_path, a_row(**row)), "--commit")
        now = {**row, "人员类别": "正式党员", "转为正式党员日期": "2026-11-01"}
        _, report = run("import_roster", a_file(tmp_path, a_row(**now)), "--commit")
        assert (counts(report)[2], report["warnings"]) == (1, [])
        assert StatusPeriod.objects.get(status="full").since == date(2026, 11, 1)

    def test_another_branch_moves_the_person_today(self, school, tmp_path):
        run("import_roster", a_file(tmp_path, a_row()), "--commit")
        member = Member.objects.get()
        cast.a_post(member, "secretary")
        _, report = run("import_roster", a_file(tmp_path, a_row(所在党支部="物理学生党支部")), "--commit")
        assert codes(report, "warnings") == [place(3, "所在党支部", "holds_post")]
        assert list(member.spells.order_by("since").values_list("branch", "until")) == [
            (school.teachers.pk, date(2026, 11, 21)),
            (school.students.pk, None),
        ]

    def test_a_blank_or_masked_cell_changes_nothing(self, school, tmp_path):
        run("import_roster", a_file(tmp_path, a_row()), "--commit")
        number = Member.objects.get().number
        head = ["党员编号", *HEAD]
        masked = {
            "公民身份证号": "**************0010",
            "出生日期": "1980-01",
            "手机号": "139****0001",
            "民族": None,
        }
        path = workbook(
            tmp_path / "x.xlsx",
            head,
            [number, *a_row(**{**masked, "家庭住址": "XX省****", "工作岗位": "辅导员"})],
        )
        _, report = run("import_roster", path, "--commit")
        assert (counts(report), report["errors"]) == ((1, 0, 1, 0, 0), [])
        member = Member.objects.get()
        assert (member.job, member.nation, member.phone, member.id_number) == (
            "辅导员",
            "01",
            "13900000001",
            an_id(),
        )

    def test_who_is_not_in_the_file_is_counted_and_kept(self, school, tmp_path):
        run("import_roster", a_file(tmp_path, a_row(), a_row("李强", 2)), "--commit")
        cast.a_member(school.musicians)
        _, report = run("import_roster", a_file(tmp_path, a_row()), "--commit")
        assert counts(report) == (1, 0, 0, 1, 1)
        assert Member.objects.count() == 3

    def test_a_person_found_by_school_number_and_name(self, school, tmp_path):
        member = cast.a_member(school.teachers, "张明", school_number="20010001")
        head = ["姓名", "学工号", "所在党支部", "身份证号", "人员类别"]
        path = workbook(
            tmp_path / "x.xlsx", head, ["张明", "20010001", "物理教师党支部", an_id(), "正式党员"]
        )
        _, report = run("import_roster", path, "--commit")
        member.refresh_from_db()
        assert (report["changed"], member.id_number) == (1, an_id())

    def test_a_masked_export_comes_back_as_all_unchanged(self, school, tmp_path):
        rows = [a_row(), a_row("李 ·强", 2, 家庭住址=None), a_row("=王", 3, 工作岗位="-专员", 备注="@x")]
        run("import_roster", a_file(tmp_path, *rows), "--commit")
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        write_roster(tmp_path / "out.xlsx", staff, Filter())
        _, report = run("import_roster", tmp_path / "out.xlsx")
        assert (counts(report), report["errors"]) == ((3, 0, 0, 3, 0), [])


class TestFaults:
    @pytest.mark.parametrize(
        ("cells", "heading", "code"),
        [
            ({"公民身份证号": 999999198001010012}, "公民身份证号", "numeric_id"),
            ({"公民身份证号": "999999200509266000"}, "公民身份证号", "truncated_id"),
            ({"公民身份证号": "99999919800101"}, "公民身份证号", "bad_length"),
            ({"公民身份证号": an_id()[:17] + "0"}, "公民身份证号", "bad_checksum"),
            ({"公民身份证号": None}, "公民身份证号", "missing_id"),
            ({"公民身份证号": "**************1234"}, "公民身份证号", "masked_value"),
            ({"性别": "女"}, "性别", "sex_mismatch"),
            ({"出生日期": "1980-01-02"}, "出生日期", "birth_mismatch"),
            ({"姓名": None}, "姓名", "missing_name"),
            ({"所在党支部": None}, "所在党支部", "missing_branch"),
            ({"所在党支部": "量子玄学院第九党支部"}, "所在党支部", "unknown_branch"),
            ({"所在党支部": "物理学院党委"}, "所在党支部", "not_a_branch"),
            ({"加入党组织日期": "2012-06-01"}, "转为正式党员日期", "joined_after_full"),
            ({"加入党组织日期": "2011-06-01"}, "转为正式党员日期", "equal_dates"),
            ({"加入党组织日期": "2019.13"}, "加入党组织日期", "bad_date"),
            ({"人员类别": "预备党员"}, "转为正式党员日期", "status_mismatch"),
            ({"人员类别": "群众"}, "人员类别", "unknown_status"),
            ({"是否为失联党员": "是"}, "失去联系日期", "lost_mismatch"),
            ({"失去联系日期": "2020-01-01"}, "失去联系日期", "lost_mismatch"),
        ],
    )
    def test_one_fault_one_code(self, school, tmp_path, cells, heading, code):
        path = a_file(tmp_path, a_row("李强", 2), a_row(**cells))
        status, report = run("import_roster", path, "--commit")
        assert (status, codes(report)) == (1, [place(4, heading, code)])
        assert list(Member.objects.values_list("name", flat=True)) == ["李强"]

    @pytest.mark.parametrize("heading", ["加入党组织日期", "转为正式党员日期"])
    def test_a_date_that_cannot_be_read_is_not_called_missing(self, school, tmp_path, heading):
        _, report = run("import_roster", a_file(tmp_path, a_row(**{heading: "2019.13"})))
        assert (codes(report), codes(report, "warnings")) == ([place(3, heading, "bad_date")], [])

    @pytest.mark.parametrize("offset", [1, -1])
    def test_a_shifted_row_is_called_that_and_nothing_else(self, school, tmp_path, offset):
        row = a_row("李强", 2)
        slid = [row[0], None, *row[1:-1]] if offset == 1 else [*row[1:], None]
        _, report = run("import_roster", a_file(tmp_path, a_row(), slid))
        assert codes(report) == [(4, None, "shifted")]

    def test_a_row_without_one_cell_in_the_middle_is_shifted(self, school, tmp_path):
        row = a_row("李强", 2)
        del row[5]
        _, report = run("import_roster", a_file(tmp_path, a_row(), [*row, None]))
        assert codes(report) == [(4, None, "shifted")]

    def test_the_later_of_two_rows_of_one_person_is_wrong(self, school, tmp_path):
        path = a_file(tmp_path, a_row(), a_row("李强", 2), a_row(加入党组织日期="2009-01-01"))
        _, report = run("import_roster", path, "--commit")
        assert codes(report) == [place(5, "公民身份证号", "duplicate_in_file")]
        assert Member.objects.get(name="张明").joined_on == date(2010, 6, 1)

    @pytest.mark.parametrize(
        ("cells", "heading", "code"),
        [
            (
                {"加入党组织日期": "1975-03-01", "转为正式党员日期": "1975-03-01", "出生日期": "1950-01-01"},
                "转为正式党员日期",
                "equal_dates",
            ),
            (
                {"人员类别": "预备党员", "加入党组织日期": "2025-10-22", "转为正式党员日期": None},
                "转为正式党员日期",
                "overdue_probation",
            ),
            ({"工作岗位": "宇航员"}, "工作岗位", "unknown_job"),
            ({"学历": "自学成才"}, "学历", "unknown_education"),
            ({"民族": "外星"}, "民族", "unknown_nation"),
            ({"手机号": "12345"}, "手机号", "odd_phone"),
            ({"转为正式党员日期": None}, "转为正式党员日期", "missing_full"),
            (
                {"加入党组织日期": "1997-06-01", "转为正式党员日期": "1998-06-01"},
                "加入党组织日期",
                "under_age",
            ),
            ({"转为正式党员日期": "2026-12-01"}, "转为正式党员日期", "future_date"),
        ],
    )
    def test_a_doubt_is_only_a_warning(self, school, tmp_path, cells, heading, code):
        if "出生日期" in cells:
            cells = {**cells, "公民身份证号": an_id(1, date(1950, 1, 1))}
        status, report = run("import_roster", a_file(tmp_path, a_row(**cells)), "--commit")
        assert (status, codes(report, "warnings")) == (0, [place(3, heading, code)])
        assert Member.objects.count() == 1

    def test_probation_is_overdue_after_thirteen_months(self, school, tmp_path):
        row = a_row(人员类别="预备党员", 加入党组织日期="2025-10-23", 转为正式党员日期=None)
        _, report = run("import_roster", a_file(tmp_path, row))
        assert report["warnings"] == []

    def test_no_message_holds_a_whole_number(self, school, tmp_path):
        row = a_row(加入党组织日期=an_id(), 工作岗位="13912345678", 所在党支部=an_id(3))
        _, report = run("import_roster", a_file(tmp_path, row))
        text = json.dumps([report["errors"], report["warnings"]])
        assert len(report["errors"]) == 2
        assert not any(secret in text for secret in (an_id(), an_id(3), "13912345678"))

    def test_a_number_nobody_has_and_one_that_is_taken(self, school, tmp_path):
        run("import_roster", a_file(tmp_path, a_row(), a_row("李强", 2)), "--commit")
        number = Member.objects.get(name="张明").number
        head = ["党员编号", *HEAD]
        path = workbook(
            tmp_path / "x.xlsx", head, ["M999999", *a_row("赵六", 9)], [number, *a_row("张明", 2)]
        )
        _, report = run("import_roster", path)
        assert codes(report) == [(2, "A", "unknown_number"), (3, "E", "id_taken")]


class TestWrongRows:
    def test_corrected_they_can_be_imported(self, school, tmp_path):
        numeric = a_row("李强", 2, 公民身份证号=int(an_id(3)[:15] + "048"))
        path = a_file(tmp_path, a_row(), numeric, a_row("王磊", 3, 姓名=None))
        out = tmp_path / "wrong.xlsx"
        run("import_roster", path, "--commit", "--errors-to", out)
        book = load_workbook(out)
        sheet = book.active
        assert [cell.value for cell in sheet[1]] == ["错误原因", "建议", *HEAD]
        assert [row[0].value.partition("：")[0] for row in sheet.iter_rows(min_row=2)] == [
            "第 4 行",
            "第 5 行",
        ]
        assert sheet["F2"].value == an_id(3)[:15] + "？？？"
        status, report = run("import_roster", out)
        assert [each["heading"] for each in report["columns"] if each["field"] is None] == []
        assert (status, [code for _, _, code in codes(report)]) == (1, ["bad_length", "missing_name"])
        sheet["F2"], sheet["D3"] = an_id(3), "王磊"
        book.save(out)
        status, report = run("import_roster", out, "--commit")
        assert (status, counts(report)[:2]) == (0, (2, 2))
        assert sorted(Member.objects.values_list("name", flat=True)) == ["张明", "李强", "王磊"]

    def test_a_double_uploaded_again_as_it_is_does_not_overwrite_the_right_row(self, school, tmp_path):
        path = a_file(tmp_path, a_row(), a_row(学历="硕士研究生毕业"))
        out = tmp_path / "wrong.xlsx"
        run("import_roster", path, "--commit", "--errors-to", out)
        status, report = run("import_roster", out, "--commit")
        assert (status, codes(report)) == (1, [(2, None, "duplicate_in_file")])
        assert Member.objects.get().education == "21"
        book = load_workbook(out)
        book.active["A2"] = None
        book.save(out)
        assert run("import_roster", out, "--commit")[1]["changed"] == 1
        assert Member.objects.get().education == "14"

    def test_nobody_is_renamed_without_a_word(self, school, tmp_path):
        run("import_roster", a_file(tmp_path, a_row()), "--commit")
        status, report = run(
            "import_roster", a_file(tmp_path, a_row("李强", 1, 手机号="13900009999")), "--commit"
        )
        assert (status, codes(report)) == (1, [place(3, "姓名", "name_mismatch")])
        assert (Member.objects.get().name, Member.objects.get().phone) == ("张明", "13900000001")


class TestSamples:
    """The sample university's own workbooks, when they lie beside the repository."""

    @pytest.fixture(autouse=True)
    def _register(self):
        run("import_branches", sample("党组织名册.xlsx"), "--commit")
        self.expected = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))

    def test_the_national_sheet(self):
        expected = self.expected["党员基本信息汇总表.xlsx"]
        path = sample("党员基本信息汇总表.xlsx")
        assert run("import_roster", path)[1]["new"] == expected["rows"]
        assert Member.objects.count() == 0
        status, report = run("import_roster", path, "--commit")
        assert (status, report["errors"], counts(report)) == (0, [], (330, 330, 0, 0, 0))
        per_branch = {branch.name: branch.members.count() for branch in Branch.objects.leaves()}
        assert per_branch == expected["per_branch"]
        assert Member.objects.filter(status="probationary").count() == expected["probationary"]
        assert Member.objects.filter(joined_on__month=11).count() == expected["joined_in_november"]
        assert counts(run("import_roster", path, "--commit")[1]) == (330, 0, 0, 330, 0)

    def test_the_sheet_with_faults(self):
        expected = self.expected["花名册-问题.xlsx"]
        status, report = run("import_roster", sample("花名册-问题.xlsx"), "--commit")
        assert status == 1
        assert [{"row": e["row"], "fault": e["code"]} for e in report["errors"]] == expected["errors"]
        assert (report["rows"], report["new"], Member.objects.count()) == (
            expected["rows"],
            expected["clean"],
            expected["clean"],
        )
        again = run("import_roster", sample("花名册-问题.xlsx"), "--commit")[1]
        assert (again["unchanged"], [e["row"] for e in again["errors"]]) == (
            expected["clean"],
            [e["row"] for e in expected["errors"]],
        )
