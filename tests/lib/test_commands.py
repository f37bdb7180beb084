"""How commands end: 0, 1 or 2, one Chinese sentence, and under --json nothing but JSON."""

import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands, load_command_class

from lib.arguments import in_chinese
from lib.commands import (
    NO_DATABASE,
    NO_FOLDER,
    NO_TABLES,
    PlainCommand,
    reason_of,
    refuse_unwritable,
    write_file,
)
from members.models import Member
from tests import cast
from tests.access.rows import OURS
from tests.members.rosters import a_file, a_row
from tests.sheets import run, workbook

JSON_COMMANDS = [
    ("due", "--on", "昨天"),
    ("roster", "--on", "2026-02-30"),
    ("roster", "--branch", "999"),
    ("quarterly_statistics", "2026Q9"),
    ("quarterly_statistics", "2026Q3", "--branch", "999"),
    ("case_report", "没有的报告"),
    ("incident_report", "nobody"),
    ("import_roster", "/nowhere/a.xlsx"),
    ("import_branches", "/nowhere/a.xlsx"),
    ("development", "M000000", "--on", "昨天"),
    ("eligible", "nothing"),
]


def refusal(*arguments):
    """The sentence of a command called without --json."""
    with pytest.raises(CommandError) as raised:
        call_command(*map(str, arguments))
    assert raised.value.returncode == 2
    return str(raised.value)


def manage(folder, *arguments, **environment):
    """A command as a shell calls it, in a process and with a database of its own."""
    own = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "ENV_FILE": os.devnull, **environment}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=own, capture_output=True, text=True, check=False
    )


def test_every_command_of_ours_ends_and_refuses_alike():
    ours = [name for name, app in get_commands().items() if app in OURS]
    assert len(ours) > 8
    strange = [
        name for name in ours if not isinstance(load_command_class(get_commands()[name], name), PlainCommand)
    ]
    assert strange == [], "inherit lib.commands.PlainCommand"


@pytest.mark.django_db
class TestRefusals:
    @pytest.mark.parametrize("arguments", JSON_COMMANDS)
    def test_with_json_it_is_json_and_2(self, arguments):
        status, body = run(*arguments)
        assert (status, list(body)) == (2, ["error"])
        assert body["error"].endswith("。")

    @pytest.mark.parametrize("arguments", JSON_COMMANDS)
    def test_without_json_it_is_the_same_sentence(self, arguments):
        assert refusal(*arguments) == run(*arguments)[1]["error"]

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("due", "--on", "昨天"), "--on “昨天”不是日期，应为如 2026-09-30。"),
            (
                ("demo", "--today", "2026-02-30"),
                "--today “2026-02-30”2026年2月没有30日，应为如 2026-09-30。",
            ),
        ],
    )
    def test_a_date_that_is_none(self, arguments, sentence):
        assert refusal(*arguments).replace("2019-03-05", "2026-09-30") == sentence

    def test_what_cannot_be_read(self, tmp_path):
        assert refusal("import_roster", tmp_path / "无.xlsx") == "读不到文件“无.xlsx”：没有这个文件或文件夹。"
        assert (
            refusal("import_roster", tmp_path) == f"读不到文件“{tmp_path.name}”：这是一个文件夹，不是文件。"
        )

    def test_what_is_no_workbook(self, tmp_path):
        (tmp_path / "a.xlsx").write_text("姓名,所在党支部\n张明,物理教师党支部\n", encoding="utf-8")
        assert refusal("import_roster", tmp_path / "a.xlsx").startswith("这不是 Excel 工作簿，或文件已损坏")

    def test_an_empty_sheet(self, tmp_path):
        assert refusal("import_roster", workbook(tmp_path / "a.xlsx")).startswith("这是空表")


@pytest.mark.django_db
class TestTargets:
    """What is to be written to is looked at before anything else is written."""

    @pytest.fixture
    def file(self, tmp_path):
        cast.a_university()
        return a_file(tmp_path, a_row("张明", 1), a_row("李强", 2, 姓名=None))

    @pytest.mark.parametrize("commit", [True, False])
    def test_an_import_writes_nothing_when_its_wrong_rows_cannot_be(self, file, tmp_path, commit):
        target = tmp_path / "nowhere" / "f.xlsx"
        arguments = ["import_roster", file, "--errors-to", target, *(["--commit"] if commit else [])]
        assert refusal(*arguments) == f"写不了文件“{target}”：没有这个文件或文件夹。"
        assert Member.objects.count() == 0

    def test_a_folder_is_no_target(self, file, tmp_path):
        sentence = refusal("import_roster", file, "--errors-to", tmp_path)
        assert sentence == f"写不了文件“{tmp_path}”：这是一个文件夹，不是文件。"

    def test_it_writes_both_when_they_can_be(self, file, tmp_path):
        target = tmp_path / "f.xlsx"
        status, _ = run("import_roster", file, "--errors-to", target, "--commit")
        assert (status, target.is_file(), Member.objects.get().name) == (1, True, "张明")

    def test_looking_at_a_target_leaves_nothing(self, tmp_path):
        refuse_unwritable(tmp_path / "f.xlsx")
        assert list(tmp_path.iterdir()) == []

    def test_statistics_name_the_target(self, tmp_path):
        cast.a_university()
        target = tmp_path / "nowhere" / "x.xlsx"
        sentence = refusal("quarterly_statistics", "2026Q3", "--xlsx", target)
        assert sentence == f"写不了文件“{target}”：没有这个文件或文件夹。"

    def test_a_disk_that_fills_up_meanwhile(self, tmp_path):
        with pytest.raises(CommandError, match=r"写不了文件.*已经写入"):
            write_file(tmp_path, b"", otherwise="没有错误的行已经写入。")


