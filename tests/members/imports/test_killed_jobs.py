"""A worker killed while it writes: nothing is half written, and the sweeper ends the job as it was."""

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
from tests.members.rosters import a_file, a_row, an_id

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

#: Three batches of every table.
PEOPLE = 1100


@pytest.fixture
def upload(tmp_path, monkeypatch):
    """A checked file whose writing waits for a worker."""
    monkeypatch.setattr(running, "_send", lambda job: None)
    user = cast.a_user(Role.ORGANIZATION_STAFF, cast.a_university().root)
    rows = [
        a_row(f"张{n}", 1, 公民身份证号=an_id(1 + 2 * (n % 400), _born(n)), 出生日期=None)
        for n in range(PEOPLE)
    ]
    upload = staging.receive(user, "名册.xlsx", a_file(tmp_path, *rows).read_bytes())
    monkeypatch.setattr(staging, "AT_ONCE", 10)
    staging.write_soon(upload)
    return upload


def _born(number):
    return timezone.localdate().replace(year=1970 + number // 400, month=1, day=1)


def worked(job, place):
    """Whether a worker did the job; False when it was killed at ``place``."""
    environment = {**os.environ, "BRANCHBOOK_TEST_DATABASE": str(connection.settings_dict["NAME"])}
    environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    command = [sys.executable, "-m", "tests.members.imports.killed", str(job.pk), str(place)]
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode == 0


def swept(job):
    """The job after the sweeper came by, five minutes later."""
    Job.objects.filter(pk=job.pk).update(beat_at=timezone.now() - timedelta(minutes=6))
    running.sweep()
    return Job.objects.get(pk=job.pk)


def traces():
    kept = (Member, MembershipSpell, StatusPeriod, ImportBatch, Member.history)
    imported = AuditEntry.objects.filter(action__in=("roster.import", "member.enrol"))
    return [getattr(model, "objects", model).count() for model in kept] + [imported.count()]


def test_killed_at_any_statement_nothing_is_half_written(upload):
    """Before the 2nd, 3rd, 5th, 8th … writing statement, until it comes through."""
    killed = 0
    for place in itertools.accumulate(range(60), initial=2):
        if worked(upload.job, place):
            break
        killed += 1
        assert traces() == [0] * 6
        assert swept(upload.job).state == Job.State.QUEUED
        Job.objects.filter(pk=upload.job_id).update(attempts=0)
    assert killed >= 5
    assert traces() == [PEOPLE, PEOPLE, 2 * PEOPLE, 1, PEOPLE, 2]
    assert Job.objects.get(pk=upload.job_id).state == Job.State.DONE
    assert Upload.objects.get(pk=upload.pk).state == Upload.State.WRITTEN


def test_after_three_kills_the_job_has_failed_and_the_file_can_be_written_anew(upload):
    for _ in range(3):
        assert not worked(upload.job, 8)
        job = swept(upload.job)
    assert (job.state, job.message) == (Job.State.FAILED, "多次中断，没有写入任何内容。请重新发起。")
    Upload.objects.filter(pk=upload.pk).update(changed_at=timezone.now() - timedelta(minutes=31))
    uploads.sweep()
    upload = Upload.objects.get(pk=upload.pk)
    assert upload.state == Upload.State.FAILED
    staging.write_soon(upload)
    assert worked(upload.job, 10_000)
    assert traces() == [PEOPLE, PEOPLE, 2 * PEOPLE, 1, PEOPLE, 2]


def test_killed_after_the_commit_it_is_written_once_and_the_job_says_so(upload):
    assert not worked(upload.job, "end")
    assert Upload.objects.get(pk=upload.pk).state == Upload.State.WRITTEN
    assert swept(upload.job).state == Job.State.QUEUED
    assert worked(upload.job, 10_000)
    job = Job.objects.get(pk=upload.job_id)
    assert (job.state, job.message) == (Job.State.DONE, "已写入，没有错误的行都已导入。")
    assert not uploads.has(upload, uploads.SOURCE)
    assert traces() == [PEOPLE, PEOPLE, 2 * PEOPLE, 1, PEOPLE, 2]
