"""The roster's long export: a job that asks again, when it runs, what its owner may see."""

from datetime import date
from io import BytesIO

import pytest

from branches.models import RoleGrant
from branches.roles import Role
from jobs import running
from jobs.models import Job
from lib.sheets.reading import read_workbook
from members import exports
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def school():
    school = cast.a_university()
    cast.a_member(school.teachers, "单晓东")
    cast.a_member(school.musicians, "李强")
    return school


@pytest.fixture
def staff(school):
    return cast.a_user(Role.COMMITTEE_STAFF, school.physics)


def exported(staff, branch=None, **asked):
    """The job of an export of ``branch``, done."""
    parameters = {
        "q": "",
        "branch": branch and branch.pk,
        "status": "",
        "on": date.today().isoformat(),
        **asked,
    }
    job = running.start(exports.KIND, staff, "导出党员花名册", parameters)
    running.run(str(job.pk))
    return Job.objects.get(pk=job.pk)


def words_in(job):
    sheets = read_workbook(BytesIO(running.result_path_of(job).read_bytes()))
    return {cell for row in sheets[0].rows for cell in row if isinstance(cell, str)}


def test_it_holds_what_the_owner_may_see(school, staff):
    job = exported(staff)
    assert job.state == Job.State.DONE
    assert {"单晓东", "李强"} & words_in(job) == {"单晓东"}


def test_it_says_what_it_was_filtered_by(school, staff):
    told = words_in(exported(staff, school.teachers, status="full", q="单"))
    assert any(text.endswith("党组织：物理教师党支部，人员类别：正式党员，搜索：单") for text in told)


def test_a_branch_out_of_scope_is_refused(school, staff):
    job = exported(staff, school.musicians)
    assert (job.state, job.message) == (Job.State.FAILED, "所选党组织已不在您的管理范围内。")


def test_it_is_refused_after_the_owners_scope_shrank(school, staff):
    """Between the click and the worker."""
    RoleGrant.objects.filter(user=staff).delete()
    cast.give(staff, Role.SECRETARY, school.students)
    job = exported(type(staff).objects.get(pk=staff.pk), school.teachers)
    assert (job.state, job.message) == (Job.State.FAILED, "所选党组织已不在您的管理范围内。")


def test_a_result_is_not_given_out_after_the_scope_shrank(school, staff):
    job = exported(staff, school.teachers)
    assert running.may_fetch(staff, job)
    RoleGrant.objects.filter(user=staff).delete()
    cast.give(staff, Role.SECRETARY, school.students)
    assert not running.may_fetch(type(staff).objects.get(pk=staff.pk), job)
