import shutil
from datetime import date

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from accounts import audit
from accounts.models import User
from jobs.backups import rehearsing, restoring
from lib.encryption import ensure_keys, forget_keys
from members import enrolment
from members.enrolment import NewMember
from tests import cast, migrated
from tests.members.rosters import an_id

ID_NUMBER = an_id(1, date(1990, 1, 1))


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    """A data folder with keys of this test's own."""
    settings.DATA_DIR = tmp_path / "data"
    settings.KEYS_DIR = settings.DATA_DIR / "keys"
    forget_keys()
    ensure_keys(settings.KEYS_DIR)
    yield settings.DATA_DIR
    forget_keys()


@pytest.fixture
def school(transactional_db, data):
    """A university with an encrypted person, files, and an anchored audit trail."""
    made = cast.a_university()
    enrolment.enrol_all(
        [NewMember("林见微", "female", made.teachers, "full", id_number=ID_NUMBER, phone="13900000001")],
        by=None,
    )
    User.objects.create_user("shuji", "张明远", cast.PASSWORD)
    for name in (
        "evidence/2026/a.jpg",
        "closings/q.xlsx",
        "broker/message",
        "results/r.xlsx",
        "logs/web.log",
    ):
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 1000)
    audit.seal()
    audit.anchor()
    return made


@pytest.fixture
def quick_tables(monkeypatch, settings):
    """Migrating an empty database takes seconds: copy the migrated one, or make the tables of the models."""

    def copy(say):
        connection.close()
        shutil.copyfile(migrated.kept(), connection.settings_dict["NAME"])

    def make(say):
        settings.MIGRATION_MODULES = dict.fromkeys(apps.app_configs)
        call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
        settings.MIGRATION_MODULES = {}
        call_command("migrate", fake=True, interactive=False, verbosity=0)

    monkeypatch.setattr(restoring, "make_tables", copy if connection.vendor == "sqlite" else make)


@pytest.fixture
def elsewhere(settings, data, quick_tables, transactional_db):
    """Another machine: an empty database, an empty data folder, and the keys."""
    with rehearsing.scratch() as folder:
        shutil.copytree(data / "keys", folder / "keys")
        settings.DATA_DIR, settings.KEYS_DIR = folder, folder / "keys"
        yield folder
        settings.DATA_DIR, settings.KEYS_DIR = data, data / "keys"