HELP = "用法见 manage.py {} --help。"
WRONG_ARGUMENTS = [
    (("eligible",), "缺少 step。"),
    (("development", "M1", "--day", "2026-01-01"), "不认识 --day 2026-01-01。"),
    (("roster", "--on"), "--on 后面要写1个值。"),
    (("roster", "--changes", "2026-01-01"), "--changes 后面要写2个值。"),
    (("demo", "--seed", "七"), "--seed “七”不是整数。"),
    (("demo", "--scale", "huge"), "--scale 不能是“huge”，可以用：small、S、M。"),
    (("due", "--json=1"), "--json 后面不写值（“1”）。"),
    (
        ("quarterly_statistics", "2026Q3", "--json", "--xlsx", "a.xlsx"),
        "--xlsx 和 --json 只能写一个。",
    ),
]


class TestWrongArguments:
    @pytest.mark.parametrize(("arguments", "sentence"), WRONG_ARGUMENTS)
    def test_are_told_in_chinese(self, arguments, sentence):
        assert refusal(*arguments) == sentence + HELP.format(arguments[0])

    @pytest.mark.slow
    def test_in_a_shell_it_is_one_line_and_2(self, tmp_path):
        done = manage(tmp_path, "eligible")
        said = "缺少 step。" + HELP.format("eligible")
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{said}\n")

    def test_with_json_it_is_json(self, tmp_path):
        done = manage(tmp_path, "eligible", "--json", "--nothing")
        assert (done.returncode, done.stderr) == (2, "")
        assert json.loads(done.stdout) == {"error": "缺少 step。" + HELP.format("eligible")}

    def test_no_command_tells_one_in_english(self):
        ours = [name for name, app in get_commands().items() if app in OURS]
        for name in ours:
            assert refusal(name, "--no-such-option").endswith("。" + HELP.format(name))

    @pytest.mark.parametrize(
        ("message", "sentence"),
        [
            ("one of the arguments --a --b is required", "--a、--b 要写一个"),
            ("ambiguous option: --a could match --ab, --ac", "--a 不明确，可能是 --ab、--ac"),
            ("argument --x: invalid float value: 'y'", "--x “y”不是数字"),
            ("argument --x: invalid Path value: 'y'", "--x “y”写法不对"),
            ("argument -v/--verbosity: expected at least one argument", "-v/--verbosity 后面要写至少1个值"),
            ("something new", "命令的参数不对"),
        ],
    )
    def test_the_rest_of_what_argparse_says(self, message, sentence):
        assert in_chinese(message) == sentence


@pytest.mark.parametrize("number", [2, 13, 21, 28])
def test_reasons_are_chinese(number):
    assert reason_of(OSError(number, "English")).isascii() is False


class TestInAShell:
    @pytest.mark.slow
    def test_without_a_database(self, tmp_path):
        done = manage(tmp_path, "due")
        assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{NO_TABLES}\n")

    @pytest.mark.slow
    @pytest.mark.parametrize("arguments", [("due",), ("migrate",), ("showmigrations",)])
    def test_without_the_folder_of_the_database_none_is_made(self, tmp_path, arguments):
        nowhere = tmp_path / "nowhere"
        done = manage(nowhere, *arguments)
        said = f"{NO_FOLDER.format(nowhere)}\n"
        assert (done.returncode, done.stderr, nowhere.exists()) == (2, said, False)

    @pytest.mark.slow
    def test_a_server_that_does_not_answer(self, tmp_path):
        serious = {"SECRET_KEY": "k" * 25 + "0123456789" * 3, "ALLOWED_HOSTS": "localhost"}
        done = manage(tmp_path, "migrate", DATABASE_URL="postgres://a:b@127.0.0.1:1/none", **serious)
        assert (done.returncode, done.stderr.splitlines()[-1]) == (2, NO_DATABASE)
        assert "Traceback" not in done.stderr

    def test_without_a_database_in_json(self, tmp_path):
        done = manage(tmp_path, "due", "--json")
        assert (done.returncode, json.loads(done.stdout), done.stderr) == (2, {"error": NO_TABLES}, "")

    @pytest.mark.slow
    def test_a_wrong_date_is_one_sentence(self, tmp_path):
        done = manage(tmp_path, "due", "--on", "昨天")
        assert (done.returncode, done.stderr) == (2, "--on “昨天”不是日期，应为如 2019-03-05。\n")


def test_verify_audit_tells_a_break_with_1(db):
    out = StringIO()
    call_command("verify_audit", "--json", stdout=out)
    assert json.loads(out.getvalue())["breaks"] == []
