"""The browser admin's lists of imports, merges, remembered columns, developments and explanations: filters, search."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from branches.roles import Role
from members.models import ColumnMapping, Development, DevelopmentStep, Explanation, ImportBatch, Merge
from tests import cast

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 15)
OLD = timedelta(days=40)


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


def listed(user, name, **asked):
    page = cast.a_browser(user).get(reverse(f"admin:members_{name}_changelist"), asked)
    assert page.status_code == 200, page.headers
    return [str(row) for row in page.context["cl"].result_list]


def test_import_batches_by_state_place_and_file(school, staff):
    now, place = timezone.now(), {"branch_path": school.teachers.path}
    ImportBatch.objects.create(source="新.xlsx", **place)
    ImportBatch.objects.create(source="旧.xlsx", written_at=now - OLD, **place)
    ImportBatch.objects.create(source="撤.xlsx", undone_at=now, **place)
    ImportBatch.objects.create(source="外.xlsx", branch_path=school.musicians.path)
    assert sorted(listed(staff, "importbatch")) == ["撤.xlsx", "新.xlsx", "旧.xlsx"]
    for state, source in {"open": "新.xlsx", "over": "旧.xlsx", "undone": "撤.xlsx"}.items():
        assert listed(staff, "importbatch", state=state) == [source]
    assert listed(staff, "importbatch", q="旧") == ["旧.xlsx"]
    assert listed(staff, "importbatch", under=school.students.pk) == []


@pytest.mark.parametrize(("q", "found"), [("李四", 1), ("T9", 1), ("张三", 1), ("王五", 0)])
def test_merges_are_found_by_either_person(school, staff, q, found):
    kept, place = cast.a_member(school.teachers, "张三"), school.teachers.path
    Merge.objects.create(kept=kept, source_id=uuid4(), number="T9", name="李四", branch_path=place)
    assert len(listed(staff, "merge", q=q)) == found


def test_remembered_columns_are_one_s_own(school, staff):
    for owner in (staff, cast.a_user(Role.COMMITTEE_STAFF, school.physics)):
        ColumnMapping.objects.create(owner=owner, signature="a", columns={"岗位": "job", "备注": "ignore"})
    mine = ColumnMapping.objects.get(owner=staff)
    assert listed(staff, "columnmapping") == [str(mine)]
    assert (len(listed(staff, "columnmapping", q="岗位")), listed(staff, "columnmapping", q="无")) == (1, [])
    assert (
        len(listed(staff, "columnmapping", used="lately")),
        listed(staff, "columnmapping", used="before"),
    ) == (
        1,
        [],
    )
    page = cast.a_browser(staff).get(reverse("admin:members_columnmapping_change", args=[mine.pk]))
    assert "备注 → 忽略" in page.text


def test_developments_with_the_latest_step_open_first(school, staff):
    going = Development.objects.create(member=cast.a_member(school.teachers, "张三"), applied_on=DAY)
    ended = {"closed_on": DAY, "outcome": "ended"}
    Development.objects.create(member=cast.a_member(school.students, "李四"), applied_on=DAY, **ended)
    Development.objects.create(member=cast.a_member(school.musicians, "王五"), applied_on=DAY)
    for step, more in (("application", {}), ("application_talk", {"withdrawn_at": timezone.now()})):
        DevelopmentStep.objects.create(development=going, step=step, on=DAY, **more)
    assert listed(staff, "development") == ["张三 2026-09-15"]
    assert listed(staff, "development", state="ended") == ["李四 2026-09-15"]
    assert len(listed(staff, "development", state="all")) == 2
    assert listed(staff, "development", under=school.students.pk, state="all") == ["李四 2026-09-15"]
    assert listed(staff, "development", q="zs") == ["张三 2026-09-15"]
    page = cast.a_browser(staff).get(reverse("admin:members_development_changelist"))
    assert "递交入党申请书</td>" in page.text


@pytest.mark.parametrize("state", ["waiting", "accepted", "returned"])
def test_explanations_by_what_was_answered(school, staff, state):
    now, place = timezone.now(), {"branch": school.teachers, "branch_path": school.teachers.path}
    Explanation.objects.create(code="waiting", subject="a", **place)
    Explanation.objects.create(code="accepted", subject="b", answered_at=now, valid_until=DAY, **place)
    Explanation.objects.create(code="returned", subject="c", answered_at=now, returned_why="不足", **place)
    assert listed(staff, "explanation", state=state) == [f"物理教师党支部 {state}"]


@pytest.mark.parametrize("name", ["importbatch", "merge", "columnmapping", "development", "explanation"])
def test_not_for_the_three(school, name):
    browser = cast.a_browser(cast.a_user(Role.AUDITOR))
    assert browser.get(reverse(f"admin:members_{name}_changelist")).status_code == 403
