"""T37: a disk without room, under uploads, under files, under PostgreSQL. What was told is kept, nothing stands half.

The small disks are tmpfs in a mount namespace of a child process (unshare), which goes with it.
"""

import errno
import shutil
import subprocess
import sys

import pytest

from branches.roles import Role
from jobs import uploads
from jobs.models import Upload
from tests import cast
from tests.members.rosters import a_file, a_row
from tests.services import find_unprivileged_user


def test_an_upload_without_room(db, tmp_path, monkeypatch):
    """Told in a page of its own; neither a row nor a file nor a draft of one is left."""
    school = cast.a_university()
    browser = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root), raise_request_exception=False)
    monkeypatch.setattr("lib.files.os.fsync", _no_room)
    uploads.folder().mkdir(parents=True, exist_ok=True)
    before = set(uploads.folder().iterdir())
    with a_file(tmp_path, a_row()).open("rb") as file:
        answer = browser.post("/members/import/", {"file": file})
    assert (answer.status_code, "服务器磁盘已满，需要腾出空间" in answer.text) == (507, True)
    assert (Upload.objects.count(), set(uploads.folder().iterdir())) == (0, before)


def _no_room(number):
    raise OSError(errno.ENOSPC, "No space left on device")


def on_small_disk(what, *options):
    """What a child says that works on a disk of its own, which soon is full."""
    if not shutil.which("unshare"):
        pytest.skip("no unshare (util-linux)")
    tried = subprocess.run(["unshare", *options, "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("no namespaces of one's own on this machine")
    child = [sys.executable, "-m", "tests.config.on_full_disk", what]
    done = subprocess.run(["unshare", *options, *child], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.nightly
def test_files(record_property):
    """Those that were told are whole, of the one that failed nothing is left; then there is room again."""
    told, whole, drafts, said, again = on_small_disk("files", "--user", "--map-root-user", "--mount")
    assert (int(told) > 3, whole, drafts, said, again) == (True, told, "0", "full", "True")
    record_property("figure", f"files: {told} told, {whole} whole")


@pytest.mark.nightly
def test_postgresql(record_property):
    """It says so, loses nothing, and goes on by itself or by a plain start once there is room."""
    if find_unprivileged_user() is None:
        pytest.skip("a disk for PostgreSQL's own user takes root")
    told, kept, said, after = on_small_disk("postgresql", "--mount")
    assert (int(told) > 3, kept, said in {"full", "away"}, after) == (True, told, True, "1")
    record_property("figure", f"PostgreSQL: {told} rows told, {kept} kept, then written again")
