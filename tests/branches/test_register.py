"""The import of the organisation register, by its command and by its verb."""

import json
from datetime import date

import pytest

from accounts.models import AuditEntry
from branches import register
from branches.models import Branch, Term
from branches.roles import Role
from tests import cast
from tests.sheets import SAMPLES, codes, run, sample, workbook

pytestmark = pytest.mark.django_db
HEAD = [
    "党组织名称",
    "党组织代码",
    "上级党组织名称",
    "组织类别",
    "建立党组织日期",
    "领导班子当选日期",
    "任期（年）",
]
ROOT = ["中共XX师范大学委员会", "001", None, "基层委员会", "1956-09-01", "2022-05-10", 5]
PHYSICS = ["中共XX师范大学物理学院委员会", "001001", ROOT[0], "基层委员会", "1978-03-01", "2021-11-20", "5"]
TEACHERS = [
    "中共XX师范大学物理学院教师支部委员会",
    "001001001",
    PHYSICS[0],
    "党支部",
    "2005.6.30",
    "2023年10月15日",
    "3年",
]
STUDENTS = [
    "中共XX师范大学物理学院学生支部",
    "001001002",
    PHYSICS[0],
    "党支部",
    "2005-06-30",
    "2023-10-15",
    "3",
]
MUSIC = [
    "中共XX师范大学音乐学院总支部委员会",
    "001002",
    "XX师范大学党委",
    "总支部",
    "1978-03-01",
    "2024-05-20",
    "3",
]
ALL = [ROOT, PHYSICS, TEACHERS, STUDENTS, MUSIC]


def changed(row, **cells):
    places = {"name": 0, "code": 1, "parent": 2, "type": 3, "founded": 4, "elected": 5, "years": 6}
    copy = list(row)
    for name, value in cells.items():
        copy[places[name]] = value
    return copy


@pytest.fixture
def book(tmp_path):
    def make(*rows, head=HEAD):
        return workbook(tmp_path / "register.xlsx", ["党组织名册"], head, *rows)

    return make


def counts(report):
    return {name: report[name] for name in ("rows", "new", "changed", "unchanged", "absent")}


def test_a_dry_run_writes_nothing(book):
    status, report = run("import_branches", book(*ALL))
    assert (status, report["new"], report["leaf"]) == (0, 5, 2)
    assert Branch.objects.count() == AuditEntry.objects.count() == 0


def test_the_tree_is_founded_in_the_files_order(book):
    run("import_branches", book(ROOT, MUSIC, STUDENTS, TEACHERS, PHYSICS), "--commit")
    found = Branch.objects.values_list(
        "short_name", "level", "category", "category_is_guess", "is_college", "position"
    )
    assert list(found) == [
        ("XX师范大学党委", "party_committee", "", False, False, 1),
        ("音乐学院党总支", "general_branch", "", False, True, 1),
        ("物理学院党委", "college_committee", "", False, True, 2),
        ("物理学院学生党支部", "branch", "student", True, False, 1),
        ("物理学院教师党支部", "branch", "staff", True, False, 2),
    ]


def test_terms_follow_the_file_and_a_doubtful_length_is_named(book):
    _, report = run("import_branches", book(*ALL), "--commit")
    assert list(Term.objects.values_list("branch__code", "elected_on", "due_on")) == [
        ("001", date(2022, 5, 10), date(2027, 5, 10)),
        ("001001", date(2021, 11, 20), date(2026, 11, 20)),
        ("001001001", date(2023, 10, 15), date(2026, 10, 15)),
        ("001001002", date(2023, 10, 15), date(2026, 10, 15)),
        ("001002", date(2024, 5, 20), date(2027, 5, 20)),
    ]
    assert codes(report, "warnings") == [(7, "G", "term_years")]
    assert "一般为 5 年" in report["warnings"][0]["message"]


def test_the_same_file_again_is_all_unchanged(book):
    run("import_branches", book(*ALL), "--commit")
    before = AuditEntry.objects.count()
    _, report = run("import_branches", book(*ALL), "--commit")
    assert counts(report) == {"rows": 5, "new": 0, "changed": 0, "unchanged": 5, "absent": 0}
    assert AuditEntry.objects.count() == before


