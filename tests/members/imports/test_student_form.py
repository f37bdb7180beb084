"""The form of 37 columns: basic facts, and every date of the way into the party."""

from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.conf import settings

from branches.roles import Role
from members import batches, enrolment
from members.imports import Decisions, analyse, open_roster, write
from members.models import Development, DevelopmentStep, ImportBatch, ImportedRow, Member, StatusPeriod
from tests import cast
from tests.members.rosters import an_id
from tests.sheets import codes, run, workbook

pytestmark = pytest.mark.django_db

HEAD = (
    """
党支部名称｜学号｜姓名｜出生时间｜性别｜民族｜籍贯｜联系电话｜身份证号码｜当前专业（全称）｜学年制
是否团员（填写“是”“否”）｜是否在中山大学发展｜递交入党申请书时间｜首次组织谈话时间｜确定为入党积极分子时间｜培养联系人
民主评议时间｜推荐/推优时间｜支部大会讨论确定发展对象时间｜确定发展对象时间（党委备案时间）
政治审查（填“完成”“未完成”）｜党校培训结业时间｜党委预审时间｜入党介绍人｜确定为预备党员时间（支部大会）
入党谈话时间｜入党谈话人｜党委审批时间｜入党宣誓时间｜递交转正申请书时间｜转正时间（支部大会讨论转正时间）
党委审批时间2｜转档案馆时间｜申请保留党籍时间（出国留学人员填写）｜毕业时间
备注（包括未及时确定积极分子或发展、转正原因，其他）
""".strip()
    .replace("\n", "｜")
    .split("｜")
)
FIELDS = (
    "branch school_number name birth_date sex nation native_place phone id_number major schooling_years "
    "is_league_member trained_here applied_on talked_on activist_on contacts appraised_on recommended_on "
    "discussed_on target_on political_review trained_on reviewed_on introducers joined_on interviewed_on "
    "interviewer admitted_on sworn_on full_applied_on full_on full_approved_on archived_on kept_abroad_on "
    "graduates_on note"
).split()
NOTES = ["注意1：本表所有时间属性的单元格格式统一设定为“日期”"], ["注意2：基本信息必填"], ["基本信息"]
BORN = date(2004, 1, 1)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-22 12:00 +0800", tick=False):
        yield


@pytest.fixture
def school():
    return cast.a_university()


def a_row(**cells):
    """A student whose way was lawful, by field; ``cells`` replace what it has."""
    row = {
        "branch": "物理学生党支部",
        "school_number": "22010001",
        "name": "林晓",
        "birth_date": BORN,
        "sex": "女",
        "nation": "汉",
        "native_place": "广东梅州",
        "phone": "13900000001",
        "id_number": an_id(2, BORN),
        "major": "物理学",
        "schooling_years": "4年",
        "is_league_member": "是",
        "trained_here": "是",
        "applied_on": date(2022, 10, 8),
        "talked_on": date(2022, 10, 20),
        "activist_on": date(2023, 4, 10),
        "contacts": "张明、李强",
        "discussed_on": date(2024, 4, 15),
        "target_on": date(2024, 4, 25),
        "political_review": "完成",
        "trained_on": date(2024, 5, 20),
        "reviewed_on": date(2024, 5, 28),
        "introducers": "张明 李强",
        "joined_on": date(2024, 6, 3),
        "interviewed_on": date(2024, 6, 20),
        "interviewer": "王老师",
        "admitted_on": date(2024, 7, 1),
        "sworn_on": date(2024, 7, 1),
        "full_applied_on": date(2025, 5, 20),
        "full_on": date(2025, 6, 3),
        "full_approved_on": date(2025, 7, 1),
        "graduates_on": date(2026, 6, 30),
        **cells,
    }
    assert row.keys() <= {*FIELDS}
    return [row.get(name) for name in FIELDS]


def a_file(folder, *rows):
    return workbook(folder / "成员信息.xlsx", *NOTES, HEAD, *rows)


def test_all_37_columns_are_recognised(school, tmp_path):
    _, report = run("import_roster", a_file(tmp_path, a_row()))
    assert (report["header_row"], len(HEAD)) == (4, 37)
    assert [each["field"] for each in report["columns"]] == FIELDS
    assert codes(report, "errors") == codes(report, "warnings") == []


