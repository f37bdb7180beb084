"""Restoring: first the whole file is proved, then an empty target is filled in one transaction, and compared."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from accounts import audit
from jobs import database_rights, rotation
from lib.commands import reason_of
from lib.encryption import DecryptionError, cipher_for, forget_keys
from lib.files import write as write_file
from lib.keys import read_ring
from lib.strongbox import StrongboxError

from . import files, making, tables
from .archive import ArchiveReader, BackupError, Contents, Manifest, Part, Say, quiet

RESTORED: Final = "backup.restored"
PLACING: Final = "placing.json"
#: Rows that migrating by itself writes.
MADE_BY_MIGRATING: Final = frozenset({"django_migrations", "django_content_type", "auth_permission"})


def inspect(path: Path) -> Contents:
    """What a backup holds, all of it read and proved. BackupError when it is damaged, or not to be opened."""
    try:
        with path.open("rb") as file:
            archive = ArchiveReader(file, read_ring(str(settings.KEYS_DIR), "backup"))
            for _ in archive.parts():
                pass
            return archive.contents
    except OSError as fault:
        raise BackupError(f"读不到文件“{path.name}”：{reason_of(fault)}。") from fault
    except StrongboxError as fault:
        raise BackupError(f"“{path.name}”：{fault}") from fault


def restore(path: Path, say: Say = quiet) -> Contents:
    """Fill the empty database and data folder from a backup, all of it or nothing. BackupError refuses."""
    forget_keys()
    contents = inspect(path)
    refuse_other_schema(contents.manifest)
    refuse_application()
    folder = Path(settings.DATA_DIR)
    refuse_filled_database()
    _clear_up(folder, contents)
    refuse_filled_folder(folder)
    make_tables(say)
    load(path, contents, folder, say)
    _grant()
    return contents


def _grant() -> None:
    try:
        database_rights.grant_again()
    except database_rights.RightsError as fault:
        raise BackupError(f"数据已全部恢复，但应用的账号还没有权限：{fault}") from fault


def refuse_application() -> None:
    try:
        database_rights.refuse_application()
    except database_rights.RightsError as fault:
        raise BackupError(str(fault)) from fault


def refuse_other_schema(manifest: Manifest) -> None:
    """A backup fits the program that made it: its tables are those of its migrations."""
    ours, theirs = making.known(), manifest.migrations
    newer = [app for app in theirs if set(theirs[app]) - set(ours.get(app, []))]
    older = [app for app in ours if set(ours[app]) - set(theirs.get(app, []))]
    if newer:
        raise BackupError(
            f"备份来自较新的程序（{manifest.version}，{newer[0]} 到 {theirs[newer[0]][-1]}），本程序是"
            f" {making.version()}。请先升级程序，再恢复。"
        )
    if older:
        last = (theirs.get(older[0]) or ["无"])[-1]
        raise BackupError(
            f"备份来自较早的程序（{manifest.version}，{older[0]} 到 {last}），本程序是 {making.version()}。"
            "请用做这份备份的程序恢复，再升级。"
        )


def refuse_filled_database() -> None:
    """Rows anywhere, also of another program's tables. A database that was only migrated is empty."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT 1 FROM {quote(name)} LIMIT 1")  # noqa: S608  a name from the database itself
            if cursor.fetchone() and name not in MADE_BY_MIGRATING:
                raise BackupError(
                    f"目标数据库不是空的（表 {name} 里有数据），没有恢复。请换一个空的数据库，备份不会覆盖已有数据。"
                )


def refuse_filled_folder(folder: Path) -> None:
    first = next(files.belonging(folder), None) if folder.is_dir() else None
    if first:
        raise BackupError(
            f"目标数据文件夹不是空的（已有 {first}），没有恢复。请换一个空的 DATA_DIR，备份不会覆盖已有文件。"
        )


def make_tables(say: Say) -> None:
    """Bring an empty database to the program's tables; a run that was killed here left an empty database still."""
    say("migrate")
    call_command("migrate", interactive=False, verbosity=0)


