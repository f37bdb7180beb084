"""The form of 37 columns: basic facts, and every date of the way into the party."""

from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import AuditEntry
from branches.roles import Role
from members import batches, enrolment
from members.imports import Decisions, analyse, open_roster, write
from members.models import Development, DevelopmentStep, ImportBatch, ImportedRow, Member, StatusPeriod
from tests import cast
from tests.members.student_form import FIELDS, HEAD, a_file, a_row
from tests.sheets import codes, run, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]


@pytest.fixture
def school():
    return cast.a_university()


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
        assert place[2] in message
        assert said in message or said in message.replace("年", "-")

    @pytest.mark.parametrize("cells", [{"talked_on": date(2022, 11, 8)}, {"discussed_on": date(2024, 4, 10)}])
    def test_the_last_lawful_day_is_none(self, school, tmp_path, cells):
        assert codes(self.check(tmp_path, **cells), "warnings") == []

    def test_an_application_that_cannot_be_read_is_not_called_missing(self, school, tmp_path):
        report = self.check(tmp_path, applied_on="2022.13")
        assert codes(report, "errors") == [(5, "N", "bad_date")]
        assert "missing_application" not in [code for _, _, code in codes(report, "warnings")]

    def test_an_order_that_cannot_have_been_is_an_error(self, school, tmp_path):
        report = self.check(tmp_path, trained_on=date(2024, 6, 4))
        assert [(row, column) for row, column, _ in codes(report, "errors")] == [(5, "X"), (5, "Z")]
        assert report["new"] == 0

    @pytest.mark.parametrize(
        ("cells", "place"),
        [
            # The rule is the one whose article says what comes first.
            ({"interviewed_on": date(2024, 7, 2), "sworn_on": None}, (5, "AC", "FZ-17")),
            ({"reviewed_on": date(2024, 6, 4)}, (5, "Z", "FZ-12")),
        ],
    )
    def test_a_wrong_order_names_the_rule_that_asks_for_it(self, school, tmp_path, cells, place):
        assert codes(self.check(tmp_path, **cells), "errors") == [place]

    @pytest.mark.parametrize(
        ("cells", "place"),
        [
            ({"reviewed_on": None}, (5, "X", "FZ-12")),
            ({"introducers": None}, (5, "Y", "FZ-09")),
            ({"introducers": "张明"}, (5, "Y", "FZ-09")),
            ({"contacts": "张明、李强、王芳"}, (5, "Q", "FZ-04")),
            ({"political_review": "未完成"}, (5, "V", "FZ-10")),
            ({"political_review": None}, (5, "V", "FZ-10")),
            ({"full_applied_on": None}, (5, "AE", "NK-03")),
            ({"graduates_on": date(2024, 8, 27)}, (5, "X", "FZ-13")),
        ],
    )
    def test_what_is_left_open_is_a_warning_with_its_rule(self, school, tmp_path, cells, place):
        report = self.check(tmp_path, **cells)
        assert (codes(report, "errors"), codes(report, "warnings")) == ([], [place])
        assert f"，{place[2]}）" in report["warnings"][0]["message"]

    @pytest.mark.parametrize(
        ("day", "found"),
        [
            (date(2025, 6, 3), []),
            (date(2025, 6, 4), ["FZ-20", "FZ-24"]),
            (date(2025, 12, 2), ["FZ-20", "FZ-24"]),
            # As after an extension by half a year or a year.
            (date(2025, 12, 3), ["FZ-20"]),
            (date(2026, 6, 3), ["FZ-20"]),
            (date(2026, 6, 4), ["FZ-20", "FZ-24"]),
        ],
    )
    def test_full_membership_is_dated_at_the_end_of_probation(self, school, tmp_path, day, found):
        report = self.check(tmp_path, full_on=day, full_approved_on=None)
        assert [each["code"] for each in report["warnings"]] == found

    @pytest.mark.parametrize(
        "cells",
        [
            {"contacts": "张明"},
            {"graduates_on": date(2024, 8, 28)},
            {"graduates_on": date(2023, 6, 30)},
            {"trained_here": "否", "reviewed_on": None, "trained_on": None, "political_review": None},
            dict.fromkeys(FIELDS[20:35]),
            dict.fromkeys(set(FIELDS[14:34]) - {"joined_on", "full_on", "introducers"}),
        ],
        ids=[
            "one contact",
            "three months ahead",
            "an earlier degree",
            "admitted elsewhere",
            "not there yet",
            "long ago",
        ],
    )
    def test_what_is_lawful_or_still_to_come_is_not(self, school, tmp_path, cells):
        assert codes(self.check(tmp_path, **cells), "warnings") == []

    def test_what_is_recorded_already_is_no_gap(self, school, tmp_path):
        run("import_roster", a_file(tmp_path, a_row()), "--commit")
        report = self.check(tmp_path, reviewed_on=None, sworn_on=date(2024, 7, 1))
        assert codes(report, "warnings") == []

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


@pytest.mark.parametrize("count", [1, 50])
def test_steps_of_many_cost_the_queries_of_one(
    school, tmp_path, django_assert_num_queries, django_assert_max_num_queries, count
):
    staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    for n in range(count):
        member = enrolment.NewMember(f"林{n}", "female", school.students, "full", date(2024, 6, 3))
        enrolment.enrol(member, by=None)
    numbers = list(Member.objects.values_list("number", "name"))
    head = ["党员编号", "姓名", "所在党支部", "递交入党申请书时间", "入党宣誓时间", "培养联系人"]
    days = [date(2022, 10, 8), date(2024, 7, 1)]
    rows = [[number, name, "物理学生党支部", *days, "张明"] for number, name in numbers]
    table = open_roster(BytesIO(workbook(tmp_path / "x.xlsx", head, *rows).read_bytes()))
    with django_assert_num_queries(8):
        assert len(analyse(table, staff, Decisions()).changed) == count
    with django_assert_max_num_queries(60):
        assert write(table, staff, Decisions(), source="x").batch.changed == count
    assert Development.objects.count() == count
    of_one = {"application": days[0].isoformat(), "oath": days[1].isoformat()}
    told = {1: of_one, 50: {"people": 50, "records": 100}}
    assert AuditEntry.objects.get(action="development.adopt").after == told[count]
