"""A small university whose third quarter of 2026 has some of everything."""

from datetime import date

import pytest
import time_machine

from activities import records
from activities.models import Activity, Campaign
from branches import tree
from branches.models import Branch
from branches.roles import Role
from lib import typesetting
from members.models import Post
from tests import cast, scenes
from tests.reports.in_each import one_in_each
from tests.reports.locking import locked


def entered_on(day, branch, kind, held, **more):
    with time_machine.travel(f"{day} 09:00 +0800", tick=False):
        return cast.a_record(branch, kind, held, **more)


@pytest.fixture
def school(db):
    """Records on time, late, withdrawn and of a campaign; a committee, a party group, a branch that moved."""
    return scenes.once("third quarter", third_quarter)


def third_quarter():
    school = cast.a_university()
    for branch in (school.teachers, school.students, school.musicians):
        people = [cast.a_member(branch) for _ in range(3)]
        cast.a_post(people[0], Post.Title.SECRETARY)
    cast.a_post(people[1], Post.Title.COMMITTEE)
    group = cast.a_group(school.teachers, cast.a_member(school.teachers))
    study = Campaign.objects.create(name="主题教育", started_on=date(2026, 1, 1))
    entered_on("2026-07-15", school.teachers, "theme_day", date(2026, 7, 15))
    entered_on("2026-08-30", school.teachers, "theme_day", date(2026, 8, 5), campaigns=[study])
    entered_on("2026-07-20", school.teachers, "group_meeting", date(2026, 7, 20), group=group)
    entered_on("2026-07-21", school.students, "general_meeting", date(2026, 7, 21))
    entered_on("2026-07-22", school.students, "theme_day", date(2026, 7, 22), campaigns=[study])
    entered_on("2026-08-03", school.musicians, "committee_meeting", date(2026, 8, 3))
    entered_on("2026-08-04", school.physics, "first_agenda", date(2026, 8, 4))
    withdrawn = entered_on("2026-08-06", school.musicians, "theme_day", date(2026, 8, 6))
    records.withdraw(withdrawn, by=None, version=1, reason="重复登记")
    tree.move(school.students, school.music, on=date(2026, 9, 1), by=None)
    moved = Branch.objects.get(pk=school.students.pk)
    entered_on("2026-09-10", moved, "theme_day", date(2026, 9, 10))
    return school


@pytest.fixture
def october():
    """The quarter is over."""
    with time_machine.travel("2026-10-08 12:00 +0800", tick=False):
        yield


@pytest.fixture
def august():
    """The quarter runs, and the month ends within days."""
    with time_machine.travel("2026-08-28 12:00 +0800", tick=False):
        yield


@pytest.fixture
def own_folder(settings, tmp_path, monkeypatch):
    """Without a PDF, which takes longest."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(typesetting, "can_typeset", lambda: False)


@pytest.fixture
def staff(school):
    return scenes.once("staff", lambda: cast.a_user(Role.ORGANIZATION_STAFF, school.root, name="何以宁"))


@pytest.fixture
def closed(staff):
    return locked(staff)


@pytest.fixture
def theme_day(school):
    """The one of the teachers' branch in July: everybody was there, it was entered in time."""
    return Activity.objects.get(branch=school.teachers, held_on=date(2026, 7, 15))


@pytest.fixture
def browser(client, school):
    client.force_login(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    return client


@pytest.fixture
def twice(school):
    """Of everything that is counted one in each college."""
    scenes.once("twice", lambda: one_in_each(school))
    return school
