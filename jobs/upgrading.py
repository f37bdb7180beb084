"""From the program before to this one: what stands in the way, the steps there are, and the database brought up to it.

The backup is made by the program before, whose tables the database still has; this one asks that it is there.
"""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEntry
from jobs import database_rights
from jobs.backups import making
from jobs.backups.archive import Say, quiet
from lib import keys

UPGRADED: Final = "backup.upgraded"
FRESH: Final = timedelta(hours=2)
DISK_NEEDED: Final = 1 << 30


class UpgradeError(Exception):
    """The upgrade cannot be done; the sentence says what and what to do."""


@dataclass(frozen=True)
class Plan:
    """``steps`` are the migrations to run, ``faults`` what stands in the way."""

    version: str
    steps: tuple[str, ...]
    faults: tuple[str, ...]


def plan() -> Plan:
    """Look, and change nothing."""
    executor = MigrationExecutor(connection)
    targets = executor.loader.graph.leaf_nodes()
    steps = tuple(f"{each.app_label}.{each.name}" for each, _ in executor.migration_plan(targets))
    unknown = sorted(set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations))
    faults = []
    if unknown:
        faults.append(f"数据库比程序新（有 {'.'.join(unknown[0])}），请换用更新的程序，或恢复升级前的备份。")
    if not executor.loader.applied_migrations:
        faults.append("这是一个空的数据库，不是升级：全新安装请运行 migrate，恢复请运行 restore。")
    faults += keys.find_faults(settings.KEYS_DIR)
    if shutil.disk_usage(settings.DATA_DIR).free < DISK_NEEDED:
        faults.append("数据所在的磁盘剩余不到 1 GB，请先清理磁盘或扩容。")
    if steps and executor.loader.applied_migrations and not _is_backed_up():
        faults.append("两小时内没有备份。请先用升级前的程序运行 manage.py backup，再升级。")
    try:
        database_rights.refuse_application()
    except database_rights.RightsError as fault:
        faults.append(str(fault))
    wrong = run_checks(include_deployment_checks=not settings.TRIAL)
    faults += [each.msg for each in wrong if each.is_serious()]
    return Plan(making.version(), steps, tuple(faults))


def _is_backed_up() -> bool:
    since = timezone.now() - FRESH
    # The model may be newer than the table: ask for nothing but what it always had.
    return AuditEntry.objects.filter(action=making.MADE, at__gte=since).values("id").exists()


def upgrade(say: Say = quiet) -> Plan:
    """Bring the database to this program and prove that no table lost a row. UpgradeError says what was done.

    Each migration is one transaction. When one fails, the ones before it stay done and the program does not serve; the
    way back is the program before with its backup.
    """
    found = plan()
    if found.faults:
        raise UpgradeError("".join(found.faults))
    _give_time()
    before = _counts()
    for step in found.steps:
        say(step)
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except Exception as fault:
        raise UpgradeError(
            f"升级数据库结构时出错（{type(fault).__name__}）。请不要启动新程序；"
            "用升级前的程序把备份恢复到一个空的数据库，再启动它（见 docs/operations.md）。"
        ) from fault
    _grant()
    after = _counts()
    fewer = [
        f"{name}（{before[name]} → {after[name]}）" for name in before if after.get(name, 0) < before[name]
    ]
    audit.record(UPGRADED, by=None, after={"to": found.version, "steps": list(found.steps), "fewer": fewer})
    if fewer:
        raise UpgradeError(
            f"数据库结构已升级，但这些表的行少了：{'、'.join(fewer)}。请核对更新说明后再启动。"
        )
    return found


def _give_time() -> None:
    """For as long as this line to the database stands: a step through many rows takes longer than a page may."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")


def _grant() -> None:
    try:
        database_rights.grant_again()
    except database_rights.RightsError as fault:
        raise UpgradeError(f"数据库结构已升级，但应用的账号还没有权限：{fault}") from fault


def _counts() -> dict[str, int]:
    quote = connection.ops.quote_name
    found = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT COUNT(*) FROM {quote(name)}")  # noqa: S608  a name from the database itself
            found[name] = int(cursor.fetchone()[0])
    return found


def refuse_half_migrated() -> None:
    """For whoever serves: a database that a migration left half done, or another program's, must not be written to."""
    executor = MigrationExecutor(connection)
    applied, known = set(executor.loader.applied_migrations), set(executor.loader.disk_migrations)
    connection.close()
    if missing := sorted(known - applied):
        raise UpgradeError(
            f"数据库还没有升级到本程序（缺 {'.'.join(missing[0])}），请先运行 manage.py upgrade。"
        )
    if unknown := sorted(applied - known):
        raise UpgradeError(f"数据库比程序新（有 {'.'.join(unknown[0])}），请换用更新的程序。")
