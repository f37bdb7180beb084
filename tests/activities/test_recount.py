"""The command that proves the figures equal to the records, and mends them."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import AuditEntry
from activities import tallies
from activities.models import Activity, Tally
from tests import cast

DAY = date(2026, 10, 12)


def recount(*options):
    """What it wrote, and its exit code."""
    output = StringIO()
    try:
        call_command("recount", *options, stdout=output)
    except SystemExit as end:
        return output.getvalue(), end.code
    return output.getvalue(), 0


@pytest.fixture
def activity(branch):
    cast.a_record(branch, "theme_day", date(2026, 9, 1))
    return cast.a_record(branch, "general_meeting", DAY)


def test_equal_figures_are_said_to_be(activity):
    assert recount() == ("一致。\n", 0)
    assert json.loads(recount("--json")[0]) == {
        "records": [],
        "tallies": [],
        "equal": True,
        "repaired": False,
    }


def test_a_wrong_tally_a_missing_one_and_a_left_over_one_are_named(activity, branch):
    Tally.objects.filter(kind="general_meeting").update(present=7)
    Tally.objects.filter(kind="theme_day").delete()
    left_over = {"branch": branch, "branch_path": branch.path, "org_path": branch.path}
    Tally.objects.create(**left_over, month=date(2026, 1, 1), kind="film", held=1)
    text, code = recount()
    assert code == 1
    assert (
        "计数 物理教师党支部 2026-10 支部党员大会：存 held=1 activities=1 on_time=0 expected=10 present=7"
        in text
    )
    assert "计数 物理教师党支部 2026-09 主题党日：存 无，记录 held=1" in text
    assert "计数 物理教师党支部 2026-01 观影：存 held=1" in text
    assert "0 条记录、3 项计数不一致。加 --repair 可按到会名单和记录改正。" in text
    assert Tally.objects.get(kind="general_meeting").present == 7


def test_a_wrong_counter_of_a_record_is_named(activity):
    Activity.objects.filter(pk=activity.pk).update(present=9, absent=1)
    body = json.loads(recount("--json")[0])
    assert body["records"] == [
        {
            "id": str(activity.pk),
            "stored": {"expected": 10, "present": 9, "on_leave": 0, "absent": 1},
            "counted": {"expected": 10, "present": 10, "on_leave": 0, "absent": 0},
        }
    ]
    assert [(one["branch"], one["month"], one["kind"]) for one in body["tallies"]] == [
        ("001001001", "2026-10", "general_meeting")
    ]


def test_repair_mends_and_is_audited(activity):
    Activity.objects.filter(pk=activity.pk).update(present=9, absent=1)
    Tally.objects.filter(kind="theme_day").update(held=5)
    text, code = recount("--repair")
    assert (code, text.splitlines()[-1]) == (0, "1 条记录、2 项计数不一致。已改正。")
    assert recount() == ("一致。\n", 0)
    assert (tallies.differences(), tallies.counter_differences()) == ([], [])
    assert AuditEntry.objects.get(action="tallies.repair").after == {"tallies": 2, "records": 1}


def test_repair_of_nothing_writes_nothing(activity):
    assert recount("--repair") == ("一致。\n", 0)
    assert AuditEntry.objects.filter(action="tallies.repair").count() == 0


def test_rebuilding_gives_the_same_rows(activity):
    before = sorted(Tally.objects.values_list("month", "kind", "held", "expected"))
    assert tallies.rebuild() == 2
    assert sorted(Tally.objects.values_list("month", "kind", "held", "expected")) == before
