"""Every column of every statistic, on random universities, is what a naive oracle counts from its definition."""

import json
import random
from contextlib import contextmanager
from datetime import date, timedelta
from fractions import Fraction
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import transaction
from django.http import QueryDict

from activities import records
from activities.models import Activity
from branches.roles import Role
from lib.periods import Period, month_of, quarter_of
from reports.figures.base import why_not
from reports.figures.catalogue import STATISTICS
from reports.figures.tables import ByGroup
from reports.filters import StatisticFilter
from tests import cast

from .figures_oracle import Oracle
from .figures_oracle_rows import Question
from .figures_oracle_world import a_world

pytestmark = pytest.mark.django_db
FIRST = date(2026, 4, 2)


@contextmanager
def university(seed):
    """A random one, what the oracle read of it, and staff of the whole; the clock stands on a random day of 2026."""
    today = FIRST + timedelta(days=random.Random(seed).randrange(240))
    with time_machine.travel(f"{today} 12:00 +0800", tick=False):
        world = a_world(seed, today)
        yield world, Oracle(), cast.a_user(Role.ORGANIZATION_STAFF, world.root)


def questions(world, seed):
    """A running and past quarter, a year, a school year, a month; a college, a category, both; a day of the past."""
    rng, today = random.Random(seed), world.today
    quarter, running = quarter_of(today).previous(), quarter_of(today)
    on = quarter.start + timedelta(days=rng.randrange(90))
    category = rng.choice(["student", "staff"])
    for period in (quarter, running, Period.year(2026), Period.school_year(2025), month_of(on)):
        yield Question(period, today)
    yield Question(Period.year(2026), today, on=min(on, today))
    yield Question(Period.year(2025), today)
    yield Question(quarter, today, on=on)
    yield Question(quarter, today, category=category)
    yield Question(Period.year(2026), today, category=category, scope=rng.choice(world.colleges).pk)
    for college in world.colleges[:2]:
        yield Question(quarter, today, scope=college.pk, on=rng.choice([None, on]))


def asked_as(user, question, statistic):
    """What the page would be asked for; of a college, the user's own part needs no naming."""
    told = {"period": question.period.code, "category": question.category, "on": question.on or ""}
    if question.scope and user.grants.get().branch_id != question.scope:
        told["org"] = question.scope
    form = StatisticFilter(QueryDict(urlencode(told)), statistic=statistic, user=user, today=question.today)
    assert not form.errors
    return form.asked


def told(statistic, row):
    """The values of a row by their columns; nothing to judge counts none."""
    return {
        column.code: cell.value if column.kind == "percent" else cell.value or 0
        for column, cell in zip(statistic.columns, row.cells, strict=True)
    }


def expected(statistic, numbers):
    return {
        column.code: numbers.get(column.code, None if column.kind == "percent" else 0)
        for column in statistic.columns
    }


def full_rows(rows):
    return {code: values for code, values in rows.items() if any(values.values())}


def compare(oracle, user, question):
    """All tables; returns the columns in which anything is counted."""
    seen = set()
    for name, statistic in STATISTICS.items():
        if why_not(statistic, question.period):
            continue
        table = statistic.tabulate(asked_as(user, question, statistic))
        rows, total = oracle.answer(name, question)
        found = {row.code: told(statistic, row) for row in table.rows}
        wanted = {code: expected(statistic, numbers) for code, numbers in rows.items()}
        assert len(found) == len(table.rows)
        assert full_rows(found) == full_rows(wanted), (name, question)
        assert told(statistic, table.total) == expected(statistic, total), (name, question)
        check_body(table)
        check_balance(name, table)
        seen |= {(name, code) for code, value in told(statistic, table.total).items() if value}
        if isinstance(statistic, ByGroup):
            seen |= {(name, code) for code, values in found.items() if any(values.values())}
    return seen


def check_body(table):
    """What the command prints is what the table says."""
    body = json.loads(json.dumps(table.body()))
    for row, printed in zip(table.all_rows, [*body["rows"], body["total"]], strict=True):
        values = [float(cell.value) if isinstance(cell.value, Fraction) else cell.value for cell in row.cells]
        assert (printed["code"], list(printed["values"].values())) == (row.code, values)


def check_balance(name, table):
    for row in table.all_rows if name == "member_changes" else ():
        values = told(table.statistic, row)
        came = sum(number for code, number in values.items() if code.startswith("came_"))
        left = sum(number for code, number in values.items() if code.startswith("left_"))
        assert values["before"] + came - left == values["after"], row.label


def check(seed, part=slice(None)):
    """Some of the questions; whoever keeps a college has its numbers, no more and no fewer."""
    seen = set()
    with university(seed) as (world, oracle, staff):
        for question in list(questions(world, seed))[part]:
            seen |= compare(oracle, staff, question)
        quarter = quarter_of(world.today).previous()
        for college in world.colleges[:2][part]:
            keeper = cast.a_user(Role.COMMITTEE_STAFF, college)
            seen |= compare(oracle, keeper, Question(quarter, world.today, scope=college.pk))
        record = Activity.objects.valid().filter(joint_of=None, invitations=None).first()
        records.withdraw(record, by=None, version=record.version, reason="重复登记")
        compare(Oracle(), staff, Question(month_of(record.held_on), world.today))
    return seen


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_random_universities(seed):
    check(seed, slice(seed, None, 2))


@pytest.mark.nightly
def test_sixty_random_universities_in_which_everything_is_counted():
    seen = set()
    for seed in range(2, 62):
        with transaction.atomic():
            seen |= check(seed)
            transaction.set_rollback(True)
    codes = {(name, column.code) for name, one in STATISTICS.items() for column in one.columns}
    tables = [one for one in STATISTICS.values() if isinstance(one, ByGroup)]
    assert codes | {(one.name, code) for one in tables for code in one.groups} == seen