def test_a_new_name_a_new_term_and_a_new_parent(book):
    run("import_branches", book(*ALL), "--commit")
    students = changed(
        STUDENTS, name="中共XX师范大学音乐学院学生第一支部", parent=MUSIC[0], elected="2026-10-20"
    )
    path = book(ROOT, PHYSICS, TEACHERS, students, MUSIC)
    _, report = run("import_branches", path, "--commit", "--rename")
    assert counts(report) == {"rows": 5, "new": 0, "changed": 1, "unchanged": 4, "absent": 0}
    branch = Branch.objects.get(code="001001002")
    assert (branch.short_name, branch.parent.code) == ("音乐学院学生第一党支部", "001002")
    assert branch.path.startswith(Branch.objects.get(code="001002").path)
    assert list(branch.terms.values_list("elected_on", "ended_on")) == [
        (date(2026, 10, 20), None),
        (date(2023, 10, 15), date(2026, 10, 20)),
    ]
    assert AuditEntry.objects.filter(action="branch.move").count() == 1


def test_another_name_is_held_until_somebody_says_so(book):
    run("import_branches", book(*ALL), "--commit")
    renamed = changed(STUDENTS, name="中共XX师范大学物理学院本科生支部委员会", elected="2026-10-20")
    path = book(ROOT, PHYSICS, TEACHERS, renamed, MUSIC)
    status, report = run("import_branches", path, "--commit")
    assert (status, report["changed"], codes(report, "warnings")[0]) == (0, 1, (6, "A", "held_name"))
    branch = Branch.objects.get(code="001001002")
    assert (branch.name, branch.short_name) == (STUDENTS[0], "物理学院学生党支部")
    assert branch.terms.latest("elected_on").elected_on == date(2026, 10, 20)
    run("import_branches", path, "--commit", "--rename")
    branch.refresh_from_db()
    assert (branch.name, branch.short_name) == (renamed[0], "物理学院本科生党支部")


def test_another_name_and_another_founding_date_are_another_organisation(book):
    run("import_branches", book(*ALL), "--commit")
    other = changed(MUSIC, name="中共XX师范大学美术学院总支部委员会", founded="1999-09-01")
    status, report = run("import_branches", book(ROOT, PHYSICS, other), "--commit", "--rename")
    assert (status, codes(report)) == (1, [(5, "A", "name_mismatch")])
    assert Branch.objects.get(code="001002").name == MUSIC[0]


def test_another_writing_of_the_name_needs_nobodys_word(book):
    run("import_branches", book(*ALL), "--commit")
    spelt = changed(STUDENTS, name="中共XX师范大学物理学院学生支部委员会")
    assert codes(run("import_branches", book(ROOT, PHYSICS, spelt), "--commit")[1], "warnings") == []
    assert Branch.objects.get(code="001001002").name == spelt[0]


def test_another_order_reorders(book):
    run("import_branches", book(*ALL), "--commit")
    _, report = run("import_branches", book(ROOT, MUSIC, PHYSICS, TEACHERS, STUDENTS), "--commit")
    assert report["changed"] == 2
    assert list(Branch.objects.values_list("code", flat=True)) == [
        "001",
        "001002",
        "001001",
        "001001001",
        "001001002",
    ]


def test_what_the_file_does_not_have_is_counted_and_kept(book):
    run("import_branches", book(*ALL), "--commit")
    _, report = run("import_branches", book(ROOT, PHYSICS, TEACHERS), "--commit")
    assert counts(report) == {"rows": 3, "new": 0, "changed": 0, "unchanged": 3, "absent": 2}
    assert Branch.objects.count() == 5


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([ROOT, changed(PHYSICS, parent="中共XX师范大学医学院委员会")], [(4, "C", "unknown_parent")]),
        ([ROOT, PHYSICS, changed(MUSIC, code="001001")], [(5, "B", "duplicate_code")]),
        ([ROOT, PHYSICS, changed(PHYSICS, code="9")], [(5, "A", "duplicate_name")]),
        ([ROOT, PHYSICS, changed(TEACHERS, parent=None)], [(5, "C", "missing_parent")]),
        ([ROOT, PHYSICS, changed(TEACHERS, code=None)], [(5, "B", "missing_code")]),
        ([ROOT, PHYSICS, changed(TEACHERS, name=None)], [(5, "A", "missing_name")]),
        ([ROOT, PHYSICS, TEACHERS, changed(STUDENTS, parent=TEACHERS[0])], [(6, "C", "parent_is_branch")]),
        ([ROOT, PHYSICS, changed(TEACHERS, founded="2005-13-01")], [(5, "E", "bad_date")]),
        ([ROOT, PHYSICS, changed(TEACHERS, years="三")], [(5, "G", "bad_years")]),
        ([ROOT, PHYSICS, changed(TEACHERS, type="分会")], [(5, "D", "bad_type")]),
        (
            [ROOT, changed(PHYSICS, parent=None), TEACHERS],
            [(4, "C", "missing_parent"), (5, "C", "parent_is_wrong")],
        ),
        (
            [ROOT, changed(PHYSICS, parent=MUSIC[0]), changed(MUSIC, parent=PHYSICS[0]), TEACHERS],
            [(4, "C", "cycle"), (5, "C", "cycle"), (6, "C", "parent_is_wrong")],
        ),
    ],
)
def test_faults_are_named_by_row(book, rows, expected):
    status, report = run("import_branches", book(*rows), "--commit")
    assert (status, codes(report)) == (1, expected)
    assert Branch.objects.count() == len(rows) - len(expected)


