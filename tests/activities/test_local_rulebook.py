"""What ``duties --explain`` says of a local duty: how it was switched on, and by which document."""

from datetime import date

import pytest
from django.core.management import call_command

from activities import local_rulebook
from activities.models import LocalDuty

TODAY = date(2026, 10, 20)
PAPER = "校组字〔2026〕3号第六条"


def a_version(code="LOCAL-LECTURE", **facts):
    return LocalDuty.objects.create(code=code, citation=PAPER, **{"since": date(2026, 10, 1), **facts})


def test_one_that_is_on(db):
    a_version(count=2, category="student")
    rule = local_rulebook.explain("LOCAL-LECTURE", TODAY)
    assert (rule.title, rule.article, rule.asked_of) == ("党课", PAPER, "学生党支部")
    assert (rule.asked, rule.since, rule.until, rule.note) == ("每季度2次", "2026-10-01", "", "")


def test_a_pause_says_its_months(db):
    a_version("LOCAL-PAUSE", months=[2, 8])
    assert local_rulebook.explain("LOCAL-PAUSE", TODAY).asked == "2、8月不要求每月开展的活动"


@pytest.mark.parametrize(
    ("day", "count"),
    [(date(2026, 6, 30), 1), (date(2026, 8, 1), 2), (date(2026, 12, 1), 3), (date(2028, 1, 1), 3)],
)
def test_the_version_of_the_day_else_the_next_else_the_last(db, day, count):
    a_version(count=1, since=date(2026, 1, 1), until=date(2026, 6, 30))
    a_version(count=2, since=date(2026, 7, 1), until=date(2026, 9, 30))
    a_version(count=3, since=date(2027, 1, 1), until=date(2027, 12, 31))
    assert local_rulebook.explain("LOCAL-LECTURE", day).asked == f"每季度{count}次"


def test_one_that_is_off_says_so(db, capsys):
    call_command("duties", "--explain", "local-service")
    assert "说明：没有启用；由学校党委组织部在“义务规则”中写明依据后启用。" in capsys.readouterr().out


def test_no_other_code(db):
    assert local_rulebook.explain("LOCAL-NOTHING", TODAY) is None
