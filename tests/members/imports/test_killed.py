"""T19: an import whose process is killed leaves nothing, and the same file then makes no double."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import AuditEntry
from members.models import Member, MembershipSpell, StatusPeriod
from tests import cast
from tests.members.rosters import a_file, many_rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

POINTS = 20


def start(path, *options):
    """The command in a process of its own, on this test's database."""
    environment = {**os.environ, "BRANCHBOOK_TEST_DATABASE": str(connection.settings_dict["NAME"])}
    command = [sys.executable, "manage.py", "import_roster", str(path), "--skip-checks", *options]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, start_new_session=True, **quiet)


def finish(process):
    _, said = process.communicate()
    assert process.returncode == 0, said


def counts():
    return [model.objects.count() for model in (Member, MembershipSpell, StatusPeriod, Member.history.model)]


def test_kill_9_at_twenty_points(tmp_path):
    cast.a_university()
    path = a_file(tmp_path, *many_rows())
    began = time.monotonic()
    finish(start(path))
    # A dry run starts, reads and checks; writing comes after that.
    lasted, before, killed = time.monotonic() - began, counts(), 0
    for point in range(POINTS):
        process = start(path, "--commit")
        time.sleep(lasted * (0.6 + 0.05 * point))
        os.killpg(process.pid, signal.SIGKILL)
        was_killed = process.wait() == -signal.SIGKILL
        process.stderr.close()
        if not was_killed or counts() != before:
            # It was done before the signal came: whole then, and never in part.
            break
        killed += 1
    assert killed > 0
    assert Member.objects.count() in (0, 1000)
    finish(start(path, "--commit"))
    # Each was probationary, and is a full member.
    assert counts() == [1000, 1000, 2000, 1000]
    assert AuditEntry.objects.filter(action="roster.import").count() == 1
