"""Files attached to a record: what is taken, what is kept of it, how much there may be, and what goes with a row."""

import os
import time
from datetime import date

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from accounts.models import AuditEntry
from activities import evidence, records
from activities.models import Evidence
from activities.refusals import RecordError
from branches.roles import Role
from tests import cast
from tests.activities.files import a_docx, a_pdf, a_photo, opened

DAY = date(2026, 10, 12)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path / "evidence"


@pytest.fixture
def activity(branch):
    return cast.a_record(branch, "theme_day", DAY, title="参观校史馆")


def add(activity, by, content, name="合影.jpg"):
    return evidence.add(activity, ContentFile(content, name), by=by)


def test_what_the_scanner_cannot_look_at_is_not_kept(activity, secretary, folder, settings, tmp_path):
    settings.CLAMD_ADDRESS = f"unix://{tmp_path}/none.ctl"
    assert refusal(activity, secretary, a_photo()) == "病毒扫描服务暂时没有应答，文件没有保存，请稍后再试。"
    assert (Evidence.objects.count(), list(folder.rglob("*.*"))) == (0, [])


def refusal(activity, by, content, name="合影.jpg"):
    with pytest.raises(RecordError) as refused:
        add(activity, by, content, name)
    return str(refused.value)


class TestAdding:
    def test_a_photo_is_kept_under_a_random_name_and_only_for_this_user(self, activity, secretary, folder):
        row = add(activity, secretary, a_photo(), "班级 合影.JPG")
        assert (row.kind, row.name, row.width, row.height) == ("jpeg", "班级 合影.JPG", 640, 480)
        assert (row.branch_path, row.added_by) == (activity.branch_path, secretary)
        names = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
        assert names == {row.stored: 0o600, f"{row.stored}.thumbnail": 0o600}
        assert len(row.stored) == 32
        assert row.size == evidence.path_of(row).stat().st_size

    @pytest.mark.parametrize(("make", "kind"), [(a_pdf, "pdf"), (a_docx, "docx")])
    def test_a_document_is_kept_as_it_came(self, activity, secretary, make, kind):
        content = make()
        row = add(activity, secretary, content, "方案")
        assert (row.kind, row.name, row.dhash, row.is_picture) == (kind, f"方案.{kind}", None, False)
        assert evidence.path_of(row).read_bytes() == content

    def test_the_same_file_again_adds_nothing(self, activity, secretary, folder):
        add(activity, secretary, a_photo())
        assert "已经在这条记录里" in refusal(activity, secretary, a_photo(), "另一个名字.jpg")
        assert (Evidence.objects.count(), len(list(folder.iterdir()))) == (1, 2)

    def test_only_those_who_keep_the_record(self, activity, school):
        for role in (Role.ATTENDANCE_TAKER, Role.LEADER):
            assert "只有本支部书记" in refusal(activity, cast.a_user(role, school.teachers), a_photo())
        assert "只有本支部书记" in refusal(activity, cast.a_user(Role.SECRETARY, school.musicians), a_photo())

    def test_none_to_a_record_that_was_withdrawn(self, activity, secretary):
        records.withdraw(activity, by=secretary, version=1, reason="重复登记")
        assert refusal(activity, secretary, a_photo()) == "这条记录已撤回，不能再添加材料。"

    def test_what_fails_halfway_leaves_nothing(self, activity, secretary, folder, monkeypatch):
        def fail(*args, **kwargs):
            raise OSError("disk full")

        monkeypatch.setattr("activities.evidence.audit.record", fail)
        with pytest.raises(OSError, match="disk full"):
            add(activity, secretary, a_photo())
        assert (Evidence.objects.count(), list(folder.iterdir())) == (0, [])


