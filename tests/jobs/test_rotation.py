"""T58: nothing sensitive lies open, a value belongs to its place, and new keys lose nothing, whatever happens."""

import json
import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import audit
from accounts.models import AuditEntry
from branches.roles import Role
from jobs import rotation, uploads
from lib.encryption import DecryptionError, Encrypted, ensure_keys, forget_keys
from lib.keys import read_ring
from members import batches, enrolment
from members.enrolment import NewMember
from members.models import ImportedRow, Member
from tests import cast
from tests.members.rosters import an_id

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_keys(settings, tmp_path):
    """Keys and uploads of this test's own: others go on with theirs."""
    settings.DATA_DIR = tmp_path
    settings.KEYS_DIR = tmp_path / "keys"
    ensure_keys(settings.KEYS_DIR)
    yield
    forget_keys()


@pytest.fixture
def school():
    return cast.a_university()


def people(branch, count, first=0):
    """Enrolled with ID number, phone and address, and a version each."""
    made = [
        NewMember(
            f"人{n}",
            "male",
            branch,
            "full",
            id_number=an_id(n % 999 + 1, date(1950 + n // 20_000, 1, 1) + timedelta(days=n // 999)),
            phone=f"139{n:08d}",
            address=f"路{n}号",
        )
        for n in range(first, first + count)
    ]
    return enrolment.enrol_all(made, by=None)


def rotate(*options):
    out = StringIO()
    call_command("rotate_keys", *options, stdout=out)
    return out.getvalue().splitlines()


def secrets():
    """All that is encrypted, read through the models: rows and their versions."""
    found = {}
    for place in rotation.places():
        for row in place.rows.iterator(chunk_size=2000):
            holder = row if place.model is place.owner else row.instance
            found[place.label, str(row.pk)] = [getattr(holder, each.name) for each in place.sealed]
    return found


def versions():
    """The key versions of all tokens in the database."""
    columns = [(place.rows, each.column) for place in rotation.places() for each in place.sealed]
    tokens = [token for rows, column in columns for token in rows.values_list(column, flat=True) if token]
    return {token.split(".")[1] for token in tokens}


def dump():
    """Every cell of every table, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                yield from map(str, row)


class TestAtRest:
    def test_every_encrypted_column_is_found(self):
        declared = {
            model._meta.label
            for model in apps.get_models()
            if any(isinstance(each, Encrypted) for each in vars(model).values())
        }
        found = {place.label for place in rotation.places()}
        assert declared <= found
        assert {"members.Member", "members.HistoricalMember", "members.ImportedRow", "members.Merge"} <= found

    def test_no_number_stands_in_a_dump(self, school):
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        [member] = people(school.teachers, 1)
        old = member.id_number
        change = enrolment.Change(member, {"phone": "13700000000", "address": "别处"})
        before = batches.before_changes([change])
        changed = enrolment.change_all([change], by=staff)
        batches.keep("名册.xlsx", "", enrolled={}, changed={3: changed[0]}, before=before, by=staff)
        cells = "\n".join(dump())
        assert member.name in cells
        for secret in (old, old[:17], "13900000000", "13700000000", "路0号", "别处"):
            assert secret not in cells

    def test_a_value_moved_to_another_row_or_column_cannot_be_read(self, school):
        one, other = people(school.teachers, 2)
        Member.objects.filter(pk=one.pk).update(phone_cipher=other.phone_cipher)
        with pytest.raises(DecryptionError):
            _ = Member.objects.get(pk=one.pk).phone
        Member.objects.filter(pk=one.pk).update(phone_cipher=one.id_number_cipher)
        with pytest.raises(DecryptionError):
            _ = Member.objects.get(pk=one.pk).phone


class TestRotation:
    def test_everything_is_sealed_anew_and_says_the_same(self, school):
        members = people(school.teachers, 501)
        staff = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        row = ImportedRow(
            batch=batches.keep("x", "", enrolled={1: members[0]}, changed={}, before={}, by=staff),
            row=9,
            number="M1",
            is_new=False,
            version=1,
        )
        row.before = '{"facts": {"phone": "13900000000"}}'
        row.save()
        upload = uploads.keep(staff, "roster", "名册.xlsx", b"content")
        before = secrets()
        lines = rotate()
        assert lines[-1].startswith("字段密钥已换为第 2 版，处理 1004 项。")
        assert "members.Member 500/501" in lines
        assert (secrets(), versions(), rotation.pending()) == (before, {"2"}, 0)
        assert uploads.read(upload, uploads.SOURCE) == b"content"
        entries = AuditEntry.objects.filter(action__startswith="keys.").order_by("at")
        assert [entry.after for entry in entries] == [
            {"key": "field", "version": "2", "resumed": False},
            {"key": "field", "version": "2", "sealed": 1004},
        ]

    def test_what_was_left_undone_goes_on_under_the_same_key(self, school):
        people(school.teachers, 3)
        rotate()
        [late] = people(school.students, 1, first=900)
        token = late.phone_cipher
        Member.objects.filter(pk=late.pk).update(phone_cipher=_sealed_with_the_first_key(late))
        assert rotate("--check") == ["还有 1 项不是最新的字段密钥加密的。"]
        assert rotate()[-1].startswith("字段密钥已换为第 2 版，处理 1 项。")
        assert Member.objects.get(pk=late.pk).phone_cipher != token
        assert Member.objects.get(pk=late.pk).phone == late.phone

    def test_a_swapped_value_stops_the_run_and_nothing_of_the_batch_is_written(self, school):
        one, other = people(school.teachers, 2)
        Member.objects.filter(pk=one.pk).update(phone_cipher=other.phone_cipher)
        with pytest.raises(CommandError, match="密文无法解开"):
            rotate()
        assert "1" in versions()

    def test_the_index_key_too(self, school):
        members = people(school.teachers, 3)
        old = members[1].id_number_hash
        before = secrets()
        assert rotate("--index")[-1].startswith("检索密钥已换为第 2 版，处理 6 项。")
        forget_keys()
        found = Member.objects.get(
            id_number_hash=Member.id_number.indexes["id_number_hash"](members[1].id_number)
        )
        assert (found, found.id_number_hash == old, secrets() == before) == (members[1], False, True)
        Member.objects.filter(pk=max(member.pk for member in members)).update(id_last4_hash="old")
        assert rotate("--index")[-1].startswith("检索密钥已换为第 2 版")
        assert read_ring(str(django_settings.KEYS_DIR), "index").newest == "2"

    def test_the_trail_is_signed_with_a_new_one_and_older_entries_stay_genuine(self):
        old = audit.record("account.open", by=None)
        assert rotate("--audit")[-1].startswith("审计密钥已换为第 2 版，以前的审计记录仍可核验。")
        new = AuditEntry.objects.get(action="keys.rotated")
        assert (new.after, read_ring(str(django_settings.KEYS_DIR), "audit").newest) == (
            {"key": "audit", "version": "2"},
            "2",
        )
        audit.seal()
        assert list(audit.verify()) == []
        (django_settings.KEYS_DIR / "audit.keys").write_text(_only_the_newest("audit"))
        assert [audit.is_genuine(entry) for entry in (old, new)] == [
            True,
            True,
        ]  # as this process knows the ring
        assert [one.message for one in audit.verify()] == ["第 1 号记录的内容与签名不符，可能被改动。"]


def _only_the_newest(ring):
    stored = json.loads((django_settings.KEYS_DIR / f"{ring}.keys").read_text())
    return json.dumps({"keys": stored["keys"][-1:]})


def _sealed_with_the_first_key(member):
    from lib.encryption import FieldCipher
    from lib.keys import KeyRing

    keys = read_ring(str(django_settings.KEYS_DIR), "field").keys
    return FieldCipher(KeyRing({"1": keys["1"]}), "members_member", "phone").encrypt(member.phone, member.pk)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("count", "places"),
    [(500, (1, 2)), pytest.param(50_000, (1, 40, 77), marks=pytest.mark.nightly)],
)
def test_killed_in_the_middle_it_goes_on_and_loses_nothing(school, settings, count, places, record_property):
    """kill -9 before some batch, several times; then to the end."""
    people(school.teachers, count)
    before = secrets()
    for place in places:
        assert _rotated(settings, place) == -signal.SIGKILL
        forget_keys()
        assert rotation.pending() > 0
        assert secrets() == before
    assert _rotated(settings, 10_000) == 0
    forget_keys()
    assert (secrets() == before, versions(), rotation.pending()) == (True, {"2"}, 0)
    assert read_ring(str(settings.KEYS_DIR), "field").newest == "2"
    record_property("figure", f"{count} people, {len(places)} kills, 0 lost")


def _rotated(settings, place):
    environment = {**os.environ, "BRANCHBOOK_TEST_DATABASE": str(connection.settings_dict["NAME"])}
    environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    command = [sys.executable, "-m", "tests.jobs.killed_rotation", str(settings.DATA_DIR), str(place)]
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode


def test_an_upload_deleted_meanwhile_stays_away(settings):
    path = uploads.folder() / f"{uuid4().hex}.source"
    uploads.reseal(path, path.name.partition(".")[0], "source")
    assert not path.exists()