def test_the_university_s_own_file_has_this_head():
    path = Path(settings.BASE_DIR).parent / "shared" / "data" / "forms" / "成员信息.xlsx"
    if not path.is_file():
        pytest.skip(f"no form at {path}")
    table = open_roster(path)
    headings = [column.heading for column in table.header.columns if column.heading]
    assert headings == [heading.strip() for heading in HEAD]
    assert [column.field for column in table.header.columns if column.heading] == FIELDS


class TestWriting:
    def test_facts_stages_and_steps_are_kept(self, school, tmp_path):
        contact = cast.a_member(school.students, "张明")
        run("import_roster", a_file(tmp_path, a_row()), "--commit")
        member = Member.objects.get(name="林晓")
        facts = [
            getattr(member, name) for name in "native_place major schooling_years is_league_member".split()
        ]
        assert facts == ["广东梅州", "物理学", 4, True]
        assert (member.graduates_on, member.status) == (date(2026, 6, 30), StatusPeriod.Status.FULL)
        periods = StatusPeriod.objects.filter(member=member).order_by("since").values_list("status", "since")
        assert list(periods) == [
            ("applicant", date(2022, 10, 8)),
            ("activist", date(2023, 4, 10)),
            ("target", date(2024, 4, 25)),
            ("probationary", date(2024, 6, 3)),
            ("full", date(2025, 6, 3)),
        ]
        kept = dict(DevelopmentStep.objects.values_list("step", "on"))
        assert (kept["training"], kept["oath"], kept["full_approval"]) == (
            date(2024, 5, 20),
            date(2024, 7, 1),
            date(2025, 7, 1),
        )
        contacts = DevelopmentStep.objects.get(step="contacts")
        assert (contacts.on, contacts.facts) == (date(2023, 4, 10), {"note": "张明、李强"})
        assert [person.member for person in contacts.people.all()] == [contact]
        assert DevelopmentStep.objects.get(step="committee_talk").facts == {"talker": "王老师"}

    def test_the_same_file_again_changes_nothing(self, school, tmp_path):
        path = a_file(tmp_path, a_row())
        run("import_roster", path, "--commit")
        _, report = run("import_roster", path)
        assert [report[name] for name in ("new", "changed", "unchanged")] == [0, 0, 1]

    def test_a_further_step_is_added_and_one_recorded_stays(self, school, tmp_path):
        run("import_roster", a_file(tmp_path, a_row(sworn_on=None)), "--commit")
        later = a_file(tmp_path, a_row(sworn_on=date(2024, 7, 2), trained_on=date(2024, 5, 21)))
        _, report = run("import_roster", later, "--commit")
        assert (report["changed"], codes(report, "warnings")) == (1, [(5, "W", "protected_date")])
        kept = dict(DevelopmentStep.objects.values_list("step", "on"))
        assert (kept["oath"], kept["training"]) == (date(2024, 7, 2), date(2024, 5, 20))

    def test_undoing_takes_the_steps_back_too(self, school, tmp_path):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        run("import_roster", a_file(tmp_path, a_row(sworn_on=None)), "--commit")
        run("import_roster", a_file(tmp_path, a_row()), "--commit")
        second, first = ImportBatch.objects.order_by("-written_at", "changed")
        assert (first.changed, second.changed) in {(0, 1), (1, 0)}
        first, second = (first, second) if first.created else (second, first)
        batches.undo(second, by=staff)
        assert not DevelopmentStep.objects.filter(step="oath").exists()
        enrolled = ImportedRow.objects.get(batch=first)
        assert enrolled.member is not None

    def test_undoing_removes_people_with_the_development_it_adopted(self, school, tmp_path):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        run("import_roster", a_file(tmp_path, a_row()), "--commit")
        batches.undo(ImportBatch.objects.get(), by=staff)
        assert [model.objects.count() for model in (Member, Development, DevelopmentStep)] == [0, 0, 0]

    def test_not_when_a_step_was_added_since(self, school, tmp_path):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        run("import_roster", a_file(tmp_path, a_row()), "--commit")
        DevelopmentStep.objects.create(
            development=Development.objects.get(), step="archive", on=date(2025, 9, 1)
        )
        done = batches.undo(ImportBatch.objects.get(), by=staff)
        assert [why for _, why in done.kept] == ["已有发展党员"]