def load(path: Path, expected: Contents, folder: Path, say: Say, *, with_files: bool = True) -> None:
    """Rows into the tables, files below ``folder``; then everything is compared, and only then it counts.

    Files take their places just before the database commits. A run killed in between leaves a note in the staging
    folder of what it had put there, with which the next one clears up.
    """
    staging = folder / files.STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    try:
        with transaction.atomic():
            _give_time()
            _fill(path, staging if with_files else None, say)
            _compare(expected, say)
            prove_readable()
            audit.record(RESTORED, by=None, after={"file": path.name, **expected.counts()})
            _place(staging, folder)
    except BaseException as fault:
        _take_back(folder)
        if isinstance(fault, OSError):
            raise BackupError(f"写不了 {folder}：{reason_of(fault)}。没有恢复。") from fault
        if isinstance(fault, DatabaseError):
            raise BackupError(
                f"数据放不进目标数据库（{type(fault).__name__}），没有恢复。请核对目标数据库是否空且可写。"
            ) from fault
        raise
    shutil.rmtree(staging)


def _give_time() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")


def _fill(path: Path, staging: Path | None, say: Say) -> None:
    models = tables.backed_up()
    for model in models.values():
        if model._meta.db_table in MADE_BY_MIGRATING:
            tables.empty(model)
    with path.open("rb") as file:
        archive = ArchiveReader(file, read_ring(str(settings.KEYS_DIR), "backup"))
        for part in archive.parts():
            if not part.is_table:
                if staging:
                    _lay_down(part, staging / part.name)
                continue
            say(part.name)
            if part.columns != tables.columns_of(models[part.name]):
                raise BackupError(
                    f"备份中表 {part.name} 的栏与本程序不同，没有恢复。请用做这份备份的程序恢复。"
                )
            tables.fill(models[part.name], part.rows())
    tables.count_on(models.values())


def _lay_down(part: Part, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with path.open("wb") as file:
        for block in part.blocks():
            file.write(block)


def _compare(expected: Contents, say: Say) -> None:
    """Every table as it now stands in the database has the checksum it had."""
    models = tables.backed_up()
    for table in expected.tables:
        say(f"= {table.name}")
        found = tables.sum_of(table.name, models[table.name])
        if found != table:
            raise BackupError(
                f"恢复后的表 {table.name} 与备份不同（备份 {table.rows} 行，恢复 {found.rows} 行），没有恢复。"
            )


def prove_readable() -> None:
    """The field keys here open what the backup holds: the first and the last sealed row of each table."""
    for place in rotation.places():
        for each in place.sealed:
            sealed = place.rows.exclude(**{each.column: ""})
            for row in [*sealed[:1], *sealed.reverse()[:1]]:
                try:
                    cipher_for(place.owner._meta.db_table, each.name).decrypt(
                        getattr(row, each.column), place.row_of(row)
                    )
                except DecryptionError:
                    raise BackupError(
                        "字段密钥（field.keys）打不开备份里的数据，没有恢复。请先从密钥备份恢复当时的密钥文件夹。"
                    ) from None


def _place(staging: Path, folder: Path) -> None:
    """Give each folder of files its place; where a folder stood, it was empty."""
    parts = sorted(part.name for part in staging.iterdir() if part.is_dir())
    write_file(staging / PLACING, json.dumps(parts).encode())
    for name in parts:
        shutil.rmtree(folder / name, ignore_errors=True)
        (staging / name).rename(folder / name)


def _take_back(folder: Path) -> None:
    """Remove what this run had put into its place: the database has none of it."""
    for name in _placed(folder):
        shutil.rmtree(folder / name, ignore_errors=True)
    shutil.rmtree(folder / files.STAGING, ignore_errors=True)


def _clear_up(folder: Path, contents: Contents) -> None:
    """Remove what a run that was killed had put there, but only what is in this backup: nothing can get lost by it."""
    known = {(each.path, each.bytes, each.sha256) for each in contents.files}
    for name in _placed(folder):
        found = [path for path in (folder / name).rglob("*") if path.is_file()]
        if all(_described(path, folder) in known for path in found):
            shutil.rmtree(folder / name, ignore_errors=True)
    shutil.rmtree(folder / files.STAGING, ignore_errors=True)


def _placed(folder: Path) -> list[str]:
    note = folder / files.STAGING / PLACING
    return list(json.loads(note.read_bytes())) if note.exists() else []


def _described(path: Path, folder: Path) -> tuple[str, int, str]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return path.relative_to(folder).as_posix(), path.stat().st_size, digest
