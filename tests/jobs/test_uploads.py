"""Files handed in for an import: sealed, claimed once, gone in time."""

import os
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from jobs import uploads
from jobs.models import Upload
from lib.encryption import DecryptionError
from tests import cast

pytestmark = pytest.mark.django_db
CONTENT = b"999999198704216315" * 100


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path / "uploads" / "imports"


@pytest.fixture
def upload():
    return uploads.keep(cast.a_user(), "test", "名册.xlsx", CONTENT)


def test_what_lies_on_the_disk_is_sealed_and_private(upload, folder):
    [path] = folder.iterdir()
    assert CONTENT[:18] not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert uploads.read(upload, uploads.SOURCE) == CONTENT


def test_a_part_opens_only_in_its_own_place(upload, folder):
    other = uploads.keep(upload.owner, "test", "另一个.xlsx", b"x")
    (folder / f"{other.pk.hex}.source").write_bytes((folder / f"{upload.pk.hex}.source").read_bytes())
    with pytest.raises(DecryptionError):
        uploads.read(other, uploads.SOURCE)
    (folder / f"{upload.pk.hex}.source").write_bytes(b"v1.1.short")
    with pytest.raises(DecryptionError):
        uploads.read(upload, uploads.SOURCE)
    (folder / f"{upload.pk.hex}.source").write_bytes(b"no scheme")
    with pytest.raises(DecryptionError):
        uploads.read(upload, uploads.SOURCE)


def test_one_claim_wins(upload):
    same = Upload.objects.get(pk=upload.pk)
    assert uploads.claim(upload)
    assert not uploads.claim(same)
    uploads.release(upload, Upload.State.FAILED)
    assert uploads.claim(same)


def test_dropping_removes_row_and_file(upload, folder):
    uploads.drop(upload, by=upload.owner)
    assert not list(folder.iterdir())
    assert not Upload.objects.exists()
    with pytest.raises(uploads.Gone):
        uploads.read(upload, uploads.SOURCE)


def test_the_sweeper_takes_what_is_a_week_old_and_frees_what_is_stuck(upload, folder):
    fresh = uploads.keep(upload.owner, "test", "新.xlsx", b"x")
    uploads.claim(fresh)
    Upload.objects.filter(pk=fresh.pk).update(changed_at=timezone.now() - timedelta(hours=1))
    Upload.objects.filter(pk=upload.pk).update(created_at=timezone.now() - timedelta(days=8))
    long_ago = time.time() - 8 * 86400
    for path in folder.iterdir():
        os.utime(path, (long_ago, long_ago))
    assert uploads.sweep() == 1
    assert [path.name for path in folder.iterdir()] == [f"{fresh.pk.hex}.source"]
    fresh.refresh_from_db()
    assert fresh.state == "failed"