class TestFindings:
    def check(self, folder, **cells):
        return run("import_roster", a_file(folder, a_row(**cells)))[1]

    @pytest.mark.parametrize(
        ("cells", "place", "said"),
        [
            ({"talked_on": date(2022, 11, 9)}, (5, "O", "FZ-02"), "2022年11月8日"),
            ({"discussed_on": date(2024, 4, 9)}, (5, "T", "FZ-08"), "2024-04-10"),
            ({"full_approved_on": date(2025, 9, 4)}, (5, "AG", "FZ-23"), "2025年9月3日"),
            ({"admitted_on": date(2024, 12, 4), "sworn_on": date(2024, 12, 5)}, (5, "AC", "FZ-18"), ""),
        ],
    )
    def test_a_term_that_was_broken_is_a_warning_with_its_rule(self, school, tmp_path, cells, place, said):
        report = self.check(tmp_path, **cells)
        assert codes(report, "errors") == []
        assert place in codes(report, "warnings")
        [message] = [w["message"] for w in report["warnings"] if w["code"] == place[2]]
        assert "细则" in message
        assert said in message or said in message.replace("年", "-")

    @pytest.mark.parametrize("cells", [{"talked_on": date(2022, 11, 8)}, {"discussed_on": date(2024, 4, 10)}])
    def test_the_last_lawful_day_is_none(self, school, tmp_path, cells):
        assert codes(self.check(tmp_path, **cells), "warnings") == []

    def test_an_order_that_cannot_have_been_is_an_error(self, school, tmp_path):
        report = self.check(tmp_path, trained_on=date(2024, 6, 4))
        assert [(row, column) for row, column, _ in codes(report, "errors")] == [(5, "X"), (5, "Z")]
        assert report["new"] == 0

    def test_a_plain_roster_is_not_judged(self, school, tmp_path):
        head = ["姓名", "所在党支部", "学号", "性别", "入党时间", "转正时间"]
        row = ["林晓", "物理学生党支部", "1", "女", date(2024, 6, 3), date(2024, 9, 3)]
        _, report = run("import_roster", workbook(tmp_path / "x.xlsx", head, row))
        assert [code for _, _, code in codes(report, "warnings")] == ["missing_id"]


class TestCells:
    @pytest.mark.parametrize(("cell", "years"), [("4", 4), ("四年", 4), (4, 4), ("2.0", 2), ("四年制", 4)])
    def test_years_of_schooling(self, school, tmp_path, cell, years):
        run("import_roster", a_file(tmp_path, a_row(schooling_years=cell)), "--commit")
        assert Member.objects.get().schooling_years == years

    @pytest.mark.parametrize("cell", ["0", "11", "本科"])
    def test_other_words_are_pointed_out_and_left(self, school, tmp_path, cell):
        report = run("import_roster", a_file(tmp_path, a_row(schooling_years=cell)))[1]
        assert codes(report, "warnings") == [(5, "K", "bad_number")]

    def test_a_date_and_time_is_a_date(self, school, tmp_path):
        report = run("import_roster", a_file(tmp_path, a_row(graduates_on=datetime(2026, 6, 30, 8, 0))))[1]
        assert codes(report, "errors") == []


def test_one_person_s_steps_are_compared_in_few_queries(school, tmp_path, django_assert_max_num_queries):
    staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    for n in range(1, 21):
        member = enrolment.NewMember(f"林{n}", "female", school.students, "full", date(2024, 6, 3))
        enrolment.enrol(member, by=None)
    numbers = list(Member.objects.values_list("number", "name"))
    head = ["党员编号", "姓名", "所在党支部", "递交入党申请书时间", "入党宣誓时间"]
    days = [date(2022, 10, 8), date(2024, 7, 1)]
    rows = [[number, name, "物理学生党支部", *days] for number, name in numbers]
    table = open_roster(BytesIO(workbook(tmp_path / "x.xlsx", head, *rows).read_bytes()))
    with django_assert_max_num_queries(35):
        assert len(analyse(table, staff, Decisions()).changed) == 20
    assert write(table, staff, Decisions(), source="x").batch.changed == 20
