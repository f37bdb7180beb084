"""Whose name a file written by a command is in: an account that may take it from the page, else who sat there."""

from io import StringIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from branches.roles import Role
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("october")]

COMMANDS = {
    "statistics": ("statistics", "members", "--period", "2026Q3"),
    "quarterly_statistics": ("quarterly_statistics", "2026Q3"),
}


@pytest.fixture
def college(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics, name="李工作")


@pytest.fixture(params=COMMANDS)
def write(request, tmp_path):
    """Writes the workbook in somebody's name; returns what stands above its first table."""
    target = tmp_path / "a.xlsx"

    def run(*more):
        call_command(*COMMANDS[request.param], "--xlsx", str(target), *more, stdout=StringIO())
        sheet = openpyxl.load_workbook(target).worksheets[0]
        return " ".join(str(sheet.cell(row, 1).value) for row in range(1, 5))

    return run


def test_in_the_name_of_whoever_may(write, school, college):
    banner = write("--branch", school.physics.code, "--by", college.username)
    assert "李工作" in banner
    assert AuditEntry.objects.get(action="statistics.export").actor == college


def test_of_no_more_than_he_may(write, school, college):
    with pytest.raises(CommandError, match=f"账号“{college.username}”无权导出“2026年三季度"):
        write("--by", college.username)


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.ATTENDANCE_TAKER])
def test_whoever_exports_nothing(write, school, role):
    user = cast.a_user(role, school.root if role == Role.ATTENDANCE_TAKER else None)
    with pytest.raises(CommandError, match=f"账号“{user.username}”无权导出"):
        write("--by", user.username)


def test_an_account_that_is_none_or_closed(write, college):
    type(college).objects.filter(pk=college.pk).update(is_active=False)
    for name, sentence in (("nobody", "没有账号“nobody”"), (college.username, "已停用")):
        with pytest.raises(CommandError, match=sentence):
            write("--by", name)
