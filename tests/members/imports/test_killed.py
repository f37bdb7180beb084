"""T19: an import whose process is killed leaves nothing half written, and the same file then makes no double.

The command is simply given again; of a worker's job the sweeper finds what became of it.
"""

import itertools
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry
from branches.roles import Role
from jobs import running, uploads
from jobs.models import Job, Upload
from members.imports import staging
from members.models import ImportBatch, Member, MembershipSpell, StatusPeriod
from tests import cast
from tests.members.rosters import a_file, many_rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

#: Three batches of every table.
PEOPLE = 1100
NOTHING = [0] * 6
#: Each was probationary, and is a full member.
EVERYTHING = [PEOPLE, PEOPLE, 2 * PEOPLE, 1, PEOPLE, 2]
#: Past the last writing statement.
NEVER = 10_000
#: Before the 2nd, 3rd, 5th, 8th … writing statement.
PLACES = tuple(itertools.accumulate(range(60), initial=2))[1:]


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def path(school, tmp_path):
    return a_file(tmp_path, *many_rows(PEOPLE))


@pytest.fixture
def upload(school, path, monkeypatch):
    """A checked file whose writing waits for a worker."""
    monkeypatch.setattr(running, "_send", lambda job: None)
    user = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    upload = staging.receive(user, "名册.xlsx", path.read_bytes())
    monkeypatch.setattr(staging, "AT_ONCE", 10)
    staging.write_soon(upload)
    return upload


def came_through(place, *what):
    """Whether the work was done, on this test's database; False when it was killed at ``place``."""
    environment = {**os.environ, "BRANCHBOOK_TEST_DATABASE": str(connection.settings_dict["NAME"])}
    environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    command = [sys.executable, "-m", "tests.members.imports.killed", str(place), *map(str, what)]
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode == 0


def traces():
    kept = (Member, MembershipSpell, StatusPeriod, ImportBatch, Member.history)
    imported = AuditEntry.objects.filter(action__in=("roster.import", "member.enrol"))
    return [getattr(model, "objects", model).count() for model in kept] + [imported.count()]


def killed_on_the_way(*what, after):
    """How many kills it took until the work came through; nothing was written by any, and ``after`` follows each."""
    for killed, place in enumerate(PLACES):
        if came_through(place, *what):
            return killed
        assert traces() == NOTHING
        after()
    raise AssertionError("it never came through")


def swept(job):
    """The job after the sweeper came by, five minutes later."""
    Job.objects.filter(pk=job.pk).update(beat_at=timezone.now() - timedelta(minutes=6))
    running.sweep()
    return Job.objects.get(pk=job.pk)


def test_the_command_killed_at_any_statement(path):
    command = ("command", "import_roster", path, "--commit")
    assert killed_on_the_way(*command, after=lambda: None) >= 4
    assert traces() == EVERYTHING
    assert came_through(NEVER, *command)
    assert traces()[:3] == EVERYTHING[:3]


def test_a_worker_killed_at_any_statement(upload):
    def requeued():
        assert swept(upload.job).state == Job.State.QUEUED
        Job.objects.filter(pk=upload.job_id).update(attempts=0)

    assert killed_on_the_way("job", upload.job.pk, after=requeued) >= 5
    assert traces() == EVERYTHING
    assert Job.objects.get(pk=upload.job_id).state == Job.State.DONE
    assert Upload.objects.get(pk=upload.pk).state == Upload.State.WRITTEN


def test_after_three_kills_the_job_has_failed_and_the_file_can_be_written_anew(upload):
    for _ in range(3):
        assert not came_through(8, "job", upload.job.pk)
        job = swept(upload.job)
    assert (job.state, job.message) == (Job.State.FAILED, "多次中断，没有写入任何内容。请重新发起。")
    Upload.objects.filter(pk=upload.pk).update(changed_at=timezone.now() - timedelta(minutes=31))
    uploads.sweep()
    upload = Upload.objects.get(pk=upload.pk)
    assert upload.state == Upload.State.FAILED
    staging.write_soon(upload)
    assert came_through(NEVER, "job", upload.job.pk)
    assert traces() == EVERYTHING


def test_killed_after_the_commit_it_is_written_once_and_the_job_says_so(upload):
    assert not came_through("end", "job", upload.job.pk)
    assert Upload.objects.get(pk=upload.pk).state == Upload.State.WRITTEN
    assert swept(upload.job).state == Job.State.QUEUED
    assert came_through(NEVER, "job", upload.job.pk)
    job = Job.objects.get(pk=upload.job_id)
    assert (job.state, job.message) == (Job.State.DONE, "已写入，没有错误的行都已导入。")
    assert not uploads.has(upload, uploads.SOURCE)
    assert traces() == EVERYTHING
