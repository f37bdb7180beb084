"""`manage.py demo` where there is nothing to load, and how a scale is divided."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from branches.models import Branch
from reports.demo.scale import shares
from tests import cast


def test_refuses_a_database_that_is_not_empty(db):
    cast.a_user()
    with pytest.raises(CommandError, match="只能装入空的数据库"):
        call_command("demo")
    assert Branch.objects.count() == 0


def test_has_no_accounts_to_name_in_a_database_of_ones_own(db):
    output = StringIO()
    call_command("demo", accounts=True, stdout=output)
    assert output.getvalue() == "这个数据库里没有演示账号。\n"


def test_day_in_the_future_is_refused(db):
    with pytest.raises(CommandError, match="不能晚于今天"):
        call_command("demo", today=timezone.localdate() + timedelta(days=1))


def test_shares_add_up_and_keep_the_least():
    assert shares(10, [1.0, 1.0, 1.0], [0, 0, 0]) == [4, 3, 3]
    assert shares(10, [100.0, 1.0, 1.0], [0, 2, 2]) == [6, 2, 2]
    with pytest.raises(ValueError, match="cannot be divided"):
        shares(3, [1.0, 1.0], [2, 2])
