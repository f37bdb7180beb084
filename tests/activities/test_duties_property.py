"""The duties of all branches at once equal what one finds branch by branch, by hand, in the same number of queries."""

import random
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities import duties
from activities.models import Activity, SecretaryReport
from activities.records import withdraw
from branches.models import Branch, LocalSetting, PartyGroup
from branches.scope import covering_ranges
from lib.periods import Period
from members.models import MembershipSpell, Post
from tests import cast

YEAR = Period.year(2026)
KINDS = (
    "general_meeting",
    "committee_meeting",
    "theme_day",
    "organization_life_meeting",
    "democratic_review",
)
MONTHLY = {"ZB-13": "committee_meeting", "ZB-17": "group_meeting", "ZB-21": "theme_day"}
YEARLY = {
    "ZB-23": "organization_life_meeting",
    "ZB-25": "democratic_review",
    "ZB-39": "general_meeting",
}
FAR = date(9999, 12, 31)
NOW = date(2026, 10, 20)


def some_day(rng, first=date(2025, 11, 1), last=date(2026, 12, 31)):
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def a_life(rng, school, number):
    """A branch that may be founded, filled, led, divided into groups, and dissolved on any day."""
    founded = rng.choice([date(2020, 1, 1), some_day(rng)])
    form = rng.choice(["standing", "standing", "standing", "joint", "temporary", "functional"])
    branch = cast.found(
        school.physics, f"支部{number}", Branch.Level.BRANCH, f"x{number}", founded_on=founded, form=form
    )
    people = [cast.a_member(branch, joined=some_day(rng), full=None) for _ in range(rng.randrange(4))]
    for member in people:
        if rng.random() < 0.3:
            MembershipSpell.objects.filter(member=member).update(until=some_day(rng, member.joined_on))
        if rng.random() < 0.3:
            cast.a_post(member, since=some_day(rng))
    Post.objects.filter(branch=branch, since__lte=date(2026, 3, 1)).update(until=date(2026, 8, 15))
    for name in ("一", "二")[: rng.randrange(3)]:
        group = cast.a_group(branch, name=f"第{name}党小组", since=some_day(rng))
        if rng.random() < 0.3:
            PartyGroup.objects.filter(pk=group.pk).update(
                until=group.since + timedelta(days=rng.randrange(200))
            )
    hold_some(rng, branch)
    if rng.random() < 0.2:
        ended = some_day(rng, max(founded, date(2025, 11, 1))) + timedelta(days=1)
        Branch.objects.filter(pk=branch.pk).update(dissolved_on=ended)


def hold_some(rng, branch):
    if branch.founded_on > NOW:
        return
    for _ in range(rng.randrange(8)):
        day = some_day(rng, max(branch.founded_on, date(2025, 11, 1)), NOW)
        also = rng.choice([" democratic_review ", ""])
        kind = rng.choice([kind for kind in KINDS if not also or kind != "committee_meeting"])
        also = "" if kind == "democratic_review" else also
        told = {"details": {kind: {"is_given": rng.random() < 0.5}}} if kind == "general_meeting" else {}
        record = cast.a_record(branch, kind, day, **told, **({"also_kinds": also} if also else {}))
        if rng.random() < 0.2:
            withdraw(record, by=None, version=1, reason="重复登记")
    for group in PartyGroup.objects.filter(branch=branch, until=None, since__lte=date(2026, 10, 1)):
        day = some_day(rng, max(group.since, branch.founded_on), NOW)
        cast.a_record(branch, "group_meeting", day, group)


def by_hand(branch, today):
    """(rule, sub-period, party group) → state, found with one rule, one branch and one sub-period in mind."""
    found = {}
    for code, kind in {"ZB-10": "general_meeting", **MONTHLY, **YEARLY}.items():
        spans = YEAR.quarters() if code == "ZB-10" else YEAR.months() if code in MONTHLY else [YEAR]
        for span in spans:
            groups = list(PartyGroup.objects.filter(branch=branch)) if code == "ZB-17" else [None]
            for group in groups:
                if group is None or (group.since <= span.end and (group.until or FAR) >= span.start):
                    found[code, span.code, group and group.name] = judge(
                        branch, code, kind, span, group, today
                    )
    return found


def judge(branch, code, kind, span, group, today):
    held = [
        record
        for record in Activity.objects.filter(branch=branch, withdrawn_at=None)
        if kind in record.kinds and span.contains(record.held_on) and (group is None or record.group == group)
    ]
    if code == "ZB-39":
        held = [record for record in held if SecretaryReport.objects.filter(activity=record, is_given=True)]
    if held:
        return "done" if any(record.is_on_time for record in held) else "done_late"
    if not is_asked(branch, code, span, group):
        return "not_applicable"
    if today > span.end:
        return "overdue"
    return "due" if (span.end - today).days <= (31 if code in YEARLY else 7) else "todo"


def kept_since():
    row = LocalSetting.objects.filter(code="records-kept-since").first()
    return date.fromisoformat(row.value) if row else date(1921, 7, 1)


def is_asked(branch, code, span, group):
    asked_from = date(2026, 10, 1) if code in YEARLY else span.start
    if (
        branch.form == "functional"
        or (code == "ZB-39" and branch.form == "temporary")
        or max(branch.founded_on, kept_since()) > asked_from
    ):
        return False
    if branch.dissolved_on and branch.dissolved_on <= span.end:
        return False
    if group and (group.since > span.start or (group.until or FAR) < span.end):
        return False
    spells = MembershipSpell.objects.filter(branch=branch)
    if not spells or min(spell.since for spell in spells) > span.end:
        return False
    if max(spell.until or FAR for spell in spells) < span.start:
        return False
    if code != "ZB-13":
        return True
    seats = Post.objects.filter(branch=branch, title="committee")
    return any(seat.since <= span.end and (seat.until or FAR) >= span.start for seat in seats)


def compare(school, seed):
    rng = random.Random(seed)
    for number in range(4 + seed % 5):
        a_life(rng, school, number)
    if seed % 2:
        LocalSetting.objects.create(code="records-kept-since", value=str(some_day(rng)))
    today = some_day(rng, date(2026, 1, 1), date(2027, 1, 31))
    with CaptureQueriesContext(connection) as queries:
        found = duties.evaluate(covering_ranges([school.physics.path]), YEAR, today)
    standing = Branch.objects.filter(parent=school.physics)
    alive = [
        branch
        for branch in standing
        if branch.founded_on <= YEAR.end and not (branch.dissolved_on and branch.dissolved_on <= YEAR.start)
    ]
    expected = {(branch.pk, *key): state for branch in alive for key, state in by_hand(branch, today).items()}
    got = {
        (duty.branch_id, duty.rule.code, duty.period.code, duty.group_name or None): duty.state.value
        for duty in found
    }
    assert got == expected
    assert len(queries) == 9


@pytest.mark.parametrize("seed", range(3))
def test_random_years(school, seed):
    compare(school, seed)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(3, 203))
def test_two_hundred_random_years(school, seed):
    compare(school, seed)