def test_a_circle_through_the_tree_is_found(book):
    run("import_branches", book(*ALL), "--commit")
    _, report = run(
        "import_branches", book(changed(PHYSICS, parent=MUSIC[0]), changed(MUSIC, parent=PHYSICS[0]))
    )
    assert codes(report) == [(3, "C", "cycle"), (4, "C", "cycle")]


def test_other_headings_unknown_columns_and_parents_by_code(book):
    head = ["序号", "支部名称", "组织代码", "上级党组织代码", "书记姓名", "成立时间"]
    rows = [[1, ROOT[0], "001", None, "甲", "1956-09-01"], [2, PHYSICS[0], "001001", "001", "乙", None]]
    _, report = run("import_branches", book(*rows, ["填报人：某某"], head=head), "--commit")
    assert [column["field"] for column in report["columns"]] == [
        "serial",
        "name",
        "code",
        "parent_code",
        None,
        "founded_on",
    ]
    assert codes(report, "warnings") == [(5, None, "remark")]
    assert Branch.objects.get(code="001001").parent.code == "001"


def test_committee_staff_reach_only_their_own_part(book):
    school = cast.a_university()
    staff = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
    ours = ["中共XX师范大学物理学院博士生党支部", "001001009", "物理学院党委", "党支部", None, None, None]
    theirs = ["中共XX师范大学音乐教师新党支部", "001002001", "物理学院党委", "党支部", None, None, None]
    abroad = ["中共XX师范大学音乐学院新党支部", "001002009", "音乐学院党总支", "党支部", None, None, None]
    review = register.write(register.open_register(book(ours, theirs, abroad)), staff)
    assert [(e.row, e.code) for e in review.errors] == [(4, "foreign_branch"), (5, "unknown_parent")]
    assert "音乐学院党总支" not in review.errors[0].message
    assert set(Branch.objects.filter(code__startswith="001002").values_list("code", flat=True)) == {
        "001002",
        "001002001",
    }
    assert Branch.objects.get(code="001001009").parent == school.physics


@pytest.mark.parametrize(("rows", "words"), [([["甲", "乙"]], "没有找到表头"), ([], "这是空表")])
def test_a_file_without_a_head_gets_one_sentence(tmp_path, rows, words):
    status, report = run("import_branches", workbook(tmp_path / "x.xlsx", *rows))
    assert (status, list(report)) == (2, ["error"])
    assert words in report["error"]


def test_no_workbook_and_no_file(tmp_path):
    (tmp_path / "x.xlsx").write_bytes(b"\x00\x01 no workbook")
    assert run("import_branches", tmp_path / "x.xlsx")[0] == 2
    assert run("import_branches", tmp_path / "missing.xlsx")[0] == 2


def test_a_failure_half_way_leaves_nothing(book, monkeypatch):
    founded = []

    def fail_at_the_fourth(*args, **kwargs):
        founded.append(args)
        if len(founded) == 4:
            raise RuntimeError
        return real(*args, **kwargs)

    real = register.writing.terms.elect
    monkeypatch.setattr(register.writing.terms, "elect", fail_at_the_fourth)
    with pytest.raises(RuntimeError):
        register.write(register.open_register(book(*ALL)), None)
    assert Branch.objects.count() == Term.objects.count() == AuditEntry.objects.count() == 0


def test_the_sample_register():
    path = sample("党组织名册.xlsx")
    expected = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))["党组织名册.xlsx"]
    status, report = run("import_branches", path, "--commit")
    assert (status, report["errors"], report["warnings"]) == (0, [], [])
    assert Branch.objects.count() == expected["branches"]
    assert Branch.objects.leaves().count() == expected["leaf"]
