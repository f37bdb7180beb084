"""T55: as the application's role the trail can be written and read, and nothing else."""

import json

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEntry
from branches.models import Branch
from branches.roles import Role
from config.checks import check_database_role
from jobs import database_rights, upgrading
from jobs.backups import restoring
from jobs.backups.archive import BackupError
from lib import planner
from lib.encryption import ensure_keys
from reports.models import ClosedPeriod
from tests import cast, roles

pytestmark = [pytest.mark.django_db, pytest.mark.as_owner]
WRITTEN_ONCE = {
    "accounts_auditentry": (),
    "accounts_auditseal": (),
    "django_migrations": (),
    "reports_closedfile": ("branch_path",),
    "reports_closedperiod": ("state", "reopened_at", "reopened_by_id", "reason"),
    "reports_closedtable": ("branch_path",),
}


@pytest.fixture
def app():
    """The application's role with its rights; the suite itself is the owner."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite knows no roles")
    roles.make()
    database_rights.grant(roles.ROLE)


def refused(statement, *values):
    told = r"permission denied|must be owner"
    with roles.application(), pytest.raises(ProgrammingError, match=told), transaction.atomic():
        connection.cursor().execute(statement, values)
    return True


def test_what_is_written_once():
    assert database_rights.written_once() == WRITTEN_ONCE


def test_sqlite_knows_no_roles():
    if connection.vendor == "sqlite":
        with pytest.raises(CommandError, match="SQLite 不用"):
            call_command("grant_rights", role="branchbook_app")
        assert database_rights.in_words() == "SQLite 不分账号"


@pytest.mark.services
@pytest.mark.parametrize("table", sorted(WRITTEN_ONCE))
def test_no_row_of_it_is_deleted_emptied_or_changed(app, table):
    column = {"django_migrations": "name", "accounts_auditseal": "hash"}.get(table, "id")
    assert refused(f"DELETE FROM {table}")
    assert refused(f"TRUNCATE {table} CASCADE")
    assert refused(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.services
def test_the_trail_is_written_sealed_and_read(app):
    with roles.application():
        entry = audit.record("branch.change", by=None, after={"number": 1})
        assert audit.seal() == AuditEntry.objects.count()
        assert AuditEntry.objects.get(pk=entry.pk).after == {"number": 1}


@pytest.mark.services
def test_what_a_superuser_changes_is_found(app, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    entry = audit.record("branch.change", by=None, after={"number": 1})
    audit.seal()
    assert list(audit.verify()) == []
    AuditEntry.objects.filter(pk=entry.pk).update(after={"number": 2})
    assert [each.message[-14:] for each in audit.verify()] == ["的内容与签名不符，可能被改动。"[-14:]]


@pytest.mark.services
def test_a_locked_period_is_opened_again_and_changed_in_nothing_else(app):
    row = ClosedPeriod.objects.create(period="2026-Q1", sha256="0" * 64)
    with roles.application():
        done = ClosedPeriod.objects.filter(pk=row.pk).update(
            state="reopened", reopened_at=row.closed_at, reason="更正"
        )
    assert done == 1
    assert refused("UPDATE reports_closedperiod SET sha256 = %s", "1" * 64)


@pytest.mark.services
def test_nothing_can_be_made_owned_or_taken_over(app):
    assert refused("CREATE TABLE mine (id int)")
    assert refused("DROP TABLE accounts_auditentry CASCADE")
    assert refused("ALTER TABLE accounts_auditentry DISABLE TRIGGER ALL")
    assert refused("INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())")


@pytest.mark.services
def test_ordinary_rows_are_changed_and_deleted(app):
    made = cast.a_university()
    with roles.application():
        assert Branch.objects.filter(pk=made.teachers.pk).update(name="第一支部") == 1
        assert cast.a_user().grants.all().delete()[0] == 0


@pytest.mark.services
def test_the_planner_is_told_of_the_owners_tables_and_of_no_others(app):
    cast.a_university()
    with roles.application(), connection.cursor() as cursor:
        planner.take_stock(Branch)
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'branches_branch'::regclass")
        assert cursor.fetchone() == (Branch.objects.count(),)
        cursor.execute("CREATE TEMPORARY TABLE mine (id int); INSERT INTO mine VALUES (1)")
        cursor.execute("SELECT branchbook_take_stock('mine')")
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'mine'::regclass")
        assert cursor.fetchone() == (-1,)


@pytest.mark.services
def test_granting_again_changes_nothing_and_is_told_once(app, capsys):
    call_command("grant_rights", role=roles.ROLE, json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["role"], told["is_new"], told["written_once"]) == (roles.ROLE, False, sorted(WRITTEN_ONCE))
    assert AuditEntry.objects.filter(action=database_rights.GRANTED).count() == 1
    assert refused("DELETE FROM accounts_auditentry")


@pytest.mark.services
def test_who_owns_the_tables_or_is_nobody_gets_no_rights(app):
    with pytest.raises(CommandError, match="就是数据库的所有者"):
        call_command("grant_rights", role="branchbook")
    with pytest.raises(CommandError, match="没有账号“nobody”"):
        call_command("grant_rights", role="nobody")


def test_a_role_must_be_named():
    with pytest.raises(CommandError, match="请用 --role"):
        call_command("grant_rights")
    with pytest.raises(CommandError, match="--create 只建"):
        call_command("grant_rights", role="branchbook_app", create=True)


@pytest.mark.services
def test_it_makes_the_role_that_the_address_names(app, settings):
    settings.APPLICATION_ROLE, settings.APPLICATION_PASSWORD = "branchbook_made", "of-the-address"
    call_command("grant_rights", create=True)
    call_command("grant_rights", create=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolcanlogin, rolsuper FROM pg_roles WHERE rolname = 'branchbook_made'")
        assert cursor.fetchall() == [(True, False)]
        cursor.execute("SELECT rolpassword LIKE 'SCRAM%%' FROM pg_authid WHERE rolname = 'branchbook_made'")
        assert cursor.fetchall() == [(True,)]


@pytest.mark.services
def test_upgrading_and_restoring_give_the_rights_in_new_tables(app, settings, monkeypatch):
    ensure_keys(django_settings.KEYS_DIR)
    monkeypatch.setattr(upgrading, "run_checks", lambda **options: [])
    settings.APPLICATION_ROLE = roles.ROLE
    for renew in (upgrading.upgrade, restoring._grant):
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE fresh (id int); REVOKE ALL ON accounts_user FROM {roles.ROLE}")
        renew()
        with roles.application(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM fresh, accounts_user")
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE fresh")
    settings.APPLICATION_ROLE = "nobody"
    with pytest.raises(upgrading.UpgradeError, match="数据库结构已升级，但应用的账号还没有权限"):
        upgrading.upgrade()


@pytest.mark.services
def test_what_makes_tables_says_whose_work_it_is(app, monkeypatch):
    monkeypatch.setattr(upgrading, "run_checks", lambda **options: [])
    with roles.application():
        assert [fault[:16] for fault in upgrading.plan().faults] == ["现在用的是应用的数据库账号，不能"]
        with pytest.raises(BackupError, match="要用所有者的账号"):
            restoring.refuse_application()
        with pytest.raises(database_rights.RightsError):
            database_rights.grant(roles.ROLE)
    restoring.refuse_application()


@pytest.mark.services
def test_the_page_of_the_system_and_the_check_say_who_is_connected(app, settings, monkeypatch):
    monkeypatch.setattr("reminders.health.answers", lambda: True)
    browser = cast.a_browser(cast.a_user(Role.SYSTEM_ADMIN))
    settings.TRIAL = False
    settings.SECURE_SSL_REDIRECT = False
    assert "所有者的账号，能改审计记录" in browser.get(reverse("system_state")).content.decode()
    assert [each.id for each in check_database_role(None)] == ["branchbook.W004"]
    with roles.application():
        page = browser.get(reverse("system_state")).content.decode()
        assert "应用自己的账号，不能改、不能删审计记录" in page
        assert check_database_role(None) == []