class TestRoom:
    """T25: quotas for a file, a record, and a branch's year."""

    def test_a_file_may_be_so_large_and_no_larger(self, activity, secretary, settings):
        settings.EVIDENCE_FILE_MB = 1
        assert refusal(activity, secretary, b"\xff" * ((1 << 20) + 1)) == (
            "文件超过 1 MB，请缩小或拆开后再添加。"
        )

    def test_a_record_may_have_so_many(self, activity, secretary, settings):
        settings.EVIDENCE_RECORD_FILES = 2
        for shade in range(2):
            add(activity, secretary, a_photo(seed=shade))
        assert "每条记录最多 2 份材料" in refusal(activity, secretary, a_photo(seed=2))

    def test_a_branch_may_have_so_much_in_a_year(self, branch, activity, secretary, settings):
        settings.EVIDENCE_BRANCH_MB = 1
        row = add(activity, secretary, a_photo())
        Evidence.objects.filter(pk=row.pk).update(size=1 << 20)
        same_year = cast.a_record(branch, "party_lecture", date(2026, 3, 2))
        assert "2026 年的材料合计不能超过 1 MB" in refusal(same_year, secretary, a_photo())
        last_year = cast.a_record(branch, "party_lecture", date(2025, 12, 31))
        assert add(last_year, secretary, a_photo()).pk

    def test_another_branchs_files_take_no_room(self, school, activity, secretary, settings):
        settings.EVIDENCE_BRANCH_MB = 1
        theirs = cast.a_user(Role.SECRETARY, school.students)
        row = add(cast.a_record(school.students, "theme_day", DAY), theirs, a_photo())
        Evidence.objects.filter(pk=row.pk).update(size=1 << 20)
        assert add(activity, secretary, a_photo()).pk


class TestRemoving:
    def test_the_file_goes_once_that_is_committed(
        self, activity, secretary, folder, django_capture_on_commit_callbacks
    ):
        row = add(activity, secretary, a_photo())
        with django_capture_on_commit_callbacks(execute=True):
            evidence.remove(row, by=secretary)
            assert len(list(folder.iterdir())) == 2
        assert (Evidence.objects.count(), list(folder.iterdir())) == (0, [])

    def test_it_is_audited_once(self, activity, secretary):
        row = add(activity, secretary, a_photo())
        evidence.remove(row, by=secretary)
        evidence.remove(row, by=secretary)
        [entry] = AuditEntry.objects.filter(action="evidence.delete")
        assert entry.before == {"file": "合影.jpg", "sha256": row.sha256}
        assert (entry.object_id, entry.branch_path) == (str(activity.pk), activity.branch_path)

    def test_the_files_of_a_deleted_record_go_along(
        self, activity, secretary, folder, django_capture_on_commit_callbacks
    ):
        add(activity, secretary, a_photo())
        with django_capture_on_commit_callbacks(execute=True):
            activity.delete()
        assert list(folder.iterdir()) == []

    def test_nobody_else_takes_it_away(self, activity, secretary, school):
        row = add(activity, secretary, a_photo())
        with pytest.raises(RecordError):
            evidence.remove(row, by=cast.a_user(Role.LEADER, school.root))
        assert Evidence.objects.count() == 1


def test_the_sweeper_takes_what_no_row_names_after_a_day(activity, secretary, folder):
    row = add(activity, secretary, a_photo())
    for name in ("a" * 32, f"{'a' * 32}.thumbnail", ".draft-x", "b" * 32):
        (folder / name).write_bytes(b"x")
    for path in folder.iterdir():
        if not path.name.startswith("b"):
            os.utime(path, (time.time() - 90_000,) * 2)
    assert evidence.sweep() == 3
    names = {path.name for path in folder.iterdir()}
    assert names == {row.stored, f"{row.stored}.thumbnail", "b" * 32}


def test_a_thumbnail_is_small_and_a_picture_of_the_same(activity, secretary):
    row = add(activity, secretary, a_photo(size=(3000, 2000)))
    assert (row.width, row.height) == (2560, 1707)
    small = opened(evidence.thumbnail_of(row).read_bytes())
    assert (small.format, small.size) == ("JPEG", (320, 213))
    whole = opened(evidence.path_of(row).read_bytes()).resize((4, 4), Image.Resampling.BOX)
    again = small.resize((4, 4), Image.Resampling.BOX)
    pairs = zip(whole.tobytes(), again.tobytes(), strict=True)
    assert max(abs(one - other) for one, other in pairs) < 8
